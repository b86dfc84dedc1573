// Package heading tells whether the first row of a table names its columns, or
// the first column its rows, and writes such names into running text.
// A wrong yes hides a row of data among the names, so doubt means no.
package heading

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// words are parts of names that columns of records commonly have.
var words = map[string]bool{
	"name": true, "names": true, "surname": true, "forename": true, "forenames": true, "firstname": true,
	"lastname": true, "fullname": true, "title": true, "initials": true,
	"dob": true, "birth": true, "born": true, "age": true, "sex": true, "gender": true, "ethnicity": true,
	"nhs": true, "nhsno": true, "nhsnumber": true, "chi": true, "mrn": true, "crn": true, "pas": true, "pid": true,
	"id": true, "ref": true, "reference": true, "key": true, "number": true, "no": true, "num": true, "code": true,
	"address": true, "addr": true, "postcode": true, "town": true, "city": true, "county": true, "street": true,
	"phone": true, "telephone": true, "tel": true, "mobile": true, "email": true, "fax": true,
	"date": true, "time": true, "timestamp": true, "created": true, "updated": true, "start": true, "end": true,
	"patient": true, "consultant": true, "clinic": true, "ward": true, "specialty": true, "gp": true, "practice": true,
	"diagnosis": true, "result": true, "type": true, "status": true, "value": true, "note": true, "notes": true, "text": true, "comment": true,
	"description": true, "quantity": true, "amount": true, "total": true, "digest": true, "hash": true, "pseudonym": true,
	"token": true, "hospital": true, "site": true, "organisation": true, "department": true, "user": true,
}

// Is reports whether first is a row of names above the rows that follow it.
func Is(first []string, following [][]string) bool {
	if len(first) == 0 {
		return false
	}
	named, known := 0, 0
	seen := make(map[string]bool, len(first))
	for _, cell := range first {
		cell = strings.TrimSpace(cell)
		if cell == "" {
			continue
		}
		if !nameLike(cell) || seen[cell] {
			return false
		}
		seen[cell] = true
		named++
		if hasKnown(cell) {
			known++
		}
	}
	if named*2 < len(first) || named == 0 {
		return false
	}
	return known*2 > named || changes(first, following)
}

// IsForm reports whether rows are a form: a name and its value in each, as a
// single record is written.
func IsForm(rows [][]string) bool {
	const fewest = 3
	pairs, known, valued := 0, 0, false
	seen := make(map[string]bool, len(rows))
	for _, row := range rows {
		if len(row) < 2 { // a title
			continue
		}
		name := strings.TrimSpace(row[0])
		if name == "" || !nameLike(name) || seen[name] || !blank(row[2:]) {
			return false
		}
		seen[name] = true
		pairs++
		if hasKnown(name) {
			known++
		}
		valued = valued || countDigits(row[1]) >= 2
	}
	return pairs >= fewest && valued && known*2 > pairs
}

func blank(cells []string) bool {
	for _, cell := range cells {
		if strings.TrimSpace(cell) != "" {
			return false
		}
	}
	return true
}

// nameLike: a name begins with a letter and is short; it has few digits, and
// no value's punctuation.
func nameLike(cell string) bool {
	if len(cell) > 64 || !utf8.ValidString(cell) {
		return false
	}
	digits := 0
	for i, r := range cell {
		switch {
		case i == 0 && !unicode.IsLetter(r) && r != '_' && r != '#':
			return false
		case unicode.IsDigit(r):
			digits++
		case r == '@' || r == '\n':
			return false
		}
	}
	return digits <= 2
}

// hasKnown looks for a known word in snake_case, camelCase or spaced words.
func hasKnown(cell string) bool {
	if words[strings.ToLower(cell)] {
		return true
	}
	start, last := 0, rune(0)
	for i, r := range cell {
		edge := !unicode.IsLetter(r) || unicode.IsUpper(r) && unicode.IsLower(last)
		if edge {
			if words[strings.ToLower(strings.TrimFunc(cell[start:i], notLetter))] {
				return true
			}
			start = i
		}
		last = r
	}
	return words[strings.ToLower(strings.TrimFunc(cell[start:], notLetter))]
}

func notLetter(r rune) bool { return !unicode.IsLetter(r) }

// changes reports whether some column has digits in every row but the first.
func changes(first []string, following [][]string) bool {
	if len(following) < 2 {
		return false
	}
	for i, cell := range first {
		if strings.TrimSpace(cell) == "" || countDigits(cell) > 0 {
			continue
		}
		with := 0
		for _, row := range following {
			if i < len(row) && countDigits(row[i]) >= 2 {
				with++
			}
		}
		if with == len(following) {
			return true
		}
	}
	return false
}

func countDigits(s string) int {
	n := 0
	for i := range len(s) {
		if s[i] >= '0' && s[i] <= '9' {
			n++
		}
	}
	return n
}
