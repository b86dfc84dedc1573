package clinical

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"sync"

	"trustaudit/internal/identify"
	"trustaudit/templates"
)

// Bounds of the vocabulary.
const (
	maxTerms        = 4096
	maxAbbreviation = 6
	phraseWords     = 3
)

// term is an entry of the vocabulary.
type term struct {
	number uint16
	weight float64
	label  bool // it names a classification
}

// vocabulary is what the lists hold.
type vocabulary struct {
	threshold                  float64
	codeWeight, labelledWeight float64
	terms                      map[string]term // in lower case, words parted by spaces
	capitals                   map[string]term
	icd, opcs                  categories
	// prints has a bit for the print of every name in terms and capitals: most
	// words are told from them by it.
	prints [1 << printBits / 64]uint64
}

// may reports whether words can be a term.
func (v *vocabulary) may(words []byte) bool {
	if len(words) < 2 {
		return false
	}
	p := printOf(words)
	return v.prints[p/64]>>(p%64)&1 == 1
}

const printBits = 15 // some ten for each name

// printOf mixes the length of some words with their first and last two letters.
func printOf[T string | []byte](words T) uint32 {
	n := len(words)
	letters := uint32(words[0]&31) | uint32(words[1]&31)<<5 | uint32(words[n-2]&31)<<10 | uint32(words[n-1]&31)<<15
	return (letters ^ uint32(n)<<20) * 2654435769 >> (32 - printBits)
}

// categories are the categories of a classification, a letter and two digits:
// those that exist.
type categories [26 * 100]bool

var load = sync.OnceValue(func() *vocabulary {
	v := &vocabulary{terms: map[string]term{}, capitals: map[string]term{}}
	drug := 0.0
	for line := range rows("clinical.tsv") {
		kind, rest, _ := strings.Cut(line, "\t")
		number, list, _ := strings.Cut(rest, "\t")
		weight, err := strconv.ParseFloat(number, 64)
		if err != nil {
			panic(fmt.Sprintf("read clinical vocabulary: weight of %s: %v", kind, err))
		}
		switch kind {
		case "threshold":
			v.threshold = weight
		case "drug":
			drug = weight
		case "code":
			v.codeWeight = weight
		case "labelled":
			v.labelledWeight = weight
		case "icd-10":
			v.icd.read(list)
		case "opcs-4":
			v.opcs.read(list)
		case "capitals":
			v.add(v.capitals, list, term{weight: weight})
		default:
			v.add(v.terms, list, term{weight: weight, label: kind == "label"})
		}
	}
	for line := range rows("drugs.txt") {
		v.add(v.terms, strings.ReplaceAll(line, "-", " "), term{weight: drug})
	}
	return v
})

// rows yields the lines of an embedded list without its comments. The lists are
// part of the program: one that cannot be read is a mistake of the build.
func rows(list string) func(yield func(string) bool) {
	data, err := templates.IdentifierData.ReadFile("identifiers/" + list)
	if err != nil {
		panic(fmt.Sprintf("read embedded list: %v", err))
	}
	return func(yield func(string) bool) {
		for line := range bytes.Lines(data) {
			if line = bytes.TrimRight(line, "\r\n"); len(line) > 0 && line[0] != '#' && !yield(string(line)) {
				return
			}
		}
	}
}

func (v *vocabulary) add(to map[string]term, list string, t term) {
	for name := range strings.SplitSeq(list, ",") {
		t.number = uint16(len(v.terms) + len(v.capitals))
		if _, known := to[name]; known {
			continue
		}
		to[name] = t
		p := printOf(name)
		v.prints[p/64] |= 1 << (p % 64)
	}
}

// read takes ranges of categories: A00-A09,A15-B09.
func (c *categories) read(list string) {
	for r := range strings.SplitSeq(list, ",") {
		from, to, _ := strings.Cut(r, "-")
		for i := category([]byte(from)); i <= category([]byte(to)); i++ {
			c[i] = true
		}
	}
}

// category is the number of a category.
func category(code []byte) int {
	return int(code[0]-'A')*100 + int(code[1]-'0')*10 + int(code[2]-'0')
}

// phrase holds the last words in lower case.
type phrase struct {
	text   [(identify.MaxWord + 2) * phraseWords]byte
	n      int
	starts [phraseWords]int // where each word begins
	words  int
}

func (p *phrase) reset() { p.n, p.words = 0, 0 }

// add appends a word; one that no list holds ends the phrase.
func (p *phrase) add(word []byte) {
	if len(word) > identify.MaxWord {
		p.reset()
		return
	}
	if p.words == phraseWords { // drop the first
		second := p.starts[1]
		p.n = copy(p.text[:], p.text[second:p.n])
		for i := 1; i < phraseWords; i++ {
			p.starts[i-1] = p.starts[i] - second
		}
		p.words--
	}
	if p.words > 0 {
		p.text[p.n] = ' '
		p.n++
	}
	p.starts[p.words] = p.n
	p.words++
	for _, ch := range word {
		if identify.IsLetter(ch) {
			ch |= 0x20
		}
		p.text[p.n] = ch
		p.n++
	}
}

// extend appends a letter to the last word.
func (p *phrase) extend(letter byte) {
	if p.words > 0 {
		p.text[p.n] = letter
		p.n++
	}
}

// last returns the last n words.
func (p *phrase) last(n int) []byte {
	return p.text[p.starts[p.words-n]:p.n]
}
