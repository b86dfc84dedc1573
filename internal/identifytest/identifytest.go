// Package identifytest is what every kind of identifier promises, as a suite,
// and shows what the scanner finds with a kind.
package identifytest

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"trustaudit/internal/audit"
	"trustaudit/internal/identify"
)

// Now is the time at which the kinds are asked.
var Now = time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)

func newScanner(kinds ...identify.Kind) *identify.Scanner {
	return identify.NewScanner(identify.Config{Kinds: kinds, Key: audit.NewKey([32]byte{1}), Now: Now})
}

// Prose returns the matches that the engine finds in a text where it asks the
// kind, each as "text: signal signal".
func Prose(kind identify.Kind, text string) []string {
	var all []string
	c := identify.Context{Text: []byte(text), Now: Now}
	take := func(_ uint8, at int, m identify.Match) int {
		if kind.Weigh == nil || kind.Weigh(&c, at, &m) {
			all = append(all, show(kind, c.Text[at:m.End], m.Signals))
		}
		return m.End
	}
	identify.NewFinder([]identify.Kind{kind}).Find(&c, new(identify.Sweep), 0, len(c.Text), take)
	return all
}

// Cell returns what the kind sees in a table's cell below a heading: "value:
// signal signal" of a match, "tested" of a cell of its shape, or nothing.
func Cell(kind identify.Kind, heading, value string) string {
	result := ""
	cell := kind.Cell
	kind.Cell = func(c *identify.Context, shape identify.CellShape) (m identify.Match, tested, ok bool) {
		switch m, tested, ok = cell(c, shape); {
		case ok:
			result = show(kind, c.Text, m.Signals)
		case tested:
			result = "tested"
		}
		return m, tested, ok
	}
	s := newScanner(kind)
	s.Table("", []string{heading})
	s.Row([][]byte{[]byte(value)})
	s.Finish()
	return result
}

// Column returns what the scanner reports of a column of values.
func Column(kind identify.Kind, heading string, values []string) string {
	s := newScanner(kind)
	s.Table("", []string{heading})
	for _, v := range values {
		s.Row([][]byte{[]byte(v)})
	}
	for _, c := range s.Finish().Columns {
		return c.Kind
	}
	return ""
}

// Masked reports whether a file of the name is masked.
func Masked(kind identify.Kind, name string) bool {
	_, found := newScanner(kind).Mask(name)
	return found
}

func show(kind identify.Kind, text []byte, signals uint32) string {
	parts := []string{string(text) + ":"}
	for i, name := range kind.Signals {
		if signals&(1<<i) != 0 {
			parts = append(parts, name)
		}
	}
	if signals>>len(kind.Signals) != 0 {
		parts = append(parts, "(a signal without a name)")
	}
	return strings.Join(parts, " ")
}

// Run holds that a kind's lists are there and that rejecting what stands in a
// log allocates nothing.
func Run(t *testing.T, kind identify.Kind) {
	t.Helper()
	newScanner(kind) // panics over a signal without evidence
	for _, shape := range kind.Shapes {
		if strings.IndexByte("dU@", shape[0]) < 0 {
			t.Errorf("the shape %q begins with none of d, U and @", shape)
		}
	}
	c := identify.Context{Text: Log(200), Now: Now}
	var m identify.Match
	ask := func() {
		for at, ch := range c.Text {
			if !identify.IsWord(ch) && ch != '@' {
				continue
			}
			ok := false
			if m, ok = kind.Parse(&c, at); ok && kind.Weigh != nil {
				kind.Weigh(&c, at, &m)
			}
		}
	}
	ask()
	if n := testing.AllocsPerRun(1, ask); n > 0 {
		t.Errorf("asked about a log, the kind allocates %v times", n)
	}
}

