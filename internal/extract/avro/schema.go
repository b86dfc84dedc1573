package avro

import "strings"

// kind is what a value is.
type kind int

const (
	kindNull kind = iota
	kindBoolean
	kindInt
	kindFloat
	kindDouble
	kindBytes
	kindString
	kindRecord
	kindEnum
	kindArray
	kindMap
	kindUnion
	kindFixed
)

var primitives = map[string]kind{
	"null": kindNull, "boolean": kindBoolean, "int": kindInt, "long": kindInt, "float": kindFloat, "double": kindDouble,
	"bytes": kindBytes, "string": kindString,
}

// node is a type of a schema.
type node struct {
	kind    kind
	name    string
	logical string
	scale   int
	size    int
	symbols []string
	fields  []field
	of      []*node // of an array or a map, the one; of a union, all
}

type field struct {
	name string
	of   *node
}

const (
	maxDepth = 64
	maxNodes = 1 << 16
)

// parser turns a schema into nodes. A name may stand for its own type, within it.
type parser struct {
	named map[string]*node
	count int
	bad   bool
}

func (p *parser) fail() *node {
	p.bad = true
	return &node{}
}

func (p *parser) node(v any, space string, depth int) *node {
	if p.count++; depth > maxDepth || p.count > maxNodes || p.bad {
		return p.fail()
	}
	switch v := v.(type) {
	case string:
		return p.reference(v, space)
	case []any:
		n := &node{kind: kindUnion}
		for _, branch := range v {
			n.of = append(n.of, p.node(branch, space, depth+1))
		}
		return n
	case map[string]any:
		return p.complex(v, space, depth)
	}
	return p.fail()
}

func (p *parser) reference(name, space string) *node {
	if k, ok := primitives[name]; ok {
		return &node{kind: k}
	}
	for _, full := range []string{space + "." + name, name} {
		if n := p.named[full]; n != nil {
			return n
		}
	}
	return p.fail()
}

func (p *parser) complex(v map[string]any, space string, depth int) *node {
	kindName, ok := v["type"].(string)
	if !ok { // {"type": {…}} or {"type": […]}
		return p.node(v["type"], space, depth+1)
	}
	n := &node{}
	n.name, _ = v["name"].(string)
	n.logical, _ = v["logicalType"].(string)
	n.scale = number(v["scale"])
	if s, ok := v["namespace"].(string); ok {
		space = s
	}
	if i := strings.LastIndexByte(n.name, '.'); i >= 0 {
		space = n.name[:i]
		n.name = n.name[i+1:]
	}
	switch kindName {
	case "record", "error":
		n.kind = kindRecord
		p.name(n, space)
		p.fields(n, v["fields"], space, depth)
	case "enum":
		n.kind = kindEnum
		p.name(n, space)
		list, _ := v["symbols"].([]any)
		for _, s := range list {
			symbol, _ := s.(string)
			n.symbols = append(n.symbols, symbol)
		}
	case "fixed":
		n.kind, n.size = kindFixed, number(v["size"])
		p.name(n, space)
	case "array":
		n.kind, n.of = kindArray, []*node{p.node(v["items"], space, depth+1)}
	case "map":
		n.kind, n.of = kindMap, []*node{p.node(v["values"], space, depth+1)}
	default:
		found := *p.reference(kindName, space)
		if n.logical != "" {
			found.logical, found.scale = n.logical, n.scale
		}
		return &found
	}
	return n
}

func (p *parser) name(n *node, space string) {
	p.named[n.name] = n
	p.named[space+"."+n.name] = n
}

func (p *parser) fields(n *node, v any, space string, depth int) {
	list, _ := v.([]any)
	for _, item := range list {
		f, _ := item.(map[string]any)
		name, _ := f["name"].(string)
		n.fields = append(n.fields, field{name, p.node(f["type"], space, depth+1)})
	}
}

func number(v any) int {
	n, _ := v.(float64)
	return int(min(max(n, 0), 1<<24))
}
