// Package sorted sorts more lines than fit into memory: it sorts them in
// stretches, puts those aside in a temporary file and merges them. Lines may hold
// revealed names: where the system lets an open file be removed, the file has no
// name from the start, and nothing stays behind whatever ends the program.
package sorted

import (
	"bufio"
	"cmp"
	"container/heap"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"slices"
)

// stretchBytes is how much is held in memory.
const stretchBytes = 64 << 20

// Lines takes lines in any order and yields them in the order of their keys.
type Lines struct {
	file      *os.File
	nameless  bool // removed already
	end       int64
	stretches []stretch
	held      []line
	size      int
}

type line struct {
	key  string
	text []byte
}

type stretch struct{ offset, length int64 }

// New returns an empty set of lines. Close must be called.
func New() (*Lines, error) {
	f, err := os.CreateTemp("", "trustaudit-sort-")
	if err != nil {
		return nil, fmt.Errorf("make temporary file: %w", err)
	}
	return &Lines{file: f, nameless: os.Remove(f.Name()) == nil}, nil
}

// Close removes the temporary file.
func (l *Lines) Close() error {
	err := l.file.Close()
	if l.nameless {
		return err
	}
	return errors.Join(err, os.Remove(l.file.Name()))
}

// Add takes a line. Text is the Lines' own from here on.
func (l *Lines) Add(key string, text []byte) error {
	l.held = append(l.held, line{key, text})
	if l.size += len(key) + len(text) + 64; l.size < stretchBytes {
		return nil
	}
	return l.putAside()
}

func (l *Lines) sort() {
	slices.SortStableFunc(l.held, func(a, b line) int { return cmp.Compare(a.key, b.key) })
}

// putAside writes what is held to the file as one sorted stretch.
func (l *Lines) putAside() error {
	l.sort()
	w := bufio.NewWriterSize(l.file, 1<<20)
	var length int64
	for _, one := range l.held {
		var head [8]byte
		binary.LittleEndian.PutUint32(head[:4], uint32(len(one.key)))
		binary.LittleEndian.PutUint32(head[4:], uint32(len(one.text)))
		w.Write(head[:])
		w.WriteString(one.key)
		w.Write(one.text)
		length += int64(len(head) + len(one.key) + len(one.text))
	}
	if err := w.Flush(); err != nil { // a bufio.Writer keeps its first error
		return fmt.Errorf("write temporary file: %w", err)
	}
	l.stretches = append(l.stretches, stretch{l.end, length})
	l.end += length
	l.held, l.size = l.held[:0], 0
	return nil
}

// All yields the lines in order. A line is valid until the next.
func (l *Lines) All() iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		l.sort()
		m := merge{{held: l.held}}
		for _, s := range l.stretches {
			m = append(m, &cursor{from: bufio.NewReaderSize(io.NewSectionReader(l.file, s.offset, s.length), 256<<10)})
		}
		m = slices.DeleteFunc(m, func(c *cursor) bool { return !c.next() && c.err == nil })
		heap.Init(&m)
		for len(m) > 0 {
			c := m[0]
			if c.err != nil {
				yield(nil, fmt.Errorf("read temporary file: %w", c.err))
				return
			}
			if !yield(c.now.text, nil) {
				return
			}
			if c.next() || c.err != nil {
				heap.Fix(&m, 0)
			} else {
				heap.Pop(&m)
			}
		}
	}
}

// cursor walks one sorted stretch, in memory or in the file.
type cursor struct {
	held []line
	from *bufio.Reader
	now  line
	err  error
}

// next goes to the next line and reports whether there is one.
func (c *cursor) next() bool {
	if c.from == nil {
		if len(c.held) == 0 {
			return false
		}
		c.now, c.held = c.held[0], c.held[1:]
		return true
	}
	var head [8]byte
	if _, err := io.ReadFull(c.from, head[:]); err != nil {
		if err != io.EOF {
			c.err = err
		}
		return false
	}
	key := make([]byte, binary.LittleEndian.Uint32(head[:4]))
	text := make([]byte, binary.LittleEndian.Uint32(head[4:]))
	if _, err := io.ReadFull(c.from, key); err != nil {
		c.err = err
		return false
	}
	if _, err := io.ReadFull(c.from, text); err != nil {
		c.err = err
		return false
	}
	c.now = line{string(key), text}
	return true
}

// merge is a heap of cursors by their next line; one that failed comes first.
type merge []*cursor

func (m merge) Len() int { return len(m) }
func (m merge) Less(i, j int) bool {
	if (m[i].err != nil) != (m[j].err != nil) {
		return m[i].err != nil
	}
	return m[i].now.key < m[j].now.key
}
func (m merge) Swap(i, j int) { m[i], m[j] = m[j], m[i] }
func (m *merge) Push(x any)   { *m = append(*m, x.(*cursor)) }
func (m *merge) Pop() any {
	old := *m
	last := old[len(old)-1]
	*m = old[:len(old)-1]
	return last
}
