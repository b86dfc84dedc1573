package xls

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strconv"

	"trustaudit/internal/extract"
	"trustaudit/internal/extract/ole"
	"trustaudit/internal/extract/runs"
)

// pivot reads the values that a pivot table keeps of rows that may be gone. In
// an encrypted workbook each stream of them begins its cipher anew.
func (b *book) pivot(f *ole.File, e *ole.Entry) error {
	if e.Storage {
		return nil
	}
	s, err := f.Open(e)
	if err != nil {
		return err
	}
	p := newBook(b.ctx, b.sink)
	p.version, p.page, p.styles = b.version, b.page, b.styles
	if b.unseal != nil {
		if !b.opens(e, s) {
			b.sink.Partial("values of a pivot table are encrypted apart")
			return nil
		}
		b.unseal(&p.in, s)
	}
	err = p.read(s, s)
	if errors.Is(err, extract.ErrCorrupt) {
		b.sink.Partial("values of a pivot table are corrupt")
		return nil
	}
	return err
}

// opens reports whether the first record of a pivot table's stream is decrypted
// to its like: it says how the stream is called.
func (b *book) opens(e *ole.Entry, s *ole.Stream) bool {
	const nameAt = 4
	r := records{in: bufio.NewReader(io.NewSectionReader(s, 0, s.Size()))}
	b.unseal(&r, s)
	if err := r.next(); err != nil || r.id != recPivot || len(r.body) < nameAt+2 {
		return false
	}
	number, err := strconv.ParseUint(e.Name, 16, 16)
	return err == nil && uint16(number) == binary.LittleEndian.Uint16(r.body[nameAt:])
}

// maxChanges bounds the notes of changes that are decrypted.
const maxChanges = 16 << 20

// changes reads what a shared workbook notes of its changes: old values that no
// cell holds any more.
func (b *book) changes(f *ole.File, e *ole.Entry) error {
	s, err := f.Open(e)
	if err != nil {
		return err
	}
	doc := extract.Document{Name: e.Name, Size: e.Size, Data: s}
	if b.unseal != nil {
		clear, err := b.clear(b.ctx, s)
		if err != nil {
			return err
		}
		doc.Size, doc.Data = int64(len(clear)), bytes.NewReader(clear)
	}
	err = runs.Read(b.ctx, doc, b.sink)
	if errors.Is(err, extract.ErrUnsupported) || errors.Is(err, extract.ErrCorrupt) {
		return nil
	}
	return err
}

// clear decrypts the bodies of a stream's records.
func (b *book) clear(ctx context.Context, s *ole.Stream) (clear []byte, err error) {
	r := records{in: bufio.NewReaderSize(io.NewSectionReader(s, 0, s.Size()), 32<<10)}
	b.unseal(&r, s)
	for {
		err := r.next()
		switch {
		case errors.Is(err, io.EOF):
			return clear, nil
		case errors.Is(err, extract.ErrCorrupt), err == nil && len(clear)+len(r.body) > maxChanges:
			b.sink.Partial("changes of the workbook read in part")
			return clear, nil
		case err != nil:
			return nil, err
		case ctx.Err() != nil:
			return nil, fmt.Errorf("read changes: %w", ctx.Err())
		}
		clear = append(clear, r.body...)
	}
}
