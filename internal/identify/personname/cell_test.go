package personname

import (
	"fmt"
	"testing"

	"trustaudit/internal/identify"
	"trustaudit/internal/identifytest"
)

func TestKind(t *testing.T) { identifytest.Run(t, Kind) }

func TestCell(t *testing.T) {
	for _, tt := range []struct{ heading, value, want string }{
		{"", "Smith", "Smith: word sure"},
		{"", "SMITH", "SMITH: word sure"},
		{"", "smith", "smith: word sure"},
		{"", "O'Brien", "O'Brien: word sure"},
		{"", "Wiśniewska", "Wiśniewska: word sure"},
		{"", "Łukasik", "Łukasik: word sure"},
		{"", "Smith-Jones", "Smith-Jones: word sure"},
		{"", "Brown", "tested"},
		{"", "Reading", "tested"},
		{"", "Qzxwv", "tested"},
		{"", "Paracetamol", "tested"},
		{"Surname", "Brown", "Brown: any heading"},
		{"Surname", "Qzxwv", "Qzxwv: any heading"},
		{"Surname", "smith", "smith: word sure heading"},
		{"Consultant", "Smith", "Smith: word sure staff"},
		{"", "John Smith", "John Smith: pair sure"},
		{"", "john smith", "john smith: pair sure"},
		{"", "Smith John", "Smith John: pair sure"},
		{"", "SMITH, John", "SMITH, John: pair sure"},
		{"", "Smith, Emily Jane", "Smith, Emily Jane: pair sure"},
		{"", "Emily van der Berg", "Emily van der Berg: pair"},
		{"", "Mrs E. Smith", "Mrs E. Smith: title"},
		{"", "Chelsea Hill", "Chelsea Hill: pair plain"},
		{"", "Emily Smith Trust", "tested"},
		{"", "The Limes Surgery", "tested"},
		{"", "Smith J", "Smith J: initial sure"},
		{"Name", "Smith J", "Smith J: initial sure heading"},
		{"Name", "J. Smith", "J. Smith: initial sure heading"},
		{"Name", "Mrs Smith J", "Mrs Smith J: title heading"},
		{"", "Mrs Smith Emily", "Mrs Smith Emily: title"},
		{"", "Mrs Smith Ward", "tested"},
		{"Patient", "SMITH, Emily (Mrs)", "SMITH, Emily (Mrs): pair sure heading patient"},
		{"", "Smith (clerk)", ""},
		{"", "smith2", ""},
		{"", "smith@example.org", ""},
		{"", "Patient was seen in clinic today and is well", ""},
	} {
		if got := identifytest.Cell(Kind, tt.heading, tt.value); got != tt.want {
			t.Errorf("%q under %q: got %q, want %q", tt.value, tt.heading, got, tt.want)
		}
	}
}

func TestColumn(t *testing.T) {
	repeat := func(n int, words ...string) (values []string) {
		for i := range n {
			values = append(values, words[i%len(words)])
		}
		return values
	}
	surnames := repeat(20, "Smith", "Jones", "Brown", "Okafor", "Patel", "Khan", "Wilson", "Green", "Nowak", "Hughes", "Taylor", "Evans",
		"Begum", "Murphy", "Davies", "Roberts", "Walker", "Campbell", "Chan", "Adeyemi")
	towns := repeat(20, "Leeds", "York", "Bolton", "Preston", "Lincoln", "Durham", "Halifax", "Wigan", "Bury", "Derby", "Chester",
		"Lancaster", "Bradford", "Burnley", "Oldham", "Reading", "Bath", "Wells", "Ely", "Hull")
	for _, tt := range []struct {
		heading string
		values  []string
		want    string
	}{
		{"", surnames, "name"},
		{"x", surnames, "name"},
		{"Consultant", surnames, ""},
		{"", towns, ""},
		{"", repeat(20, "red", "green", "blue", "white", "black", "brown", "grey", "pink", "rose", "amber", "violet", "gold"), ""},
	} {
		if got := identifytest.Column(Kind, tt.heading, tt.values); got != tt.want {
			t.Errorf("%q under %q: got %q, want %q", tt.values[0], tt.heading, got, tt.want)
		}
	}
}

func TestStaff(t *testing.T) {
	for text, want := range map[string]string{
		"seen by Emily Robinson, Infection Control Nurse": "Emily Robinson: pair sure staff",
		"Emily Robinson <emily@example.org>":              "Emily Robinson: pair sure staff",
		"From: Emily Robinson":                            "Emily Robinson: pair sure staff",
		"Emily Robinson (Estates Officer)":                "Emily Robinson: pair sure staff",
		"Emily Robinson, Park Row, Leeds":                 "Emily Robinson: pair sure",
		"J. Robinson was seen":                            "J. Robinson: initial sure",
		"pt J.R. Robinson":                                "J.R. Robinson: initial sure label called",
		"Plan A. Reading the notes":                       "",
		"Vitamin A. Robinson":                             "A. Robinson: initial sure",
		"A Robinson":                                      "",
		"James Paget":                                     "James Paget: pair plain",
		"Re: James Paget":                                 "James Paget: pair plain label",
		"James Paget University Hospital":                 "",
	} {
		got := ""
		for _, m := range identifytest.Prose(Kind, text) {
			got += m
		}
		if got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

func TestNames(t *testing.T) {
	for name, want := range map[string]bool{
		"Smith_John.pdf": true, "john_smith.pdf": true, "SMITH John 2026.docx": true, "letter-emily-robinson.txt": true, "Łukasz Nowak.txt": false,
		"Chelsea_Hill.txt": true, "clinic list.xlsx": false, "summer_rose.jpg": false, "board_minutes.docx": false,
	} {
		if got := identifytest.Masked(Kind, name); got != want {
			t.Errorf("%s: masked is %v", name, got)
		}
	}
}

// Names are equal however they are written.
func TestValue(t *testing.T) {
	values := map[uint64][]string{}
	for _, name := range []string{"John Smith", "SMITH, John", "Smith, John Paul", "John P. Smith", "SMITH John", "JOHN SMITH"} {
		c := contextOf(name)
		m, ok := Kind.Find(c, 0)
		if !ok {
			t.Fatalf("%q is no name", name)
		}
		values[m.Value] = append(values[m.Value], name)
	}
	if len(values) != 1 {
		t.Error(fmt.Sprint(values))
	}
}

func contextOf(text string) *identify.Context {
	return &identify.Context{Text: []byte(text), Now: identifytest.Now}
}
