package edifact

import (
	"bytes"
	"strconv"

	"trustaudit/internal/extract/record"
)

// name is what the name of a value is put together from: PNA+PAT NHS number,
// RFF+TN, ZZZ-2.
type name struct {
	tag, qualifier [6]byte
	element        int
	words          string
}

// of returns a name, put together once.
func (r *reader) of(n name) string {
	s, ok := r.names[n]
	if ok {
		return s
	}
	s = trim(n.tag)
	if q := trim(n.qualifier); q != "" {
		s += "+" + q
	}
	if n.element > 0 {
		s += "-" + strconv.Itoa(n.element)
	}
	if n.words != "" {
		s += " " + n.words
	}
	const most = 10_000
	if len(r.names) < most {
		r.names[n] = s
	}
	return s
}

func trim(b [6]byte) string { return string(bytes.TrimRight(b[:], "\x00")) }

// code returns a code for a name: letters and digits alone.
func code(b []byte) (c [6]byte) {
	for i, ch := range b {
		if i == len(c) || !(ch >= '0' && ch <= '9' || ch >= 'A' && ch <= 'Z') {
			return [6]byte{}
		}
		c[i] = ch
	}
	return c
}

// erased is what stands for a value that is taken back.
const erased = "%"

// add adds a value, with what joins its parts.
func (r *reader) add(n name, b []byte, join string) {
	r.plain = r.plain[:0]
	for more := true; more; {
		var part []byte
		part, b, more = r.cut(b, r.delimiters.component)
		if len(part) == 0 || string(part) == erased {
			continue
		}
		if len(r.plain) > 0 {
			r.plain = append(r.plain, join...)
		}
		r.plain = r.release(r.plain, part)
	}
	r.record.Add(r.of(n), r.plain)
}

// release puts b behind dst without the signs that release others.
func (r *reader) release(dst, b []byte) []byte {
	for i := 0; i < len(b); i++ {
		if b[i] == r.delimiters.release && i+1 < len(b) {
			i++
		}
		dst = append(dst, b[i])
	}
	return dst
}

// read adds what a segment says to the record.
func (r *reader) read(e elements) {
	n := name{tag: code(e.tag), qualifier: code(e.at(0))}
	switch string(e.tag) {
	case "PNA":
		r.person(n, e)
	case "NAD":
		r.party(n, e)
	case "DTM":
		r.date(e)
	case "PDI":
		r.add(name{tag: n.tag, words: "sex"}, e.at(0), " ")
	case "COM":
		number, _, _ := r.cut(e.at(0), r.delimiters.component)
		r.add(name{tag: n.tag, words: "phone"}, number, " ")
	case "FTX":
		n.words = "note"
		r.add(n, e.at(3), " ")
	case "RFF", "LOC", "HEA":
		r.reference(n, e)
	default:
		r.others(n, e)
	}
}

// reference adds a value whose qualifier is a part of it, or stands before it.
func (r *reader) reference(n name, e elements) {
	qualifier, value, parts := r.cut(e.at(0), r.delimiters.component)
	if !parts {
		value = e.at(1)
	}
	n.qualifier = code(qualifier)
	r.add(n, value, " ")
}

// others adds the elements of a segment of which nothing is known.
func (r *reader) others(n name, e elements) {
	const shortest = 2
	n.qualifier = [6]byte{}
	for i, b := range e.list {
		if n.element = i + 1; len(b) > shortest {
			r.add(n, b, " ")
		}
	}
}

// date adds a date: 329 is the qualifier of the date of birth.
func (r *reader) date(e elements) {
	qualifier, rest, _ := r.cut(e.at(0), r.delimiters.component)
	value, _, _ := r.cut(rest, r.delimiters.component)
	n := name{tag: code([]byte("DTM")), qualifier: code(qualifier)}
	if string(qualifier) == "329" {
		n.words = "date of birth"
	}
	r.add(n, value, " ")
}

// person adds the number and the name of a patient, or a name that the patient
// had before.
func (r *reader) person(n name, e elements) {
	r.patient = r.patient || string(e.at(0)) == "PAT"
	number, qualifier, _ := r.cut(e.at(1), r.delimiters.component)
	n.words = record.NHSNumber
	if !record.IsTenDigits(number) {
		n.words = "old NHS number" // of the forms before 1996
	}
	if scheme := record.SchemeCode(string(qualifier)); scheme == record.HospitalNumber || scheme == record.CHINumber || scheme == record.HCNumber {
		n.words = scheme
	}
	r.add(n, number, " ")
	var surname, forename []byte
	for _, part := range e.list[2:] {
		kind, value, _ := r.cut(part, r.delimiters.component)
		switch string(kind) {
		case "SU", "US":
			surname = value
		case "FO":
			forename = value
		case "MI", "FS":
			if len(value) > 1 {
				n.words = "middle name"
				r.add(n, value, " ")
			}
		}
	}
	n.words = "patient name"
	r.add(n, bytes.Join([][]byte{forename, surname}, []byte{r.delimiters.component}), " ")
}

// party adds the address of a patient, or that of an organisation and its
// people.
func (r *reader) party(n name, e elements) {
	whose := "practice"
	if string(e.at(0)) == "PAT" {
		whose = "patient"
		r.patient = true
	}
	number, _, _ := r.cut(e.at(1), r.delimiters.component)
	called := "practitioner name"
	switch {
	case whose == "patient":
		called = "patient name"
		n.words = record.Identifier
	default:
		n.words = record.OrgCode
	}
	r.add(n, number, " ")
	n.words = called
	r.add(n, e.at(3), " ")
	n.words = whose + " address"
	r.add(n, bytes.Join([][]byte{e.at(2), e.at(4), e.at(5), e.at(6)}, []byte{r.delimiters.component}), ", ")
	n.words = whose + " postcode"
	r.add(n, e.at(7), " ")
}
