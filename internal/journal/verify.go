package journal

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
)

// Verdict is what Verify found.
type Verdict struct {
	Head        string   `json:"head"` // of the last block in place
	Blocks      int64    `json:"blocks"`
	Facts       int64    `json:"facts"`
	Bytes       int64    `json:"bytes"` // of the journal
	Finished    bool     `json:"finished"`
	Closed      bool     `json:"closed"`
	IndexBehind int64    `json:"index_behind,omitempty"` // blocks that the index does not know: normal after the death of a scan
	Defects     []Defect `json:"defects,omitempty"`
	Stopped     bool     `json:"stopped,omitempty"` // there were too many defects to go on
}

// Intact reports whether nothing is wrong.
func (v *Verdict) Intact() bool { return len(v.Defects) == 0 }

// Option tells Verify what else is known of the journal.
type Option func(*verifier)

// WithHead holds the journal against the head and count of blocks that a
// report carries: the journal may have grown since, but must contain that head
// at that count.
func WithHead(hash string, blocks int64) Option {
	return func(v *verifier) { v.wantHash, v.wantBlocks = hash, blocks }
}

// Bounds of a verification: a journal beyond them is damaged past telling how.
const (
	maxDefects = 1000
	maxRescans = 16
	verifyRead = 1 << 20
)

// Verify reads the whole journal in dir, and says what is wrong with it. An
// error means that it could not be read. It changes nothing.
func Verify(dir string, options ...Option) (Verdict, error) {
	v := verifier{buf: make([]byte, verifyRead)}
	for _, o := range options {
		o(&v)
	}
	if err := v.verify(dir); err != nil {
		return Verdict{}, fmt.Errorf("verify journal in %s: %w", dir, err)
	}
	return v.verdict, nil
}

// verifier reads a journal block by block. Unlike walk it goes on after a
// defect, to tell what happened rather than that something did.
type verifier struct {
	wantHash   string
	wantBlocks int64

	window  window
	idx     *index
	buf     []byte
	verdict Verdict
	rescans int

	last    int64 // the highest block in place
	head    sum   // and the hash of its header
	offset  int64 // and where that stands
	suspect bool  // the index has another hash for it
	tail    bool  // a defect already says that the end is missing
	gaps    []gap

	closedAt int64 // the block that closed the journal
}

// gap is a run of blocks that did not come where they should have.
type gap struct{ from, to, offset int64 }

func (v *verifier) verify(dir string) error {
	idx, closer, err := openIndex(dir)
	if err != nil {
		return err
	}
	defer closer.Close()
	f, err := os.Open(filepath.Join(dir, journalName))
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	return v.run(f, info.Size(), idx)
}

func (v *verifier) run(src io.ReaderAt, size int64, idx *index) error {
	v.idx, v.window = idx, window{src: src, size: size}
	v.verdict.Bytes = size
	for at := int64(0); at < size && !v.verdict.Stopped; {
		next, err := v.block(at)
		if err != nil {
			return err
		}
		at = next
	}
	return v.conclude()
}

func (v *verifier) defect(kind DefectKind, block, offset int64, format string, args ...any) {
	d := Defect{Kind: kind, Block: block, Offset: offset, Words: fmt.Sprintf(format, args...)}
	said := slices.ContainsFunc(v.verdict.Defects, func(o Defect) bool { return o.Kind == kind && o.Block == block })
	if !said {
		v.verdict.Defects = append(v.verdict.Defects, d)
	}
	v.verdict.Stopped = v.verdict.Stopped || len(v.verdict.Defects) >= maxDefects
}

