package identify

import (
	"slices"
	"strconv"
	"strings"
)

// TopicKind is the name of the kind with Topics, whose evidence alone can be
// below zero.
const TopicKind = "topic"

// Topics are words that say what a text is about: patients and their care, or
// staff, trade and what is public.
type Topics struct {
	words  Words
	posts  *Words // what a cell that tells somebody's post ends in
	topics dictionary[topic]
}

// topic is a word of the list: its number, and what it weighs, above zero for
// care; in headings some words weigh more.
type topic struct {
	number, weight, heading int
	name                    bool // it is also a name of people
}

// maxTopics bounds the words of the lists.
const maxTopics = 4096

// ReadTopics returns the words of an embedded list, but for those of some topics.
func ReadTopics(list string, but ...string) *Topics {
	t := &Topics{posts: ReadTitles("post")}
	for _, row := range readRows(list) {
		if slices.Contains(but, row[0]) {
			continue
		}
		weight, err := strconv.Atoi(row[1])
		if err != nil || t.topics.words > maxTopics {
			panic("read topics: a weight is no number, or there are too many words: " + row[1])
		}
		for w := range strings.FieldsSeq(row[2]) {
			switch row[0] {
			case "care", "service":
				t.learn(w, topic{weight: weight})
			case "other":
				t.learn(w, topic{weight: -weight})
			case "name":
				t.learn(w, topic{name: true})
			case "heading":
				t.learn(w, topic{heading: weight})
			default:
				panic("read topics: no such topic: " + row[0])
			}
		}
	}
	return t
}

// WithClinical adds the words of the clinical vocabulary and the names of drugs to
// those of care, each with the least weight.
func (t *Topics) WithClinical() *Topics {
	for _, row := range readRows("clinical.tsv") {
		if row[0] != "any" || strings.HasPrefix(row[1], "0") { // less than a word: what specialties are called
			continue
		}
		for w := range strings.SplitSeq(row[2], ",") {
			t.learn(w, topic{weight: 1})
		}
	}
	for _, row := range readRows("drugs.txt") {
		t.learn(row[0], topic{weight: 1})
	}
	return t
}

// learn adds a word that is not known, or what it says in headings; one that is two
// words is never read.
func (t *Topics) learn(w string, as topic) {
	if strings.ContainsAny(w, " -") {
		return
	}
	known, ok := t.topics.get([]byte(w))
	if !ok {
		t.words.add(w)
		known = topic{number: t.topics.words % maxTopics, weight: as.weight}
	}
	known.heading += as.heading
	known.name = known.name || as.name
	t.topics.set(w, known)
}

// About weighs the different words that it has read.
type About struct {
	seen [maxTopics / 64]uint64
	care int // what they weigh: below zero for other things
}

// Care weighs the different words of a text: above zero when more of them are of
// patients and their care.
func (t *Topics) Care(text []byte) int {
	var about About
	about.read(text, t)
	return about.care
}

// read weighs the words of a text.
func (a *About) read(text []byte, topics *Topics) {
	c := Context{Text: text}
	var word [MaxWord]byte
	for at := 0; at < len(text); {
		if !IsLetter(text[at]) {
			at++
			continue
		}
		end, n := c.Word(at, &word)
		before := c.Before(at)
		coded := IsDigit(c.At(end)) || IsDigit(before) && IsUpper(text[at]) // a postcode
		start := at
		at = end + letters(text[end:])
		ofAddress := before == '@' || before == '.' || coded
		if !ofAddress && topics.words.may(word[:n]) && !c.ofStreet(at) {
			if t, ok := topics.topics.get(word[:n]); ok && !(t.name && c.amongCapitals(start, end)) && a.first(t.number) {
				a.care += t.weight
			}
		}
	}
}

// amongCapitals reports whether a word with a capital stands behind or before another:
// Mark Hussain and Oswald Porter are people.
func (c *Context) amongCapitals(start, end int) bool {
	if !IsUpper(c.At(start)) || !IsLower(c.At(start+1)) {
		return false
	}
	first := start - 1
	for first > 0 && IsLetter(c.Text[first-1]) {
		first--
	}
	behind := c.At(end) == ' ' && IsUpper(c.At(end+1)) && IsLower(c.At(end+2))
	return behind || c.Before(start) == ' ' && first >= 0 && first < start-1 && IsUpper(c.Text[first])
}