// Fuzz holds that no text makes a kind panic or match outside the text, wherever
// it is asked: in prose, in names and in cells.
func Fuzz(f *testing.F, kind identify.Kind, seeds ...string) {
	for _, seed := range append(seeds, "", "\xe2\x80\xe3\x80", "PID|1||9434765919^^^NHS^NH||Canary^Ada||19580312") {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, name := range []bool{false, true} {
			c := identify.Context{Text: []byte(text), Now: Now, Name: name}
			for at := range c.Text {
				if m, ok := kind.Find(&c, at); ok && (m.End <= at || m.End > len(c.Text)) {
					t.Errorf("%q at %d: match ends at %d", text, at, m.End)
				}
			}
			for _, c.Head = range []identify.Sign{identify.None, identify.Yes, identify.No} {
				if len(c.Text) > 0 && kind.Cell != nil {
					kind.Cell(&c, identify.ShapeOf(c.Text))
				}
			}
		}
	})
}

// Rejects measures how fast a log is read in search of a kind, and says how
// often the kind is asked in a kilobyte, and how often it has to weigh.
func Rejects(b *testing.B, kind identify.Kind) {
	data := Log(5000)
	asked, weighed := 0, 0
	counted := kind
	counted.Parse = func(c *identify.Context, at int) (identify.Match, bool) {
		asked++
		m, ok := kind.Parse(c, at)
		if ok {
			weighed++
		}
		return m, ok
	}
	s := newScanner(counted)
	s.Text(data)
	s.Finish()
	s = newScanner(kind)
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		s.Reset()
		s.Text(data)
		s.Finish()
	}
	kilobytes := float64(len(data)) / 1000
	b.ReportMetric(float64(asked)/kilobytes, "asked/kB")
	b.ReportMetric(float64(weighed)/kilobytes, "weighed/kB")
}

// Log writes lines as servers and databases log them. Nobody is in it.
func Log(lines int) []byte {
	r := rand.New(rand.NewPCG(4, 2))
	var b bytes.Buffer
	for i := range lines {
		stamp := Now.Add(time.Duration(i) * 1700 * time.Millisecond).Format("2006-01-02 15:04:05.000")
		switch r.IntN(6) {
		case 0:
			fmt.Fprintf(&b, "%s INFO worker-%d request=%d finished in %d ms, epoch %d\n", stamp, r.IntN(32), r.Uint64N(1e10), r.IntN(9000), 1760000000+r.IntN(1e7))
		case 1:
			fmt.Fprintf(&b, "10.%d.%d.%d - - [%s] \"GET /api/v1/orders/%d?page=%d HTTP/1.1\" 200 %d \"-\" \"Mozilla/5.0 (X11)\"\n", r.IntN(256), r.IntN(256), r.IntN(256), stamp, r.IntN(1e6), r.IntN(90), r.IntN(1e5))
		case 2:
			fmt.Fprintf(&b, "{\"time\":%q,\"level\":\"warn\",\"id\":\"%08x-%04x-4%03x-8%03x-%012x\",\"size\":%d,\"port\":%d}\n", stamp, r.Uint32(), r.IntN(1<<16), r.IntN(1<<12), r.IntN(1<<12), r.Uint64N(1<<48), r.IntN(1e8), r.IntN(65536))
		case 3:
			fmt.Fprintf(&b, "%s ERROR SQL Server error %d, session %d: Timeout expired on host SRV%04d at 0x%08X\n", stamp, r.IntN(40000), r.IntN(1000), r.IntN(1e4), r.Uint32())
		case 4:
			fmt.Fprintf(&b, "Nov %2d %02d:%02d:%02d db%d sshd[%d]: Accepted publickey for svc@batch from 10.0.0.%d port %d ssh2: ED25519\n", 1+r.IntN(28), r.IntN(24), r.IntN(60), r.IntN(60), r.IntN(9), r.IntN(65536), r.IntN(256), r.IntN(65536))
		default:
			fmt.Fprintf(&b, "%s DEBUG Copied %d Files in %d Folders to \\\\FS%02d\\Backup$ (%d.%d %%)\n", stamp, r.IntN(1e5), r.IntN(1000), r.IntN(99), r.IntN(100), r.IntN(10))
		}
	}
	return b.Bytes()
}
