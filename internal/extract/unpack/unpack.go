// Package unpack is what the formats share that pack other files: it tells the
// errors of a decompressor from those of its input, and reads files that pack
// one other.
package unpack

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"trustaudit/internal/extract"
)

// MaxWindow is the largest window that a decompressor may ask for. What needs
// more is not supported.
const MaxWindow = 128 << 20

const inputBuffer = 64 << 10

// Input is packed bytes on their way to a decompressor. It remembers how
// reading them failed, for decompressors hide that in words of their own.
type Input struct {
	r     *bufio.Reader
	below io.Reader
	n     int64 // bytes read of it
	err   error
}

// NewInput returns an Input over r.
func NewInput(r io.Reader) *Input {
	in := &Input{below: r}
	in.r = bufio.NewReaderSize(noting{in}, inputBuffer)
	return in
}

// Reset lets the Input read r.
func (in *Input) Reset(r io.Reader) {
	in.below, in.n, in.err = r, 0, nil
	in.r.Reset(noting{in})
}

// noting reads what is below an Input's buffer, and notes how that fails.
type noting struct{ in *Input }

func (n noting) Read(p []byte) (int, error) {
	got, err := n.in.below.Read(p)
	n.in.n += int64(got)
	if err != nil && !errors.Is(err, io.EOF) {
		n.in.err = err
	}
	return got, err
}

// offset is how much has been taken.
func (in *Input) offset() int64 { return in.n - int64(in.r.Buffered()) }

// buffer is for decompressors of this package, which take their bytes straight
// out of it.
func (in *Input) buffer() *bufio.Reader { return in.r }

// Read implements io.Reader.
func (in *Input) Read(p []byte) (int, error) { return in.r.Read(p) }

// ReadByte implements io.ByteReader: decompressors that have it need no buffer
// of their own, and read no further than they must.
func (in *Input) ReadByte() (byte, error) { return in.r.ReadByte() }

// Peek returns the next n bytes, fewer at the end.
func (in *Input) Peek(n int) []byte {
	b, _ := in.r.Peek(n) // how reading failed is noted
	return b
}

// Failed returns the error of reading the input; its end is none.
func (in *Input) Failed() error { return in.err }

// Judge makes an error of the decompressor one of package extract, unless the
// input itself could not be read.
func (in *Input) Judge(err error) error { return judge(in.err, err) }

func judge(input, err error) error {
	switch {
	case input != nil:
		return input
	case err == nil, errors.Is(err, extract.ErrUnsupported), errors.Is(err, extract.ErrSealed), errors.Is(err, extract.ErrCorrupt), errors.Is(err, extract.ErrPart):
		return err
	}
	return fmt.Errorf("unpack: %w", extract.ErrCorrupt)
}

// Reader reads what the decompressor gives, with errors that are judged.
func (in *Input) Reader(unpacked io.Reader) io.Reader { return &judged{in, unpacked} }

type judged struct {
	in *Input
	r  io.Reader
}

func (j *judged) Read(p []byte) (int, error) {
	n, err := j.r.Read(p)
	if err == nil || err == io.EOF && j.in.err == nil { //nolint:errorlint // a wrapped EOF is an error
		return n, err
	}
	return n, j.in.Judge(err)
}

// File is what a file packs that packs one other.
type File struct {
	Name     string // as the packed file remembers it; "" when it does not
	Modified time.Time
	Data     io.Reader
	Close    func() // may be nil
}

// One is a way to pack one file.
type One struct {
	// Suffixes are the name's endings that go, and what comes in their place:
	// ".gz" and "", ".tgz" and ".tar".
	Suffixes [][2]string
	// Open begins to unpack.
	Open func(packed *Input) (File, error)
}

// Read gives the sink the one file inside the document.
func (o One) Read(_ context.Context, doc extract.Document, sink extract.Sink) error {
	in := NewInput(doc.Reader())
	f, err := o.Open(in)
	if err != nil {
		return fmt.Errorf("open packed file: %w", in.Judge(err))
	}
	if f.Close != nil {
		defer f.Close()
	}
	if f.Name = base(f.Name); f.Name == "" {
		f.Name = o.rename(doc.Name)
	}
	err = sink.Child(extract.Child{
		Name: f.Name, Size: -1, Modified: f.Modified,
		Open: func() (io.ReadCloser, error) { return io.NopCloser(in.Reader(f.Data)), nil },
	})
	if err != nil {
		return err
	}
	return in.Failed()
}

// Seems reports whether the name ends like that of a file packed so.
func (o One) Seems(name string) bool { return o.rename(name) != name }

func (o One) rename(name string) string {
	for _, s := range o.Suffixes {
		if n := len(name) - len(s[0]); n > 0 && strings.EqualFold(name[n:], s[0]) {
			return name[:n] + s[1]
		}
	}
	return name
}

func base(name string) string { return name[strings.LastIndexAny(name, `/\`)+1:] }
