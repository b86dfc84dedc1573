package contained

import (
	"errors"
	"io"
	"io/fs"
	"os"

	"trustaudit/internal/source"
)

// cause is an error of reading a file in the parent, as the child is told it:
// what is not known is only an error.
type cause byte

const (
	none cause = iota
	ended
	locked
	denied
	gone
	late
	other
)

var errRead = errors.New("cannot be read")

// causes are the errors that have a cause of their own.
func causes() map[cause]error {
	return map[cause]error{
		ended: io.EOF, locked: source.ErrLocked, denied: fs.ErrPermission, gone: fs.ErrNotExist, late: os.ErrDeadlineExceeded,
	}
}

func causeOf(err error) cause {
	if err == nil {
		return none
	}
	for c, known := range causes() {
		if errors.Is(err, known) {
			return c
		}
	}
	return other
}

func (c cause) err() error {
	if c == none {
		return nil
	}
	if known := causes()[c]; known != nil {
		return known
	}
	return errRead
}
