package identify

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"

	"trustaudit/internal/audit"
)

// CellShape counts what a cell is made of.
type CellShape struct {
	Digits, Letters, Upper, Spaces, Other int
}

// Bounds of a table.
const (
	maxColumns = 512 // cells beyond are read as prose
	maxCell    = 256 // a longer cell is read as prose
)

// Table begins a table. Columns is nil when there is no heading.
func (s *Scanner) Table(name string, columns []string) {
	title := s.lastWords()
	s.Break()
	s.endTable()
	s.tableName, s.titled = name, title
	called := 0
	for _, heading := range columns {
		called += min(s.callsKind(heading), 1)
	}
	s.sideways.reset(called >= formNames)
	for i, heading := range columns[:min(len(columns), maxColumns)] {
		s.call(i, heading)
	}
}

// lastWords is what the prose before a table is about: it may be its title.
func (s *Scanner) lastWords() (title About) {
	if s.topical >= 0 {
		title.read(s.buf[max(0, len(s.buf)-titleSize):], s.config.Kinds[s.topical].Topics)
	}
	return title
}

// call gives a column its name.
func (s *Scanner) call(i int, name string) {
	c := s.column(i)
	c.name, c.uncalled, c.settled, c.dull = name, 0, 0, 0
	s.readHeading(name)
	for k := range s.config.Kinds {
		c.signs[k] = s.headings[k].sign(name)
		c.uncalled = c.uncalled.with(k, s.asks.called.has(k) && c.signs[k] != Yes && c.signs[k] != Patients)
	}
}

// Fields takes a record whose values have names: a message, a resource. Values
// of one name are a column, whatever else the records hold.
func (s *Scanner) Fields(names []string, values [][]byte) {
	s.letGo()
	s.takeFields(names, values)
}

func (s *Scanner) takeFields(names []string, values [][]byte) {
	s.endProse()
	if !s.fielded {
		s.endTable()
		s.fielded = true
	}
	s.rowHits = s.rowHits[:0]
	for i, name := range names {
		s.value(s.field(name), values[i])
	}
	s.endRow(values)
}

// field returns the column of a name. Names beyond a bound share the last one,
// which has none.
func (s *Scanner) field(name string) int {
	if i, ok := s.fields[name]; ok {
		return i
	}
	n := len(s.columns)
	if n >= maxColumns-1 {
		return maxColumns - 1
	}
	if s.fields == nil {
		s.fields = map[string]int{}
	}
	name = strings.Clone(name)
	s.fields[name] = n
	s.call(n, name)
	return n
}

// column returns the column with the index, making those before it.
func (s *Scanner) column(i int) *column {
	for len(s.columns) <= i {
		n := len(s.columns)
		if n < cap(s.columns) {
			s.columns = s.columns[:n+1]
		} else {
			s.columns = append(s.columns, column{})
		}
		s.columns[n].reset(len(s.config.Kinds))
		s.columns[n].uncalled = s.asks.called
	}
	return &s.columns[i]
}

// Row takes a row of the table begun last; one row is one record.
func (s *Scanner) Row(cells [][]byte) {
	if !s.hold(cells) {
		s.row(cells)
	}
}

func (s *Scanner) row(cells [][]byte) {
	s.endProse()
	if s.fielded {
		s.endTable()
	}
	s.rowHits = s.rowHits[:0]
	if s.isHeading(cells) {
		for i, cell := range cells[:min(len(cells), maxColumns)] {
			s.call(i, string(bytes.TrimSpace(cell)))
		}
	}
	if s.rows < titleRows && s.topical >= 0 && len(filled(cells)) == 1 {
		s.titled.read(filled(cells)[0], s.config.Kinds[s.topical].Topics)
	}
	s.callRow(cells)
	for i := 0; i < len(cells); i++ {
		if joined, ok := s.inThree(i, cells[i:]); ok {
			s.value(i, joined)
			i += 2
			continue
		}
		s.value(i, cells[i])
	}
	s.called = nil
	s.endRow(cells)
}

// titleRows is how many rows may stand before the headings of a table: its title,
// the day, who made it.
const titleRows = 8

