// Package pdf is the object layer of the reports that trustaudit signs: it
// parses, writes and compares the narrow kind of PDF that trustaudit itself
// produces, and refuses every other kind.
//
// The grammar has classic cross-reference tables, objects of generation 0 that
// follow one another without a gap, and nothing else: no object streams, no
// cross-reference streams, no encryption, no comments, no byte that belongs to
// nothing. A verifier that reads only this grammar cannot be shown one document
// while another reader shows a different one.
//
// Writing is canonical: one value has one spelling, objects are numbered in
// the order in which they are reached from the catalog, and the file's
// identifier follows from its content. A file is canonical when writing it
// again gives the same bytes; see [Document.Canonical]. The spelling is a
// promise: files signed under it must verify for as long as anyone keeps them.
package pdf

import (
	"bytes"
	"compress/zlib"
	"errors"
	"fmt"
	"io"
	"math"
)

// Object is a PDF value: one of Null, Bool, Integer, Real, Name, String,
// Array, Dict, *Stream and Ref.
type Object interface{ object() }

// The PDF values.
type (
	// Null is the null object; a reference to nothing resolves to it.
	Null struct{}
	// Bool is true or false.
	Bool bool
	// Integer is a whole number.
	Integer int64
	// Real is a number that is not whole.
	Real float64
	// Name is a name without its slash, decoded.
	Name string
	// String holds the bytes of a string, decoded.
	String string
	// Array is a list of values.
	Array []Object
	// Dict maps names to values.
	Dict map[Name]Object
	// Ref refers to the indirect object of that number and generation 0.
	Ref int
)

// Stream is a dictionary with bytes. Dict does not hold /Length: it follows
// from Raw.
type Stream struct {
	Dict Dict
	Raw  []byte // as stored, before any filter is undone
}

func (Null) object()    {}
func (Bool) object()    {}
func (Integer) object() {}
func (Real) object()    {}
func (Name) object()    {}
func (String) object()  {}
func (Array) object()   {}
func (Dict) object()    {}
func (*Stream) object() {}
func (Ref) object()     {}

// ErrTooLarge says that a stream unpacks to more than the caller allows.
var ErrTooLarge = errors.New("stream unpacks to more than allowed")

// Number returns the value of an Integer or Real.
func Number(o Object) (float64, bool) {
	switch n := o.(type) {
	case Integer:
		return float64(n), true
	case Real:
		return float64(n), true
	}
	return 0, false
}

// Flate returns a stream that holds data compressed.
func Flate(dict Dict, data []byte) (*Stream, error) {
	var b bytes.Buffer
	w := zlib.NewWriter(&b)
	if _, err := w.Write(data); err != nil {
		return nil, fmt.Errorf("compress stream: %w", err)
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("compress stream: %w", err)
	}
	dict["Filter"] = Name("FlateDecode")
	return &Stream{Dict: dict, Raw: b.Bytes()}, nil
}

// flate reports whether Flate is the stream's one filter.
func (s *Stream) flate() bool { return s.Dict["Filter"] == Name("FlateDecode") }

// inflate undoes the Flate filter and nothing else: parameters such as a
// predictor are left to whoever knows them.
func (s *Stream) inflate() (io.Reader, error) {
	r, err := zlib.NewReader(bytes.NewReader(s.Raw))
	if err != nil {
		return nil, fmt.Errorf("open stream: %w", err)
	}
	return r, nil
}

// reader undoes the stream's filter.
func (s *Stream) reader() (io.Reader, error) {
	_, filtered := s.Dict["Filter"]
	_, params := s.Dict["DecodeParms"]
	switch {
	case !filtered && !params:
		return bytes.NewReader(s.Raw), nil
	case s.flate() && !params:
		return s.inflate()
	}
	return nil, errors.New("open stream: its filter is not known")
}

// Decode returns the stream's content, of at most limit bytes.
func (s *Stream) Decode(limit int64) ([]byte, error) {
	r, err := s.reader()
	if err != nil {
		return nil, err
	}
	data, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err != nil {
		return nil, fmt.Errorf("unpack stream: %w", err)
	}
	if int64(len(data)) > limit {
		return nil, ErrTooLarge
	}
	return data, nil
}

// Decimal returns the number nearest to v with the given number of decimal
// places.
func Decimal(v float64, places int) Object {
	scale := math.Pow10(places)
	v = math.Round(v*scale) / scale
	if v == math.Trunc(v) {
		return Integer(v)
	}
	return Real(v)
}
