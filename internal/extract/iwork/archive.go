package iwork

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"

	"github.com/klauspost/compress/s2"

	"trustaudit/internal/extract"
)

const (
	maxPacked  = 1 << 20 // of a piece: they are of 64 KiB
	maxMessage = 32 << 20
)

// unsnapped reads the pieces of an archive: each is packed by Snappy, behind a
// zero and its size in three bytes.
type unsnapped struct {
	r      io.Reader
	packed []byte
	plain  []byte
	rest   []byte
}

func (u *unsnapped) Read(p []byte) (int, error) {
	for len(u.rest) == 0 {
		var h [4]byte
		if _, err := io.ReadFull(u.r, h[:]); err != nil {
			return 0, err
		}
		n := int(h[1]) | int(h[2])<<8 | int(h[3])<<16
		if h[0] != 0 || n > maxPacked {
			return 0, fmt.Errorf("read archive: %w", extract.ErrCorrupt)
		}
		if cap(u.packed) < n {
			u.packed = make([]byte, n)
		}
		if _, err := io.ReadFull(u.r, u.packed[:n]); err != nil {
			return 0, err
		}
		if size, err := s2.DecodedLen(u.packed[:n]); err != nil || size > maxPacked {
			return 0, fmt.Errorf("read archive: %w", extract.ErrCorrupt)
		}
		var err error
		if u.plain, err = s2.Decode(u.plain[:cap(u.plain)], u.packed[:n]); err != nil {
			return 0, fmt.Errorf("read archive: %w", extract.ErrCorrupt)
		}
		u.rest = u.plain
	}
	n := copy(p, u.rest)
	u.rest = u.rest[n:]
	return n, nil
}

// message is an object of the document.
type message struct {
	id, kind uint64
	body     []byte
}

// messages calls see for each message of an archive that somebody wants.
func (d *document) messages(name string, wanted func(kind uint64) bool, see func(message) error) error {
	r, err := d.p.Open(name)
	if err != nil {
		return err
	}
	defer r.Close()
	in := bufio.NewReaderSize(&unsnapped{r: r}, 64<<10)
	for {
		size, err := binary.ReadUvarint(in)
		if errors.Is(err, io.EOF) {
			return nil
		}
		head, err := take(in, size, err)
		if err != nil {
			return err
		}
		var id uint64
		var infos [][]byte
		each(head, func(f field) {
			switch f.number {
			case 1:
				id = f.value
			case 2:
				infos = append(infos, f.data)
			}
		})
		for _, info := range infos {
			m := message{id: id}
			var length uint64
			each(info, func(f field) {
				switch f.number {
				case 1:
					m.kind = f.value
				case 3:
					length = f.value
				}
			})
			if !wanted(m.kind) {
				if _, err := io.CopyN(io.Discard, in, int64(min(length, math.MaxInt64))); err != nil {
					return cut(err)
				}
				continue
			}
			if m.body, err = take(in, length, nil); err != nil {
				return err
			}
			if err := see(m); err != nil {
				return err
			}
		}
	}
}

// take takes so many bytes, which hold for good.
func take(in io.Reader, n uint64, err error) ([]byte, error) {
	if err != nil {
		return nil, cut(err)
	}
	if n > maxMessage {
		return nil, fmt.Errorf("read message: %w", extract.ErrCorrupt)
	}
	b, err := io.ReadAll(io.LimitReader(in, int64(n))) // sizes may be lies
	if err == nil && uint64(len(b)) < n {
		err = io.ErrUnexpectedEOF
	}
	return b, cut(err)
}

// cut makes a file that ends too soon a corrupt one.
func cut(err error) error {
	if err == nil {
		return nil
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || strings.Contains(err.Error(), "overflows") {
		err = extract.ErrCorrupt
	}
	return fmt.Errorf("read message: %w", err)
}

// field is a field of a message in the form of protocol buffers.
type field struct {
	number uint64
	value  uint64
	data   []byte
}

// each calls see for the fields of a message, as far as it makes sense.
func each(b []byte, see func(field)) {
	for len(b) > 0 {
		tag, n := binary.Uvarint(b)
		if n <= 0 {
			return
		}
		b = b[n:]
		f := field{number: tag >> 3}
		switch tag & 7 {
		case 0:
			if f.value, n = binary.Uvarint(b); n <= 0 {
				return
			}
		case 1:
			n = 8
		case 2:
			size, width := binary.Uvarint(b)
			if width <= 0 || size > uint64(len(b)-width) {
				return
			}
			f.data, n = b[width:width+int(size)], width+int(size)
		case 5:
			n = 4
		default:
			return
		}
		if n > len(b) {
			return
		}
		b = b[n:]
		see(f)
	}
}