// isHeading reports whether a row names the columns of a table that has begun
// without headings, or with others above them: no digit stands in it, and two of
// its cells call a kind what it is, or one a patient's, or one alone says "name" or the
// like and another is of care.
func (s *Scanner) isHeading(cells [][]byte) bool {
	const second = 1 // of two rows of headings
	if s.rows >= titleRows || s.named && s.rows >= second || len(cells) < 2 {
		return false
	}
	called, plainly := 0, false
	for _, cell := range cells[:min(len(cells), maxColumns)] {
		if len(cell) > maxHeading || ShapeOf(cell).Digits > 0 {
			return false
		}
		if called < 2 {
			called += s.callsKind(string(cell))
		}
		switch strings.ToLower(string(bytes.TrimSpace(cell))) {
		case "name", "who", "child", "client", "resident", "passenger":
			plainly = s.topical >= 0
		}
	}
	return called >= 2 || called == 1 && plainly && s.ofCare(cells)
}

// ofCare reports whether a word of a row is of care.
func (s *Scanner) ofCare(cells [][]byte) bool {
	topics := s.config.Kinds[s.topical].Topics
	return slices.ContainsFunc(cells, func(cell []byte) bool { return topics.Care(cell) > 0 })
}

// callsKind says whether a heading calls its column some kind, and a patient's.
func (s *Scanner) callsKind(heading string) (called int) {
	for _, h := range s.headings {
		switch h.sign(heading) {
		case Yes:
			called = max(called, 1)
		case Patients:
			called = 2
		}
	}
	return called
}

// inThree joins a number that was parted over three cells: 943 | 476 | 5919.
func (s *Scanner) inThree(i int, cells [][]byte) (joined []byte, ok bool) {
	if len(cells) < 3 || len(cells[0]) != 3 || len(cells[1]) != 3 || len(cells[2]) != 4 {
		return nil, false
	}
	if !s.calledTogether(i) {
		return nil, false
	}
	s.joined = append(append(append(s.joined[:0], cells[0]...), cells[1]...), cells[2]...)
	return s.joined, ShapeOf(s.joined).Digits == len(s.joined)
}

// calledTogether reports whether the two columns behind the first of three have no
// heading of their own, or headings that count on from the first's: No1, No2, No3.
func (s *Scanner) calledTogether(i int) bool {
	var names [3]string
	for k := range names {
		if i+k < len(s.columns) {
			names[k] = s.columns[i+k].name
		}
	}
	called, one := strings.CutSuffix(names[0], "1")
	return names[1] == "" && names[2] == "" || one && names[1] == called+"2" && names[2] == called+"3"
}

// calledRows is in how many rows of a table the first cell may be their heading:
// a table that lies on its side has few.
const calledRows = 64

// callRow reads the first cell of a row as a heading of the others.
func (s *Scanner) callRow(cells [][]byte) {
	if s.rows >= calledRows || len(cells) < 2 || len(cells[0]) > maxHeading || ShapeOf(cells[1]).Digits == 0 {
		return
	}
	if first := ShapeOf(cells[0]); first.Letters == 0 || first.Digits > 0 {
		return
	}
	heading := string(cells[0])
	if s.called = s.called[:0]; s.called == nil {
		s.called = make([]Sign, 0, len(s.config.Kinds))
	}
	for k := range s.config.Kinds {
		s.called = append(s.called, s.headings[k].sign(heading))
	}
}

// maxHeading bounds the first cell of a row that may be its heading.
const maxHeading = 40

// value takes a value of the row at hand.
func (s *Scanner) value(i int, cell []byte) {
	if len(cell) > 1 && cell[0] == '=' && cell[1] == '"' { // text, as a spreadsheet is told
		cell = cell[1:]
	}
	cell = bare(cell)
	switch {
	case len(cell) == 0:
	case i >= maxColumns || len(cell) > maxCell:
		s.cellProse(i, cell)
	default:
		s.cell(i, decoded(cell, &s.plain))
	}
}

// bare returns a cell without the space around it and the quotes: of a number
// kept as text, of a list of values.
func bare(cell []byte) []byte {
	for len(cell) > 0 && around(cell[0]) {
		cell = cell[1:]
	}
	for len(cell) > 0 && around(cell[len(cell)-1]) {
		cell = cell[:len(cell)-1]
	}
	return cell
}

func around(ch byte) bool {
	const signs = 1<<' ' | 1<<'\t' | 1<<'\r' | 1<<'\n' | 1<<'\'' | 1<<'"'
	return ch <= '\'' && signs>>ch&1 != 0
}

