package identify

import (
	"fmt"
	"iter"
	"math/bits"
	"slices"
	"strconv"
	"strings"

	"trustaudit/templates"
)

// Words is a set of words in lower case.
type Words struct {
	set dictionary[struct{}]
	// lengths has, for each first byte, the bits of the lengths that occur, and ends
	// the ends: most words are told from the set's without hashing them.
	lengths [256]uint32
	ends    endings
}

// Has reports whether the set holds the word.
func (w *Words) Has(word []byte) bool {
	if !w.may(word) {
		return false
	}
	_, ok := w.set.get(word)
	return ok
}

// may reports whether the set can hold the word.
func (w *Words) may(word []byte) bool {
	n := len(word)
	return n > 0 && n <= MaxWord && w.lengths[word[0]]>>n&1 == 1 && (n == 1 || w.ends.may(word[n-2], word[n-1]))
}

// All yields the words in no order.
func (w *Words) All() iter.Seq[string] { return w.set.all() }

func (w *Words) add(word string) {
	w.set.set(word, struct{}{})
	w.lengths[word[0]] |= 1 << min(len(word), 31)
	w.ends.add(word)
}

// ReadWords returns the words of a list: one a line.
func ReadWords(list string) *Words {
	words := &Words{}
	for _, row := range readRows(list) {
		words.add(row[0])
	}
	return words
}

// ReadTitles returns the titles of the given signs.
func ReadTitles(signs ...string) *Words { return ReadSigns("titles.tsv", signs...) }

// ReadSigns returns the words of a list's rows that have one of the signs.
func ReadSigns(list string, signs ...string) *Words {
	words := &Words{}
	for _, row := range readRows(list) {
		if slices.Contains(signs, row[0]) {
			for w := range strings.FieldsSeq(row[1]) {
				words.add(w)
			}
		}
	}
	return words
}

// readRows returns the rows of an embedded list, split at tabs, without its
// comments. The lists are part of the program: one that cannot be read is a
// mistake of the build.
func readRows(list string) [][]string {
	data, err := templates.IdentifierData.ReadFile("identifiers/" + list)
	if err != nil {
		panic(fmt.Sprintf("read embedded list: %v", err))
	}
	var rows [][]string
	for line := range strings.Lines(string(data)) {
		line = strings.TrimRight(line, "\r\n")
		if line != "" && line[0] != '#' {
			rows = append(rows, strings.Split(line, "\t"))
		}
	}
	return rows
}

// Labels are the words that may stand before matches of one kind.
type Labels struct {
	words Words
	signs dictionary[Sign]
}

// ReadLabels returns the labels of a kind.
func ReadLabels(kind string) *Labels {
	l := &Labels{}
	for _, row := range readRows("labels.tsv") {
		if row[0] != kind {
			continue
		}
		for w := range strings.FieldsSeq(row[2]) {
			l.words.add(w)
			l.signs.set(w, map[string]Sign{"yes": Yes, "no": No, "skip": skip}[row[1]])
		}
	}
	return l
}

// endings has a bit for the last two letters of every word of a set: by them
// most words are told from the set's.
type endings [32]uint32

func (e *endings) add(word string) {
	if n := len(word); n >= 2 {
		e[word[n-2]&31] |= 1 << (word[n-1] & 31)
	}
}

// may reports whether a word of the set can end with two letters.
func (e *endings) may(a, b byte) bool { return e[a&31]>>(b&31)&1 == 1 }

func (l *Labels) sign(word []byte) Sign {
	if !l.words.may(word) {
		return None
	}
	sign, _ := l.signs.get(word)
	return sign
}

// headings are the patterns of column headings of one kind.
type headings struct{ yes, no, patients []string }

func readHeadings(kind string) headings {
	var h headings
	for _, row := range readRows("columns.tsv") {
		switch {
		case row[0] != kind:
		case row[1] == "yes":
			h.yes = append(h.yes, strings.Fields(row[2])...)
		case row[1] == "patient":
			h.patients = append(h.patients, strings.Fields(row[2])...)
		default:
			h.no = append(h.no, strings.Fields(row[2])...)
		}
	}
	return h
}

// sign says what a heading says of the kind.
func (h headings) sign(heading string) Sign {
	words := splitHeading(heading)
	whole := strings.Join(words, "")
	match := func(pattern string) bool {
		switch {
		case pattern[0] == '=':
			return whole == pattern[1:]
		case pattern[0] == '*':
			return strings.Contains(whole, strings.Trim(pattern, "*"))
		}
		return slices.Contains(words, pattern)
	}
	exact := func(pattern string) bool { return pattern[0] == '=' && match(pattern) }
	switch {
	case slices.ContainsFunc(h.patients, exact):
		return Patients
	case slices.ContainsFunc(h.no, match):
		return No
	case slices.ContainsFunc(h.patients, match):
		return Patients
	case slices.ContainsFunc(h.yes, match):
		return Yes
	}
	return None
}

// splitHeading returns the words of a heading in lower case, parted at
// punctuation, at digits and where a capital follows a small letter.
func splitHeading(heading string) []string {
	const longest = 200 // a longer one is no heading
	heading = heading[:min(len(heading), longest)]
	var words []string
	start := -1
	for i := 0; i <= len(heading); i++ {
		letter := i < len(heading) && IsLetter(heading[i])
		if start >= 0 && (!letter || IsUpper(heading[i]) && IsLower(heading[i-1])) {
			words = append(words, strings.ToLower(heading[start:i]))
			start = -1
		}
		if letter && start < 0 {
			start = i
		}
	}
	return words
}

// evidence is what the signals of a kind are worth.
type evidence struct {
	bans   [32]float64 // by bit
	accept float64
}

// sum adds up what the signals are worth.
func (e *evidence) sum(signals uint32) float64 {
	total := 0.0
	for ; signals != 0; signals &= signals - 1 {
		total += e.bans[bits.TrailingZeros32(signals)]
	}
	return total
}

// Reason is what a piece of evidence is worth, and why.
type Reason struct {
	Bans float64
	Why  string
}

// The reasons that are of no kind's signals, as ReadReasons names them.
const (
	Prior     = "record prior"
	Threshold = "record threshold"
	Scale     = "record scale"
)

// ReadReasons returns the evidence list by "kind signal".
func ReadReasons() map[string]Reason {
	reasons := map[string]Reason{}
	for _, row := range readRows("evidence.tsv") {
		bans, err := strconv.ParseFloat(row[2], 64)
		if err != nil {
			panic(fmt.Sprintf("read evidence of %s %s: %v", row[0], row[1], err))
		}
		reasons[row[0]+" "+row[1]] = Reason{Bans: bans, Why: strings.Join(row[3:], " ")}
	}
	return reasons
}

// readEvidence sets the worth of every kind's signals, and the record's. The list
// has the worth of each by itself; in a record they are worth less by the scale,
// since they are not independent of one another.
func (r *rules) readEvidence(kinds []Kind) {
	reasons := ReadReasons()
	r.threshold, r.prior, r.scale = reasons[Threshold].Bans, reasons[Prior].Bans, reasons[Scale].Bans
	all := make([]evidence, len(kinds))
	for i, k := range kinds {
		all[i].accept = r.scale * reasons[k.Name+" accept"].Bans
		for bit, signal := range k.Signals {
			reason, ok := reasons[k.Name+" "+signal]
			if !ok {
				panic(fmt.Sprintf("read evidence: %s has no row for %s", k.Name, signal))
			}
			all[i].bans[bit] = r.scale * reason.Bans
		}
	}
	r.evidence = all
}
