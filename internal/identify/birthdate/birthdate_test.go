package birthdate

import (
	"testing"
	"time"

	"trustaudit/internal/identify"
)

func TestFind(t *testing.T) {
	tests := []struct {
		text string
		want uint64 // 0: no match
	}{
		{"12/03/1958", 19580312},
		{"12.03.1958", 19580312},
		{"12-03-1958", 19580312},
		{"1/2/58", 19580201},
		{"1/2/26", 20260201},
		{"1/2/27", 19270201},
		{"1958-03-12", 19580312},
		{"1958/3/2", 19580302},
		{"12 March 1958", 19580312},
		{"12th Mar 1958", 19580312},
		{"1st of March 1958", 0},
		{"12-MAR-58", 19580312},
		{"3 Sept 1958", 19580903},
		{"12 Mar, 1958", 19580312},
		{"03/28/1958", 19580328},
		{"29/02/2000", 20000229},
		{"1958-03-12T00:00:00Z", 19580312},
		{"1958-03-12 10:30", 0}, // a time stamp
		{"29/02/1958", 0},
		{"31/04/1958", 0},
		{"13/13/1958", 0},
		{"00/01/1958", 0},
		{"12/03/1858", 0},
		{"12/03/2031", 0},
		{"01/01/1900", 0},
		{"12/03-1958", 0},
		{"12/03/195", 0},
		{"12/03/19581", 0},
		{"12 Market 1958", 0},
		{"12 Marching 58", 0},
		{"19580312", 0}, // an identifier, unless it is called a date of birth
		{"138/82", 0},
		{"12.5", 0},
		{"1.2.3.4", 0},
	}
	for _, tt := range tests {
		c := identify.Context{Text: []byte(tt.text), Now: time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)}
		m, ok := Kind.Find(&c, 0)
		if ok != (tt.want != 0) || m.Value != tt.want {
			t.Errorf("%q: got %d, %v, want %d", tt.text, m.Value, ok, tt.want)
		}
	}
}

func TestLabel(t *testing.T) {
	tests := []struct {
		text string
		want uint32
	}{
		{"DOB: #", label}, {"d.o.b. #", label}, {"Date of Birth\n#", label}, {"born on #", label}, {`"birthDate": "#`, label},
		{"admitted on #", other}, {"Clinic date: #", other}, {"printed #", other},
		{"on #", 0}, {"# ", 0}, {"lives since then #", 0}, {"birth\n\n\n#", 0},
	}
	for _, tt := range tests {
		at := len(tt.text) - 1
		for tt.text[at] != '#' {
			at--
		}
		c := identify.Context{Text: []byte(tt.text[:at] + "12/03/1958"), Now: time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)}
		m, _ := Kind.Find(&c, at)
		if got := m.Signals & (label | other); got != tt.want {
			t.Errorf("%q: signals %b, want %b", tt.text, got, tt.want)
		}
	}
}

func TestEDIFACT(t *testing.T) {
	for text, want := range map[string]bool{
		"DTM+329:19580312:102'": true,
		"DTM+137:19580312:102'": false,
		"DTM+956:19580312:102'": false,
	} {
		c := identify.Context{Text: []byte(text), Now: time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)}
		if m, ok := Kind.Find(&c, len("DTM+329:")); ok != want || ok && m.Signals&label == 0 {
			t.Errorf("%q: found %v, want %v", text, ok, want)
		}
	}
}
