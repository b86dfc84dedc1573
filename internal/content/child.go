package content

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"

	"trustaudit/internal/extract"
	"trustaudit/internal/probe/content/fact"
)

// Child implements extract.Sink: it reads a file inside the frame's own and
// emits its facts.
func (f *frame) Child(c extract.Child) error {
	f.got = true
	if f.x.members++; f.x.members > f.x.config.Limits.Members {
		f.children.left++
		return f.stop()
	}
	g := f.x.frame(f.depth + 1)
	g.reset(f.raw+"!/"+f.unique(c.Name), c.Size, c.Modified)
	g.ctx = f.ctx
	if err := g.Seal(c.Seal); err != nil {
		return err
	}
	g.readChild(f.ctx, c)
	if err := f.x.emit(g); err != nil {
		return err
	}
	f.children.add(&g.item)
	return f.stop()
}

// stop returns the error that ends the reading of a container, if any.
func (f *frame) stop() error {
	if f.x.fatal != nil {
		return f.x.fatal
	}
	if err := f.ctx.Err(); err != nil {
		return fmt.Errorf("read members: %w", err)
	}
	return nil
}

func (f *frame) readChild(ctx context.Context, c extract.Child) {
	limits := f.x.config.Limits
	switch {
	case f.depth > limits.Depth:
		f.item.Status = fact.Unreadable
		f.item.Reason = fmt.Sprintf("limit of %d containers inside one another reached", limits.Depth)
	case f.x.config.Contained != nil: // what has members is never plain
		f.fail(errPlain)
	case f.x.expanded >= limits.Expansion:
		f.fail(errExpansion)
	case c.Rows != nil:
		f.timed(ctx, func(ctx context.Context) error { return f.readRows(ctx, c.Rows) })
	case c.Open == nil:
		f.fail(extract.ErrUnsupported)
	default:
		var r io.ReadCloser
		err := f.guard(func() (err error) { r, err = c.Open(); return err })
		if err != nil {
			f.fail(err)
			return
		}
		defer r.Close()
		f.readStream(ctx, r, c)
	}
}

// readStream reads a child: from memory when it fits, else as a stream.
func (f *frame) readStream(ctx context.Context, r io.Reader, c extract.Child) {
	in := &unpacked{ctx: ctx, x: f.x, r: r}
	f.unpacked = in
	most := max(headSize, heldBytes-f.x.held)
	whole := false
	err := f.guard(func() (err error) { whole, err = f.fill(in, most); return err })
	f.x.held += len(f.buf)
	doc := extract.Document{Name: baseName(c.Name), Size: int64(len(f.buf)), Head: f.buf, Pages: f.x.config.Limits.Pages, OCR: f.x.config.OCR}
	switch random, ok := r.(io.ReaderAt); {
	case whole || err != nil:
		doc.Data = memoryAt(f.buf)
	case ok && c.Size > 0:
		doc.Size, doc.Data = c.Size, &unpackedAt{in, random}
	default:
		doc.Size, doc.Data = math.MaxInt64/2, &forward{head: f.buf, r: in, at: int64(len(f.buf))}
	}
	f.examine(ctx, doc, err)
	f.item.Size = in.n
	if !in.ended {
		f.item.Size = max(in.n, c.Size)
	}
	f.x.held -= len(f.buf)
	if cap(f.buf) > keptBuffer {
		f.buf = nil
	}
}

// fill reads into the frame's buffer until the end, or until it holds most.
func (f *frame) fill(r io.Reader, most int) (whole bool, err error) {
	f.buf = f.buf[:0]
	for len(f.buf) < most {
		if len(f.buf) == cap(f.buf) {
			f.grow(most)
		}
		n, err := r.Read(f.buf[len(f.buf):min(cap(f.buf), most)])
		f.buf = f.buf[:len(f.buf)+n]
		if errors.Is(err, io.EOF) {
			return true, nil
		}
		if err != nil {
			return false, fmt.Errorf("read member: %w", err)
		}
	}
	return false, nil
}

func (f *frame) grow(most int) {
	b := make([]byte, len(f.buf), min(max(64<<10, 2*cap(f.buf)), most))
	copy(b, f.buf)
	f.buf = b
}

// unpacked counts what a container yields, against the limit of the top-level
// item.
type unpacked struct {
	ctx   context.Context
	x     *Examiner
	r     io.Reader
	n     int64
	empty int
	ended bool
}

func (u *unpacked) Read(p []byte) (int, error) {
	if err := u.admit(); err != nil {
		return 0, err
	}
	n, err := u.r.Read(p)
	u.n += int64(n)
	u.x.expanded += int64(n)
	u.ended = u.ended || errors.Is(err, io.EOF)
	if u.empty++; n > 0 {
		u.empty = 0
	}
	if u.empty > 100 {
		return 0, io.ErrNoProgress
	}
	return n, err
}

func (u *unpacked) admit() error {
	if err := u.ctx.Err(); err != nil {
		return fmt.Errorf("unpack: %w", err)
	}
	if u.x.expanded >= u.x.config.Limits.Expansion {
		return errExpansion
	}
	if u.x.expanded >= freely && u.x.expanded/max(u.x.size, 1) >= u.x.config.Limits.Ratio {
		return errRatio
	}
	return nil
}

// unpackedAt is a member that lies in its container as it is and can be read
// anywhere.
type unpackedAt struct {
	*unpacked
	at io.ReaderAt
}

func (u *unpackedAt) ReadAt(p []byte, off int64) (int, error) {
	if err := u.admit(); err != nil {
		return 0, err
	}
	n, err := u.at.ReadAt(p, off)
	u.x.expanded += int64(n)
	return n, err
}

// forward reads a stream at ever higher offsets; what has passed is gone, but
// for the head.
type forward struct {
	head []byte
	r    io.Reader
	at   int64
}

func (w *forward) ReadAt(p []byte, off int64) (n int, err error) {
	if off < int64(len(w.head)) {
		n = copy(p, w.head[off:])
		off += int64(n)
	}
	if n == len(p) {
		return n, nil
	}
	if off < w.at || off > w.at+headSize {
		return n, errBackward
	}
	if off > w.at {
		skipped, err := io.CopyN(io.Discard, w.r, off-w.at)
		if w.at += skipped; err != nil {
			return n, err
		}
	}
	m, err := io.ReadFull(w.r, p[n:])
	w.at += int64(m)
	if errors.Is(err, io.ErrUnexpectedEOF) {
		err = io.EOF
	}
	return n + m, err
}
