package object

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"strconv"
)

const (
	// tail is how much of the file's end is searched for the table's offset.
	tail = 4 << 10
	// maxSections bounds the revisions of a file.
	maxSections = 1024
	// maxOlder bounds the revisions whose tables are kept.
	maxOlder = 8
)

var errTable = errors.New("no table of objects")

// headerAt is the offset of the header among the first bytes: offsets in the
// file count from there.
func headerAt(head []byte) int64 {
	return int64(max(0, bytes.Index(head[:min(len(head), 1024)], []byte("%PDF-"))))
}

// readTables reads the tables of objects, the newest first.
func (f *File) readTables() error {
	end := make([]byte, min(tail, f.in.size))
	n, err := f.in.ReadAt(end, f.in.size-int64(len(end)))
	if n < len(end) && err != nil {
		return err
	}
	i := bytes.LastIndex(end, []byte("startxref"))
	if i < 0 {
		return errTable
	}
	digits := bytes.TrimLeft(end[i+len("startxref"):], " \r\n\t\x00")
	j := 0
	for j < len(digits) && digits[j] >= '0' && digits[j] <= '9' {
		j++
	}
	off, err := strconv.ParseInt(string(digits[:j]), 10, 64)
	if err != nil {
		return errTable
	}
	return f.readSections(off)
}

// readSections follows the chain of tables.
func (f *File) readSections(off int64) error {
	seen := map[int64]bool{}
	for len(seen) < maxSections && !seen[off] {
		seen[off] = true
		section, trailer, err := f.readSection(off)
		if err != nil {
			return err
		}
		if hybrid, ok := trailer.Get("XRefStm").(int); ok && !seen[int64(hybrid)] {
			seen[int64(hybrid)] = true
			if more, _, err := f.readSection(int64(hybrid)); err == nil {
				maps.Copy(section, more) // it knows what the table calls free
			}
		}
		if f.Trailer == nil {
			f.Trailer = trailer
		}
		f.merge(section, trailer)
		prev, ok := trailer.Get("Prev").(int)
		if !ok {
			return nil
		}
		off = int64(prev)
	}
	return nil
}

// merge adds an older table below what is known.
func (f *File) merge(section map[int]entry, trailer Dict) {
	hidden := map[int]entry{}
	for num, e := range section {
		newer, known := f.entries[num]
		switch {
		case !known && len(f.entries) == maxObjects:
			f.Damage()
		case !known:
			f.entries[num] = e
		case known && newer != e && !e.free:
			hidden[num] = e
		}
	}
	if len(hidden) > 0 && len(f.older) < maxOlder {
		f.older = append(f.older, revision{hidden, trailer})
	}
}

// readSection reads one table, in its plain form or as a stream.
func (f *File) readSection(off int64) (map[int]entry, Dict, error) {
	off += f.shift
	if off < 0 || off >= f.in.size {
		return nil, nil, errTable
	}
	p := f.parser(off)
	defer f.rest(p)
	t := p.Next()
	if t.Kind == Word && string(t.Bytes) == "xref" {
		return f.plainTable(p)
	}
	p.Reset(f.in.from(off), off)
	ref, ok := p.header()
	if !ok {
		return nil, nil, errTable
	}
	v, err := f.body(p, ref)
	s, ok := v.(*Stream)
	if err != nil || !ok {
		return nil, nil, errTable
	}
	section, err := f.streamTable(s)
	return section, s.Dict, err
}

// plainTable reads "0 3", three lines of an offset, a generation and n or f, and
// so on until "trailer".
func (f *File) plainTable(p *parser) (map[int]entry, Dict, error) {
	p.buf = p.buf[:cap(p.buf)]
	section := map[int]entry{}
	for {
		t := p.Next()
		if t.Kind == Word && string(t.Bytes) == "trailer" {
			v, err := p.value()
			d, ok := v.(Dict)
			if err != nil || !ok {
				return nil, nil, errTable
			}
			return section, d, nil
		}
		count := p.Next()
		if t.Kind != Int || count.Kind != Int {
			return nil, nil, errTable
		}
		if err := f.lines(p, section, int(t.Number), int(count.Number)); err != nil {
			return nil, nil, err
		}
	}
}

func (f *File) lines(p *parser, section map[int]entry, first, count int) error {
	for i := range count {
		off, gen := p.Next(), p.Next()
		word := p.Next()
		if off.Kind != Int || gen.Kind != Int || word.Kind != Word || len(word.Bytes) != 1 || len(section) > maxObjects {
			return errTable
		}
		free := word.Bytes[0] == 'f'
		if i == 0 && first == 1 && free && gen.Number == 65535 {
			first = 0 // a common error of writers
		}
		section[first+i] = entry{off: int64(off.Number) + f.shift, free: free}
	}
	return nil
}

