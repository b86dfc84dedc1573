package material

import (
	"fmt"
	"strings"
)

// customs are the positives that the language of templates cannot say.
func customs() []template {
	return []template{
		{name: "transposed", ext: "csv", finish: desktop, custom: transposed},
		{name: "lost-zeros", ext: "csv", finish: desktop, custom: lostZeros},
		{name: "some-blank", ext: "csv", finish: desktop, custom: someBlank},
		{name: "some-wrong", ext: "csv", finish: desktop, custom: someWrong},
	}
}

// transposed is a sheet with a patient in each column.
func transposed(m *maker) string {
	lines := []string{"Name", "NHS No", "Ward"}
	for range 3 + m.IntN(8) {
		p := m.patient()
		for i, key := range []string{"«record»«full»", "«nhs»", "«ward»"} {
			lines[i] += "," + m.fill(key, p)
		}
	}
	return strings.Join(lines, "\n") + "\n"
}

// lostZeros is a list of CHI numbers that a spreadsheet took for numbers.
func lostZeros(m *maker) string {
	out := "CHI,Surname,Forename,DOB\n"
	for range 10 + m.IntN(60) {
		p := m.patient()
		number := m.plant(p.chi)
		if number[0] == '0' {
			number = number[1:]
		}
		out += number + m.fill(",«record»«sur»,«fore»,«dobuk»\n", p)
	}
	return out
}

// someBlank is a list in which some rows hold no number, and so nobody.
func someBlank(m *maker) string {
	out := m.settle("«NHS Number¦NHSNo»,Clinic,Attended\n")
	for range 10 + m.IntN(60) {
		row := "«record»«nhs»,«spec»,«date»\n"
		if m.IntN(4) == 0 {
			row = ",«spec»,«date»\n"
		}
		out += m.fill(row, m.patient())
	}
	return out
}

// someWrong is a list in which some numbers were mistyped. The patients' names
// still identify them.
func someWrong(m *maker) string {
	out := "NHS Number,Surname,Forename,DOB\n"
	for range 10 + m.IntN(60) {
		p := m.patient()
		number := m.mistyped(p.number)
		if m.IntN(12) > 0 {
			number = m.plant(p.number)
		}
		out += number + m.fill(",«record»«sur»,«fore»,«dobuk»\n", p)
	}
	return out
}

// mistyped changes one digit, which modulus 11 always tells.
func (m *maker) mistyped(ten string) string {
	b := []byte(ten)
	at := 1 + m.IntN(8)
	b[at] = '0' + (b[at]-'0'+byte(1+m.IntN(9)))%10
	return string(b)
}

// runningNumbers is a table of running numbers, one in eleven of which passes.
func runningNumbers(m *maker) string {
	var b strings.Builder
	step := 1 + m.IntN(50)
	at := 4_000_000_000 + m.IntN(1_000_000_000)
	for range 20 + m.IntN(200) {
		fmt.Fprintf(&b, "%d;%s\n", at, m.value("goods", nil))
		at += step
	}
	return b.String()
}
