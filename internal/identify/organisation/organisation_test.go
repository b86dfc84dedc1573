package organisation

import (
	"strings"
	"testing"

	"trustaudit/internal/identifytest"
)

func TestProse(t *testing.T) {
	for text, want := range map[string]string{
		"GP practice code: L83012":         "L83012: practice",
		"Registered practice (ODS L83012)": "L83012: practice",
		"GP: G1234567":                     "G1234567: practitioner",
		`"gpCode": "G1234567"`:             "G1234567: practitioner",
		"Consultant code C1234567":         "C1234567: practitioner",
		"Practice code X1234567":           "",
		"Practice code L8301":              "",
		"Practice code L83012A":            "",
		"Practice code AL83012":            "",
		"part L83012":                      "",
		"L83012":                           "",
	} {
		if got := strings.Join(identifytest.Prose(Kind, text), "\n"); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

func TestCell(t *testing.T) {
	for _, tt := range []struct{ heading, value, want string }{
		{"GP Practice Code", "L83012", "L83012: practice"},
		{"GPPRAC", "l83012", "l83012: practice"},
		{"PROCODET", "RH8", "RH8: trust"},
		{"ODS", "RXX", "RXX: trust"},
		{"SITETRET", "RH801", "RH801: site"},
		{"Site code", "RH8WX", "RH8WX: site"},
		{"CCG code", "15N", "15N: commissioner"},
		{"ICB", "QJK", "QJK: commissioner"},
		{"Provider code", "TAF", "TAF: trust"},
		{"ods_code", "FA123", "FA123: other"},
		{"RegGMC GP code", "G1234567", "G1234567: practitioner"},
		{"ODS", "12345", "tested"},
		{"ODS", "XYZ", "tested"},
		{"ODS", "R H", "tested"},
		{"", "RH8", ""},
		{"Course code", "RH801", ""},
	} {
		if got := identifytest.Cell(Kind, tt.heading, tt.value); got != tt.want {
			t.Errorf("%q below %q: %q, want %q", tt.value, tt.heading, got, tt.want)
		}
	}
}

// TestColumn holds that no column without a heading is taken, though every short
// code has the form.
func TestColumn(t *testing.T) {
	values := []string{"RH8", "RXX", "R1A", "RTQ", "RBA", "RA7", "RVJ", "REF", "RK9", "RD1", "RN3", "RTE"}
	for heading, want := range map[string]string{"PROCODE": "organisation", "": "", "Colour code": ""} {
		if got := identifytest.Column(Kind, heading, values); got != want {
			t.Errorf("the column %q is of kind %q, want %q", heading, got, want)
		}
	}
}

func TestPromises(t *testing.T) { identifytest.Run(t, Kind) }

func FuzzFind(f *testing.F) {
	identifytest.Fuzz(f, Kind, "GP practice code: L83012", "GP: G1234567", "RH801", "15N")
}

func BenchmarkRejects(b *testing.B) { identifytest.Rejects(b, Kind) }