// endRow counts the row at hand as a record.
func (s *Scanner) endRow(cells [][]byte) {
	s.cells = cells
	for i := range s.rowHits {
		if h := &s.rowHits[i]; h.match.Signals&s.config.Kinds[h.kind].Beside != 0 && !s.cellBesideName(h) {
			h.match.Signals &^= s.config.Kinds[h.kind].Beside
		}
	}
	if e := s.take(&s.table, s.rowHits); s.wantsFlags(e) {
		s.flag(bytes.Join(cells[:min(len(cells), maxColumns)], []byte("\n")))
	}
	if s.rows++; s.rows%pendingEvery == 0 {
		boundPending(&s.table)
	}
}

// cellBesideName reports whether a name stands in one of the columns next to that
// of h, with an age, a sex or a birth date between.
func (s *Scanner) cellBesideName(h *hit) bool {
	const nearest = 3
	return slices.ContainsFunc(s.rowHits, func(o hit) bool {
		kind := &s.config.Kinds[o.kind]
		return kind.Anchor && kind.Follows && h.column >= 0 && max(h.column-o.column, o.column-h.column) <= nearest
	})
}

// Bounds on the values kept until columns are judged.
const (
	pendingEvery = 4096
	pendingTotal = distinctExact
	pendingFew   = 8192
)

// boundPending keeps memory flat when many columns hold many values: their
// counts become estimates.
func boundPending(t *tally) {
	total := 0
	for i := range t.slots {
		total += t.slots[i].pending.all().n
	}
	if total > pendingTotal {
		for i := range t.slots {
			t.slots[i].pending.all().restrict(pendingFew)
		}
	}
}

// cell looks at a cell of moderate length.
func (s *Scanner) cell(i int, cell []byte) {
	col := s.column(i)
	col.rows++
	shape := ShapeOf(cell)
	if n := len(cell); shape.Digits == n && n > gluedDigits {
		s.glued(i, cell)
	} else if shape.Digits >= gluedDigits && n > gluedDigits && IsLetter(cell[gluedDigits]) && ShapeOf(cell[:gluedDigits]).Digits == gluedDigits {
		s.glued(i, cell[:gluedDigits]) // and a name
	} else if shape.Digits == n && n == gluedDigits {
		s.disguised(i, cell)
	}
	if s.askAbout(i, cell, shape) {
		return
	}
	if f, letter := formOf(cell, shape); f.length > 0 {
		s.cellForm(col, f, letter, cell)
		return
	}
	if shape.Spaces+shape.Other > 0 && len(cell) >= shortestProse {
		s.cellProse(i, cell)
	}
}

// askAbout asks the kinds about a cell, and reports whether it is of one.
func (s *Scanner) askAbout(i int, cell []byte, shape CellShape) (matched bool) {
	col, c := &s.columns[i], &s.cellContext
	c.Text, c.Bare = cell, col.name == "" && !s.named && s.called == nil
	asked := s.asks.of(&shape, len(cell))
	if !c.Bare && s.called == nil {
		asked &^= col.uncalled
	}
	for ; asked != 0; asked &= asked - 1 {
		k := asked.first()
		c.Head = col.signs[k]
		if i > 0 && s.called != nil && c.Head == None {
			c.Head = s.called[k]
		}
		kind := &s.config.Kinds[k]
		m, tested, ok := kind.Cell(c, shape)
		if !tested && !ok {
			continue
		}
		hash := mix(s.seed, m.Value)
		if m.Value == 0 {
			hash = mixBytes(s.seed, cell)
		}
		if tested {
			pass := ok && kind.Column.passes(m.Signals)
			if col.tests[k].see(m.Value, hash, pass); kind.Column.CheckDigit {
				s.sketch(col, k, m.Value, hash, pass)
			}
		}
		if ok {
			matched = true
			s.cellMatch(i, uint8(k), m, hash)
		}
	}
	return matched
}

// shortestProse is the length from which a cell can hold an identifier among
// other things.
const shortestProse = 8

func (s *Scanner) cellMatch(i int, k uint8, m Match, hash uint64) {
	col := &s.columns[i]
	col.matches[k]++
	if !s.config.Kinds[k].Column.CheckDigit {
		s.sketch(col, int(k), m.Value, hash, true)
	}
	if len(s.rowHits) < maxRowHits {
		s.rowHits = append(s.rowHits, hit{kind: k, column: int32(i), value: m.Value, hash: hash, match: m})
	}
}

