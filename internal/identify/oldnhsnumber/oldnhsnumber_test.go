package oldnhsnumber

import (
	"fmt"
	"strings"
	"testing"

	"trustaudit/internal/identify"
	"trustaudit/internal/identifytest"
)

func TestProse(t *testing.T) {
	for text, want := range map[string]string{
		"Old NHS No: ABCD 123":             "ABCD 123: form label",
		"NHS no. (old) ABCD123/4":          "ABCD123/4: form label",
		"Previous NHS number: LHAA 12 3":   "LHAA 12 3: form label",
		"former NHS number\nLHAAA 1234":    "LHAAA 1234: form label",
		`"oldNhsNumber": "ABCD123"`:        "ABCD123: form label",
		"Old NHS No: ABCD 123 and 12 more": "ABCD 123: form label",
		"NHS No: ABCD 123":                 "",
		"Old no: ABCD 123":                 "",
		"the old ABCD 123":                 "",
		"ROOM 123":                         "",
		"Old NHS No: ABC 123":              "",
		"Old NHS No: ABCDEF 123":           "",
		"Old NHS No: ABCD 12345":           "",
		"Old NHS No: ABCD 123X":            "",
		"Old NHS No: not known. WARD 12":   "",
	} {
		if got := strings.Join(identifytest.Prose(Kind, text), "\n"); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

func TestCell(t *testing.T) {
	for _, tt := range []struct{ heading, value, want string }{
		{"Old NHS No", "abcd 123", "abcd 123: form label"},
		{"NHS_NO_OLD", "LHAA12/3", "LHAA12/3: form label"},
		{"oldNHSNumber", "LHAA-12", "LHAA-12: form label"},
		{"", "ABCD123", "ABCD123: form"},
		{"", "ABCD 123 456 7", "tested"},
		{"", "ABC123", ""},
		{"Old NHS No", "123456", "tested"},
		{"Part no", "ABCD123", ""},
		{"NHS No", "ABCD123", "ABCD123: form"},
	} {
		if got := identifytest.Cell(Kind, tt.heading, tt.value); got != tt.want {
			t.Errorf("%q below %q: %q, want %q", tt.value, tt.heading, got, tt.want)
		}
	}
}

func TestColumn(t *testing.T) {
	var numbers []string
	for i := range 40 {
		numbers = append(numbers, fmt.Sprintf("%c%cA%c %d", 'A'+i*5%26, 'A'+i*11%26, 'A'+i*3%26, 1+i*37%400))
	}
	for heading, want := range map[string]string{"Old NHS No": "old-nhs-number", "Part no": "", "": ""} {
		if got := identifytest.Column(Kind, heading, numbers); got != want {
			t.Errorf("the column %q is of kind %q, want %q", heading, got, want)
		}
	}
}

func TestNames(t *testing.T) {
	for name, want := range map[string]bool{"old NHS no ABCD 123.pdf": true, "room_123.txt": false} {
		if got := identifytest.Masked(Kind, name); got != want {
			t.Errorf("%q masked: %v", name, got)
		}
	}
}

// TestValue holds that a number is the same however it is written, and another
// one when its parts are.
func TestValue(t *testing.T) {
	value := func(text string) uint64 {
		c := identify.Context{Text: []byte(text)}
		m, _ := read(&c, 0, true)
		return m.Value
	}
	for text, want := range map[string]bool{"ABCD123/4": true, "abcd 123 4": true, "ABCD12/34": false, "ABCD1234": false, "ABCE123/4": false} {
		if got := value(text) == value("ABCD 123/4"); got != want {
			t.Errorf("%q is ABCD 123/4: %v", text, got)
		}
	}
}

func TestPromises(t *testing.T) { identifytest.Run(t, Kind) }

func FuzzFind(f *testing.F) {
	identifytest.Fuzz(f, Kind, "Old NHS No: ABCD 123/4", "LHAAA 12 3")
}

func BenchmarkRejects(b *testing.B) { identifytest.Rejects(b, Kind) }
