package identify

import (
	"strings"
)

// Mask returns path with every component that identifies somebody replaced by
// a keyed digest, and whether there was one. A short extension stays, and the
// mark behind a container.
func (s *Scanner) Mask(path string) (masked string, found bool) {
	traces, certain := s.traces(path)
	for _, t := range traces {
		found = found || t.alone || certain && t.beside
	}
	if !found {
		return path, false
	}
	parts := strings.Split(path, "/")
	for i, part := range parts {
		if traces[i].alone || certain && traces[i].beside {
			parts[i] = s.maskPart(part)
		}
	}
	return strings.Join(parts, "/"), true
}

// traces looks at each component of a path. A folder that the path before it
// shared is not looked at again. Valid until the next call.
func (s *Scanner) traces(path string) (traces []pathTrace, certain bool) {
	n := 0
	for rest, more := path, true; more; n++ {
		var part string
		part, rest, more = strings.Cut(rest, "/")
		if n == len(s.traced) {
			s.traced = append(s.traced, pathTrace{part, s.trace(part)})
		} else if s.traced[n].part != part {
			s.traced[n] = pathTrace{part, s.trace(part)}
		}
		certain = certain || s.traced[n].alone
	}
	return s.traced[:n], certain
}

// pathTrace is what was found in a component of a path.
type pathTrace struct {
	part string
	nameTrace
}

// MaskName masks the whole name of a column, sheet or table if it identifies
// somebody.
func (s *Scanner) MaskName(name string) string {
	if !s.trace(name).alone {
		return name
	}
	return s.digestName(name)
}

func (s *Scanner) digestName(name string) string {
	return "masked-" + s.config.Key.DigestString("name", name)[:8]
}

// maskPart masks one component of a path.
func (s *Scanner) maskPart(part string) string {
	name, container := strings.CutSuffix(part, "!")
	masked := s.digestName(name) + shortExtension(name)
	if container {
		masked += "!"
	}
	return masked
}

// shortExtension returns the extension of a name if it is too short to identify
// anybody.
func shortExtension(name string) string {
	const longest = 5
	i := strings.LastIndexByte(name, '.')
	if i < 0 || len(name)-i-1 > longest || len(name)-i-1 == 0 {
		return ""
	}
	letters := false
	for _, ch := range []byte(name[i+1:]) {
		if !IsWord(ch) {
			return ""
		}
		letters = letters || IsLetter(ch)
	}
	if !letters {
		return "" // a date's year, or the end of a number
	}
	return name[i:]
}

// nameTrace is what was found in a name.
type nameTrace struct {
	alone  bool // something that identifies by itself
	beside bool // something that does in company
}

// trace looks for identifiers in a name. Anywhere a digit or a word begins a
// match can begin: names glue things together.
func (s *Scanner) trace(name string) nameTrace {
	s.name = append(s.name[:0], name...)
	c := &s.nameContext
	*c = Context{Text: s.name, Now: s.config.Now, Name: true}
	var t nameTrace
	kinds := 0 // as bits, those that count in company
	for i := range c.Text {
		before := byte('\n')
		if i > 0 {
			before = c.Text[i-1]
		}
		switch ch := c.Text[i]; {
		case IsDigit(ch) && !IsDigit(before):
			s.traceAt(c, 'd', i, &t, &kinds)
		case IsLetter(ch) && !IsWord(before):
			s.traceAt(c, 'U', i, &t, &kinds)
		case ch == '@':
			s.traceAt(c, '@', i, &t, &kinds)
		}
	}
	t.beside = kinds != 0
	t.alone = t.alone || kinds&(kinds-1) != 0
	return t
}

// traceAt asks the kinds of which a shape begins with the class.
func (s *Scanner) traceAt(c *Context, class byte, i int, t *nameTrace, found *int) {
	for k := range s.config.Kinds {
		kind := &s.config.Kinds[k]
		if !s.begins[k].with(class) {
			continue
		}
		m, ok := &s.nameMatch, false
		if *m, ok = kind.Parse(c, i); !ok || kind.Weigh != nil && !kind.Weigh(c, i, m) || m.Signals&kind.Names.Unless != 0 {
			continue
		}
		t.alone = t.alone || m.Signals&kind.Names.Alone != 0
		if m.Signals&kind.Names.Beside != 0 {
			*found |= 1 << k
		}
	}
}

// beginnings are the classes with which a kind's shapes begin.
type beginnings struct{ digit, upper, at bool }

func beginningsOf(shapes []string) (b beginnings) {
	for _, shape := range shapes {
		b.digit = b.digit || shape[0] == 'd'
		b.upper = b.upper || shape[0] == 'U'
		b.at = b.at || shape[0] == '@'
	}
	return b
}

func (b beginnings) with(class byte) bool {
	return class == 'd' && b.digit || class == 'U' && b.upper || class == '@' && b.at
}
