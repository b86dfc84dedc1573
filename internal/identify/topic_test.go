package identify_test

import (
	"strings"
	"testing"

	"trustaudit/internal/identify"
)

// Names, postcodes and numbers are anybody's: the words beside them say whose.
func TestTopicOfProse(t *testing.T) {
	const person = "Mrs Ada Marshall\n37 Mill Lane\nExeter\nEX4 8AG"
	tests := []struct {
		name, text string
		want       bool
	}{
		{"nothing is said", person + "\n", true},
		{"care", "Re: " + person + "\nI saw this patient in clinic; her wound is healing.\n", true},
		{"trade", "Invoice to " + person + "\nDelivery of goods, VAT and payment as quoted.\n", false},
		{"trade of patients", "Invoice to " + person + "\nDelivery to a patient of the clinic, GP referral, ward stay.\n", true},
		{"a number that is called what it is", "Invoice to " + person + "\nNHS Number: 943 476 5919\nVAT, payment, supplier, order.\n", true},
		{"streets are no trade", "Re: Mrs Ada Marshall\n37 School Lane\nExeter\nEX4 8AG\nI saw her for asthma.\n", true},
		{"noted down", "14:10 lab: INR 5, crp 90 on Ada Marshall, 12/03/2009, told registrar\n", true},
		{"noted elsewhere", "14:10 office: told Ada Marshall, 12/03/2009, of the lease\n", false},
		{"headed by trade", "Invoice, VAT, payment, supplier.\n" + strings.Repeat("So it goes on. ", 60) + "\n" + person + "\n", false},
		{"far away", strings.Repeat("So it goes on. ", 20) + "Invoice, VAT, payment, supplier.\n" + strings.Repeat("So it goes on. ", 60) + "\n" + person + "\n", true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := newScanner()
			s.Reset()
			s.Text([]byte(test.text))
			if got := s.Finish().Identifiable; got != test.want {
				t.Errorf("identifiable is %v", got)
			}
		})
	}
}

func TestTopicOfTables(t *testing.T) {
	person := []string{"Ada Marshall", "EX4 8AG", "37 Mill Lane"}
	tests := []struct {
		name     string
		headings []string
		more     []string // cells behind the person's
		want     bool
	}{
		{"nothing is said", []string{"Name", "Postcode", "Address"}, nil, false},
		{"care", []string{"Name", "Postcode", "Address", "Clinic"}, []string{"x"}, true},
		{"a cell tells of care", []string{"Name", "Postcode", "Address", "Note"}, []string{"diabetes"}, true},
		{"a birth date", []string{"Name", "Postcode", "Address", "DOB"}, []string{"12/03/1958"}, true},
		{"staff", []string{"Name", "Postcode", "Address", "Payroll no", "Job title"}, []string{"884", "x"}, false},
		{"trade", []string{"Name", "Postcode", "Address", "Invoice", "Supplier"}, []string{"884", "x"}, false},
		{"a patient's name settles it", []string{"Patient name", "Postcode", "Address", "Invoice", "Supplier"}, []string{"884", "x"}, true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := newScanner()
			s.Reset()
			s.Table("", test.headings)
			var row [][]byte
			for _, cell := range append(person[:len(person):len(person)], test.more...) {
				row = append(row, []byte(cell))
			}
			s.Row(row)
			if sum := s.Finish(); sum.Identifiable != test.want {
				t.Errorf("identifiable is %v, score %.2f", sum.Identifiable, sum.Score)
			}
		})
	}
}

// The topic weighs; it is never counted as an identifier.
func TestTopicIsNoIdentifier(t *testing.T) {
	s := newScanner()
	s.Reset()
	s.Text([]byte("Patient Mrs Ada Marshall, EX4 8AG, clinic appointment, wound, diabetes, NHS Number: 943 476 5919\n"))
	if sum := s.Finish(); sum.Identifiers[identify.TopicKind] != (identify.Count{}) || !sum.Identifiable {
		t.Errorf("got %+v", sum)
	}
}

// Two numbers of ten digits in one record speak no louder than one.
func TestFamily(t *testing.T) {
	s := newScanner()
	s.Reset()
	s.Text([]byte("run 9434765919 and 3201234560 and 3201234579 and 3201234587\n"))
	if sum := s.Finish(); sum.Identifiable {
		t.Errorf("score %.2f", sum.Score)
	}
}

