package ole

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"strconv"
	"time"

	"trustaudit/internal/extract"
	"trustaudit/internal/extract/codepage"
)

const (
	maxPropertySet = 4 << 20
	maxProperties  = 4096
)

// Properties gives the document's property sets to the sink: title, author and
// the like, and whatever a form or a records system added of its own. What
// does not parse is passed over, and said.
func (f *File) Properties(storage *Entry, sink extract.Sink) error {
	for _, name := range []string{"\x05SummaryInformation", "\x05DocumentSummaryInformation"} {
		e := storage.Stream(name)
		if e == nil {
			continue
		}
		b, err := f.ReadAll(e, maxPropertySet)
		if err != nil && !errors.Is(err, extract.ErrCorrupt) {
			return fmt.Errorf("read properties: %w", err)
		}
		if err != nil || e.Size > maxPropertySet {
			sink.Partial("properties read in part")
		}
		for _, section := range sections(b) {
			if err := section.give(sink); err != nil {
				return err
			}
			if section.cut {
				sink.Partial("properties read in part")
			}
		}
	}
	return nil
}

// section is one set of properties, with the names of its numbers.
type section struct {
	b      []byte
	names  map[uint32]string
	custom bool // the names stand in the section itself
	page   int
	cut    bool // there are more than are read
}

func summaryNames() map[uint32]string {
	return map[uint32]string{
		2: "Title", 3: "Subject", 4: "Author", 5: "Keywords", 6: "Comments", 7: "Template", 8: "Last saved by",
		12: "Created", 13: "Last saved", 18: "Application",
	}
}

func documentNames() map[uint32]string {
	return map[uint32]string{2: "Category", 13: "Parts", 14: "Manager", 15: "Company", 26: "Content type", 27: "Content status", 28: "Language"}
}

// sections finds the sets of a stream by their identifiers.
func sections(b []byte) []section {
	if len(b) < 28 || binary.LittleEndian.Uint16(b) != 0xfffe {
		return nil
	}
	var found []section
	for i := range min(binary.LittleEndian.Uint32(b[24:]), 8) {
		at := 28 + 20*int(i)
		if at+20 > len(b) {
			break
		}
		off := binary.LittleEndian.Uint32(b[at+16:])
		if int64(off)+8 > int64(len(b)) {
			continue
		}
		s := section{b: b[off:], page: 1252}
		switch binary.LittleEndian.Uint32(b[at:]) {
		case 0xf29f85e0:
			s.names = summaryNames()
		case 0xd5cdd502:
			s.names = documentNames()
		default:
			s.custom = true
		}
		found = append(found, s)
	}
	return found
}

// give hands the section to the sink as one record.
func (s *section) give(sink extract.Sink) error {
	s.each(func(id, kind uint32, value []byte) {
		switch {
		case id == 1 && len(value) >= 2:
			s.page = int(binary.LittleEndian.Uint16(value))
		}
	})
	if s.custom {
		s.names = s.dictionary()
	}
	var names []string
	var values [][]byte
	s.each(func(id, kind uint32, value []byte) {
		name, ok := s.names[id]
		if !ok || id < 2 {
			return
		}
		if text := bytes.TrimSpace(s.text(kind, value)); len(text) > 0 {
			names, values = append(names, name), append(values, text)
		}
	})
	if len(names) == 0 {
		return nil
	}
	return sink.Fields(names, values)
}

// each calls see for every property. A dictionary has no kind: its value
// begins with its length.
func (s *section) each(see func(id, kind uint32, value []byte)) {
	n := s.most(binary.LittleEndian.Uint32(s.b[4:]))
	for i := range int(n) {
		at := 8 + 8*i
		if at+8 > len(s.b) {
			return
		}
		id, off := binary.LittleEndian.Uint32(s.b[at:]), int64(binary.LittleEndian.Uint32(s.b[at+4:]))
		if off+4 > int64(len(s.b)) {
			continue
		}
		see(id, binary.LittleEndian.Uint32(s.b[off:]), s.b[off+4:])
	}
}

