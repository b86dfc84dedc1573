package birthdate

import (
	"strings"
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
		{"21/11/26", 20261121},
		{"22/11/26", 19261122},
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
		{"12.3.58.7", 0},
		{"12.3.58.", 19580312},
		{"12/03/195", 0},
		{"12/03/19581", 0},
		{"12 Market 1958", 0},
		{"12 Marching 58", 0},
		{"19580312", 0}, // an identifier, unless it is called a date of birth
		{"138/82", 0},
		{"12.5", 0},
		{"7thSept12", 20120907},
		{"12/Mar/58", 19580312},
		{"7ab Sept12", 0},
		{"12th March, 1958", 19580312},
		{"1958-03-12T00:00:00.000+01:00", 19580312},
		{"21/11/2026 10:15:30 and more", 0}, {"2026-11-21 10:15:30 and more", 0}, {"21/Nov/2026:10:15:30 +0000", 0}, {"20261121101530 and more", 0},
		{"12/03/1958 - : and so on", 19580312}, {"12/03/1958\u3000: and so", 19580312}, {"1958-03-12 A1: and so", 19580312},
		{"10:15:30 and so on and on", 0}, {"18000101 and so on and on", 0}, {"1800-01-01 and so on", 0}, {"1801-01-01 and so on", 0}, {"1901-01-01 and so on", 0},
		{"01/01/1900 and so on", 0}, {"02/01/1907 and so on", 19070102},
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
		{"Birth Date: #", label}, {"date of birth (dd/mm/yyyy): #", label}, {"D.O.B.: #", label}, {"DoB #", label}, {"born #", label}, {"d.o.b:#", label},
		{"aged 34 (#", label}, {"Age 7 (#", label}, {"34 years (#", label}, {"34 years old (#", label}, {"34yrs (#", label}, {"AGE: 34 (#", label}, {"B34 (#", 0}, {"2034 (#", 0}, {"34 years (see #", 0}, {"aged 34, #", 0}, {"room 34 (#", 0}, {"aged (#", 0},
		{"b. #", label}, {"OKEKE (b #", label}, {"Plan B #", 0}, {"bulb #", 0},
		{"Agent: your date of birth?\nCaller: #", label}, {"Agent: your date of birth?\r\nCaller: #", label}, {"Agent: and the day?\nCaller: #", 0}, {"your date of birth\nCaller: #", 0},
		{"date_of_birth < '#", other}, {"dob >= #", other}, {"<birthDate>#", label}, {"DOB = '#", label},
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

// TestCompact holds that a time behind a date without separators must be one.
func TestCompact(t *testing.T) {
	for text, want := range map[string]bool{"19580312": true, "195803121530": true, "19580312153059": true, "12031958": true, "195803122430": false, "19580312156059": false, "1958031215": false} {
		c := identify.Context{Text: []byte("DOB: " + text), Now: time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)}
		if m, ok := Kind.Find(&c, len("DOB: ")); ok != want || ok && m.Value != 19580312 {
			t.Errorf("%s: %d, %v", text, m.Value, ok)
		}
	}
}

// TestBehind holds where a date stands that is a patient's by habit.
func TestBehind(t *testing.T) {
	for text, want := range map[string]bool{
		"10:00 M Okeke (#)": true, "M. O'Dell (#)": true, "M Lees-Hay(#)": true,
		"Okeke (#)": false, "McM Okeke (#)": false, "m Okeke (#)": false, "M okeke (#)": false, "M Okeke #": false, "Mary Okeke (#)": false, "U1M Okeke (#)": false,
		"M Okeke (seen #)": false, "(#)": false,
	} {
		if got := behindOf(t, text, "12/03/1958"); got != want {
			t.Errorf("%q: behind a name %v, want %v", text, got, want)
		}
	}
	for text, want := range map[string]bool{
		`E:\OKEKE^MAEVE_#_H361221`: true, "OKEKE_MAEVE_#.pdf": true, "O'DELL^MARY-ANN_#": true,
		"OKEKE_#_H361221": false, "^MAEVE_#": false, "OKEKE^_#": false, "OKEKE^MAEVE #": false, "_#": false,
	} {
		if got := behindOf(t, text, "19580312"); got != want {
			t.Errorf("%q: behind a name %v, want %v", text, got, want)
		}
	}
	if behindOf(t, "M Okeke (#)", "12/03/2012") {
		t.Error("a date that may be of a version is taken for a patient's")
	}
}

// behindOf reports whether a date that is put for # in a text is told to stand
// behind a name.
func behindOf(t *testing.T, text, date string) bool {
	t.Helper()
	before, after, _ := strings.Cut(text, "#")
	c := identify.Context{Text: []byte(before + date + after), Now: time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)}
	m, _ := Kind.Find(&c, len(before))
	return m.Signals&behind != 0
}

