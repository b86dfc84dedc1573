package engagement

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// section is a mapping of the file whose keys are known.
type section struct {
	r      *reader
	name   string // "scope.window", for people
	node   *yaml.Node
	values map[string]*yaml.Node
}

// section reads node as a mapping with the given keys and no others. A node
// that is absent or empty gives an empty section.
func (r *reader) section(node *yaml.Node, name string, keys ...string) *section {
	s := &section{r: r, name: name, node: node, values: map[string]*yaml.Node{}}
	if isEmpty(node) {
		return s
	}
	if node.Kind != yaml.MappingNode {
		r.refuse(node, "%s must be a list of keys and values: write %s", s, example(name, keys))
		return s
	}
	for i := 0; i+1 < len(node.Content); i += 2 {
		key, value := node.Content[i], node.Content[i+1]
		switch {
		case len(r.problems) >= maxCollected:
			return s
		case r.handled[key]:
		case key.Kind != yaml.ScalarNode:
			r.problem(key, "%s has a key that is not a word: write one of %s", s, strings.Join(keys, ", "))
		case !slices.Contains(keys, key.Value):
			r.problem(key, "unknown key %s in %s: %s", quote(key.Value), s, suggest(key.Value, name, keys))
		case s.values[key.Value] != nil:
			r.problem(key, "key %s stands twice in %s: it was first written in line %d; leave one of the two", quote(key.Value), s, s.values[key.Value].Line)
		default:
			s.values[key.Value] = value
		}
	}
	return s
}

// section reads the value of a key as a section.
func (s *section) section(key string, keys ...string) *section {
	sub := s.r.section(s.values[key], s.path(key), keys...)
	if sub.node == nil {
		sub.node = s.node // where it is missing from
	}
	return sub
}

func (s *section) String() string {
	if s.name == "" {
		return "the file"
	}
	return s.name
}

func example(name string, keys []string) string {
	if name == "" {
		return "engagement: REFERENCE and the keys that follow it"
	}
	last := name[strings.LastIndexByte(name, '.')+1:]
	return fmt.Sprintf("%s: and under it, indented, %s: …", last, keys[0])
}

// has reports whether the key is there with a value.
func (s *section) has(key string) bool { return !isEmpty(s.values[key]) }

// problem reports what is wrong with the value of a key, or with the section
// where the key is missing.
func (s *section) problem(key, format string, args ...any) {
	node := s.values[key]
	if node == nil {
		node = s.node
	}
	s.r.problem(node, format, args...)
}

func (s *section) path(key string) string {
	if s.name == "" {
		return key
	}
	return s.name + "." + key
}

// text returns the value of a key as text; "" when it is absent.
func (s *section) text(key string) string {
	if !s.has(key) {
		return ""
	}
	text, ok := s.r.scalar(s.values[key], s.path(key))
	if !ok {
		return ""
	}
	return text
}

// needed returns the value of a key that must be there, or says what to write.
func (s *section) needed(key, write string) string {
	if !s.has(key) {
		s.problem(key, "%s is missing: write %s: %s", s.path(key), key, write)
		return ""
	}
	return s.text(key)
}

// flag returns a value that is true or false.
func (s *section) flag(key string) bool {
	if !s.has(key) {
		return false
	}
	node := s.values[key]
	switch text, ok := s.r.scalar(node, s.path(key)); {
	case !ok:
	case text == "true" && node.Tag == "!!bool":
		return true
	case text == "false" && node.Tag == "!!bool":
	default:
		s.problem(key, "%s is %s: write true or false", s.path(key), quote(text))
	}
	return false
}

// whole returns a whole number from least to most, or fallback when it is
// absent.
func (s *section) whole(key string, least, most, fallback int64) int64 {
	if !s.has(key) {
		return fallback
	}
	text := s.text(key)
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < least || n > most {
		s.problem(key, "%s is %s: write a whole number from %d to %d", s.path(key), quote(text), least, most)
		return fallback
	}
	return n
}

// items returns the entries of a list; none when it is absent.
func (s *section) items(key, write string) []*yaml.Node {
	node := s.values[key]
	if isEmpty(node) {
		return nil
	}
	if node.Kind != yaml.SequenceNode {
		s.r.problem(node, "%s must be a list: write %s: [%s], or each entry on a line of its own after a dash", s.path(key), key, write)
		return nil
	}
	if len(node.Content) > maxEntries {
		s.r.problem(node, "%s has %d entries: write at most %d, as networks where there are so many hosts", s.path(key), len(node.Content), maxEntries)
		return nil
	}
	return node.Content
}

// texts returns the entries of a list of words.
func (s *section) texts(key, write string, each func(node *yaml.Node, text string)) {
	for i, node := range s.items(key, write) {
		name := fmt.Sprintf("%s[%d]", s.path(key), i+1)
		if isEmpty(node) {
			s.r.problem(node, "%s is empty: write %s, or take the line out", name, write)
		} else if text, ok := s.r.scalar(node, name); ok {
			each(node, text)
		}
	}
}

// scalar returns the text of a node that must be a single value. A value that
// was refused already is not reported again.
func (r *reader) scalar(node *yaml.Node, name string) (string, bool) {
	if r.handled[node] {
		return "", false
	}
	if node.Kind != yaml.ScalarNode {
		r.problem(node, "%s must be a single value, not a list of several", name)
		return "", false
	}
	text := strings.TrimSpace(node.Value)
	if len(text) > maxText || strings.ContainsFunc(text, isControl) {
		r.problem(node, "%s must be one line of at most %d characters", name, maxText)
		return "", false
	}
	return text, true
}

// The bounds on a single value and on a list.
const (
	maxText    = 4096
	maxEntries = 10_000
)

func isControl(c rune) bool { return c < ' ' || c == 0x7f || c == '\u2028' || c == '\u2029' }

// isEmpty reports whether a node holds nothing.
func isEmpty(node *yaml.Node) bool {
	if node == nil {
		return true
	}
	if node.Kind == yaml.SequenceNode || node.Kind == yaml.MappingNode {
		return len(node.Content) == 0
	}
	return node.Kind == yaml.ScalarNode && (node.Tag == "!!null" || strings.TrimSpace(node.Value) == "")
}

// quote shows a value in a message, shortened.
func quote(text string) string { return strconv.Quote(shorten(text)) }

func shorten(text string) string {
	runes := []rune(text)
	if len(runes) > 60 {
		return string(runes[:60]) + "…"
	}
	return text
}
