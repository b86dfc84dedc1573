package audit

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strconv"
	"strings"
)

// Fact is one thing a probe saw. Facts are plain values that survive JSON; the
// concrete types live beside their probes, in leaf packages named fact.
// FactKind returns name and version, "content.item/1": a changed meaning is a
// new version, and an old journal stays readable.
type Fact interface {
	FactKind() string
}

// Appender is a fact of which there are so many that it writes itself, as
// encoding/json would without escapes for HTML. ok is false for a value that it
// leaves to encoding/json; what was appended is then void.
type Appender interface {
	AppendJSON(b []byte) (out []byte, ok bool)
}

// Parser is a fact that reads what an Appender writes. The receiver does not
// matter, and ok is false for data that it leaves to encoding/json.
type Parser interface {
	ParseJSON(data []byte) (fact Fact, ok bool)
}

// SplitKind parts a fact kind into its name and version.
func SplitKind(kind string) (name string, version int) {
	name, v, ok := strings.Cut(kind, "/")
	if !ok {
		return kind, 0
	}
	version, err := strconv.Atoi(v)
	if err != nil {
		return kind, 0
	}
	return name, version
}

// Decoder turns journalled data back into the facts it came from.
type Decoder struct {
	types   map[string]reflect.Type
	parsers map[string]Parser
}

// NewDecoder returns a Decoder for the kinds of the given prototypes. Two
// prototypes of one kind are a mistake of the program.
func NewDecoder(prototypes ...Fact) (*Decoder, error) {
	d := &Decoder{types: make(map[string]reflect.Type, len(prototypes)), parsers: map[string]Parser{}}
	for _, p := range prototypes {
		t := reflect.TypeOf(p)
		if old, ok := d.types[p.FactKind()]; ok && old != t {
			return nil, fmt.Errorf("register fact kind %s: both %v and %v claim it", p.FactKind(), old, t)
		}
		d.types[p.FactKind()] = t
		if parser, ok := p.(Parser); ok {
			d.parsers[p.FactKind()] = parser
		}
	}
	return d, nil
}

// Knows reports whether facts of the kind can be decoded.
func (d *Decoder) Knows(kind string) bool {
	_, ok := d.types[kind]
	return ok
}

// Decode returns the fact of the given kind that data holds.
func (d *Decoder) Decode(kind string, data []byte) (Fact, error) {
	t, ok := d.types[kind]
	if !ok {
		return nil, fmt.Errorf("decode fact: unknown kind %q", kind)
	}
	if p := d.parsers[kind]; p != nil {
		if fact, ok := p.ParseJSON(data); ok {
			return fact, nil
		}
	}
	v := reflect.New(t)
	if err := json.Unmarshal(data, v.Interface()); err != nil {
		return nil, fmt.Errorf("decode fact %s: %w", kind, err)
	}
	return v.Elem().Interface().(Fact), nil
}
