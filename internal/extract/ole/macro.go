package ole

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"

	"trustaudit/internal/extract"
	"trustaudit/internal/extract/codepage"
)

const (
	maxModule = 8 << 20
	// source is how a module's source begins, behind the byte that says that the
	// first eight characters are themselves.
	source = "\x00Attribut"
)

// Macros gives the source of the macros in a storage: a list of patients may
// stand there as well.
func (f *File) Macros(storage *Entry, sink extract.Sink) error {
	vba := storage.Child("VBA")
	if vba == nil {
		return nil
	}
	for _, e := range vba.Children {
		if e.Storage || e.Size == 0 {
			continue
		}
		b, err := f.ReadAll(e, maxModule)
		if err != nil && !errors.Is(err, extract.ErrCorrupt) {
			return fmt.Errorf("read macro: %w", err)
		}
		if e.Size > maxModule {
			sink.Partial("a macro is longer than any")
		}
		const before = 3 // a mark, and the size of the first piece
		at := bytes.Index(b, []byte(source))
		if at < before {
			continue
		}
		text := codepage.Decode(nil, codepage.Of(1252), decompress(b[at-before+1:]))
		if err := sink.Text(append(text, '\n')); err != nil {
			return err
		}
		if err := sink.Break(); err != nil {
			return err
		}
	}
	return nil
}

// decompress unpacks the pieces of a module's source, each of which becomes up
// to 4096 bytes. What is broken ends it.
func decompress(b []byte) []byte {
	const header, whole = 2, 4096
	var out []byte
	for len(b) > header {
		h := binary.LittleEndian.Uint16(b)
		size := int(h&0xfff) + 1
		piece := b[header:min(len(b), header+size)]
		b = b[header+len(piece):]
		switch {
		case h>>12&7 != 3:
			return out
		case h>>15 == 0:
			out = append(out, piece[:min(len(piece), whole)]...)
		default:
			out = unpack(out, piece)
		}
	}
	return out
}

// unpack adds a piece: eight tokens behind a byte that says which of them are
// characters and which repeat what came before.
func unpack(out, b []byte) []byte {
	begin := len(out)
	for len(b) > 0 {
		flags := b[0]
		b = b[1:]
		for bit := 0; bit < 8 && len(b) > 0; bit++ {
			if flags>>bit&1 == 0 {
				out = append(out, b[0])
				b = b[1:]
				continue
			}
			if len(b) < 2 {
				return out
			}
			back, n := copyToken(binary.LittleEndian.Uint16(b), len(out)-begin)
			b = b[2:]
			if back > len(out)-begin {
				return out
			}
			for range n {
				out = append(out, out[len(out)-back])
			}
		}
	}
	return out
}

// copyToken splits a token: how many of its bits are how far back depends on
// how much of the piece there is.
func copyToken(token uint16, done int) (back, n int) {
	bits := 4
	for bits < 12 && 1<<bits < done {
		bits++
	}
	return int(token>>(16-bits)) + 1, int(token&(1<<(16-bits)-1)) + 3
}
