package xls

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"trustaudit/internal/extract"
	"trustaudit/internal/extract/codepage"

	"golang.org/x/text/encoding"
)

// The records that are read. Those of before Excel 5 have numbers of their own.
const (
	recFormula      = 0x06
	recEOF          = 0x0a
	recHeader       = 0x14
	recFooter       = 0x15
	recName         = 0x18
	recNote         = 0x1c
	recDateMode     = 0x22
	recFilePass     = 0x2f
	recContinue     = 0x3c
	recCodePage     = 0x42
	recCachedRow    = 0x5a // of a sheet in another workbook
	recBoundSheet   = 0x85
	recMulRK        = 0xbd
	recPivot        = 0xc6
	recPivotNumber  = 0xc9
	recPivotString  = 0xcd
	recPivotDate    = 0xce
	recRString      = 0xd6
	recXF           = 0xe0
	recDrawings     = 0xeb
	recSST          = 0xfc
	recLabelSST     = 0xfd
	recTXO          = 0x1b6
	recValidation   = 0x1be
	recHyperlink    = 0x1b8
	recNumber       = 0x203
	recLabel        = 0x204
	recBoolErr      = 0x205
	recString       = 0x207
	recRK           = 0x27e
	recFormat       = 0x41e
	recSeriesText   = 0x100d
	oldInteger      = 0x02
	oldNumber       = 0x03
	oldLabel        = 0x04
	oldString       = 0x07
	oldFormat       = 0x1e
	oldXF           = 0x43
	oldXF3          = 0x243
	oldXF4          = 0x443
	oldFormula3     = 0x206
	oldFormula4     = 0x406
	bofLow          = 0x09 // the lower half of a beginning's number
	recInterfaceHdr = 0xe1
	recUserExcl     = 0x194
	recFileLock     = 0x195
	recRevisionInfo = 0x196
	recRevisionHead = 0x138
)

// records reads the records of a stream, one after another.
type records struct {
	in      *bufio.Reader
	at      int64 // where the next record begins
	start   int64 // where the one at hand does
	id      uint16
	body    []byte
	decrypt func(body []byte, at int64) error
}

// next reads a record. The end of the stream is io.EOF, also when the stream
// breaks off in a record: what it has of it is dropped, and the error wraps
// ErrCorrupt.
func (r *records) next() error {
	var h [4]byte
	n, err := io.ReadFull(r.in, h[:])
	switch {
	case errors.Is(err, io.EOF):
		return io.EOF
	case err != nil:
		return fmt.Errorf("read record: %w", broken(err))
	}
	size := int(binary.LittleEndian.Uint16(h[2:]))
	if cap(r.body) < size {
		r.body = make([]byte, size, max(size, 8<<10))
	}
	r.id, r.body, r.start = binary.LittleEndian.Uint16(h[:]), r.body[:size], r.at
	if m, err := io.ReadFull(r.in, r.body); err != nil {
		r.body = r.body[:m]
		return fmt.Errorf("read record: %w", broken(err))
	}
	r.at += int64(n + size)
	if r.decrypt != nil {
		return r.clear()
	}
	return nil
}

func broken(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return extract.ErrCorrupt
	}
	return err
}

// clear decrypts a record, but for what is never encrypted.
func (r *records) clear() error {
	switch {
	case r.id&0xff == bofLow && r.id <= 0x0809:
		return nil
	case r.id == recFilePass, r.id == recInterfaceHdr, r.id == recUserExcl, r.id == recFileLock, r.id == recRevisionInfo, r.id == recRevisionHead:
		return nil
	case r.id == recBoundSheet && len(r.body) >= 4: // where the sheet begins is in clear
		return r.decrypt(r.body[4:], r.start+8)
	}
	return r.decrypt(r.body, r.start+4)
}

