package hl7

import (
	"bytes"
	"fmt"
	"strings"
	"sync"

	"trustaudit/internal/extract/record"
	"trustaudit/templates"
)

// place is where a value stands.
type place struct {
	id    [3]byte
	field int
}

// meaning is what a field holds.
type meaning struct{ kind, words string }

// meanings are the fields that hold people, as the list has them.
var meanings = sync.OnceValue(func() map[place]meaning {
	data, err := templates.IdentifierData.ReadFile("identifiers/fields/hl7.tsv")
	if err != nil {
		panic(fmt.Sprintf("read embedded list: %v", err))
	}
	m := map[place]meaning{}
	for line := range strings.Lines(string(data)) {
		columns := strings.Split(strings.TrimRight(line, "\r\n"), "\t")
		var p place
		var id string
		if len(columns) != 3 || line[0] == '#' {
			continue
		}
		if _, err := fmt.Sscanf(columns[0], "%3s-%d", &id, &p.field); err != nil {
			panic(fmt.Sprintf("read embedded list: field %s: %v", columns[0], err))
		}
		copy(p.id[:], id)
		m[p] = meaning{columns[1], columns[2]}
	}
	return m
})

// names holds the names of values, so that each is put together once.
type names map[name]string

// name is what a name is put together from.
type name struct {
	place
	part  int // a component, zero for none
	words string
}

// of returns a name: "PID-11.5 postcode".
func (n names) of(key name) string {
	s, ok := n[key]
	if !ok {
		s = fmt.Sprintf("%s-%d", key.id, key.field)
		if key.part > 0 {
			s += fmt.Sprintf(".%d", key.part)
		}
		if key.words != "" {
			s += " " + key.words
		}
		const most = 10_000 // of strange segments there may be no end
		if len(n) < most {
			n[key] = s
		}
	}
	return s
}

// field adds a field, repetition by repetition.
func (r *reader) field(p place, b []byte) {
	m := meanings()[p]
	if m.kind == "text" {
		r.prose(p, m, b)
		return
	}
	for more := true; more; {
		var one []byte
		one, b, more = bytes.Cut(b, []byte{r.delimiters.repetition})
		if len(one) > 0 {
			r.value(p, m, one)
		}
	}
}

// add adds a value under a name, without its escapes.
func (r *reader) add(p place, part int, words string, value []byte) {
	if len(bytes.TrimSpace(value)) == 0 || string(value) == `""` {
		return
	}
	r.plain = r.delimiters.decode(r.plain[:0], value)
	r.record.Add(r.names.of(name{p, part, words}), r.plain)
}

// value adds one repetition of a field.
func (r *reader) value(p place, m meaning, b []byte) {
	c := r.components(b)
	switch m.kind {
	case "id":
		r.identifier(p, m.words, b)
	case "name":
		r.person(p, m.words, c[0], c[1])
		r.add(p, 3, "middle name", longer(c[2]))
	case "staff":
		r.add(p, 1, record.StaffCode, c[0])
		r.person(p, m.words+" name", c[1], c[2])
	case "address":
		r.address(p, m.words, c)
	case "phone":
		r.phone(p, m.words, c)
	case "date":
		r.add(p, 0, m.words, day(c[0]))
	case "plain":
		for _, part := range c {
			r.add(p, 0, m.words, part)
		}
	default:
		if scheme := r.scheme(b); scheme == record.NHSNumber || scheme == record.CHINumber || scheme == record.HCNumber {
			r.add(p, 0, scheme, c[0])
			return
		}
		if len(b) > shortest {
			r.add(p, 0, "", b)
		}
	}
}

// shortest is what is too short to say anything of anybody, in a field that is
// not known to.
const shortest = 2

// components are the components of a value, each the first of its parts; what is
// not there is empty.
type components [16][]byte

func (r *reader) components(b []byte) (c components) {
	for i := range c {
		one, rest, more := bytes.Cut(b, []byte{r.delimiters.component})
		c[i], _, _ = bytes.Cut(one, []byte{r.delimiters.sub})
		if b = rest; !more {
			break
		}
	}
	return c
}

