package nino

import (
	"fmt"
	"strings"
	"testing"

	"trustaudit/internal/identifytest"
)

func TestProse(t *testing.T) {
	for text, want := range map[string]string{
		"AB 12 34 57 C":                            "AB 12 34 57 C: complete",
		"AB123457C":                                "AB123457C: complete",
		"AB 123457 C":                              "AB 123457 C: complete",
		"AB-12-34-57-C":                            "AB-12-34-57-C: complete",
		"AB.12.34.57.C":                            "AB.12.34.57.C: complete",
		"AB\u00a012\u00a034\u00a057\u00a0C":        "AB\u00a012\u00a034\u00a057\u00a0C: complete",
		"NI number: AB 12 34 57 C":                 "AB 12 34 57 C: complete label",
		"National Insurance No. AB123457":          "AB123457: bare label",
		"NINO AB123457 and":                        "AB123457: bare label",
		"Payroll extract. NI No AB123457C":         "AB123457C: complete label employment",
		"Payroll. Patient seen at home. AB123457C": "AB123457C: complete",
		"AB123456C":                                "AB123456C: complete test",
		"TN010158F":                                "TN010158F: temporary",
		"TN310158M.":                               "TN310158M: temporary",
		"TN011358F":                                "", // no month 13
		"TN010158":                                 "",
		"AB123457":                                 "", // a part number
		"order AB123457C":                          "",
		"AB1234578":                                "",
		"AB123457CX":                               "",
		"XAB123457C":                               "",
		"AB12345C":                                 "",
		"ab123457c":                                "",
		"QQ123457C":                                "",
		"AO123457C":                                "",
		"DA123457C":                                "",
		"GB123457C":                                "",
		"ZZ123457C":                                "",
		"AB123457E":                                "",
		"AB 1234 57":                               "",
	} {
		if got := strings.Join(identifytest.Prose(Kind, text), "\n"); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

func TestCell(t *testing.T) {
	for _, tt := range []struct{ heading, value, want string }{
		{"", "ab123457c", "ab123457c: complete"},
		{"NI Number", "AB 12 34 57 C", "AB 12 34 57 C: complete label"},
		{"NINO", "ab123457", "ab123457: bare label"},
		{"nat_ins_no", "AB123457 ", "AB123457: bare label"},
		{"", "AB123457", ""},
		{"", "QB123457C", "tested"},
		{"", "AB123457Z", "tested"},
		{"Serial", "AB123457C", ""},
		{"", "AB12345C", ""},
	} {
		if got := identifytest.Cell(Kind, tt.heading, tt.value); got != tt.want {
			t.Errorf("%q below %q: %q, want %q", tt.value, tt.heading, got, tt.want)
		}
	}
}

// TestColumn holds that a column without a heading is told from one of other
// codes of the same form.
func TestColumn(t *testing.T) {
	var numbers, codes []string
	for i := range 40 {
		numbers = append(numbers, fmt.Sprintf("%c%c%06d%c", "ABCEGH"[i%6], "ABCEGH"[i/6%6], i*7919%1000000, 'A'+i%4))
		codes = append(codes, fmt.Sprintf("%c%c%06d%c", 'A'+i*5%26, 'A'+i*11%26, i*7919%1000000, 'A'+i*3%26))
	}
	if got := identifytest.Column(Kind, "", numbers); got != "nino" {
		t.Errorf("a column of numbers is of kind %q", got)
	}
	if got := identifytest.Column(Kind, "", codes); got != "" {
		t.Errorf("a column of codes is of kind %q", got)
	}
}

func TestNames(t *testing.T) {
	for name, want := range map[string]bool{
		"P45 AB123457C.pdf": true, "ab_12_34_57_c.docx": true, "TN010158F.txt": true,
		"AB123457.pdf": false, "QB123457C.pdf": false, "img123457c.png": false,
	} {
		if got := identifytest.Masked(Kind, name); got != want {
			t.Errorf("%q masked: %v", name, got)
		}
	}
}

func TestPromises(t *testing.T) { identifytest.Run(t, Kind) }

func FuzzFind(f *testing.F) {
	identifytest.Fuzz(f, Kind, "NI No AB 12 34 57 C", "TN010158F", "AB\u00a012\u00a034\u00a057\u00a0C")
}

func BenchmarkRejects(b *testing.B) { identifytest.Rejects(b, Kind) }
