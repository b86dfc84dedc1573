package main

import (
	"bytes"
	"context"
	"math"
	"regexp"

	"trustaudit/internal/extract"
	"trustaudit/internal/source"
)

// keywords are what the simple-minded detector wants near a number: the names of
// the numbers, the word patient, and the labels of identifiers in messages.
var keywords = regexp.MustCompile(`(?i)nhs|national health|health and care n|h&c|patient|\bchi\b|\bhcn\b|\bmrn\b|\bpid\|`)

const (
	naiveChunk = 16 << 10
	naiveReach = 300 // the furthest keyword that matters, in bytes
	naiveCarry = naiveReach + 64
	far        = math.MaxInt
)

// naive is the detector that ours is compared with. It reads the text that the
// formats extract, as a stream, and keeps how near a keyword came to a number
// that passes the modulus 11 check.
type naive struct {
	buf     []byte
	carried bool // buf begins in the middle of the text
	number  bool // one was there
	nearest int  // distance to the nearest keyword
}

func newNaive() *naive { return &naive{nearest: far} }

// within reports whether a keyword stood within n bytes of a number.
func (n *naive) within(bytes int) bool { return n.nearest <= bytes }

func (n *naive) write(text []byte) {
	n.buf = append(n.buf, text...)
	if len(n.buf) >= naiveChunk {
		n.look(false)
		n.buf = append(n.buf[:0], n.buf[len(n.buf)-naiveCarry:]...)
		n.carried = true
	}
}

// end ends a text: what follows is no neighbour of it.
func (n *naive) end() {
	n.look(true)
	n.buf, n.carried = n.buf[:0], false
}

// look examines what is in the buffer. Unless it is the last of the text, a
// number that touches the end waits for more.
func (n *naive) look(last bool) {
	if n.nearest == 0 {
		return
	}
	var words [][]int
	for from, searched := 0, false; ; {
		start, end := nextNumber(n.buf, from)
		if start < 0 {
			return
		}
		from = end
		if start == 0 && n.carried || end == len(n.buf) && !last {
			continue
		}
		n.number = true
		if !searched {
			words, searched = keywords.FindAllIndex(n.buf, -1), true
		}
		for len(words) > 1 && words[1][1] <= start {
			words = words[1:]
		}
		for _, w := range words[:min(len(words), 2)] {
			n.nearest = min(n.nearest, max(w[0]-end, start-w[1], 0))
		}
	}
}

// nextNumber finds the next ten digits from a place on, in one or written 3-3-4,
// that pass the modulus 11 check and have no digit beside them.
func nextNumber(text []byte, from int) (start, end int) {
	for i := from; i < len(text); i++ {
		if !digit(text, i) || digit(text, i-1) {
			continue
		}
		if end := numberEnd(text, i); end > 0 {
			return i, end
		}
	}
	return -1, -1
}

// numberEnd returns the end of the number that begins at i, or 0.
func numberEnd(text []byte, i int) int {
	sum, read := 0, 0
	for read < 10 {
		if !digit(text, i) {
			if read != 3 && read != 6 {
				return 0
			}
			if i = pastSeparator(text, i); !digit(text, i) {
				return 0
			}
		}
		sum += int(text[i]-'0') * (10 - min(read, 9))
		i++
		read++
	}
	// The check digit has weight 1, so that a valid number's sum is a multiple.
	if digit(text, i) || sum%11 != 0 {
		return 0
	}
	return i
}

func digit(text []byte, i int) bool {
	return i >= 0 && i < len(text) && text[i] >= '0' && text[i] <= '9'
}

func pastSeparator(text []byte, i int) int {
	switch rest := text[min(i, len(text)):]; {
	case len(rest) == 0:
		return i
	case rest[0] == ' ', rest[0] == '-', rest[0] == '.':
		return i + 1
	case bytes.HasPrefix(rest, []byte("\u00a0")):
		return i + 2
	}
	return i
}

// tap returns formats that let the naive detector read along.
func tap(formats []extract.Format, n *naive) []extract.Format {
	tapped := make([]extract.Format, len(formats))
	for i, f := range formats {
		tapped[i] = f
		tapped[i].Read = func(ctx context.Context, doc extract.Document, sink extract.Sink) error {
			n.end()
			defer n.end()
			return f.Read(ctx, doc, &tapSink{sink, n})
		}
	}
	return tapped
}

// tapSink hands on what it is given, and shows it to the naive detector.
type tapSink struct {
	extract.Sink
	naive *naive
}

func (t *tapSink) Text(text []byte) error {
	t.naive.write(text)
	return t.Sink.Text(text)
}

func (t *tapSink) Break() error {
	t.naive.write([]byte("\n\n"))
	return t.Sink.Break()
}

func (t *tapSink) Table(name string, columns []string) error {
	for _, c := range columns {
		t.naive.write([]byte(c + "\t"))
	}
	t.naive.write([]byte("\n"))
	return t.Sink.Table(name, columns)
}

func (t *tapSink) Row(cells [][]byte) error {
	t.naive.row(cells)
	return t.Sink.Row(cells)
}

func (t *tapSink) Fields(names []string, values [][]byte) error {
	for i, name := range names {
		t.naive.write([]byte(name + "\t"))
		t.naive.write(values[i])
		t.naive.write([]byte("\n"))
	}
	return t.Sink.Fields(names, values)
}

func (n *naive) row(cells [][]byte) {
	for _, c := range cells {
		n.write(c)
		n.write([]byte("\t"))
	}
	n.write([]byte("\n"))
}

// Child reads along in the tables of a database file, which no format reads.
func (t *tapSink) Child(c extract.Child) error {
	if open := c.Rows; open != nil {
		c.Rows = func(ctx context.Context) (source.Rows, error) {
			rows, err := open(ctx)
			if err != nil {
				return nil, err
			}
			t.naive.end()
			for _, name := range rows.Columns() {
				t.naive.write([]byte(name + "\t"))
			}
			return &tapRows{rows, t.naive}, nil
		}
	}
	return t.Sink.Child(c)
}

type tapRows struct {
	source.Rows
	naive *naive
}

func (t *tapRows) Next() ([][]byte, error) {
	cells, err := t.Rows.Next()
	if err == nil {
		t.naive.row(cells)
	}
	return cells, err
}
