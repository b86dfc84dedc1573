package identify

// Scanner finds identifiers in one item after another. It is made once for
// each worker and reused; it is not for concurrent use.
type Scanner struct{ config Config }

// NewScanner returns a Scanner, ready for its first item.
func NewScanner(config Config) *Scanner { return &Scanner{config: config} }

// Reset forgets everything seen, for the next item.
func (s *Scanner) Reset() {}

// Text takes a stretch of prose in UTF-8. Calls continue one another: an
// identifier may be split between them.
func (s *Scanner) Text(b []byte) {}

// Break ends a record: the end of a message, a page, a letter.
func (s *Scanner) Break() {}

// Table begins a table. Columns is nil when there is no heading.
func (s *Scanner) Table(name string, columns []string) {}

// Row takes a row of the table begun last; one row is one record.
func (s *Scanner) Row(cells [][]byte) {}

// Finish ends the item and says what was found.
func (s *Scanner) Finish() Summary { return Summary{} }

// Mask returns path with every component that identifies somebody replaced by
// a keyed digest, and whether there was one.
func (s *Scanner) Mask(path string) (masked string, found bool) { return path, false }

// MaskName masks the whole name of a column, sheet or table if it identifies
// somebody.
func (s *Scanner) MaskName(name string) string { return name }
