package personname

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"sync"

	"trustaudit/internal/identify"
	"trustaudit/templates"
)

// traits are what the lists know of a word, as bits.
type traits uint16

const (
	given        traits = 1 << iota // a forename
	family                          // a surname
	frequent                        // one of the frequent names
	ordinary                        // also an ordinary word, a place, a month
	personTitle                     // Mrs, Mr, Miss
	staffTitle                      // Dr, Professor
	doubtful                        // a title that is also another word
	afterwards                      // makes the name before it one of staff, or none
	organisation                    // of the name of a hospital or company
	particle                        // van, de, al
	infant                          // baby, twin
	behindInfant                    // of, boy, girl
	post                            // what staff are
	nobody                          // stands for a patient's name when there is no patient
	anyName      = given | family
	anyTitle     = personTitle | staffTitle | doubtful | infant
)

// The size of the table has room for half as many words again as the lists hold.
const (
	lexiconSlotBits = 16
	lexiconText     = 400 << 10
)

// lexicon holds the words of all lists in one table: a word is looked up once.
type lexicon struct {
	text     []byte // the lists as they are embedded
	table    []entry
	eponyms  map[uint64]struct{} // pairs of names that hospitals and companies have, by hash
	labels   *identify.Labels
	fields   *identify.Labels
	patients *identify.Labels
	roles    *identify.Words
	subjects *identify.Words
	topics   *identify.Topics
	care     *identify.Topics   // those of patients alone: staff work in clinics
	told     map[string]telling // words that stand beside names
}

// entry is a word of the table: where it stands in the text, and what it is.
type entry struct {
	at     uint32
	traits traits
	length uint8
	tag    uint8 // of the hash: tells most other words apart
}

// load returns the lexicon, read at first use.
var load = sync.OnceValue(readLexicon)

func readLexicon() *lexicon {
	l := &lexicon{
		text:     make([]byte, 0, lexiconText),
		table:    make([]entry, 1<<lexiconSlotBits),
		eponyms:  map[uint64]struct{}{},
		labels:   identify.ReadLabels("name"),
		fields:   identify.ReadLabels("name-field"),
		patients: identify.ReadLabels("name-patient"),
		roles:    identify.ReadTitles("role"),
		subjects: identify.ReadTitles("subject"),
		topics:   identify.ReadTopics("topics.tsv"),
		care:     identify.ReadTopics("topics.tsv", "service").WithClinical(),
		told:     readTold(),
	}
	l.read("forenames.txt", given)
	l.read("surnames.txt", family)
	l.read("ordinary.txt", ordinary)
	l.read("organisations.txt", organisation)
	for sign, t := range map[string]traits{"person": personTitle, "professional": staffTitle, "doubtful": doubtful,
		"afterwards": afterwards, "particle": particle, "infant": infant, "behind-infant": behindInfant,
		"organisation": organisation, "post": post, "nobody": nobody} {
		for word := range identify.ReadTitles(sign).All() {
			l.text = append(l.text, word...)
			l.add(len(l.text)-len(word), len(word), t)
		}
	}
	l.readEponyms("eponyms.txt")
	return l
}

// read adds the words of an embedded list. What stands behind a tab says that a
// name is frequent.
func (l *lexicon) read(list string, t traits) {
	for at := l.append(list); at < len(l.text); {
		end := letterEnd(l.text, at)
		if end < len(l.text) && l.text[end] == '\t' {
			l.add(at, end-at, t|frequent)
		} else {
			l.add(at, end-at, t)
		}
		line := bytes.IndexByte(l.text[end:], '\n')
		if line < 0 {
			break
		}
		at = end + line + 1
	}
}

// append appends an embedded list to the text and returns where it begins. The
// lists are part of the program: one that cannot be read is a mistake of the
// build.
func (l *lexicon) append(list string) int {
	data, err := templates.IdentifierData.ReadFile("identifiers/" + list)
	if err != nil {
		panic(fmt.Sprintf("read embedded list: %v", err))
	}
	at := len(l.text)
	l.text = append(l.text, data...)
	return at
}

// readEponyms reads pairs of names, a forename and a surname on each line.
func (l *lexicon) readEponyms(list string) {
	data := l.text[l.append(list):]
	for line := range bytes.Lines(data) {
		if first, second, ok := bytes.Cut(bytes.TrimSpace(line), []byte(" ")); ok && first[0] != '#' {
			l.eponyms[pairValue(spell(first), spell(second))] = struct{}{}
		}
	}
}

// add gives the word of the text the traits.
func (l *lexicon) add(at, n int, t traits) {
	if n == 0 || n > maxName {
		return
	}
	s := spell(l.text[at : at+n])
	hash := s.hash()
	for i := hash >> (64 - lexiconSlotBits); ; i = (i + 1) % uint64(len(l.table)) {
		switch e := &l.table[i]; {
		case e.length == 0:
			*e = entry{at: uint32(at), traits: t, length: uint8(n), tag: uint8(hash)}
			return
		case l.holds(e, &s, uint8(hash)):
			e.traits |= t
			return
		}
	}
}

// of returns what the lists know of a word.
func (l *lexicon) of(s *spelling) traits {
	hash := s.hash()
	for i := hash >> (64 - lexiconSlotBits); ; i = (i + 1) % uint64(len(l.table)) {
		e := &l.table[i]
		if e.length == 0 {
			return 0
		}
		if l.holds(e, s, uint8(hash)) {
			return e.traits
		}
	}
}

func (l *lexicon) holds(e *entry, s *spelling, tag uint8) bool {
	return e.tag == tag && e.length == s.n && string(l.text[e.at:e.at+uint32(e.length)]) == string(s.letters[:s.n])
}

// maxName bounds the words of the lists of names, and so what is compared of a word.
const maxName = 20

// spelling is a word in lower case, without accents; n is zero when no list can
// hold it.
type spelling struct {
	letters [maxName + 4]byte // zero behind the word
	n       uint8
}

// spell takes a word of a list.
func spell(word []byte) (s spelling) {
	s.n = uint8(copy(s.letters[:maxName], word))
	return s
}

// put adds a letter. A word too long for a list keeps its beginning.
func (s *spelling) put(letter byte) {
	if int(s.n) < maxName {
		s.letters[s.n] = letter
		s.n++
	}
}

// hash mixes the letters, eight at a time. Its highest bits are the best.
func (s *spelling) hash() uint64 {
	const a, b, c = 0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9
	h := binary.LittleEndian.Uint64(s.letters[:]) * a
	if s.n > 8 {
		h = (h ^ h>>29 ^ binary.LittleEndian.Uint64(s.letters[8:])) * b
		h = (h ^ h>>31 ^ binary.LittleEndian.Uint64(s.letters[16:])) * c
	}
	return (h ^ h>>32) * a
}