// streamTable reads a table that is a stream of numbers of fixed widths.
func (f *File) streamTable(s *Stream) (map[int]entry, error) {
	widths, ok := f.Numbers(s.Dict.Get("W"), 3)
	size, _ := f.Int(s.Dict.Get("Size"))
	if !ok {
		return nil, errTable
	}
	var w [3]int
	for i := range w {
		if w[i] = int(widths[i]); w[i] < 0 || w[i] > 8 {
			return nil, errTable
		}
	}
	index := f.Array(s.Dict.Get("Index"))
	if index == nil {
		index = Array{0, size}
	}
	r, err := f.reader(s, false)
	if err != nil {
		return nil, errTable
	}
	section := map[int]entry{}
	line := make([]byte, w[0]+w[1]+w[2])
	if len(line) == 0 {
		return nil, errTable
	}
	for i := 0; i+1 < len(index); i += 2 {
		first, _ := f.Int(index[i])
		count, _ := f.Int(index[i+1])
		for num := first; num < first+count; num++ {
			if _, err := io.ReadFull(r, line); err != nil || len(section) > maxObjects {
				return section, nil // what is missing is looked for when it is wanted
			}
			if e, ok := f.tableEntry(line, w); ok {
				section[num] = e
			}
		}
	}
	return section, nil
}

func (f *File) tableEntry(line []byte, w [3]int) (entry, bool) {
	kind := 1
	if w[0] > 0 {
		kind = bigEndian(line[:w[0]])
	}
	a, b := bigEndian(line[w[0]:w[0]+w[1]]), bigEndian(line[w[0]+w[1]:])
	switch kind {
	case 0:
		return entry{free: true}, true
	case 1:
		return entry{off: int64(a) + f.shift}, true
	case 2:
		return entry{off: int64(b), in: int32(a)}, a > 0 && a <= math.MaxInt32
	}
	return entry{}, false
}

func bigEndian(b []byte) int {
	n := 0
	for _, c := range b {
		n = n<<8 | int(c)
	}
	return n
}

// packed is an unpacked stream of objects.
type packed struct {
	num     int // of the stream
	data    []byte
	numbers []int
	offsets []int
}

// readPacked reads an object out of a stream of objects.
func (f *File) readPacked(num int, e entry) (any, int64, error) {
	k, err := f.unpack(int(e.in))
	if err != nil {
		return nil, 0, err
	}
	i := int(e.off)
	if i < 0 || i >= len(k.numbers) || k.numbers[i] != num {
		i = -1
		for j, n := range k.numbers {
			if n == num {
				i = j
			}
		}
	}
	if i < 0 || k.offsets[i] < 0 || k.offsets[i] > len(k.data) {
		return nil, 0, errMissing
	}
	p := f.parser(0)
	defer f.rest(p)
	p.Reset(bytes.NewReader(k.data[k.offsets[i]:]), 0)
	v, err := p.value()
	return v, p.Offset(), err
}

// unpack unpacks a stream of objects. The last few are kept.
func (f *File) unpack(num int) (*packed, error) {
	for _, k := range f.packed {
		if k.num == num {
			return k, nil
		}
	}
	if e, ok := f.entries[num]; !ok || e.in != 0 {
		return nil, errMissing
	}
	s, ok := f.load(Ref{Num: num}).(*Stream)
	if !ok {
		return nil, errMissing
	}
	k, err := f.readStreamOfObjects(num, s)
	if err != nil {
		return nil, err
	}
	total := len(k.data)
	for i := len(f.packed) - 1; i >= 0; i-- {
		if total += len(f.packed[i].data); total > packedBytes || len(f.packed)-i >= maxPacked {
			f.packed = f.packed[i+1:]
			break
		}
	}
	f.packed = append(f.packed, k)
	return k, nil
}

func (f *File) readStreamOfObjects(num int, s *Stream) (*packed, error) {
	data, err := f.ReadAll(s, packedBytes)
	if err != nil {
		return nil, err
	}
	k := &packed{num: num, data: data}
	count, _ := f.Int(s.Dict.Get("N"))
	first, _ := f.Int(s.Dict.Get("First"))
	p := f.parser(0)
	defer f.rest(p)
	p.Reset(bytes.NewReader(data), 0)
	for range count {
		number, offset := p.Next(), p.Next()
		if number.Kind != Int || offset.Kind != Int {
			return k, nil
		}
		k.numbers = append(k.numbers, int(number.Number))
		k.offsets = append(k.offsets, first+int(offset.Number))
	}
	return k, nil
}

// ReadAll reads a stream that is small, to its end; a longer one is an error.
func (f *File) ReadAll(s *Stream, most int64) ([]byte, error) {
	r, err := f.Reader(s)
	if err != nil {
		return nil, err
	}
	data, err := io.ReadAll(io.LimitReader(r, most+1))
	if err != nil {
		return nil, fmt.Errorf("read stream: %w", err)
	}
	if int64(len(data)) > most {
		f.Damage()
		return nil, errTooLong
	}
	return data, nil
}

var errTooLong = errors.New("stream is too long for what it is")
