package sqlite

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"trustaudit/internal/extract"
	"trustaudit/internal/extract/residue"
	"trustaudit/internal/extract/row"
	"trustaudit/internal/extract/sqlite/page"
)

// Places in the header of a database.
const (
	sizeAt     = 16 // of a page
	reservedAt = 20 // bytes at the end of each
	freeAt     = 32 // the first page of the list of pages that are free
)

// layout is what the header tells of the pages.
type layout struct {
	size, reserved int
	pages          int64
}

// layoutOf reads the header; not ok when it makes no sense.
func layoutOf(head []byte, size int64) (l layout, ok bool) {
	if len(head) < page.FileHeader {
		return l, false
	}
	l = layout{size: int(binary.BigEndian.Uint16(head[sizeAt:])), reserved: int(head[reservedAt])}
	if l.size == 1 {
		l.size = 65536
	}
	if l.size < 512 || l.size&(l.size-1) != 0 {
		return l, false
	}
	l.pages = size / int64(l.size)
	return l, true
}

// remains reads, as lines of text, what a database still holds of deleted rows:
// in pages that are free, and in the room within others. Salvaging, it reads the
// rows too: those of a database that cannot be opened.
type remains struct {
	layout
	ctx     context.Context
	data    io.ReaderAt
	salvage bool
	free    map[int64]bool

	next int64 // page
	page []byte
	row  row.Row
	text []byte
	rest []byte // of text, not yet read
}

// maxFree bounds the pages that are known to be free.
const maxFree = 1 << 20

// open lists the free pages.
func (r *remains) open(head []byte) error {
	r.page = make([]byte, r.size)
	r.free = make(map[int64]bool)
	for n, steps := int64(binary.BigEndian.Uint32(head[freeAt:])), int64(0); n > 0 && n <= r.pages && steps < r.pages; steps++ {
		if err := r.load(n); err != nil {
			return err
		}
		r.free[n] = true
		count := min(int(binary.BigEndian.Uint32(r.page[4:])), (r.size-8)/4)
		for i := range max(count, 0) {
			if len(r.free) < maxFree {
				r.free[int64(binary.BigEndian.Uint32(r.page[8+4*i:]))] = true
			}
		}
		n = int64(binary.BigEndian.Uint32(r.page))
	}
	return nil
}

func (r *remains) load(n int64) error {
	if m, err := r.data.ReadAt(r.page, (n-1)*int64(r.size)); m < len(r.page) {
		if err == nil || errors.Is(err, io.EOF) {
			err = extract.ErrCorrupt
		}
		return fmt.Errorf("read page: %w", err)
	}
	return nil
}

// Read implements io.Reader.
func (r *remains) Read(p []byte) (int, error) {
	for len(r.rest) == 0 {
		if r.next == r.pages {
			return 0, io.EOF
		}
		r.next++
		if r.next%256 == 0 && r.ctx.Err() != nil {
			return 0, fmt.Errorf("read pages: %w", r.ctx.Err())
		}
		if err := r.load(r.next); err != nil {
			return 0, err
		}
		r.text = r.text[:0]
		r.take()
		r.rest = r.text
	}
	n := copy(p, r.rest)
	r.rest = r.rest[n:]
	return n, nil
}

// take writes what the page at hand has.
func (r *remains) take() {
	p, rows := page.New(r.page, r.next == 1, r.reserved)
	free := r.free[r.next]
	switch {
	case rows && (free || r.salvage):
		for i := range p.Rows() {
			if _, ok := p.Row(i, &r.row); ok {
				r.text = append(r.text, bytes.Join(r.row.Cells(), []byte{'\t'})...)
				r.text = append(r.text, '\n')
			}
			r.row.Drop()
		}
	case free:
		r.text = residue.Text(r.text, r.page)
		return
	}
	if rows {
		p.Left(func(b []byte) { r.text = residue.Text(r.text, b) })
	}
}
