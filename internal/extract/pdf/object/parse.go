package object

import (
	"errors"
)

const (
	maxDepth  = 128
	maxValues = 1 << 19 // in one object
)

var errSyntax = errors.New("not an object")

// parser puts tokens together to values.
type parser struct {
	*Lexer
	values []any
	opens  []open
}

// open is an array or a dictionary whose end has not come.
type open struct {
	from int // its first value
	dict bool
}

// value reads one value. A reference stands for itself only inside an array or
// a dictionary, where it is told by the R behind its two numbers.
func (p *parser) value() (any, error) {
	p.values, p.opens = p.values[:0], p.opens[:0]
	for {
		if err := p.take(p.Next()); err != nil {
			return nil, err
		}
		if len(p.opens) == 0 && len(p.values) > 0 {
			return p.values[0], nil
		}
		if len(p.opens) > maxDepth || len(p.values) > maxValues {
			return nil, errSyntax
		}
	}
}

func (p *parser) take(t Token) error {
	switch t.Kind {
	case EOF:
		return errSyntax
	case Int:
		p.push(whole(t.Number))
	case Real:
		p.push(t.Number)
	case Text:
		p.push(String(t.Bytes))
	case Label:
		p.push(Name(t.Bytes))
	case ArrayOpen, DictOpen:
		p.opens = append(p.opens, open{len(p.values), t.Kind == DictOpen})
	case ArrayClose, DictClose:
		return p.close()
	case Word:
		return p.word(t.Bytes)
	}
	return nil
}

// whole is a number that was written without a point, as an int where it fits.
func whole(x float64) any {
	if x > 1<<53 || x < -1<<53 {
		return x
	}
	return int(x)
}

func (p *parser) push(v any) { p.values = append(p.values, v) }

func (p *parser) word(w []byte) error {
	switch string(w) {
	case "R":
		n := len(p.values)
		if len(p.opens) == 0 || n-p.opens[len(p.opens)-1].from < 2 {
			return errSyntax
		}
		num, ok1 := p.values[n-2].(int)
		gen, ok2 := p.values[n-1].(int)
		p.values = p.values[:n-2]
		if !ok1 || !ok2 {
			p.push(nil)
			return nil
		}
		p.push(Ref{num, gen})
	case "true", "false":
		p.push(string(w) == "true")
	case "null":
		p.push(nil)
	case "endobj", "stream", "endstream", "obj", "xref", "trailer", "startxref":
		return p.breakOff()
	default: // what it is nobody knows
		p.push(nil)
	}
	return nil
}

// breakOff closes what a broken object left open.
func (p *parser) breakOff() error {
	if len(p.opens) == 0 && len(p.values) == 0 {
		p.push(nil)
	}
	for len(p.opens) > 0 {
		if err := p.close(); err != nil {
			return err
		}
	}
	return nil
}

func (p *parser) close() error {
	if len(p.opens) == 0 {
		return errSyntax
	}
	o := p.opens[len(p.opens)-1]
	p.opens = p.opens[:len(p.opens)-1]
	list := p.values[o.from:]
	var made any
	if o.dict {
		made = dictOf(list)
	} else {
		made = append(make(Array, 0, len(list)), list...)
	}
	p.values = append(p.values[:o.from], made)
	return nil
}

// dictOf pairs names with values; a value without a name is passed over.
func dictOf(list []any) Dict {
	d := make(Dict, 0, len(list)/2)
	for i := 0; i+1 < len(list); {
		key, ok := list[i].(Name)
		if !ok {
			i++
			continue
		}
		d = append(d, Entry{key, list[i+1]})
		i += 2
	}
	return d
}
