package json

import "strings"

// paths holds the names of values in nested records, each put together once.
type paths map[string]string

// inside returns the path of a container that stands under a key. A list of
// records says nothing of what is in it, nor does it help to hear that what a
// patient's record holds is a patient's: everything in it would be called so.
func (p paths) inside(path string, key []byte) string {
	if word := strings.ToLower(string(key)); lists[word] || word == "patient" {
		return path
	}
	return p.join(path, key)
}

// join returns the path of a key inside a container.
func (p paths) join(path string, key []byte) string {
	const longest, most = 160, 10_000
	if len(key) == 0 || len(path)+len(key) > longest {
		return path
	}
	var b [longest + 1]byte
	full := append(b[:0], path...)
	if path != "" {
		full = append(full, '.')
	}
	full = append(full, key...)
	if s, ok := p[string(full)]; ok {
		return s
	}
	s := string(full)
	if len(p) < most {
		p[s] = s
	}
	return s
}
