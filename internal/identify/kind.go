package identify

// Kind is one kind of identifier. Its functions must not keep what they are
// given, must not allocate for what is no match, and must look at a bounded
// stretch of text.
type Kind struct {
	Name  string // as reports count it: "nhs-number"
	Words string // as an excerpt calls it: "NHS number"

	// Signals names the bits of Match.Signals, lowest first; what each is worth
	// stands in the evidence list under the kind's name.
	Signals []string
	// Shapes are what a match in prose begins with, a class of byte for each
	// place: d a digit, U a capital, l a small letter, / one of - . and /,
	// * anything, and any other sign what is no digit, and behind a capital none
	// either. The first place is d, U or @. A digit never stands before a leading
	// d, nor a letter or digit before a leading U. The engine looks at the first
	// thirteen places and asks Parse where one of the shapes fits.
	Shapes []string
	// Whole says that in prose no match begins with a digit behind a digit and one
	// of - . /: it would be the tail of something longer.
	Whole bool
	// Parse looks for a match that begins at the given place of the context's
	// text, by what it is made of and what stands right beside it.
	Parse func(c *Context, at int) (Match, bool)
	// Weigh adds the signals of the words around a match, or says that it is
	// none. It may be nil.
	Weigh func(c *Context, at int, m *Match) bool
	// Cell looks for a match that is the whole of c.Text, a table cell without
	// surrounding space. tested says that the cell has the shape of the kind,
	// match or not: columns are judged by the share of the two.
	Cell func(c *Context, shape CellShape) (m Match, tested, ok bool)
	// Cells says what cells Cell is asked about.
	Cells CellRanges
	// Column says how a column's values are judged when it has enough of them.
	Column ColumnRule
	// Needs are signals one of which a match in prose must have to be evidence;
	// without them it only takes part in the judgement of the rest.
	Needs uint32
	// Strong says that a second value of this kind, with a label or a checksum,
	// is of another person: it begins a new record.
	Strong uint32 // signals, one of which must be there
	// Bare are the signals that a match in prose must lack to be judged like a
	// column's value; zero when prose is never judged so.
	Bare uint32
	// Window is the signal of a value that is a part of a longer run of digits: one
	// of many such parts, so that it counts only when a column of them is accepted.
	Window uint32
	// Test is the signal of values that belong to nobody by rule.
	Test uint32
	// Anchor says that what has a Near signal is a person's beside such a match.
	Anchor bool
	// Follows says that the kind identifies nobody by itself: in prose it is looked
	// for only near matches of kinds that do not follow.
	Follows bool
	// Leads are the signals with which a match of a kind that follows is worth a look
	// around it all the same: a name of which the words beside it tell care. Such
	// matches are looked for until an item has enough that decide by themselves.
	Leads uint32
	// Near is gained by a match without label in one line with an anchor.
	Near uint32
	// Beside are the signals of what stands as it does beside a name. They are kept
	// where an anchor that follows stands there.
	Beside uint32
	// Apart are the signals that keep a match from gaining Near.
	Apart uint32
	// Everybodys says that employees and students have one as well, so that what the
	// headings of its table are about counts, however it is called.
	Everybodys bool
	// Named are signals one of which a match in the prose of a cell must have
	// when the column is called something else; zero when none is needed.
	Named uint32
	// Names is how file names are searched.
	Names NameRule
	// Joins are signals of parts of a whole, a surname and a forename. Where a
	// record has two with one of them, in different columns, both gain Joined.
	Joins, Joined uint32
	// Agree are the signals that a value gains from a value of another kind in
	// the same record: a CHI number from the date of birth that it begins with.
	Agree func(own uint64, kind string, other uint64) uint32
	// Flag reports whether text around an identifiable record is of a kind that
	// is no evidence but worth saying: clinical content. Such a kind has no Parse.
	Flag func(text []byte) bool
	// Topics tell what the words around a doubtful record, or the headings of its
	// table, are about. A kind that has them finds nothing by itself, and what its
	// signals are worth may be below zero.
	Topics *Topics
	// Family is what kinds share of which one record has one: two numbers of ten
	// digits of two schemes speak no louder than one.
	Family string
	// Mask writes a value so that it identifies nobody, with three of its digits
	// at most. Without it an excerpt names the kind alone.
	Mask func(value uint64) string
}

// Find is Parse and Weigh.
func (k *Kind) Find(c *Context, at int) (Match, bool) {
	m, ok := k.Parse(c, at)
	if !ok || k.Weigh != nil && !k.Weigh(c, at, &m) {
		return Match{}, false
	}
	return m, true
}

// Match is one occurrence.
type Match struct {
	End     int    // where it ends in the text
	Value   uint64 // canonical; equal for equal values
	Signals uint32
}

// CellRanges bound what a cell has of each sort of byte, and of all.
type CellRanges struct {
	Digits, Letters, Other, Length Range
	// Called says that the heading must call the column what the kind is, unless
	// the table has no headings.
	Called bool
}

// Range is from a number up to, but without, another, if that is not zero.
type Range struct{ From, Below int }

func (r Range) has(n int) bool { return n >= r.From && (n < r.Below || r.Below == 0) }

// ColumnRule is the binomial test of a column: under chance, Null of its
// distinct values would match; the column is accepted when that many matches
// have a probability below one in a million and Share of the values match.
// A zero rule means that the column is never judged.
type ColumnRule struct {
	Null  float64
	Share float64
	Pass  uint32 // signals that a match must have to count as a pass; none: any match
	Fail  uint32 // signals that it must not have
	// Unless are signals beside which acceptance says nothing more.
	Unless uint32
	// CheckDigit says that a pass is a check digit's: it means the same wherever
	// values of the column lie, and travels with its sketch.
	CheckDigit bool
	// Reject says that a column that does not pass is none of this kind.
	Reject bool
	Signal uint32 // gained by the matches of an accepted column
}

// NameRule is how a kind counts in a file's name.
type NameRule struct {
	Alone  uint32 // a match with one of these signals masks the name
	Beside uint32 // so does a match with one of these, when another kind is there
	Unless uint32 // never with one of these
}
