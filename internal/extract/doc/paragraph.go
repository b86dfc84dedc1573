package doc

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"
)

// mark is where a paragraph of a table ends in the stream, and whether it ends
// a row.
type mark struct {
	end int64
	row bool
}

// maxMarks bounds the paragraphs of tables that are known to be such.
const maxMarks = 1 << 21

const pageSize = 512 // of formatting

// marks lists the paragraphs of tables, in the order of where they end. What is
// not found is not missed: a row then ends where two cells end side by side.
func marks(f *fib, stream, table io.ReaderAt) ([]mark, error) {
	off, size := f.paragraphs()
	if f.mark == markWord2 || size == 0 {
		return nil, nil
	}
	b, err := region(table, off, size)
	if err != nil {
		return nil, err
	}
	value := 4
	if f.mark != markWord97 {
		value = 2
	}
	n := (len(b) - 4) / (4 + value)
	page := make([]byte, pageSize)
	var found []mark
	for i := range max(0, n) {
		at := 4*(n+1) + value*i
		number := int64(binary.LittleEndian.Uint16(b[at:]))
		if value == 4 {
			number = int64(binary.LittleEndian.Uint32(b[at:]) & 0x3fffff)
		}
		if m, err := stream.ReadAt(page, number*pageSize); m < len(page) {
			if err == nil || errors.Is(err, io.EOF) {
				continue
			}
			return nil, fmt.Errorf("read paragraphs: %w", err)
		}
		if found = appendMarks(found, f, page); len(found) > maxMarks {
			break
		}
	}
	slices.SortFunc(found, func(a, b mark) int { return int(min(1, max(-1, a.end-b.end))) })
	return found, nil
}

// appendMarks reads a page of paragraphs' formatting.
func appendMarks(found []mark, f *fib, page []byte) []mark {
	n := int(page[pageSize-1])
	entry := 13
	if f.mark != markWord97 {
		entry = 7
	}
	if 4*(n+1)+entry*n > pageSize {
		return found
	}
	for i := range n {
		at := 2 * int(page[4*(n+1)+entry*i])
		if at == 0 {
			continue
		}
		within, row := formatting(f, page[at:])
		if within || row {
			found = append(found, mark{int64(binary.LittleEndian.Uint32(page[4*i+4:])), row})
		}
	}
	return found
}

// formatting says whether a paragraph is within a table, and ends a row.
func formatting(f *fib, b []byte) (within, row bool) {
	if len(b) < 2 {
		return false, false
	}
	size, old := 2*int(b[0])-1, f.mark != markWord97
	b = b[1:]
	if size < 0 {
		size = 2 * int(b[0])
		b = b[1:]
	}
	b = b[:min(size, len(b))]
	if old {
		return oldProperties(b[min(2, len(b)):])
	}
	return properties(b[min(2, len(b)):])
}

// properties walks a list of them. The upper bits of each number say how long
// its value is.
func properties(b []byte) (within, row bool) {
	for len(b) >= 3 {
		code := binary.LittleEndian.Uint16(b)
		b = b[2:]
		switch code {
		case 0x2416, 0x244b:
			within = within || b[0] == 1
		case 0x2417, 0x244c:
			row = row || b[0] == 1
		}
		size := []int{1, 1, 2, 4, 2, 2, 1 + int(b[0]), 3}[code>>13]
		if code == 0xd608 && len(b) >= 2 { // the layout of a row is longer than a byte can say
			size = 1 + int(binary.LittleEndian.Uint16(b))
		}
		b = b[min(size, len(b)):]
	}
	return within, row
}

// oldProperties looks for the two numbers that matter before Word 97, where
// only a list of all numbers would say how long each value is: each is followed
// by a one.
func oldProperties(b []byte) (within, row bool) {
	for i := 0; i+1 < len(b); i++ {
		if b[i+1] == 1 {
			within = within || b[i] == 24
			row = row || b[i] == 25
		}
	}
	return within, row
}
