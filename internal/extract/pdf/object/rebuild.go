package object

import (
	"bytes"
	"slices"
)

const (
	window  = 64 << 10
	overlap = 1 << 10 // of two windows: what begins in it is read with the next
	// looked is how far behind its header an object's type is looked for.
	looked = 512
)

// rebuild searches the file for objects, since its table is missing or wrong. Of
// two objects of one number the later is the newer.
// The error is of unlocking it.
func (f *File) rebuild() error {
	f.Rebuilt = true
	s := search{f: f, found: map[int]entry{}}
	s.run()
	if f.in.err != nil || len(s.found) == 0 {
		return nil
	}
	f.forget()
	f.packed, f.older = nil, nil
	f.entries = s.found
	f.Trailer = s.trailer(f.Trailer)
	f.cipher = nil
	if err := f.unlock(); err != nil { // streams of objects may be enciphered
		return err
	}
	s.expand()
	if f.Dict(f.Trailer.Get("Root")) == nil {
		f.findRoot()
	}
	return nil
}

// search is a search for objects.
type search struct {
	f        *File
	found    map[int]entry
	packs    []int   // streams of objects, in the order of the file
	tables   []int   // streams that are tables: their dictionaries are trailers
	trailers []int64 // offsets of dictionaries
}

func (s *search) run() {
	buf := make([]byte, window)
	held := 0
	for off := int64(0); ; {
		n, err := s.f.in.ReadAt(buf[held:], off+int64(held))
		b := buf[:held+n]
		last := err != nil || n == 0
		end := len(b)
		if !last {
			end -= overlap
		}
		s.scan(b, end, off)
		if last || len(s.found) > maxObjects {
			return
		}
		off += int64(end)
		held = copy(buf, b[end:])
	}
}

// scan looks for headers and trailers that begin before end.
func (s *search) scan(b []byte, end int, base int64) {
	for i := 0; ; {
		j := bytes.Index(b[i:], []byte("obj"))
		if j < 0 {
			break
		}
		i += j
		if start, ref, ok := headerBefore(b, i); ok && start < end {
			s.see(ref, base+int64(start), b[i:min(len(b), i+looked)])
		}
		i += 3
	}
	for i := 0; ; {
		j := bytes.Index(b[i:], []byte("trailer"))
		if j < 0 || i+j >= end {
			return
		}
		i += j + len("trailer")
		if len(s.trailers) == maxSections {
			s.trailers = s.trailers[:copy(s.trailers, s.trailers[1:])]
		}
		s.trailers = append(s.trailers, base+int64(i))
	}
}

// see takes an object. What stands behind its header, up to the next, may say
// that it is a stream that matters here.
func (s *search) see(ref Ref, off int64, behind []byte) {
	s.found[ref.Num] = entry{off: off}
	behind, _, _ = bytes.Cut(behind, []byte("endobj"))
	behind, _, _ = bytes.Cut(behind, []byte("stream"))
	switch {
	case bytes.Contains(behind, []byte("/ObjStm")):
		s.packs = append(s.packs, ref.Num)
	case bytes.Contains(behind, []byte("/XRef")):
		s.tables = append(s.tables, ref.Num)
	}
}

// headerBefore reads "12 0 " backwards from the word obj.
func headerBefore(b []byte, i int) (start int, ref Ref, ok bool) {
	gen, i, ok1 := numberBefore(b, i)
	num, i, ok2 := numberBefore(b, i)
	return i, Ref{num, gen}, ok1 && ok2
}

func numberBefore(b []byte, i int) (n, start int, ok bool) {
	const most = 10 // digits
	for i > 0 && classes[b[i-1]]&space != 0 {
		i--
	}
	scale := 1
	end := i
	for i > 0 && end-i < most && b[i-1] >= '0' && b[i-1] <= '9' {
		i--
		n += int(b[i]-'0') * scale
		scale *= 10
	}
	return n, i, i < end
}

// trailer puts a trailer together from all that were found: the last that names
// a catalog, and what only others say.
func (s *search) trailer(known Dict) Dict {
	var all []Dict
	for _, off := range s.trailers {
		p := s.f.parser(off)
		if v, err := p.value(); err == nil {
			if d, ok := v.(Dict); ok {
				all = append(all, d)
			}
		}
		s.f.rest(p)
	}
	for _, num := range s.tables {
		all = append(all, s.f.Dict(Ref{Num: num}))
	}
	slices.Reverse(all)
	all = append(all, known)
	var made Dict
	for _, d := range all {
		for _, key := range []Name{"Root", "Encrypt", "ID", "Info"} {
			if v := d.Get(key); v != nil && made.Get(key) == nil {
				made = append(made, Entry{key, v})
			}
		}
	}
	s.f.forget()
	return made
}

// expand adds the objects that lie in streams of objects.
func (s *search) expand() {
	for _, num := range s.packs {
		k, err := s.f.unpack(num)
		if err != nil {
			s.f.Damage()
			continue
		}
		at := s.found[num].off
		for i, n := range k.numbers {
			old, known := s.found[n]
			if old.in != 0 {
				old.off = s.found[int(old.in)].off
			}
			if (!known || old.off < at) && len(s.found) < maxObjects {
				s.found[n] = entry{off: int64(i), in: int32(num)}
			}
		}
	}
	s.f.forget()
}

// findRoot looks among all objects for a catalog.
func (f *File) findRoot() {
	for _, num := range f.numbers() {
		if d, ok := f.load(Ref{Num: num}).(Dict); ok && f.Name(d.Get("Type")) == "Catalog" {
			f.Trailer = append(Dict{{"Root", Ref{Num: num}}}, f.Trailer...)
			return
		}
	}
}

// numbers are those of all objects, in order.
func (f *File) numbers() []int {
	list := make([]int, 0, len(f.entries))
	for num, e := range f.entries {
		if !e.free {
			list = append(list, num)
		}
	}
	slices.Sort(list)
	return list
}

// Loose gives all dictionaries of a type, for files whose tree of pages is
// broken.
func (f *File) Loose(kind Name, visit func(Dict) error) error {
	for _, num := range f.numbers() {
		if d, ok := f.load(Ref{Num: num}).(Dict); ok && f.Name(d.Get("Type")) == kind {
			if err := visit(d); err != nil {
				return err
			}
		}
		if f.in.err != nil {
			return f.in.err
		}
	}
	return nil
}
