package doc

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"

	"trustaudit/internal/extract"
)

// piece is a stretch of the text as it lies in the file. A document that was
// saved fast is put together of many.
type piece struct {
	from, to int64 // characters of the text
	at       int64 // in the stream
	wide     bool
}

func (p *piece) width() int64 {
	if p.wide {
		return 2
	}
	return 1
}

const (
	maxTable  = 16 << 20 // bytes of a structure
	maxPieces = 1 << 20
)

// region reads a structure of the table stream. One that is declared larger
// than anything is, or cut off, is corrupt.
func region(r io.ReaderAt, off, size int64) ([]byte, error) {
	if size <= 0 || size > maxTable {
		return nil, fmt.Errorf("read structure: %w", extract.ErrCorrupt)
	}
	b := make([]byte, size)
	n, err := r.ReadAt(b, off)
	if n < len(b) {
		if err == nil || errors.Is(err, io.EOF) {
			err = extract.ErrCorrupt
		}
		return nil, fmt.Errorf("read structure: %w", err)
	}
	return b, nil
}

// pieces finds the table of pieces. A document of Word 95 or before that was
// not saved fast has none: its text lies in one.
func pieces(f *fib, table io.ReaderAt) ([]piece, error) {
	off, size := f.pieces()
	if f.mark != markWord97 && (!f.complex || size == 0) {
		return []piece{{to: f.textEnd - f.textAt, at: f.textAt}}, nil
	}
	b, err := region(table, off, size)
	if err != nil {
		return nil, err
	}
	for len(b) >= 5 {
		switch b[0] {
		case 1: // formatting that pieces share
			b = b[min(len(b), 3+int(binary.LittleEndian.Uint16(b[1:]))):]
		case 2:
			n := min(int64(len(b)-5), int64(binary.LittleEndian.Uint32(b[1:])))
			if n > maxPieces*12 {
				return nil, fmt.Errorf("read pieces: too many: %w", extract.ErrCorrupt)
			}
			return parsePieces(f, b[5:5+n]), nil
		default:
			return nil, fmt.Errorf("read pieces: %w", extract.ErrCorrupt)
		}
	}
	return nil, fmt.Errorf("read pieces: %w", extract.ErrCorrupt)
}

func parsePieces(f *fib, b []byte) []piece {
	const inFile = 8
	n := (len(b) - 4) / (4 + inFile)
	var found []piece
	for i := range max(0, n) {
		p := piece{from: int64(binary.LittleEndian.Uint32(b[4*i:])), to: int64(binary.LittleEndian.Uint32(b[4*i+4:]))}
		at := binary.LittleEndian.Uint32(b[4*(n+1)+inFile*i+2:])
		switch {
		case f.mark != markWord97:
			p.at = int64(at)
		case at&(1<<30) != 0:
			p.at = int64(at&^(1<<30)) / 2
		default:
			p.at, p.wide = int64(at), true
		}
		if p.to > p.from {
			found = append(found, p)
		}
	}
	return found
}

// leftovers are the stretches between where the text begins and ends that no
// piece refers to: what was deleted and saved fast.
func leftovers(f *fib, all []piece) []piece {
	used := slices.Clone(all)
	slices.SortFunc(used, func(a, b piece) int { return int(min(1, max(-1, a.at-b.at))) })
	var left []piece
	at := f.textAt
	for _, p := range append(used, piece{at: f.textEnd}) {
		if p.at > f.textEnd {
			break
		}
		if p.at > at {
			left = append(left, piece{to: p.at - at, at: at})
		}
		at = max(at, p.at+(p.to-p.from)*p.width())
	}
	return left
}

// places are those of a structure that has a value between each two of them.
func places(b []byte, value int) []int64 {
	var at []int64
	for n := (len(b) + value) / (4 + value); n > 0; n-- {
		at = append(at, int64(binary.LittleEndian.Uint32(b)))
		b = b[4:]
	}
	return at
}