// most is how many of so many are read.
func (s *section) most(n uint32) uint32 {
	s.cut = s.cut || n > maxProperties
	return min(n, maxProperties)
}

// dictionary reads the names of a section of its own making.
func (s *section) dictionary() map[uint32]string {
	names := make(map[uint32]string)
	s.each(func(id, count uint32, b []byte) {
		if id != 0 {
			return
		}
		for range s.most(count) {
			if len(b) < 8 {
				return
			}
			number, size := binary.LittleEndian.Uint32(b), int64(binary.LittleEndian.Uint32(b[4:]))
			if b = b[8:]; s.page == 1200 {
				size *= 2
			}
			if size > int64(len(b)) {
				return
			}
			names[number] = string(bytes.TrimRight(s.decode(b[:size]), "\x00"))
			if b = b[size:]; s.page == 1200 {
				b = b[min(len(b), int(-size&3)):]
			}
		}
	})
	return names
}

func (s *section) decode(b []byte) []byte {
	if s.page == 1200 {
		return codepage.Wide(nil, b)
	}
	return codepage.Decode(nil, codepage.Of(s.page), b)
}

// text is a value as it is read. The kinds are those of a VARIANT.
func (s *section) text(kind uint32, b []byte) []byte {
	const vector = 0x1000
	if kind&vector != 0 {
		return s.vector(kind&^vector, b)
	}
	text, _ := s.scalar(kind, b)
	return text
}

// vector joins the values of a list.
func (s *section) vector(kind uint32, b []byte) []byte {
	if len(b) < 4 {
		return nil
	}
	n := s.most(binary.LittleEndian.Uint32(b))
	b = b[4:]
	var all []byte
	for range n {
		k := kind
		if kind == 12 { // each says its own kind
			if len(b) < 4 {
				break
			}
			k = binary.LittleEndian.Uint32(b)
			b = b[4:]
		}
		text, size := s.scalar(k, b)
		if size == 0 {
			break
		}
		all = append(append(all, bytes.TrimSpace(text)...), '\n')
		b = b[size:]
	}
	return all
}

// scalar reads one value, and says how long it is; zero when it is cut off or
// of a kind that holds no words.
func (s *section) scalar(kind uint32, b []byte) (text []byte, size int) {
	fixed := map[uint32]int{2: 2, 3: 4, 5: 8, 11: 2, 18: 2, 19: 4, 64: 8, 8: 4, 30: 4, 31: 4}[kind]
	if fixed == 0 || len(b) < fixed {
		return nil, 0
	}
	switch kind {
	case 2, 18:
		return strconv.AppendUint(nil, uint64(binary.LittleEndian.Uint16(b)), 10), fixed
	case 3, 19:
		return strconv.AppendUint(nil, uint64(binary.LittleEndian.Uint32(b)), 10), fixed
	case 5:
		return strconv.AppendFloat(nil, math.Float64frombits(binary.LittleEndian.Uint64(b)), 'f', -1, 64), fixed
	case 64:
		if t := fileTime(binary.LittleEndian.Uint64(b)); !t.IsZero() {
			return t.AppendFormat(nil, time.DateTime), fixed
		}
		return nil, fixed
	case 8, 30, 31:
		return s.words(kind, b)
	}
	return nil, fixed
}

// words reads a string behind its length.
func (s *section) words(kind uint32, b []byte) (text []byte, size int) {
	n := int64(binary.LittleEndian.Uint32(b))
	b = b[4:]
	if kind == 31 {
		n = min(2*n, int64(len(b)))
		return trimNul(codepage.Wide(nil, b[:n])), 4 + int(min((n+3)&^3, int64(len(b))))
	}
	n = min(n, int64(len(b)))
	return trimNul(s.decode(b[:n])), 4 + int(n)
}

func trimNul(b []byte) []byte {
	before, _, _ := bytes.Cut(b, []byte{0})
	return before
}
