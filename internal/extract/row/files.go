package row

import (
	"bytes"
	"fmt"
	"io"

	"trustaudit/internal/extract"
)

// mostFiles bounds the values of a document that are given as files.
const mostFiles = 1000

// Files gives binary values as files of their own: scans, letters and whatever
// else is kept in a table.
type Files struct {
	Sink  extract.Sink
	given int
	left  int64
}

// Give gives a value; what is too much is counted.
func (f *Files) Give(name string, value []byte) error {
	if f.given == mostFiles {
		f.left++
		return nil
	}
	f.given++
	return f.Sink.Child(extract.Child{Name: name, Size: int64(len(value)), Open: func() (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(value)), nil
	}})
}

// End says how many values were not given.
func (f *Files) End() {
	if f.left > 0 {
		f.Sink.Partial(fmt.Sprintf("%d binary values not read", f.left))
	}
}