// TestBeside holds which dates stand beside what may be a name.
func TestBeside(t *testing.T) {
	for text, want := range map[string]bool{
		"Maeve Okeke 12/03/2012": true, "OKEKE, Maeve   12/03/1958": true, "Maeve Okeke\n12/03/1958": true, "M. Okeke, 12/03/1958": true, `"Maeve Okeke", "12/03/1958"`: true,
		"Okeke 12/03/1958": false, "for Okeke 12/03/1958": false, "Maeve Okeke seen 12/03/1958": false, "Maeve Okeke 12/03/2025": false, "Maeve Okeke DOB 12/03/1958": false,
	} {
		c := identify.Context{Text: []byte(text), Now: time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)}
		at := strings.Index(text, "12/03")
		m, _ := Kind.Find(&c, at)
		if got := m.Signals&beside != 0; got != want {
			t.Errorf("%q: beside a name %v, want %v", text, got, want)
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

func TestCell(t *testing.T) {
	for _, tt := range []struct {
		text       string
		head       identify.Sign
		tested, ok bool
		value      uint64
	}{
		{"12/03/1958", 0, true, true, 19580312}, {"1958-03-12 00:00:00.000", 0, true, true, 19580312}, {"1958-03-12T00:00:00+01:00", 0, true, true, 19580312},
		{"1958-03-12 10:30:00", 0, false, false, 0}, {"1958-06-11T23:00:00.000Z", identify.Yes, true, true, 19580611}, {"1958-03-12 and more", identify.Yes, false, false, 0},
		{"Mar 12 1958 12:00AM", 0, true, true, 19580312}, {"March 12th, 1958", 0, true, true, 19580312}, {"Mar  1 1958 12:00AM", 0, true, true, 19580301}, {"Mar 12 58", 0, false, false, 0}, {"Marched 12 1958", 0, false, false, 0},
		{"21256", identify.Yes, true, true, 19580312}, {"21256.0", identify.Yes, true, true, 19580312}, {"21256", 0, false, false, 0}, {"1958", identify.Yes, false, false, 0}, {"50001", identify.Yes, false, false, 0},
		{"19580312", identify.Yes, true, true, 19580312}, {"19580312", 0, false, false, 0},
		{"1800-01-01", identify.Yes, true, false, 0}, {"01/01/1900", identify.Yes, true, false, 0}, {"9999-12-31", identify.Yes, true, false, 0},
	} {
		c := identify.Context{Text: []byte(tt.text), Now: time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC), Head: tt.head}
		m, tested, ok := Kind.Cell(&c, identify.ShapeOf(c.Text))
		if tested != tt.tested || ok != tt.ok || ok && m.Value != tt.value {
			t.Errorf("%q: %d, tested %v, a date %v; want %d, %v, %v", tt.text, m.Value, tested, ok, tt.value, tt.tested, tt.ok)
		}
	}
}

// TestDays tries every day of two centuries in both common forms, at various
// times of the year, against the calendar.
func TestDays(t *testing.T) {
	for _, now := range []time.Time{time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC), time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC), time.Date(2027, 12, 31, 23, 0, 0, 0, time.UTC), time.Date(2028, 2, 29, 0, 0, 0, 0, time.UTC)} {
		number := func(d time.Time) int { return d.Year()*10000 + int(d.Month())*100 + d.Day() }
		today := number(now)
		for day := time.Date(1890, 1, 1, 0, 0, 0, 0, time.UTC); day.Year() < 2040; day = day.AddDate(0, 0, 1) {
			v := number(day)
			var want uint32
			if v <= today && v >= today-120*10000 && v != 19000101 && v != 19010101 {
				want = plausible
				if v <= today-30*10000 {
					want |= old
				}
				if v <= today-3*10000 {
					want |= aged
				}
			}
			for _, layout := range []string{"02/01/2006", "2006-01-02"} {
				c := identify.Context{Text: []byte(day.Format(layout) + ", and so it goes on"), Now: now}
				if m, _ := Kind.Parse(&c, 0); m.Signals != want || want != 0 && m.Value != uint64(v) {
					t.Fatalf("%s in %v: %d, %b; want %b", c.Text, now, m.Value, m.Signals, want)
				}
			}
		}
	}
}

func TestAgree(t *testing.T) {
	for _, tt := range []struct {
		kind string
		chi  uint64
		want uint32
	}{{"chi-number", 1203580123, chi}, {"chi-number", 1303580123, 0}, {"nhs-number", 1203580123, 0}} {
		if got := Kind.Agree(19580312, tt.kind, tt.chi); got != tt.want {
			t.Errorf("%s %010d: %b, want %b", tt.kind, tt.chi, got, tt.want)
		}
	}
}