// scheme says what an identifier is, by its authority and type, wherever a
// sender puts them.
func (r *reader) scheme(b []byte) string {
	const most, longest = 12, 64
	found := record.Identifier
	parts := string([]byte{r.delimiters.component, r.delimiters.sub})
	for range most {
		n := bytes.IndexAny(b, parts)
		if n < 0 {
			break
		}
		b = b[n+1:]
		part := b
		if n = bytes.IndexAny(b, parts); n >= 0 {
			part = b[:n]
		}
		if len(part) == 0 || len(part) > longest {
			continue
		}
		switch s := record.SchemeCode(string(part)); {
		case s == record.NHSNumber, s == record.CHINumber, s == record.HCNumber:
			return s
		case found == record.Identifier:
			found = s
		}
	}
	return found
}

// identifier adds a number under the name of its scheme, else under words.
func (r *reader) identifier(p place, words string, b []byte) {
	scheme, value := r.scheme(b), r.components(b)[0]
	switch {
	case p == place{[3]byte{'P', 'I', 'D'}, 19} && record.IsTenDigits(value):
		scheme = record.NHSNumber // the field of a number that nobody has here
	case scheme == record.Identifier:
		scheme = words
	}
	r.add(p, 0, scheme, value)
}

// person adds a name as it is spoken.
func (r *reader) person(p place, words string, surname, forename []byte) {
	surname, forename = bytes.TrimSpace(surname), bytes.TrimSpace(forename)
	if string(forename) == `""` {
		forename = nil
	}
	if len(surname) == 0 || string(surname) == `""` {
		r.add(p, 0, words, forename)
		return
	}
	full := make([]byte, 0, len(forename)+1+len(surname))
	full = append(append(append(full, forename...), ' '), surname...)
	r.add(p, 0, words, full)
}

// longer returns a name, unless it is an initial.
func longer(b []byte) []byte {
	if len(bytes.Trim(b, " .")) < 2 {
		return nil
	}
	return b
}

// address adds the lines of an address as one value, and its postcode.
func (r *reader) address(p place, words string, c components) {
	var lines []byte
	for _, part := range c[:4] {
		if part = bytes.TrimSpace(part); len(part) > 0 && string(part) != `""` {
			if len(lines) > 0 {
				lines = append(lines, ", "...)
			}
			lines = append(lines, part...)
		}
	}
	r.add(p, 0, words+" address", lines)
	r.add(p, 5, words+" postcode", c[4])
}

// phone adds a telephone number, which newer versions part, and an address of
// mail.
func (r *reader) phone(p place, words string, c components) {
	number := c[0]
	if len(number) == 0 {
		number = c[11]
	}
	if len(number) == 0 && len(c[6]) > 0 {
		number = append(append(append([]byte{}, c[5]...), ' '), c[6]...)
	}
	if bytes.IndexByte(number, '@') >= 0 {
		r.add(p, 0, "email", number)
	} else {
		r.add(p, 0, words, number)
	}
	r.add(p, 4, "email", c[3])
}

// day returns a time stamp without what is less than a second and its zone.
func day(b []byte) []byte {
	n := 0
	for n < len(b) && isDigit(b[n]) {
		n++
	}
	switch {
	case n == len(b) && n != 10, n < 8: // as it is
		return b
	case n >= 14:
		return b[:14]
	case n >= 12:
		return b[:12]
	}
	return b[:8]
}

// prose adds a text, whose repetitions and segments are lines of it.
func (r *reader) prose(p place, m meaning, b []byte) {
	key := r.names.of(name{p, 0, m.words})
	if key != r.reportOf || !r.lines {
		r.endReport()
	}
	r.reportOf = key
	for more := true; more; {
		var line []byte
		line, b, more = bytes.Cut(b, []byte{r.delimiters.repetition})
		r.report = append(r.delimiters.decode(r.report, line), '\n')
	}
	if len(r.report) >= maxReport {
		r.endReport()
	}
}

// maxReport bounds the text that is held.
const maxReport = 256 << 10

// endReport adds the text so far.
func (r *reader) endReport() {
	r.record.Add(r.reportOf, r.report)
	r.report = r.report[:0]
}
