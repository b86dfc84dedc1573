package journal

import (
	"errors"
	"fmt"
)

// Errors that callers tell apart.
var (
	// ErrClosed says that the journal has its last record: nothing can follow.
	ErrClosed = errors.New("the journal is closed")
	// ErrLocked says that another process writes the journal.
	ErrLocked = errors.New("another process is writing the journal")
	// ErrExists says that the folder holds a journal already.
	ErrExists = errors.New("the folder holds a journal already")
)

// DefectKind is what is wrong with a journal, in a word or two.
type DefectKind string

// The kinds of defect.
const (
	Altered        DefectKind = "altered"         // a header or payload is not what was written
	Removed        DefectKind = "removed"         // blocks are missing in the middle
	Reordered      DefectKind = "reordered"       // a block stands out of its place
	Inserted       DefectKind = "inserted"        // a block that does not belong there
	CutOff         DefectKind = "cut off"         // the end is missing
	Trailing       DefectKind = "trailing bytes"  // something follows that is no block
	IndexMissing   DefectKind = "index missing"   // there is no index
	IndexDisagrees DefectKind = "index disagrees" // the index tells another story
	HeadDisagrees  DefectKind = "head disagrees"  // the chain does not contain the expected head
)

// Defect is one thing that is wrong with a journal.
type Defect struct {
	Kind   DefectKind `json:"kind"`
	Block  int64      `json:"block"`  // the first block concerned, from 1
	Offset int64      `json:"offset"` // where in the journal it was noticed
	Words  string     `json:"words"`
}

func (d Defect) String() string {
	return fmt.Sprintf("%s: block %d, byte %d: %s", d.Kind, d.Block, d.Offset, d.Words)
}

// DamagedError refuses a journal that is not what its writer left.
type DamagedError struct {
	Defect Defect
}

func (e *DamagedError) Error() string { return "damaged journal: " + e.Defect.String() }

func damaged(kind DefectKind, block, offset int64, format string, args ...any) error {
	return &DamagedError{Defect{Kind: kind, Block: block, Offset: offset, Words: fmt.Sprintf(format, args...)}}
}
