package material

import (
	"fmt"
	"iter"
	"slices"
)

// A Column is one column of a table and what is true of it.
type Column struct {
	Template string
	Heading  string // empty if it has none
	Values   []string
	NHS      bool // its values are patients' numbers
}

// RandomColumns yields n columns of 50 to 10,000 values of ten digits that are
// nobody's number.
func RandomColumns(seed uint64, n int) iter.Seq[Column] { return columns(seed, n, randomColumns()) }

// NumberColumns yields n columns without a heading that hold 8 to 200 distinct
// numbers of patients.
func NumberColumns(seed uint64, n int) iter.Seq[Column] { return columns(seed, n, numberColumns()) }

// A series makes the values of a column, one after another.
type series struct {
	name     string
	headings []string
	start    func(*maker) func() string
}

func columns(seed uint64, n int, all []series) iter.Seq[Column] {
	return func(yield func(Column) bool) {
		for i := range n {
			if !yield(all[i%len(all)].column(newMaker(seed, uint64(i)))) {
				return
			}
		}
	}
}

func (s series) column(m *maker) Column {
	c := Column{Template: s.name}
	if len(s.headings) > 0 && m.IntN(2) == 0 {
		c.Heading = m.pick(s.headings)
	}
	next := s.start(m)
	rows := m.between(span{50, 10_000})
	if len(s.headings) == 0 {
		rows = m.between(span{8, 200})
		c.NHS = true
	}
	for len(c.Values) < rows {
		c.Values = append(c.Values, next())
	}
	if c.NHS {
		c.Values = worn(m, c.Values)
	}
	return c
}

// randomColumns are drawn as registers, programs and telephone companies draw
// numbers: blind to modulus 11, so that one in eleven passes.
func randomColumns() []series {
	names := []string{"ID", "Reference", "Account", "Number", "Ref No", "Order", "key", "Customer", "serial", "code"}
	key := func(text string) func(*maker) func() string {
		return func(m *maker) func() string {
			settled := m.settle(text)
			return func() string { return m.fill(settled, nil) }
		}
	}
	return []series{
		{"uniform", names, key("«ten»")},
		{"uniform-zeros", names, key("«#10»")},
		{"issued-range", names, key("«~4¦6¦7»«#9»")},
		{"one-lead", names, key("«4¦6¦7¦9»«#9»")},
		{"mobiles", append(slices.Clone(names), "Mobile", "Tel"), key("«mob9»")},
		{"epoch", append(slices.Clone(names), "ts", "created"), key("«epoch»")},
		{"epoch-day", append(slices.Clone(names), "time"), rising(1_400_000_000, 400_000_000, 900)},
		{"serials", names, rising(4_000_000_000, 3_900_000_000, 1)},
		{"serials-steps", names, rising(4_000_000_000, 3_900_000_000, 250)},
		{"accounts", names, key("«400¦4857¦61¦7000»«#6»")},
		{"prefix-short", names, key("«45¦47¦60»«#8»")},
		{"luhn", names, key("«luhn10»")},
		{"minutes", append(slices.Clone(names), "stamp"), key("«~1¦2»«~0¦1¦2¦3¦4¦5¦6¦7¦8¦9»0«n:1-9»«~0¦1¦2»«n:1-8»«~0¦1»«n:0-9»«~0¦1¦2¦3¦4¦5»«n:0-9»")},
		{"spaced", names, key("«#3» «#3» «#4»")},
		{"mixed", names, key("«~«ten»¦«mob9»¦«epoch»¦«luhn10»»")},
		{"some-short", names, key("«~«ten»¦«ten»¦«#9»¦«#8»»")},
		{"repeated-few", names, repeating},
		{"scrambled", []string{"nhs_number", "NHS_NO", "NHS Number", "pseudo_nhs"}, key("«~4¦6¦7»«#9»")},
	}
}

// rising numbers grow by a step of up to the given one, fixed for the column.
func rising(from, width, step int) func(*maker) func() string {
	return func(m *maker) func() string {
		at, by := from+m.IntN(width/10*9), 1+m.IntN(step)
		return func() string { at += by; return fmt.Sprintf("%010d", at) }
	}
}

// repeating draws from a few dozen values.
func repeating(m *maker) func() string {
	pool := make([]string, 30+m.IntN(50))
	for i := range pool {
		pool[i] = m.value("ten", nil)
	}
	return func() string { return m.pick(pool) }
}

// numberColumns are patients' numbers as columns hold them.
func numberColumns() []series {
	key := func(text string) func(*maker) func() string {
		return func(m *maker) func() string {
			return func() string { return m.fill(text, m.patient()) }
		}
	}
	return []series{
		{name: "nhs", start: key("«nhs10»")},
		{name: "nhs-style", start: key("«nhs»")},
		{name: "nhs-spaced", start: key("«nhs334»")},
		{name: "nhs-dashes", start: key("«nhsdash»")},
		{name: "nhs-floats", start: key("«nhs10».0")},
		{name: "nhs-quoted", start: key("'«nhs10»")},
		{name: "nhs-ways", start: key("«~«nhs10»¦«nhs334»¦«nhsdash»»")},
		{name: "chi", start: key("«chi»")},
		{name: "hc", start: key("«hc»")},
	}
}

// worn does to a column what years of keeping do: rows repeat, some are blank,
// and a few per cent were mistyped.
func worn(m *maker, values []string) []string {
	blank, again, wrong := m.one("", "y") == "y", m.IntN(2) == 0, m.IntN(3) == 0
	var out []string
	for i, v := range values {
		out = append(out, v)
		if again && m.IntN(4) == 0 {
			out = append(out, values[m.IntN(i+1)])
		}
		if blank && m.IntN(8) == 0 {
			out = append(out, "")
		}
		// Not among the first, so that eight are never too few.
		if wrong && i%25 == 24 {
			out = append(out, spoilt(m, v))
		}
	}
	return out
}

// spoilt changes the first digit of a value, whatever its form.
func spoilt(m *maker, v string) string {
	b := []byte(v)
	for i := range b {
		if b[i] >= '0' && b[i] <= '9' {
			b[i] = '0' + (b[i]-'0'+byte(1+m.IntN(9)))%10
			break
		}
	}
	return string(b)
}