// block looks at what stands at offset, and returns where to go on.
func (v *verifier) block(offset int64) (int64, error) {
	line, err := v.window.line(offset)
	if errors.Is(err, errTorn) {
		return v.window.size, v.torn(offset)
	}
	if err != nil && !errors.Is(err, errLong) {
		return 0, err
	}
	var l *headerLine
	if err == nil {
		l, err = parseHeader(line)
	}
	if err != nil {
		return v.unreadable(offset)
	}
	at := place{payload: offset + int64(len(line)) + 1, hash: sha256.Sum256(line)}
	if l.Bytes > v.window.size-at.payload {
		return v.overrun(l, offset, at)
	}
	at.end = at.payload + l.Bytes
	got, err := hashRange(v.window.src, at.payload, l.Bytes, v.buf)
	if err != nil {
		return 0, err
	}
	if err := v.place(l, offset, at); err != nil {
		return 0, err
	}
	if got == l.SHA256 {
		return at.end, nil
	}
	v.defect(Altered, l.N, at.payload, "its payload is not what its header says")
	if at.end == v.window.size {
		return at.end, nil
	}
	if fits, err := v.window.headerAt(at.end); fits || err != nil {
		return at.end, err
	}
	if v.rescans++; v.rescans > maxRescans {
		v.verdict.Stopped = true
	}
	return v.window.search(at.payload, v.buf)
}

// unreadable deals with a line that should be a header and is not.
func (v *verifier) unreadable(offset int64) (int64, error) {
	next, err := v.window.search(offset, v.buf)
	if err != nil {
		return 0, err
	}
	if next == v.window.size && !v.idx.knows(v.last+1) {
		v.defect(Trailing, v.last+1, offset, "%d bytes follow the last block that are no block", next-offset)
		return next, nil
	}
	follows, err := v.follows(next)
	if follows || err != nil {
		v.defect(Inserted, v.last+1, offset, "%d bytes that are no block stand before it", next-offset)
		return next, err
	}
	v.last, v.head, v.offset, v.suspect = v.last+1, sum{}, offset, false
	v.defect(Altered, v.last, offset, "its header cannot be read")
	return next, nil
}

// follows reports whether the header at offset names the last block in place.
func (v *verifier) follows(offset int64) (bool, error) {
	if offset == v.window.size {
		return false, nil
	}
	line, err := v.window.line(offset)
	if err != nil {
		return false, err
	}
	l, err := parseHeader(line)
	return err == nil && l.Prev == v.head, nil
}

// overrun deals with a block that ends beyond the journal.
func (v *verifier) overrun(l *headerLine, offset int64, at place) (int64, error) {
	next, err := v.window.search(at.payload, v.buf)
	if err != nil {
		return 0, err
	}
	if next < v.window.size {
		v.defect(Altered, l.N, offset, "its header gives it more bytes than the journal has")
		return next, v.place(l, offset, at)
	}
	v.incomplete(offset)
	if v.idx.knows(l.N) {
		if e, ok, err := v.idx.at(l.N); err != nil || ok && e.hash != at.hash {
			v.defect(Altered, l.N, offset, "its header is not the one that the index names")
			return next, err
		}
	}
	return next, nil
}

// torn deals with bytes at the end that no line feed ends.
func (v *verifier) torn(offset int64) error {
	rest, err := v.window.peek(offset, maxHeader)
	if err != nil {
		return err
	}
	if tornHeader(bytes.TrimRight(rest, "\x00"), v.last+1) {
		v.incomplete(offset)
		return nil
	}
	v.defect(Trailing, v.last+1, offset, "%d bytes follow the last block that are no block", v.window.size-offset)
	return nil
}

func (v *verifier) incomplete(offset int64) {
	v.tail = true
	v.defect(CutOff, v.last+1, offset, "the last block is incomplete")
}

// place decides whether a block stands where it belongs. One that names the
// block before it by its hash does, whatever number it bears.
func (v *verifier) place(l *headerLine, offset int64, at place) error {
	n := v.last + 1
	switch {
	case l.Prev == v.head:
		if v.suspect {
			v.suspect = false
			v.defect(IndexDisagrees, v.last, v.offset, "its line in the index names another header")
		}
		if l.N != n {
			v.defect(Altered, n, offset, "its header bears the number %d", l.N)
		}
	case l.N == n:
		if err := v.brokenLink(n, offset); err != nil {
			return err
		}
	case l.N > n:
		if v.suspect {
			v.suspect = false
			v.defect(Altered, v.last, v.offset, "its header is not the one that the index names")
		}
		v.gaps = append(v.gaps, gap{n, l.N - 1, offset})
		n = l.N
	default:
		v.late(l.N, offset)
		return nil
	}
	return v.settle(l, n, offset, at)
}

