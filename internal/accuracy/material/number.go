package material

import (
	"fmt"
	"strings"
)

// check returns the tenth digit of nine by modulus 11, or ten if there is none.
func check(nine string) int {
	sum := 0
	for i := range 9 {
		sum += int(nine[i]-'0') * (10 - i)
	}
	return (11 - sum%11) % 11
}

// passes reports whether ten digits hold their check digit.
func passes(ten string) bool { return len(ten) == 10 && check(ten) == int(ten[9]-'0') }

// digits returns n random ones.
func (m *maker) digits(n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte('0' + m.IntN(10))
	}
	return string(b)
}

// A scheme says out of which range a file's NHS numbers come.
type scheme int

const (
	live     scheme = iota
	forTests        // never issued: 9xx
	unissued        // 5xx
)

func (m *maker) lead(s scheme) string {
	switch s {
	case forTests:
		return "9"
	case unissued:
		return "5"
	}
	return m.one("4", "4", "6", "7", "6", "7")
}

// nhs makes a number that is new in this file.
func (m *maker) nhs(s scheme) string {
	return m.numbered(func() string { return m.lead(s) + m.digits(8) })
}

// hc makes a Health and Care number of Northern Ireland.
func (m *maker) hc() string {
	return m.numbered(func() string { return "3" + string(rune('2'+m.IntN(8))) + m.digits(7) })
}

// chi makes a Community Health Index number, which begins with a birthday.
func (m *maker) chi(p *patient) string {
	return m.numbered(func() string {
		sex := 2 * m.IntN(5)
		if p.male {
			sex++
		}
		return fmt.Sprintf("%s%s%d", p.born.Format("020106"), m.digits(2), sex)
	})
}

// numbered draws nine digits until they have a check digit and are new.
func (m *maker) numbered(draw func() string) string {
	for {
		nine := draw()
		c := check(nine)
		if c == 10 || m.used[nine] || repeated(nine) {
			continue
		}
		m.used[nine] = true
		return fmt.Sprintf("%s%d", nine, c)
	}
}

func repeated(s string) bool { return strings.Count(s, s[:1]) == len(s) }

// group writes ten digits 3-3-4.
func group(ten, with string) string { return ten[:3] + with + ten[3:6] + with + ten[6:] }

// passing is ten digits that pass modulus 11 by chance and are nobody's.
func (m *maker) passing() string {
	for {
		nine := m.digits(9)
		if c := check(nine); c < 10 && nine[0] != '0' && !repeated(nine) {
			return fmt.Sprintf("%s%d", nine, c)
		}
	}
}

// isbn is an ISBN of ten, whose check is the same as an NHS number's, but for X.
func (m *maker) isbn() string {
	nine := m.one("0", "0", "1") + m.digits(8)
	if c := check(nine); c < 10 {
		return fmt.Sprintf("%s%d", nine, c)
	}
	return nine + "X"
}

// ean appends the check digit of a barcode.
func ean(stem string) string {
	sum := 0
	for i := range stem {
		weight := 1
		if (len(stem)-i)%2 == 1 {
			weight = 3
		}
		sum += int(stem[i]-'0') * weight
	}
	return fmt.Sprintf("%s%d", stem, (10-sum%10)%10)
}

// luhn appends the check digit of a payment card.
func luhn(stem string) string {
	sum := 0
	for i := range stem {
		d := int(stem[len(stem)-1-i] - '0')
		if i%2 == 0 {
			d = d*2/10 + d*2%10
		}
		sum += d
	}
	return fmt.Sprintf("%s%d", stem, (10-sum%10)%10)
}