// Of a number that nothing calls one, what stands around it decides.
func TestTopicOfBareNumber(t *testing.T) {
	for about, want := range map[string]bool{
		"Your parcel %, with the goods of your order, is on its way to 3 Mill Lane, EX4 8AG. Supplier and courier.\n": false,
		"I saw % of 3 Mill Lane, EX4 8AG in clinic. Her wound and her diabetes are better.\n":                         true,
	} {
		s := newScanner()
		s.Reset()
		s.Text([]byte(strings.Replace(about, "%", "9434765919", 1)))
		if sum := s.Finish(); sum.Identifiable != want {
			t.Errorf("%q: score %.2f", about, sum.Score)
		}
	}
}

// Without headings, a cell that tells a post speaks against the row.
func TestTopicOfPost(t *testing.T) {
	score := func(cell string) float64 {
		s := newScanner()
		s.Reset()
		s.Table("", nil)
		s.Row([][]byte{[]byte("Ada Marshall"), []byte("9434765919"), []byte("EX4 8AG"), []byte(cell)})
		return s.Finish().Score
	}
	if post, ward := score("Infection Control Nurse"), score("Northdale"); post >= ward {
		t.Errorf("%.2f with a post, %.2f without", post, ward)
	}
}

// What headings, titles and cells tell of care speaks for who is named.
func TestTopicOfNames(t *testing.T) {
	tests := []struct {
		name        string
		title, head string // above the table, and headings
		row         []string
		want        bool
	}{
		{"of a ward", "", "Bed,Name,Age,Problem", []string{"4", "Ada Marshall", "82", "pneumonia"}, true},
		{"without headings", "", "", []string{"Ada Marshall", "pneumonia", "on warfarin, insulin", "oedema"}, true},
		{"titled", "Dialysis: transfusion, insulin\n", "", []string{"Ada Marshall", "warfarin", "oedema"}, true},
		{"a sex and an age", "", "", []string{"Ada Marshall", "F 82", "warfarin", "oedema"}, true},
		{"a grade", "", "", []string{"Ada Marshall", "F1", "warfarin", "oedema"}, false},
		{"nobody is named", "", "Bed,Hospital ID,Age,Problem", []string{"4", "714199", "82", "pneumonia"}, false},
		{"staff", "", "Name,Ward,Bleep,Course", []string{"Ada Marshall", "4", "1234", "falls"}, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := newScanner()
			s.Reset()
			s.Text([]byte(test.title))
			var headings []string
			if test.head != "" {
				headings = strings.Split(test.head, ",")
			}
			s.Table("", headings)
			var row [][]byte
			for _, cell := range test.row {
				row = append(row, []byte(cell))
			}
			s.Row(row)
			if sum := s.Finish(); sum.Identifiable != test.want {
				t.Errorf("identifiable is %v, score %.2f", sum.Identifiable, sum.Score)
			}
		})
	}
}

// A name of which care is told is found without a number near, until an item has
// enough records that decide by themselves.
func TestNamesThatLead(t *testing.T) {
	const told = "Mrs Ada Marshall was admitted with pneumonia and is on warfarin.\n"
	for text, want := range map[string]int64{
		told: 1,
		"Mrs Ada Marshall chaired the meeting about pneumonia and warfarin.\n":                              0,
		strings.Repeat("NHS number: 943 476 5919\n"+strings.Repeat("So it goes on. ", 160)+"\n", 40) + told: 40,
	} {
		s := newScanner()
		s.Reset()
		s.Text([]byte(text))
		if sum := s.Finish(); sum.Records != want {
			t.Errorf("%d records, want %d", sum.Records, want)
		}
	}
}

// Names that are also words of trade are none beside other capitals, and what services
// are called can be left out.
func TestTopicWords(t *testing.T) {
	all, care := identify.ReadTopics("topics.tsv"), identify.ReadTopics("topics.tsv", "service")
	for text, want := range map[string][2]int{
		"the porter":     {-1, -1},
		"Porter":         {-1, -1},
		"Oswald Porter":  {0, 0},
		"Mark Hussain":   {0, 0},
		"the Mark":       {-1, -1},
		"PORTER REQUEST": {-2, -2},
		"cardiology":     {1, 0},
		"insulin":        {1, 1},
	} {
		if got := [2]int{all.Care([]byte(text)), care.Care([]byte(text))}; got != want {
			t.Errorf("%q: got %v, want %v", text, got, want)
		}
	}
}