// more moves on to the continuation of the record at hand, if there is one.
func (r *records) more() (bool, error) {
	h, err := r.in.Peek(2)
	if len(h) < 2 {
		if err != nil && !errors.Is(err, io.EOF) {
			return false, fmt.Errorf("read record: %w", broken(err))
		}
		return false, nil
	}
	if binary.LittleEndian.Uint16(h) != recContinue {
		return false, nil
	}
	return true, r.next()
}

// cursor reads what a record holds, and what its continuations do.
type cursor struct {
	r *records
	b []byte
}

// bytes returns the next n, which lie in one record.
func (c *cursor) bytes(n int) ([]byte, error) {
	if len(c.b) == 0 && n > 0 {
		if err := c.turn(); err != nil {
			return nil, err
		}
	}
	if len(c.b) < n {
		return nil, fmt.Errorf("read record: %w", extract.ErrCorrupt)
	}
	b := c.b[:n]
	c.b = c.b[n:]
	return b, nil
}

func (c *cursor) turn() error {
	ok, err := c.r.more()
	if err != nil {
		return err
	}
	if !ok {
		return fmt.Errorf("read record: %w", extract.ErrCorrupt)
	}
	c.b = c.r.body
	return nil
}

// skip passes over n bytes, through continuations.
func (c *cursor) skip(n int64) error {
	for n > int64(len(c.b)) {
		n -= int64(len(c.b))
		if err := c.turn(); err != nil {
			return err
		}
	}
	c.b = c.b[n:]
	return nil
}

// text appends a string of so many characters. Where it runs on into a
// continuation, that says anew how wide its characters are.
func (c *cursor) text(dst []byte, chars int, wide bool) ([]byte, error) {
	for {
		width := 1
		if wide {
			width = 2
		}
		n := min(chars, len(c.b)/width)
		dst = appendText(dst, c.b[:n*width], wide)
		c.b = c.b[n*width:]
		if chars -= n; chars == 0 {
			return dst, nil
		}
		if err := c.turn(); err != nil {
			return dst, err
		}
		if len(c.b) == 0 {
			return dst, fmt.Errorf("read string: %w", extract.ErrCorrupt)
		}
		wide = c.b[0]&1 != 0
		c.b = c.b[1:]
	}
}

// rich appends a string as the table of shared strings has it, and passes over
// its fonts and its pronunciation.
func (c *cursor) rich(dst []byte) ([]byte, error) {
	h, err := c.bytes(3)
	if err != nil {
		return dst, err
	}
	chars, flags := int(binary.LittleEndian.Uint16(h)), h[2]
	after := int64(0)
	if flags&8 != 0 {
		runs, err := c.bytes(2)
		if err != nil {
			return dst, err
		}
		after += 4 * int64(binary.LittleEndian.Uint16(runs))
	}
	if flags&4 != 0 {
		extra, err := c.bytes(4)
		if err != nil {
			return dst, err
		}
		after += int64(binary.LittleEndian.Uint32(extra))
	}
	if dst, err = c.text(dst, chars, flags&1 != 0); err != nil {
		return dst, err
	}
	return dst, c.skip(after)
}

// appendText appends characters of eight bits (of Latin-1) or sixteen.
func appendText(dst, b []byte, wide bool) []byte {
	if !wide {
		for _, c := range b {
			if c < 0x80 {
				dst = append(dst, c)
			} else {
				dst = append(dst, 0xc0|c>>6, 0x80|c&0x3f)
			}
		}
		return dst
	}
	return codepage.Wide(dst, b)
}

// short reads a string behind its length of one byte or two, as the version of
// the file has it.
func short(dst, b []byte, width, version int, page encoding.Encoding) []byte {
	if len(b) < width {
		return dst
	}
	chars := int(b[0])
	if width == 2 {
		chars |= int(b[1]) << 8
	}
	b = b[width:]
	if version < 8 {
		return codepage.Decode(dst, page, b[:min(chars, len(b))])
	}
	if len(b) == 0 {
		return dst
	}
	wide := b[0]&1 != 0
	if b = b[1:]; wide {
		chars *= 2
	}
	return appendText(dst, b[:min(chars, len(b))], wide)
}
