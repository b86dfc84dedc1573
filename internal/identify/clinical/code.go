package clinical

import "trustaudit/internal/identify"

// code looks at a token with digits in it, which stands from i to end.
func (s *scan) code(i, end, digits, letters int) {
	token := s.text[i:end]
	switch {
	case letters == 0:
		if isNumber(s.text, i, end) && len(token) >= shortestID && len(token) <= longestID {
			s.identifier(token)
		}
	case classified(token, letters):
		if extended := s.subcategory(i, end); (extended > end || s.labelled > 0) && s.exists(token) {
			s.takeCode(s.text[i:extended])
		}
	}
	if n := readCode(s.text, i, end, s.labelled > 0); n > 0 {
		s.takeCode(s.text[i : i+n])
	}
}

// Lengths of a SNOMED CT identifier.
const (
	shortestID = 6
	longestID  = 18
)

// identifier takes a number that may be a SNOMED CT identifier. Where there are
// many numbers some are valid by chance.
func (s *scan) identifier(number []byte) {
	s.numbers++
	if isSNOMED(number) && (s.labelled > 0 || s.numbers <= chanceOfIDs*(s.coded+1)) {
		s.takeCode(number)
	}
}

// isNumber reports whether the digits stand by themselves: in no date, decimal
// or telephone number.
func isNumber(text []byte, i, end int) bool {
	joined := func(at int) bool {
		return at >= 0 && at < len(text) && (text[at] == '.' || text[at] == '-' || text[at] == '/' || text[at] == '+' || text[at] == ':' || text[at] == '_')
	}
	behind := joined(end) && end+1 < len(text) && identify.IsWord(text[end+1])
	return !behind && !(joined(i-1) && i >= 2 && (identify.IsWord(text[i-2]) || text[i-1] == '+'))
}

// isSNOMED reports whether a number of six digits or more has the check digit
// and one of the partitions of SNOMED CT: concept, description, relationship,
// of the core or of an extension.
func isSNOMED(number []byte) bool {
	if number[0] == '0' || !verhoeff(number) {
		return false
	}
	n := len(number)
	extension, component := number[n-3], number[n-2]
	return (extension == '0' || extension == '1' && n >= 10) && component <= '2'
}

// verhoeff reports whether the last digit is the check digit of the others.
func verhoeff(digits []byte) bool {
	const (
		product     = "0123456789" + "1234067895" + "2340178956" + "3401289567" + "4012395678" + "5987604321" + "6598710432" + "7659821043" + "8765932104" + "9876543210"
		permutation = "0123456789" + "1576283094" + "5803796142" + "8916043527" + "9453126870" + "4286573901" + "2793806415" + "7046913258"
	)
	check := 0
	for i := range digits {
		digit := int(digits[len(digits)-1-i] - '0')
		moved := int(permutation[i%8*10+digit] - '0')
		check = int(product[check*10+moved] - '0')
	}
	return check == 0
}

// classified reports whether a token has the form of a category of ICD-10 or
// OPCS-4, with or without its fourth digit: E11, E119.
func classified(token []byte, letters int) bool {
	return letters == 1 && identify.IsUpper(token[0]) && (len(token) == 3 || len(token) == 4)
}

// subcategory returns the end of a code with its point: E11.9, M16.10; the end
// of the token when there is none.
func (s *scan) subcategory(i, end int) int {
	if end-i != 3 || end+1 >= len(s.text) || s.text[end] != '.' || !identify.IsDigit(s.text[end+1]) {
		return end
	}
	last := end + 1
	for last < len(s.text) && identify.IsDigit(s.text[last]) {
		last++
	}
	if last-end > 3 || last < len(s.text) && (identify.IsLetter(s.text[last]) || s.text[last] == '.' && last+1 < len(s.text) && identify.IsDigit(s.text[last+1])) {
		return end
	}
	return last
}

// exists reports whether ICD-10 or OPCS-4 has the category.
func (s *scan) exists(token []byte) bool {
	i := category(token)
	return s.icd[i] || s.opcs[i]
}

// readCode returns the length of a code of the Read Codes that begins at i, five
// places of which the last are points: "G20..". Codes without points count where
// something calls them so.
func readCode(text []byte, i, end int, labelled bool) int {
	const places, fewest = 5, 2
	points := 0
	for end+points < len(text) && text[end+points] == '.' && points < places {
		points++
	}
	if end-i+points != places || points < fewest && !(labelled && points > 0) || i > 0 && !isSpace(text[i-1]) {
		return 0
	}
	if after := i + places; after < len(text) && (identify.IsWord(text[after]) || text[after] == '.') || identify.IsLower(text[i]) {
		return 0
	}
	return places
}

func isSpace(ch byte) bool {
	switch ch {
	case ' ', '\t', '\n', '\r', '"', '\'', '|', ',', ';', ':', '(', '[', '^', '=', '>':
		return true
	}
	return false
}
