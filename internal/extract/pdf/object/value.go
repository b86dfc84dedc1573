// Package object reads the objects that a PDF file is made of, whole or broken:
// numbers and names, dictionaries, streams through their filters, and what is
// encrypted with an empty password. Memory is bounded whatever a file declares.
package object

// The values of PDF are nil, bool, int, float64, String, Name, Array, Dict, Ref
// and *Stream.
type (
	// Name is a name, without its slash.
	Name string
	// String is a string of bytes, deciphered.
	String string
	// Array is an array.
	Array []any
	// Dict is a dictionary in the order it was written.
	Dict []Entry
	// Entry is one pair of a dictionary.
	Entry struct {
		Key   Name
		Value any
	}
	// Ref names an object elsewhere in the file.
	Ref struct{ Num, Gen int }
)

// Stream is a dictionary and the bytes behind it.
type Stream struct {
	Dict Dict
	ref  Ref   // of the object; its strings and bytes are enciphered under it
	off  int64 // of the first byte
}

// Get returns the value of a key as it is written, nil if there is none.
func (d Dict) Get(key Name) any {
	for i := range d {
		if d[i].Key == key {
			return d[i].Value
		}
	}
	return nil
}

// Resolve follows references to a value.
func (f *File) Resolve(v any) any {
	const most = 16 // references to references
	for range most {
		ref, ok := v.(Ref)
		if !ok {
			return v
		}
		v = f.load(ref)
	}
	return nil
}

// Get resolves a key of a dictionary.
func (f *File) Get(d Dict, key Name) any { return f.Resolve(d.Get(key)) }

// Dict resolves a value that is a dictionary or a stream's.
func (f *File) Dict(v any) Dict {
	switch v := f.Resolve(v).(type) {
	case Dict:
		return v
	case *Stream:
		return v.Dict
	}
	return nil
}

// Array resolves a value that is an array.
func (f *File) Array(v any) Array {
	a, _ := f.Resolve(v).(Array)
	return a
}

// Stream resolves a value that is a stream.
func (f *File) Stream(v any) *Stream {
	s, _ := f.Resolve(v).(*Stream)
	return s
}

// Name resolves a value that is a name.
func (f *File) Name(v any) Name {
	n, _ := f.Resolve(v).(Name)
	return n
}

// String resolves a value that is a string.
func (f *File) String(v any) String {
	s, _ := f.Resolve(v).(String)
	return s
}

// Int resolves a value that is a whole number.
func (f *File) Int(v any) (int, bool) {
	switch n := f.Resolve(v).(type) {
	case int:
		return n, true
	case float64:
		return int(n), true
	}
	return 0, false
}

// Number resolves a value that is a number.
func (f *File) Number(v any) (float64, bool) {
	switch n := f.Resolve(v).(type) {
	case int:
		return float64(n), true
	case float64:
		return n, true
	}
	return 0, false
}

// Numbers resolves an array of exactly n numbers.
func (f *File) Numbers(v any, n int) ([]float64, bool) {
	a := f.Array(v)
	if len(a) != n {
		return nil, false
	}
	list := make([]float64, n)
	for i := range a {
		var ok bool
		if list[i], ok = f.Number(a[i]); !ok {
			return nil, false
		}
	}
	return list, true
}

// Place tells streams of a file apart.
func (s *Stream) Place() int64 { return s.off }
