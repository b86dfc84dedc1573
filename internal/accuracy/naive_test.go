package main

import (
	"context"
	"io"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"trustaudit/internal/extract"
	"trustaudit/internal/source"
)

// read lets the simple-minded detector read a text in pieces.
func read(pieces ...string) *naive {
	n := newNaive()
	for _, p := range pieces {
		n.write([]byte(p))
	}
	n.end()
	return n
}

func TestNaive(t *testing.T) {
	for _, tt := range []struct {
		label, text string
		number      bool
		nearest     int
	}{
		{"number", "9990123454", true, far},
		{"grouped", "999 012 3454", true, far},
		{"hyphens", "999-012-3454.", true, far},
		{"no-break spaces", "999\u00a0012\u00a03454", true, far},
		{"fails the check", "9990123455", false, far},
		{"check digit would be 10", "9990123400", false, far},
		{"eleven digits", "99901234540", false, far},
		{"digit before", "19990123454", false, far},
		{"two spaces", "999  012 3454", false, far},
		{"cut off", "999 012 345", false, far},
		{"keyword before", "NHS no: 9990123454", true, 5},
		{"keyword behind", "9990123454 (patient)", true, 2},
		{"the nearer of two", "nhs ............ 9990123454 . CHI", true, 3},
		{"keyword without number", "NHS no: 1234567890", false, far},
		{"keyword in a heading", "nhs_number\n9990123454\n", true, 8},
		{"no word", "Chichester 9990123454", true, far},
		{"later number nearer", "patient .......... 9990123454 ...................... 9990123454 nhs", true, 1},
	} {
		t.Run(tt.label, func(t *testing.T) {
			n := read(tt.text)
			if n.number != tt.number || n.nearest != tt.nearest {
				t.Errorf("number %v, nearest %d; want %v, %d", n.number, n.nearest, tt.number, tt.nearest)
			}
		})
	}
}

// A text reads the same wherever the chunks that it is read in end.
func TestNaiveChunks(t *testing.T) {
	const text = " NHS no. of his: 999 012 3454 "
	for at := naiveChunk - 500; at < naiveChunk+50; at += 3 {
		n := read(strings.Repeat(".", at), text, strings.Repeat(".", naiveChunk))
		if !n.number || n.nearest != 13 {
			t.Fatalf("at %d: number %v, nearest %d", at, n.number, n.nearest)
		}
		n = read(strings.Repeat(".", at-15), "9990123454", strings.Repeat(".", 200), "NHS", strings.Repeat(".", naiveChunk))
		if n.nearest != 200 {
			t.Fatalf("at %d: keyword behind at %d, want 200", at, n.nearest)
		}
		n = read(strings.Repeat("1", at), "9990123454", strings.Repeat("1", naiveChunk))
		if n.number {
			t.Fatalf("at %d: a number was found in a run of digits", at)
		}
	}
}

func TestNaiveTextsAreApart(t *testing.T) {
	n := newNaive()
	n.write([]byte("NHS"))
	n.end()
	n.write([]byte("9990123454"))
	n.end()
	if !n.number || n.nearest != far {
		t.Errorf("number %v, nearest %d", n.number, n.nearest)
	}
}

// FuzzNaive holds that a number is found where an independent reckoning says.
func FuzzNaive(f *testing.F) {
	f.Add("999 012 3454 9990123454")
	f.Add("999\u00a0012-3454.9\xc2")
	f.Fuzz(func(t *testing.T, text string) {
		for from := 0; ; {
			start, end := nextNumber([]byte(text), from)
			if start < 0 {
				return
			}
			if start < from || end > len(text) {
				t.Fatalf("number from %d to %d, looked for from %d of %d on", start, end, from, len(text))
			}
			digits := strings.Map(func(r rune) rune {
				if r < '0' || r > '9' {
					return -1
				}
				return r
			}, text[start:end])
			nine, err := strconv.ParseInt(digits[:9], 10, 64)
			if len(digits) != 10 || err != nil || !valid(nine, int64(digits[9]-'0')) {
				t.Fatalf("%q is no number", text[start:end])
			}
			from = end
		}
	})
}

func valid(nine, check int64) bool {
	sum := int64(0)
	for weight := int64(2); weight <= 10; weight++ {
		sum += nine % 10 * weight
		nine /= 10
	}
	return (11-sum%11)%11 == check
}

// quiet is a sink that notes what it is given.
type quiet struct {
	extract.Sink
	got []string
}

func (q *quiet) note(what string) error { q.got = append(q.got, what); return nil }

func (q *quiet) Text(b []byte) error                          { return q.note("text " + string(b)) }
func (q *quiet) Break() error                                 { return q.note("break") }
func (q *quiet) Table(name string, columns []string) error    { return q.note("table " + name) }
func (q *quiet) Row(cells [][]byte) error                     { return q.note("row " + string(cells[0])) }
func (q *quiet) Fields(names []string, values [][]byte) error { return q.note("fields " + names[0]) }
func (q *quiet) Child(c extract.Child) error {
	rows, err := c.Rows(context.Background())
	if err != nil {
		return err
	}
	for {
		if _, err := rows.Next(); err == io.EOF {
			return q.note("child " + c.Name)
		}
	}
}

type oneRow struct {
	source.Rows
	done bool
}

func (r *oneRow) Columns() []string { return []string{"nhs_number"} }
func (r *oneRow) Next() ([][]byte, error) {
	if r.done {
		return nil, io.EOF
	}
	r.done = true
	return [][]byte{[]byte("9990123454")}, nil
}

// Whatever way a format gives its text, the detector reads it and the sink
// gets it.
func TestTap(t *testing.T) {
	number := [][]byte{[]byte("9990123454")}
	for _, tt := range []struct {
		label, want string
		give        func(extract.Sink) error
		nearest     int
	}{
		{"text", "text NHS 9990123454", func(s extract.Sink) error { return s.Text([]byte("NHS 9990123454")) }, 1},
		{"row", "row 9990123454", func(s extract.Sink) error { return s.Row(number) }, far},
		{"fields", "fields patient", func(s extract.Sink) error { return s.Fields([]string{"patient"}, number) }, 1},
		{"child", "child t", func(s extract.Sink) error {
			return s.Child(extract.Child{Name: "t", Rows: func(context.Context) (source.Rows, error) { return &oneRow{}, nil }})
		}, 8},
	} {
		t.Run(tt.label, func(t *testing.T) {
			n, sink := newNaive(), &quiet{}
			formats := tap([]extract.Format{{Read: func(_ context.Context, _ extract.Document, s extract.Sink) error { return tt.give(s) }}}, n)
			if err := formats[0].Read(t.Context(), extract.Document{}, sink); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff([]string{tt.want}, sink.got); diff != "" {
				t.Errorf("sink differs (-want +got):\n%s", diff)
			}
			if !n.number || n.nearest != tt.nearest {
				t.Errorf("number %v, nearest %d, want %d", n.number, n.nearest, tt.nearest)
			}
		})
	}
}

func TestTapTable(t *testing.T) {
	n, sink := newNaive(), &quiet{}
	formats := tap([]extract.Format{{Read: func(_ context.Context, _ extract.Document, s extract.Sink) error {
		s.Table("t", []string{"nhs"})
		s.Row([][]byte{[]byte("9990123454")})
		return s.Break()
	}}}, n)
	formats[0].Read(t.Context(), extract.Document{}, sink)
	if n.nearest != 2 || len(sink.got) != 3 {
		t.Errorf("nearest %d after %q", n.nearest, sink.got)
	}
}