// brokenLink tells which of two neighbours was changed: the index knows.
func (v *verifier) brokenLink(n, offset int64) error {
	v.suspect = false
	vouched := v.last == 0
	if v.last > 0 && v.idx.knows(v.last) {
		e, ok, err := v.idx.at(v.last)
		if err != nil {
			return err
		}
		vouched = ok && e.hash == v.head
	}
	switch {
	case vouched && v.last > 0 && !v.idx.knows(n):
		v.defect(Inserted, n, offset, "it does not follow from the block before it, and the index does not know it")
	case vouched:
		v.defect(Altered, n, offset, "its header does not name the block before it")
	default:
		v.defect(Altered, v.last, v.offset, "its header is not the one that the next block names")
	}
	return nil
}

// late deals with a block that comes after a later one.
func (v *verifier) late(n, offset int64) {
	i := slices.IndexFunc(v.gaps, func(g gap) bool { return g.from <= n && n <= g.to })
	if i < 0 {
		v.defect(Inserted, n, offset, "there is a block %d already", n)
		return
	}
	v.defect(Reordered, n, offset, "it stands after block %d", v.last)
	g := v.gaps[i]
	v.gaps = slices.Delete(v.gaps, i, i+1)
	if g.from < n {
		v.gaps = append(v.gaps, gap{g.from, n - 1, g.offset})
	}
	if n < g.to {
		v.gaps = append(v.gaps, gap{n + 1, g.to, g.offset})
	}
}

// settle takes a block that stands in its place.
func (v *verifier) settle(l *headerLine, n, offset int64, at place) error {
	if v.verdict.Closed {
		v.defect(Inserted, n, offset, "it follows the record that closed the journal")
	}
	if l.Kind == KindClosed && !v.verdict.Closed {
		v.verdict.Closed, v.closedAt = true, n
	}
	v.verdict.Finished = v.verdict.Finished || l.Kind == KindFinished
	v.verdict.Facts += l.Facts
	v.last, v.head, v.offset = n, at.hash, offset
	if n == v.wantBlocks && at.hash.String() != v.wantHash {
		v.defect(HeadDisagrees, n, offset, "its header is not the one that the report names")
	}
	if len(v.gaps) > maxDefects {
		v.verdict.Stopped = true
	}
	if !v.idx.knows(n) {
		return nil
	}
	e, ok, err := v.idx.at(n)
	switch {
	case err != nil:
		return err
	case !ok:
		v.defect(IndexDisagrees, n, offset, "its line in the index cannot be read")
	case e.hash != at.hash:
		v.suspect = true
	case e.end != at.end && len(v.verdict.Defects) == 0 && len(v.gaps) == 0:
		v.defect(IndexDisagrees, n, offset, "its line in the index says that it ends elsewhere")
	}
	return nil
}

// conclude says what only the end can tell.
func (v *verifier) conclude() error {
	if v.suspect {
		v.defect(Altered, v.last, v.offset, "its header is not the one that the index names")
	}
	for _, g := range v.gaps {
		words := "it is missing"
		if g.to > g.from {
			words = fmt.Sprintf("it and the blocks to %d are missing", g.to)
		}
		v.defect(Removed, g.from, g.offset, "%s", words)
	}
	v.verdict.Head, v.verdict.Blocks = v.head.String(), v.last
	if v.verdict.Stopped {
		return nil
	}
	if v.wantBlocks > v.last {
		v.defect(CutOff, v.last+1, v.window.size, "the report knows of %d blocks, the journal ends after %d", v.wantBlocks, v.last)
	}
	v.holdIndex()
	return nil
}

// holdIndex compares where journal and index end.
func (v *verifier) holdIndex() {
	if v.idx == nil {
		v.defect(IndexMissing, 1, 0, "there is no index: a cut at the end would not show")
		return
	}
	switch behind := v.last - v.idx.count; {
	case behind < 0 && !v.tail:
		v.defect(CutOff, v.last+1, v.window.size, "the index knows of %d blocks, the journal ends after %d", v.idx.count, v.last)
	case v.idx.count < v.closedAt:
		v.defect(IndexDisagrees, v.idx.count+1, v.window.size, "the journal is closed, and the index ends after block %d", v.idx.count)
	case behind > 0:
		v.verdict.IndexBehind = behind
	}
}