// sketch takes a value, and whether it passed its kind's test, for the sketch of
// its column.
func (s *Scanner) sketch(col *column, k int, value, hash uint64, passed bool) {
	if !s.mayReport(col, k) {
		return
	}
	if of := s.sampleOf(col, k); of != nil && s.fresh(of, hash) {
		binary.BigEndian.PutUint64(s.canonical[:], value)
		of.sketch.AddTested(s.hashers[k].Digest(s.canonical[:]), passed)
	}
}

// mayReport tells whether a column's sketch of a kind can yet be of interest. A
// test that has seen all that it looks at changes its mind no more.
func (s *Scanner) mayReport(col *column, k int) bool {
	if col.settled.has(k) {
		return !col.dull.has(k)
	}
	rule, test := s.config.Kinds[k].Column, &col.tests[k]
	if test.tested < testValues && rule.Null > 0 && col.signs[k] != No {
		return true
	}
	v := test.verdict(rule)
	named := col.signs[k] == Yes || col.signs[k] == Patients
	dull := col.signs[k] == No || !named && v != accepted && (v == rejected || !rule.CheckDigit)
	col.settled, col.dull = col.settled.with(k, true), col.dull.with(k, dull)
	return !dull
}

func (s *Scanner) cellForm(col *column, f form, letter bool, cell []byte) {
	if col.form.length == 0 {
		col.form = f
	}
	if f != col.form {
		return
	}
	col.formed++
	if letter {
		col.lettered++
	}
	if col.formed > enoughForms && !col.hasLetters() {
		return // and its sketch is of no interest
	}
	if of := s.sampleOf(col, digestForm); of != nil && s.fresh(of, mixBytes(s.seed, cell)) {
		of.sketch.Add(s.digests.Digest(cell))
	}
}

// cellProse reads a cell as prose that belongs to the row's record.
func (s *Scanner) cellProse(i int, cell []byte) {
	s.cellOf = i
	s.cellContext.Text, s.cellContext.Head = cell, None
	s.finder.Find(&s.cellContext, &s.sweep, 0, len(cell), s.inCell)
}

// calledOther reports whether the heading of the column whose prose is read
// says that it holds none of a kind.
func (s *Scanner) calledOther(k uint8) bool {
	return s.cellOf < len(s.columns) && s.columns[s.cellOf].signs[k] == No
}

// ShapeOf counts what a cell is made of.
func ShapeOf(cell []byte) (shape CellShape) {
	for len(cell) > 0 {
		n := min(len(cell), 1<<16-1)
		sum := uint64(0)
		for _, ch := range cell[:n] {
			sum += lanes[ch]
		}
		digits, upper, lower, spaces := int(sum&0xffff), int(sum>>16&0xffff), int(sum>>32&0xffff), int(sum>>48)
		shape.Digits += digits
		shape.Upper += upper
		shape.Letters += upper + lower
		shape.Spaces += spaces
		shape.Other += n - digits - upper - lower - spaces
		cell = cell[n:]
	}
	return shape
}

// lanes has a one for each byte in the sixteen bits of its sort, so that all are
// counted in one sum.
var lanes = func() (t [256]uint64) {
	for i := range t {
		switch {
		case classes[i] == isDigit:
			t[i] = 1
		case classes[i] == isUpper:
			t[i] = 1 << 16
		case classes[i] == isLower:
			t[i] = 1 << 32
		case i == ' ':
			t[i] = 1 << 48
		}
	}
	return t
}()

// verdicts judges every slot's column.
func (s *Scanner) verdicts(t *tally) []verdict {
	s.judgements = s.judgements[:0]
	for i := range t.slots {
		sl := &t.slots[i]
		v := undecided
		if s.judged(sl.column, sl.kind, sl.signals) {
			v = s.verdict(sl.column, sl.kind)
		}
		s.judgements = append(s.judgements, v)
	}
	return s.judgements
}

