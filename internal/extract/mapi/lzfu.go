package mapi

import (
	"encoding/binary"
	"fmt"
	"io"

	"trustaudit/internal/extract"
)

// preset is what the window holds before the first byte.
const preset = `{\rtf1\ansi\mac\deff0\deftab720{\fonttbl;}{\f0\fnil \froman \fswiss \fmodern \fscript \fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\colortbl\red0\green0\blue0` +
	"\r\n" + `\par \pard\plain\f0\fs20\b\i\u\tab\tx`

// The marks of compressed and of plain RTF.
const (
	compressed = 0x75465a4c // LZFu
	plain      = 0x414c454d // MELA
)

// window is how far back text may be taken from.
const window = 4096

// unpacker reads compressed RTF.
type unpacker struct {
	in    []byte
	past  [window]byte
	at    int
	out   []byte
	buf   []byte
	ended bool
}

// RTF opens the RTF of an item, as it is kept compressed.
func RTF(b []byte) (io.Reader, error) {
	const header = 16
	if len(b) < header {
		return nil, fmt.Errorf("open RTF: %w", extract.ErrCorrupt)
	}
	size := int64(binary.LittleEndian.Uint32(b)) + 4 // behind the first number
	in := b[header:max(header, min(int64(len(b)), size))]
	switch binary.LittleEndian.Uint32(b[8:]) {
	case plain:
		in = in[:min(int64(len(in)), int64(binary.LittleEndian.Uint32(b[4:])))]
		return &unpacker{out: in, ended: true}, nil
	case compressed:
		u := &unpacker{in: in}
		u.at = copy(u.past[:], preset)
		return u, nil
	}
	return nil, fmt.Errorf("open RTF: %w", extract.ErrCorrupt)
}

// Read implements io.Reader.
func (u *unpacker) Read(p []byte) (int, error) {
	for len(u.out) == 0 {
		if u.ended {
			return 0, io.EOF
		}
		if err := u.group(); err != nil {
			return 0, err
		}
	}
	n := copy(p, u.out)
	u.out = u.out[n:]
	return n, nil
}

// group unpacks what one byte of flags speaks of: for each bit a byte, or a
// reference. The mark of the end is left out by some writers.
func (u *unpacker) group() error {
	u.buf = u.buf[:0]
	u.ended = len(u.in) == 0
	if !u.ended {
		flags := u.in[0]
		u.in = u.in[1:]
		for bit := 0; bit < 8 && !u.ended && len(u.in) > 0; bit++ {
			if flags>>bit&1 == 0 {
				u.put(u.in[0])
				u.in = u.in[1:]
				continue
			}
			if err := u.reference(); err != nil {
				return err
			}
		}
	}
	u.out = u.buf
	return nil
}

func (u *unpacker) put(c byte) {
	u.buf = append(u.buf, c)
	u.past[u.at] = c
	u.at = (u.at + 1) % window
}

// reference repeats what stands in the window. One to where the next byte goes is
// the end.
func (u *unpacker) reference() error {
	if len(u.in) < 2 {
		return fmt.Errorf("unpack RTF: %w", extract.ErrCorrupt)
	}
	r := int(binary.BigEndian.Uint16(u.in))
	u.in = u.in[2:]
	from, n := r>>4, r&15+2
	if u.ended = from == u.at; u.ended {
		return nil
	}
	for i := range n {
		u.put(u.past[(from+i)%window])
	}
	return nil
}