// addHeading weighs a word of a heading, where some weigh more than in a text.
func (a *About) addHeading(word []byte, topics *Topics) {
	if t, ok := topics.topics.get(word); ok && a.first(t.number) {
		a.care += t.weight + t.heading
	}
}

// join adds the words of another text.
func (a *About) join(other *About) {
	for i, seen := range other.seen {
		a.seen[i] |= seen
	}
	a.care += other.care
}

// first notes a word, and reports whether it was not seen before.
func (a *About) first(number int) bool {
	seen := a.seen[number/64]>>(number%64)&1 == 1
	a.seen[number/64] |= 1 << (number % 64)
	return !seen
}

// The signals of the kind with Topics.
const (
	aboutCare uint32 = 1 << iota
	headedCare
	aboutOther
	mostlyOther
	ofList
	headedOther
	rowOfCare
	headedFarOther
	aboutMuchCare
	aboutSomeCare
	rowOfSomeCare
	notedCare
	headedMuchCare
)

// Some words more of one topic than of the other speak for it, and much more so
// many.
const some, much = 2, 3

// signals says what prevails, and by how much.
func (a *About) signals() uint32 {
	switch {
	case a.care >= 2*much:
		return aboutMuchCare
	case a.care >= much:
		return aboutCare
	case a.care >= some:
		return aboutSomeCare
	case a.care <= -much:
		return mostlyOther
	case a.care <= -some:
		return aboutOther
	}
	return 0
}

// The text around a record in prose that is read for its topic.
const (
	topicBefore = 640
	topicBehind = 384
)

// topicOf returns the slot that says what a record is about, below zero when that
// is nothing or cannot matter.
func (s *Scanner) topicOf(t *tally, set *slotSet, hits []hit) int {
	if s.topical < 0 {
		return -1
	}
	about, headed := &s.headed, t == &s.table && s.named
	if !headed || s.headed.undecided() {
		switch {
		case s.doubtful(t, *set):
			about = s.readAround(t, hits)
		case !headed:
			return -1
		}
	}
	signals := about.signals()
	if about.care > 0 && t == &s.table {
		signals = s.tableSignals(about, headed)
		if signals == headedMuchCare && !s.names(hits) {
			signals = headedCare
		}
	}
	if headed {
		signals = headedSignals(&s.headed, signals)
	}
	if t != &s.table && about.care >= some && s.noted(hits) {
		signals |= notedCare
	}
	if s.fromList(t, set, about) {
		signals |= ofList
	}
	if signals != 0 {
		return s.slotOf(t, inProse, uint8(s.topical), signals)
	}
	return -1
}

// names reports whether a row names somebody in a column that is called so, or in what
// its cells tell. Extracts without names tell much of care, too, and so do lists of who
// is in charge.
func (s *Scanner) names(hits []hit) bool {
	return slices.ContainsFunc(hits, func(h hit) bool {
		kind := &s.config.Kinds[h.kind]
		if !kind.Anchor || !kind.Follows || h.slot < 0 || int(h.column) >= len(s.columns) {
			return false
		}
		if h.column < 0 {
			return true // among other words of a cell
		}
		sign := s.columns[h.column].signs[h.kind]
		return sign == Yes || sign == Patients
	})
}

// undecided reports whether headings leave it to the rows below them what a table is
// about.
func (a *About) undecided() bool { return a.care > -some && a.care < settled }

// noted reports whether a date or a number stands right beside a name: with words of
// care around them, that is how patients stand in short notes.
func (s *Scanner) noted(hits []hit) bool {
	return slices.ContainsFunc(hits, func(h hit) bool {
		return h.match.Signals&s.config.Kinds[h.kind].Beside != 0
	})
}

// headedSignals says what headings of other things are worth: a word of them says
// more than one of prose.
func headedSignals(headed *About, signals uint32) uint32 {
	switch {
	case headed.care <= -much:
		return headedFarOther
	case headed.care <= -some:
		return headedOther
	}
	return signals
}

// tableSignals says what care is worth in headings, or else in one row without
// them: clinics have names of the kind, too, but not so many.
func (s *Scanner) tableSignals(about *About, named bool) uint32 {
	const lots = 4 // words of a row, or of it and of the headings
	switch {
	case named && about.care >= settled:
		return headedCare
	case named && !s.fielded && about.care >= lots:
		return headedMuchCare
	case named && about.care >= much:
		return headedCare
	case s.fielded && about.care >= some:
		return rowOfSomeCare
	case !named && about.care >= lots:
		return rowOfCare
	case !named:
		return rowOfSomeCare
	}
	return 0
}

