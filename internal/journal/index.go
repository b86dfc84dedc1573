package journal

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
)

// entrySize is the width of an index line: number, end of the block, hash of
// its header, separated by spaces.
const entrySize = 12 + 1 + 19 + 1 + 64 + 1

// entry is what the index says of one block.
type entry struct {
	end  int64
	hash sum
}

func appendEntry(dst []byte, n int64, e entry) []byte {
	return fmt.Appendf(dst, "%012d %019d %s\n", n, e.end, e.hash)
}

// parseEntry reads the line of block n; false means that it is not one.
func parseEntry(line []byte, n int64) (entry, bool) {
	if len(line) != entrySize {
		return entry{}, false
	}
	end, err := strconv.ParseInt(string(line[13:32]), 10, 64)
	if err != nil {
		return entry{}, false
	}
	e := entry{end: end}
	if _, err := hex.Decode(e.hash[:], line[33:97]); err != nil {
		return entry{}, false
	}
	return e, string(appendEntry(nil, n, e)) == string(line)
}

// index reads the index file. A nil index knows nothing.
type index struct {
	window window
	count  int64 // of whole lines
}

// openIndex opens the index of dir for reading; nil if there is none. The
// journal must be measured after the index was, or a scan that is under way
// would look cut off.
func openIndex(dir string) (*index, io.Closer, error) {
	f, err := os.Open(filepath.Join(dir, indexName))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, io.NopCloser(nil), nil
	}
	if err != nil {
		return nil, nil, fmt.Errorf("open index: %w", err)
	}
	info, err := f.Stat()
	if err != nil {
		f.Close()
		return nil, nil, fmt.Errorf("open index: %w", err)
	}
	x, err := newIndex(f, info.Size())
	if err != nil {
		f.Close()
		return nil, nil, err
	}
	return x, f, nil
}

func newIndex(src io.ReaderAt, size int64) (*index, error) {
	size, err := trimNUL(src, size)
	if err != nil {
		return nil, fmt.Errorf("read index: %w", err)
	}
	return &index{window: window{src: src, size: size}, count: size / entrySize}, nil
}

// knows reports whether the index vouches for block n.
func (x *index) knows(n int64) bool { return x != nil && n >= 1 && n <= x.count }

// at returns the entry of block n, which the index knows; false means that the
// line is not one.
func (x *index) at(n int64) (entry, bool, error) {
	line, err := x.window.peek((n-1)*entrySize, entrySize)
	if err != nil {
		return entry{}, false, fmt.Errorf("read index: %w", err)
	}
	e, ok := parseEntry(line, n)
	return e, ok, nil
}
