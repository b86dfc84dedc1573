package address

import (
	"fmt"
	"strings"
	"testing"

	"trustaudit/internal/identify"
	"trustaudit/internal/identifytest"
)

func TestProse(t *testing.T) {
	for text, want := range map[string]string{
		"37 The Crescent":                          "37 The Crescent: street",
		"37 The Crescent, Exeter":                  "37 The Crescent: street",
		"12a St John's Road":                       "12a St John's Road: street",
		"12A St. John's Rd.":                       "12A St. John's Rd: street",
		"4, MILL LANE":                             "4, MILL LANE: street",
		"Flat 3, 12 Castle Hill Road":              "12 Castle Hill Road: street",
		"Flat 3 Rose Court, Exeter":                "3 Rose Court: street label",
		"112 Pen-y-Bryn Terrace":                   "112 Pen-y-Bryn Terrace: street",
		"5 Castle Hill":                            "5 Castle Hill: street",
		"lives at 12 Mill Lane":                    "12 Mill Lane: street label",
		"Address: 12 Mill Lane":                    "12 Mill Lane: street label",
		"Mrs A Canary\n12 Mill Lane":               "12 Mill Lane: street addressee",
		"Acme Ltd, 12 Mill Lane":                   "12 Mill Lane: street organisation",
		"Northfold Hospital\n12 Barrack Road":      "12 Barrack Road: street organisation",
		"12 Mill Lane Surgery":                     "12 Mill Lane: street organisation",
		"at 12 Mill Lane Medical Centre":           "12 Mill Lane: street organisation",
		"PID|1||||Canary||||||12 Mill Lane^Exeter": "12 Mill Lane: street",
		"Ward 12 Elm Court":                        "12 Elm Court: street organisation",
		"1 Susan Hill":                             "",
		"12 March 1958":                            "",
		"12 March Road":                            "12 March Road: street",
		"12 Street":                                "",
		"12 mill lane":                             "",
		"12 Mill lane":                             "",
		"1234 Mill Lane":                           "",
		"012 Mill Lane":                            "",
		"3.12 Mill Lane":                           "",
		"10:12 Mill Lane":                          "",
		"x12 Mill Lane":                            "",
		"12 Mill, Lane":                            "",
		"12 Mill Laneway":                          "",
		"12 A B C D E Road":                        "",
		"30 INFO Copied 12 Files in 7 Folders":     "",
	} {
		if got := strings.Join(identifytest.Prose(Kind, text), "\n"); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

func TestCell(t *testing.T) {
	for _, tt := range []struct{ heading, value, want string }{
		{"", "12 Mill Lane, Exeter", "12 Mill Lane, Exeter: street"},
		{"", "Flat 3, 12 Mill Lane", "Flat 3, 12 Mill Lane: street"},
		{"ADD1", "12 Mill Lane", "12 Mill Lane: street label"},
		{"HOMEADD", "Rose Cottage", "Rose Cottage: line label"},
		{"Patient address", "Rose Cottage, Mill Lane", "Rose Cottage, Mill Lane: line label"},
		{"Address", "12 Mill Lane Surgery", "tested"},
		{"Supplier address", "12 Mill Lane", ""},
		{"IP address", "12 Mill Lane", ""},
		{"", "Rose Cottage", ""},
		{"", "12 boxes of gloves", ""},
		{"Address", "12 Mill Lane, Exeter EX4 8AG", ""},
		{"Address", "12 Mill Lane (since 2020)", ""},
		{"Notes", "12 Mill Lane: seen at home", ""},
		{"Address", "Rose Cottage, EX4 8AG", ""},
		{"Address", "Exeter", ""},
	} {
		if got := identifytest.Cell(Kind, tt.heading, tt.value); got != tt.want {
			t.Errorf("%q below %q: %q, want %q", tt.value, tt.heading, got, tt.want)
		}
	}
}

func TestColumn(t *testing.T) {
	var homes, goods []string
	for i := range 40 {
		homes = append(homes, fmt.Sprintf("%d Mill %s", 1+i, []string{"Lane", "Road", "Close", "Bottom"}[i%4]))
		goods = append(goods, fmt.Sprintf("%d Office Chairs %d", 1+i, i))
	}
	if got := identifytest.Column(Kind, "", homes); got != "address" {
		t.Errorf("a column of homes is of kind %q", got)
	}
	if got := identifytest.Column(Kind, "", goods); got != "" {
		t.Errorf("a column of goods is of kind %q", got)
	}
}

// TestValue holds that an address is the same however its words are parted.
func TestValue(t *testing.T) {
	value := func(text string) uint64 {
		c := identify.Context{Text: []byte(text), Name: true}
		m, _ := Kind.Find(&c, 0)
		return m.Value
	}
	for text, want := range map[string]bool{"12, MILL LANE": true, "12_mill_lane": true, "13 Mill Lane": false, "12 Mill Road": false} {
		if got := value(text) == value("12 Mill Lane"); got != want {
			t.Errorf("%q is the same: %v", text, got)
		}
	}
}

func TestPromises(t *testing.T) { identifytest.Run(t, Kind) }

func FuzzFind(f *testing.F) {
	identifytest.Fuzz(f, Kind, "Flat 3, 12a St. John's Road", "4, MILL LANE", "1 O'Neill-Smith Pl", "12 Caf\u00e9 Road")
}

func BenchmarkRejects(b *testing.B) { identifytest.Rejects(b, Kind) }