// fromList reports whether a record is a row of a list of people who may be
// anybody: voters, members, customers. It says who they are and where they live,
// and neither the row nor the headings say anything of care.
func (s *Scanner) fromList(t *tally, set *slotSet, headed *About) bool {
	if t != &s.table || s.fielded || headed.care > 0 || !s.doubtful(t, *set) {
		return false
	}
	for i := range t.slots {
		if set.has(i) && s.tells(&t.slots[i]) {
			return false
		}
	}
	return s.readAround(t, nil).care <= 0
}

// tells reports whether a slot of a table is of a number or a birth date that
// counts by itself, and not of a column that has mostly failed so far.
func (s *Scanner) tells(sl *slot) bool {
	if s.config.Kinds[sl.kind].Strong == 0 || !s.accepts(sl, undecided) {
		return false
	}
	return sl.column < 0 || sl.column >= len(s.columns) || !s.columns[sl.column].tests[sl.kind].mostlyFails()
}

// doubtful reports whether a record may be identifiable, or not, by what it is
// about. The records of one combination of slots are alike.
func (s *Scanner) doubtful(t *tally, set slotSet) bool {
	doubt, known := t.doubts[set]
	if known {
		return doubt
	}
	for _, guess := range []verdict{rejected, undecided, accepted} {
		total, outright, _ := s.addUp(t, &set, nil, guess)
		least := s.topicMuch
		switch {
		case outright == byNumber:
			least = 0
		case t == &s.table && s.named:
			least = s.topicLeast
		}
		doubt = doubt || s.identifiable(total+s.topicMost) && !s.identifiable(total+least)
	}
	if t.doubts == nil {
		t.doubts = map[slotSet]bool{}
	}
	if len(t.doubts) < maxEntries {
		t.doubts[set] = doubt
	}
	return doubt
}

// readAround weighs the words around a record in prose, or of a row without
// headings.
func (s *Scanner) readAround(t *tally, hits []hit) *About {
	s.around = About{}
	topics := s.config.Kinds[s.topical].Topics
	if t == &s.table {
		if s.around = s.titled; s.named {
			s.around.join(&s.headed)
		}
		for _, cell := range s.cells[:min(len(s.cells), maxColumns)] {
			switch {
			case topics.isPost(cell):
				s.around.care -= some
				continue
			case isSexAndAge(cell):
				s.around.care += some
			}
			s.around.read(cell[:min(len(cell), maxCell)], topics)
		}
		return &s.around
	}
	if said := topics.Care(s.title); said > 0 || said <= -some {
		s.around.read(s.title, topics)
	}
	s.around.read(s.held(hits[0].at-topicBefore, hits[len(hits)-1].at+topicBehind), topics)
	return &s.around
}

// isSexAndAge reports whether a cell is of a sex and an age, as wards write them:
// M 83, 83F, F/83.
func isSexAndAge(cell []byte) bool {
	const longest = 6
	if len(cell) < 2 || len(cell) > longest {
		return false
	}
	shape := ShapeOf(cell)
	first, last := cell[0]|0x20, cell[len(cell)-1]|0x20
	return shape.Letters == 1 && shape.Digits > 0 && shape.Digits <= 3 && (shape.Digits > 1 || len(cell) > 2) && (first == 'm' || first == 'f' || last == 'm' || last == 'f')
}

// isPost reports whether a cell of few words ends in what staff are: Infection
// Control Nurse.
func (t *Topics) isPost(cell []byte) bool {
	const longest = 40
	if len(cell) > longest {
		return false
	}
	c := Context{Text: cell}
	var word [MaxWord]byte
	_, n := c.wordBack(len(cell), &word)
	return t.posts.Has(word[:n])
}

// A heading with a word of so much weight, patient or NHS, says what its table is
// about.
const settling, settled = 2, 1000

// readHeading weighs the words of a column's name.
func (s *Scanner) readHeading(name string) {
	if s.topical < 0 || name == "" {
		return
	}
	s.named = true
	topics := s.config.Kinds[s.topical].Topics
	for _, w := range splitHeading(name) {
		word := []byte(w)
		s.headed.addHeading(word, topics)
		if t, _ := topics.topics.get(word); t.weight >= settling {
			s.headed.care = max(s.headed.care, settled)
		}
	}
}
