package access

import (
	"crypto/rc4"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"trustaudit/internal/extract"
)

// Kinds of pages.
const (
	dataPage  = 1
	tablePage = 2
)

func le16(b []byte) int    { return int(binary.LittleEndian.Uint16(b)) }
func le32(b []byte) uint32 { return binary.LittleEndian.Uint32(b) }

// pager reads pages, and undoes their encoding.
type pager struct {
	header
	data  io.ReaderAt
	count uint32 // of pages
	cut   bool   // the last page is not whole

	ahead   []byte // pages read at once, as they are in the file
	first   uint32 // of them
	slots   [slots]slot
	current []byte // the page whose rows are at hand
}

const (
	aheadPages = 32
	slots      = 64 // pages kept, for long values
)

// slot keeps a page.
type slot struct {
	page []byte
	n    uint32
}

func newPager(doc extract.Document, h header) pager {
	return pager{header: h, data: doc.Data, count: uint32(min(doc.Size/int64(h.size), 1<<24)), cut: doc.Size%int64(h.size) != 0}
}

// start returns the beginning of a page, for one who passes over all of them.
func (p *pager) start(n uint32) ([]byte, error) {
	const enough = 16
	if p.ahead == nil || n < p.first || n >= p.first+uint32(len(p.ahead)/p.size) {
		if p.ahead == nil {
			p.ahead = make([]byte, aheadPages*p.size)
		}
		p.ahead = p.ahead[:min(aheadPages, int(p.count-n))*p.size]
		if err := p.read(p.ahead, n); err != nil {
			return nil, err
		}
		p.first = n
	}
	b := p.ahead[int(n-p.first)*p.size:][:enough]
	p.decode(b, n)
	return b, nil
}

// page returns a page; it holds until some others were asked for.
func (p *pager) page(n uint32) ([]byte, error) {
	s := &p.slots[n%slots]
	if s.page != nil && s.n == n {
		return s.page, nil
	}
	if s.page == nil {
		s.page = make([]byte, p.size)
	}
	s.n = n
	if err := p.read(s.page, n); err != nil {
		return nil, err
	}
	p.decode(s.page, n)
	return s.page, nil
}

func (p *pager) read(b []byte, n uint32) error {
	if m, err := p.data.ReadAt(b, int64(n)*int64(p.size)); m < len(b) {
		if err == nil || errors.Is(err, io.EOF) {
			err = extract.ErrCorrupt
		}
		return fmt.Errorf("read page: %w", err)
	}
	return nil
}

// decode undoes the encoding of a page, or of its beginning.
func (p *pager) decode(b []byte, n uint32) {
	if p.key == 0 || n == 0 {
		return
	}
	var key [4]byte
	binary.LittleEndian.PutUint32(key[:], p.key^n)
	if c, err := rc4.NewCipher(key[:]); err == nil {
		c.XORKeyStream(b, b)
	}
}

// hold keeps a page while others are asked for.
func (p *pager) hold(page []byte) []byte {
	p.current = append(p.current[:0], page...)
	return p.current
}

const (
	pointerBytes = 4
	offsetMask   = 0x1fff // of a row's place: the other bits say what became of it
	deletedFlag  = 0x8000
	movedFlag    = 0x4000
)

// rowsAt is where a data page counts its rows.
func (p *pager) rowsAt() int {
	if p.jet3 {
		return 8
	}
	return 12
}

// rows is how many rows a data page has.
func (p *pager) rows(page []byte) int {
	at := p.rowsAt()
	return min(le16(page[at:]), (p.size-at-2)/2)
}

// rowAt returns a row of a data page, and whether it was deleted. Of one that was
// moved it returns where to.
func (p *pager) rowAt(page []byte, i int) (b []byte, gone, ok bool) {
	at := p.rowsAt() + 2
	if i >= p.rows(page) {
		return nil, false, false
	}
	flags := le16(page[at+2*i:])
	gone = flags&deletedFlag != 0
	start, end := flags&offsetMask, p.size
	if i > 0 {
		end = le16(page[at+2*i-2:]) & offsetMask
	}
	if start < at || start > end || end > p.size {
		return nil, gone, false
	}
	if flags&movedFlag != 0 && !gone {
		end = min(end, start+pointerBytes)
	}
	return page[start:end], gone, true
}