// verdict judges the column of a kind's matches. In prose it is the place in the
// line, or else all that is bare.
func (s *Scanner) verdict(column int, kind uint8) verdict {
	rule := s.config.Kinds[kind].Column
	if column >= virtualBase {
		return s.virtual[column-virtualBase].tests[kind].verdict(rule)
	}
	if column >= 0 {
		return s.verdictOf(kind, func(k uint8) *columnTest { return &s.columns[column].tests[k] })
	}
	v := s.verdictOf(kind, func(k uint8) *columnTest { own, _ := s.proseTest(column, k); return own })
	if v != undecided || !rule.CheckDigit {
		return v // a page has old dates of many sorts
	}
	return s.verdictOf(kind, func(k uint8) *columnTest { _, all := s.proseTest(column, k); return all })
}

// verdictOf judges a kind's test. Where that leaves it open, or has few values to
// go by, the tests of the kind's family are judged together: of numbers that are
// anything's each scheme has a few.
func (s *Scanner) verdictOf(kind uint8, test func(k uint8) *columnTest) verdict {
	rule := s.config.Kinds[kind].Column
	own := test(kind)
	v := own.verdict(rule)
	few := v.part() > 0 && v != accepted
	if v != undecided && !few || !rule.Reject {
		return v
	}
	together := columnTest{where: own.where}
	for k, family := range s.family {
		if family == s.family[kind] {
			t := test(uint8(k))
			together.tested += t.tested
			together.passed += t.passed
		}
	}
	switch {
	case few && together.passed == together.tested:
		return v
	case together.verdict(rule) == rejected:
		return rejected
	}
	return undecided
}

// endTable settles the table's rows and reports its columns.
func (s *Scanner) endTable() {
	s.settle(&s.table)
	for i := range s.columns {
		if c, ok := s.report(i); ok && len(s.summary.Columns) < maxColumns {
			s.summary.Columns = append(s.summary.Columns, c)
		}
	}
	s.forgetColumns()
}

func (s *Scanner) forgetColumns() {
	s.columns, s.virtual = s.columns[:0], s.virtual[:0]
	s.tableName, s.fielded, s.headed, s.named = "", false, About{}, false
	s.titled = About{}
	clear(s.fields)
}

// report returns what is worth reporting of a column.
func (s *Scanner) report(i int) (Column, bool) {
	col := &s.columns[i]
	if col.rows == 0 {
		return Column{}, false
	}
	c := Column{Table: s.tableName, Index: i, Name: col.name, Rows: col.rows}
	const most, nearlyAll = 0.5, 0.95
	of := digestForm
	for k := range s.config.Kinds {
		share := float64(col.matches[k]) / float64(col.rows)
		v := col.tests[k].verdict(s.config.Kinds[k].Column)
		named := (col.signs[k] == Yes || col.signs[k] == Patients) && v != rejected
		if (named || v == accepted) && col.signs[k] != No && share >= most && share > c.Share {
			c.Kind, c.Share, of = s.config.Kinds[k].Name, share, k
		}
	}
	if k, scrambled := s.testOf(col); k >= 0 && col.sampled(k) && (c.Kind == "" || of == k) {
		c.Tested, c.Scrambled, of = s.config.Kinds[k].Name, scrambled, k
	}
	if sample := s.sampleOf(col, of); sample != nil {
		c.Distinct, _ = sample.values.count()
		c.Sketch = audit.Sketch{Lowest: slices.Clone(sample.sketch.Lowest), Full: sample.sketch.Full}
	}
	if of == digestForm && col.formed >= int64(nearlyAll*float64(col.rows)) && c.Distinct >= fewestHashes && col.hasLetters() {
		c.Shape = col.form.String()
	}
	return c, c.Kind != "" || c.Shape != "" || c.Tested != ""
}

// testOf returns the kind whose check digit most of a column was tested for,
// below zero when there is none of interest. While the test has not said no,
// others of the column's like may decide it. A column that is called by the name
// of the kind and is rejected holds something else, scrambled numbers for one.
func (s *Scanner) testOf(col *column) (kind int, scrambled bool) {
	const most = 0.5
	for k := range s.config.Kinds {
		rule := s.config.Kinds[k].Column
		if !rule.CheckDigit || col.signs[k] == No || float64(col.tests[k].cells) < most*float64(col.rows) {
			continue
		}
		v := col.tests[k].verdict(rule)
		if v != rejected || col.signs[k] == Yes {
			return k, v == rejected
		}
	}
	return -1, false
}

func (f form) String() string {
	if f.base64 {
		return fmt.Sprintf("base64-%d", f.length)
	}
	return fmt.Sprintf("hex-%d", f.length)
}
