package phone

import (
	"fmt"
	"strings"
	"testing"

	"trustaudit/internal/identify"
	"trustaudit/internal/identifytest"
)

func TestProse(t *testing.T) {
	for text, want := range map[string]string{
		"07911 123456":                            "07911 123456: mobile",
		"07911123456":                             "07911123456: mobile",
		"07911 123 456":                           "07911 123 456: mobile",
		"079 1112 3456":                           "079 1112 3456: mobile",
		"07911-123-456":                           "07911-123-456: mobile",
		"+44 7911 123456":                         "44 7911 123456: mobile",
		"+447911123456":                           "447911123456: mobile",
		"+447911 123456":                          "447911 123456: mobile",
		"+44 (0)7911 123456":                      "44 (0)7911 123456: mobile",
		"+44(0)7911 123456":                       "44(0)7911 123456: mobile",
		"+44 (0) 20 7911 1234":                    "44 (0) 20 7911 1234: landline",
		"+44 161 123 4567":                        "44 161 123 4567: landline",
		"+44-161-123-4567":                        "44-161-123-4567: landline",
		"0044 7911 123456":                        "0044 7911 123456: mobile",
		"00447911123456":                          "00447911123456: mobile",
		"020 7911 1234":                           "020 7911 1234: landline",
		"(020) 7911 1234":                         "020) 7911 1234: landline",
		"(01234) 567890":                          "01234) 567890: landline",
		"0161 123 4567.":                          "0161 123 4567: landline",
		"01234\u00a0567890":                       "01234\u00a0567890: landline",
		"0300 123 4567":                           "0300 123 4567: service",
		"07624 123456":                            "07624 123456: mobile", // Isle of Man
		"07700 900123":                            "07700 900123: mobile test",
		"020 7946 0123":                           "020 7946 0123: landline test",
		"01632 960909":                            "01632 960909: landline test",
		"Mob: 07911 123456":                       "07911 123456: mobile label",
		"Tel no. 07911 123456":                    "07911 123456: mobile label",
		"Fax: 01234 567890":                       "01234 567890: landline work",
		"Elm Ward, 01234 567890 ext 4321":         "01234 567890: landline work",
		"St Oswald's Hospital\nTel 0161 123 4567": "0161 123 4567: landline label work",
		"The Clinic\nMrs Canary 07911 123456":     "07911 123456: mobile",
		"tel:07911123456":                         "07911123456: mobile label",
		"07600 123456":                            "", // a pager
		"05600 123456":                            "",
		"00123 456789":                            "",
		"01 02 1958 100":                          "",
		"01234 56789":                             "",
		"01234 5678901":                           "",
		"01234567890123":                          "",
		"x01234567890":                            "",
		"0.01234567890":                           "",
		"1-01234567890":                           "",
		"ab-01234567890":                          "",
		"01234567890.5":                           "",
		"01234 567890x":                           "",
		"44 7911 123456":                          "",
		"7911 123456":                             "",
		"07:30:11 123456":                         "",
		"0 7 9 1 1 1 2 3 4 5 6":                   "",
	} {
		if got := strings.Join(identifytest.Prose(Kind, text), "\n"); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

// TestValue holds that a number is the same however it is written.
func TestValue(t *testing.T) {
	for _, text := range []string{"07911123456", "07911 123 456", "0044 7911 123456", "00447911123456", "0044 (0)7911 123456"} {
		c := identify.Context{Text: []byte(text)}
		if m, _ := Kind.Find(&c, 0); m.Value != 7911123456 {
			t.Errorf("%q is %d", text, m.Value)
		}
	}
}

func TestCell(t *testing.T) {
	for _, tt := range []struct{ heading, value, want string }{
		{"", "07911 123456", "07911 123456: mobile"},
		{"Mobile", "7911123456", "7911123456: mobile label"},
		{"Home phone", "(01234) 567890", "(01234) 567890: landline label"},
		{"phone", "+44 7911 123456", "+44 7911 123456: mobile label"},
		{"Work phone", "01234567890", "01234567890: landline work"},
		{"", "7911123456", "tested"},
		{"Barcode", "00012345678", "tested"},
		{"", "01234", ""},
		{"Tel", "ext 12345", ""},
	} {
		if got := identifytest.Cell(Kind, tt.heading, tt.value); got != tt.want {
			t.Errorf("%q below %q: %q, want %q", tt.value, tt.heading, got, tt.want)
		}
	}
}

func TestColumn(t *testing.T) {
	var phones, padded []string
	for i := range 40 {
		phones = append(phones, fmt.Sprintf("07%d11 %06d", 1+i%5, i*7919%1000000))
		padded = append(padded, fmt.Sprintf("%011d", i*791999))
	}
	if got := identifytest.Column(Kind, "", phones); got != "phone" {
		t.Errorf("a column of numbers is of kind %q", got)
	}
	if got := identifytest.Column(Kind, "", padded); got != "" {
		t.Errorf("a column of padded numbers is of kind %q", got)
	}
}

func TestNames(t *testing.T) {
	for name, want := range map[string]bool{"07911_123456.vcf": true, "call 07911123456.wav": true, "01234 567890.txt": false, "20110712345678.log": false} {
		if got := identifytest.Masked(Kind, name); got != want {
			t.Errorf("%q masked: %v", name, got)
		}
	}
}

func TestPromises(t *testing.T) { identifytest.Run(t, Kind) }

func FuzzFind(f *testing.F) {
	identifytest.Fuzz(f, Kind, "+44 (0)7911 123456", "(01632) 960909 ext 12", "0044 7911 123456", "01234\u00a0567890")
}

func BenchmarkRejects(b *testing.B) { identifytest.Rejects(b, Kind) }
