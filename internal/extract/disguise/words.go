package disguise

import (
	"bufio"
	"bytes"
	"strings"
	"sync"

	"trustaudit/templates"
)

// ordinary are words that stand in letters, notes and the headings of lists.
const ordinary = `the and for with that this was are has not from have been his her you will which they were their there
	date name number patient patients address birth surname forename first last hospital dear ward clinic doctor postcode
	consultant diagnosis male female yours sincerely please january february march april june july august september october
	november december nhs dob gender phone telephone email type notes appointment admission discharge referral result
	treatment history report general practice surgery department health service medical record letter title status code
	asthma diabetes cancer carcinoma fracture infection depression hypertension`

// vocabulary holds words, and how long they are by their first two letters, so
// that most of what is none is known by that.
type vocabulary struct {
	words  map[string]bool
	begins [26][26]uint32
}

// words are those, the commonest forenames, and the last words of streets.
var words = sync.OnceValue(func() *vocabulary {
	all := map[string]bool{}
	for _, w := range strings.Fields(ordinary) {
		all[w] = true
	}
	for _, list := range []string{"commonforenames.txt", "streets.txt"} {
		data, err := templates.IdentifierData.ReadFile("identifiers/" + list)
		if err != nil {
			panic(err) // it is part of the binary
		}
		lines := bufio.NewScanner(bytes.NewReader(data))
		for lines.Scan() {
			if w := lines.Text(); len(w) >= long && strings.Trim(w, "abcdefghijklmnopqrstuvwxyz") == "" {
				all[w] = true
			}
		}
	}
	v := &vocabulary{words: all}
	for w := range all {
		if isPalindrome(w) { // it says nothing of the direction
			delete(all, w)
			continue
		}
		v.begins[w[0]-'a'][w[1]-'a'] |= 1 << len(w)
	}
	return v
})

func isPalindrome(w string) bool {
	for i := range len(w) / 2 {
		if w[i] != w[len(w)-1-i] {
			return false
		}
	}
	return true
}

// has reports whether a word of small letters is one of them.
func (v *vocabulary) has(word []byte) bool {
	return v.begins[word[0]-'a'][word[1]-'a']>>len(word)&1 == 1 && v.words[string(word)]
}

// long is a word that is not met by chance.
const long = 5

// speaks reports whether a text holds ordinary words as it stands: a long one, or
// two others.
func speaks(text []byte) bool {
	short := 0
	return !eachWord(text, func(_, letters int) bool {
		if short++; letters >= long {
			short = 2
		}
		return short < 2
	})
}

// tells reports whether a text holds several different words, and long ones among
// them.
func tells(text []byte) bool {
	const fewest, fewestLong = 4, 2
	var met [16]uint64 // by their letters
	found, longer := 0, 0
	return !eachWord(text, func(hash, n int) bool {
		for _, h := range met[:found] {
			if h == uint64(hash) {
				return true
			}
		}
		met[found] = uint64(hash)
		if found++; n >= long {
			longer++
		}
		return found < len(met) && (found < fewest || longer < fewestLong)
	})
}

// eachWord calls yield for each known word, with a number that stands for it and
// its letters, until it returns false; and reports whether it never did.
func eachWord(text []byte, yield func(hash, letters int) bool) bool {
	const longest = 16
	known := words()
	var word [longest]byte
	n, hash := 0, 0
	for i := 0; i <= len(text); i++ {
		c := byte(0)
		if i < len(text) {
			c = text[i] | 0x20
		}
		if c >= 'a' && c <= 'z' {
			if n < longest {
				word[n] = c
			}
			n++
			hash = hash*31 + int(c)
			continue
		}
		if n >= 3 && n <= longest && known.has(word[:n]) && !yield(hash, n) {
			return false
		}
		n, hash = 0, 0
	}
	return true
}
