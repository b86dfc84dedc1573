package object

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"maps"

	"trustaudit/internal/extract"
)

const (
	// maxObjects bounds the table of objects.
	maxObjects = 1 << 20
	// cacheBytes bounds the values that are kept, by their length in the file.
	cacheBytes = 2 << 20
	// packedBytes bounds the streams of objects that are kept unpacked, and so each.
	packedBytes = 16 << 20
	maxPacked   = 8
)

// File is an open PDF.
type File struct {
	Trailer Dict
	// Seal is how the file is encrypted, of no grade when it is not.
	Seal extract.Seal
	// Damaged counts objects and streams of which something could not be read.
	Damaged int
	// Rebuilt says that the table of objects was of no use, and the file was
	// searched for them.
	Rebuilt bool

	in      *input
	shift   int64 // bytes before the header
	entries map[int]entry
	older   []revision // the newest first
	cipher  *cipher

	cache   map[int]any
	cached  int64
	loading map[int]bool
	packed  []*packed
	parsers []*parser // at rest
	inflate []io.ReadCloser
}

// entry is where an object lies.
type entry struct {
	off  int64 // in the file, or the place in a stream of objects
	in   int32 // number of the stream of objects it lies in, or zero
	free bool
}

// input is the file's bytes. The first error of reading is kept: it must not
// pass for a broken document.
type input struct {
	ctx  context.Context
	r    io.ReaderAt
	size int64
	err  error
}

func (in *input) ReadAt(p []byte, off int64) (int, error) {
	if err := in.ended(); err != nil {
		return 0, err
	}
	if off < 0 { // as a broken table says
		return 0, io.EOF
	}
	n, err := in.r.ReadAt(p, off)
	if err != nil && !errors.Is(err, io.EOF) {
		in.err = fmt.Errorf("read document: %w", err)
	}
	return n, err
}

// ended is the error that ends the reading, if any.
func (in *input) ended() error {
	if err := in.ctx.Err(); err != nil && in.err == nil {
		in.err = fmt.Errorf("read document: %w", err)
	}
	return in.err
}

func (in *input) from(off int64) io.Reader {
	return io.NewSectionReader(in, off, max(0, in.size-off))
}

// Open reads the table of objects, from the file's end or by searching the file,
// and opens what opens with an empty password. The error wraps ErrSealed when
// that needs a password, with File.Seal set; the file then shows what is not
// enciphered.
func Open(ctx context.Context, doc extract.Document) (*File, error) {
	f := &File{
		in:      &input{ctx: ctx, r: doc.Data, size: doc.Size},
		entries: map[int]entry{}, cache: map[int]any{}, loading: map[int]bool{},
	}
	f.shift = headerAt(doc.Head)
	err := f.readTables()
	if err == nil {
		err = f.unlock()
	}
	if err != nil && !errors.Is(err, extract.ErrSealed) || err == nil && !f.rooted() {
		err = f.rebuild()
	}
	switch {
	case f.in.err != nil:
		return nil, f.in.err
	case len(f.entries) == 0:
		return nil, fmt.Errorf("find objects: %w", extract.ErrCorrupt)
	}
	return f, err
}

// rooted reports whether the trailer leads to a tree of pages.
func (f *File) rooted() bool {
	return f.Dict(f.Dict(f.Trailer.Get("Root")).Get("Pages")) != nil
}

// Err is the first error of reading the file's bytes.
func (f *File) Err() error { return f.in.err }

func (f *File) forget() {
	clear(f.cache)
	f.cached = 0
}

// parser returns a parser at an offset; it is to be given back with rest.
func (f *File) parser(off int64) *parser {
	var p *parser
	if n := len(f.parsers); n > 0 {
		p, f.parsers = f.parsers[n-1], f.parsers[:n-1]
	} else {
		p = &parser{Lexer: NewLexer(nil)}
	}
	p.buf = p.buf[:512] // most objects are small
	p.Reset(f.in.from(off), off)
	return p
}

func (f *File) rest(p *parser) { f.parsers = append(f.parsers, p) }

// load reads an object, or finds it in the cache. One that does not exist is
// null.
func (f *File) load(ref Ref) any {
	if v, ok := f.cache[ref.Num]; ok {
		return v
	}
	e, ok := f.entries[ref.Num]
	if !ok || e.free || f.loading[ref.Num] {
		return nil
	}
	f.loading[ref.Num] = true
	defer delete(f.loading, ref.Num)
	v, cost, err := f.read(ref.Num, e)
	if err != nil && !f.Rebuilt && f.in.err == nil {
		_ = f.rebuild() // what was sealed before still is
		v, cost, err = f.read(ref.Num, f.entries[ref.Num])
	}
	if err != nil {
		f.Damage()
		v = nil
	}
	if f.cached += cost; f.cached > cacheBytes {
		f.forget()
		f.cached = cost
	}
	f.cache[ref.Num] = v
	return v
}

// read reads the object that an entry leads to, and says how long it is.
func (f *File) read(num int, e entry) (any, int64, error) {
	if e.in != 0 {
		return f.readPacked(num, e)
	}
	return f.readAt(num, e.off)
}

var errMissing = errors.New("no such object there")

// readAt reads the object of a number at an offset.
func (f *File) readAt(num int, off int64) (any, int64, error) {
	p := f.parser(off)
	defer f.rest(p)
	ref, ok := p.header()
	if !ok || ref.Num != num {
		return nil, 0, errMissing
	}
	v, err := f.body(p, ref)
	if err != nil {
		return nil, 0, err
	}
	return f.cipher.decipher(v, ref), p.Offset() - off, nil
}

// header reads "12 0 obj".
func (p *parser) header() (Ref, bool) {
	num, gen := p.Next(), p.Next()
	word := p.Next()
	ok := num.Kind == Int && gen.Kind == Int && word.Kind == Word && string(word.Bytes) == "obj"
	return Ref{int(num.Number), int(gen.Number)}, ok
}

// body reads the value behind a header, and where its stream begins if it has one.
func (f *File) body(p *parser, ref Ref) (any, error) {
	v, err := p.value()
	if err != nil {
		return nil, err
	}
	d, ok := v.(Dict)
	if !ok {
		return v, nil
	}
	if t := p.Next(); t.Kind != Word || string(t.Bytes) != "stream" {
		return d, nil
	}
	p.line()
	return &Stream{Dict: d, ref: ref, off: p.Offset()}, nil
}

// CutOff reports whether the file's end is missing. The table of objects stands
// there, so that only a file that was searched can be cut off.
func (f *File) CutOff() bool {
	end := make([]byte, min(tail, f.in.size))
	n, _ := f.in.ReadAt(end, f.in.size-int64(len(end)))
	return f.Rebuilt && !bytes.Contains(end[:n], []byte("%%EOF"))
}

// Origin is where an object lies: what revisions of a file have in common has one
// origin.
type Origin struct {
	off int64
	in  int32
}

// Origin is where the object lies that a value refers to.
func (f *File) Origin(v any) (Origin, bool) {
	ref, ok := v.(Ref)
	e, found := f.entries[ref.Num]
	return Origin{e.off, e.in}, ok && found
}

// revision is what an earlier state of the file said otherwise.
type revision struct {
	entries map[int]entry
	trailer Dict
}

// Revisions gives the file as it was before each of its last changes, the newest
// first: what was deleted is still there.
func (f *File) Revisions() iter.Seq[*File] {
	return func(yield func(*File) bool) {
		entries := maps.Clone(f.entries)
		for _, r := range f.older {
			maps.Copy(entries, r.entries)
			old := *f
			old.entries, old.older, old.Trailer = entries, nil, r.trailer
			old.Rebuilt = true // not to be searched for
			old.cache, old.loading, old.cached = map[int]any{}, map[int]bool{}, 0
			old.packed, old.parsers, old.inflate = nil, nil, nil
			if !yield(&old) {
				return
			}
		}
	}
}

// Damage counts a part that could not be read.
func (f *File) Damage() { f.Damaged++ }
