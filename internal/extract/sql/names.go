package sql

import (
	"bytes"
	"strings"
)

// maxColumns bounds the names taken of one table.
const maxColumns = 4096

// target reads the table and its columns out of "INSERT INTO a.b (c, d)" and
// "COPY a.b (c, d) FROM stdin".
func target(head []byte) (name string, columns []string) {
	before, inside := parens(head)
	for _, word := range words(before) {
		switch strings.ToUpper(word) {
		case "INSERT", "REPLACE", "COPY", "INTO", "IGNORE", "ONLY", "OR", "LOW_PRIORITY", "DELAYED", "OVERWRITE", "TABLE", "FROM", "STDIN", "WITH":
			continue
		}
		name = last(word)
		break
	}
	for _, item := range split(inside) {
		if w := words(item); len(w) > 0 && len(columns) < maxColumns {
			columns = append(columns, last(w[0]))
		}
	}
	return name, columns
}

// definition reads the names out of "CREATE TABLE a.b (c text, d date)".
func definition(head []byte) (name string, columns []string, ok bool) {
	before, inside := parens(head)
	w := words(before)
	if len(w) < 3 || !strings.EqualFold(w[0], "CREATE") {
		return "", nil, false
	}
	table := false
	for _, word := range w[1 : len(w)-1] {
		table = table || strings.EqualFold(word, "TABLE")
	}
	if !table {
		return "", nil, false
	}
	for _, item := range split(inside) {
		w := words(item)
		if len(w) == 0 || len(columns) == maxColumns {
			continue
		}
		switch strings.ToUpper(w[0]) {
		case "PRIMARY", "KEY", "UNIQUE", "CONSTRAINT", "INDEX", "FOREIGN", "CHECK", "FULLTEXT", "SPATIAL", "EXCLUDE":
			continue
		}
		columns = append(columns, last(w[0]))
	}
	return last(w[len(w)-1]), columns, len(columns) > 0
}

func fromInput(head []byte) bool {
	w := words(head)
	for i := 1; i < len(w); i++ {
		if strings.EqualFold(w[i-1], "FROM") && strings.EqualFold(w[i], "STDIN") {
			return true
		}
	}
	return false
}

// parens parts what stands before the first bracket from what stands in it.
func parens(b []byte) (before, inside []byte) {
	i := bytes.IndexByte(b, '(')
	if i < 0 {
		return b, nil
	}
	j := bytes.LastIndexByte(b, ')')
	if j < i {
		j = len(b)
	}
	return b[:i], b[i+1 : j]
}

// split parts a list at its own commas.
func split(b []byte) (items [][]byte) {
	depth, start, quote := 0, 0, byte(0)
	for i, c := range b {
		switch {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '\'' || c == '"' || c == '`':
			quote = c
		case c == '(':
			depth++
		case c == ')':
			depth--
		case c == ',' && depth <= 0:
			items = append(items, b[start:i])
			start = i + 1
		}
	}
	return append(items, b[start:])
}

// words parts names and words; a quoted name is one, and names joined by dots are.
func words(b []byte) (out []string) {
	for i := 0; i < len(b); {
		if c := b[i]; c <= ' ' || c == ',' || c == '(' || c == ')' {
			i++
			continue
		}
		start := i
		for i < len(b) && b[i] > ' ' && b[i] != ',' && b[i] != '(' && b[i] != ')' {
			if end := closing(b[i]); end != 0 {
				if j := bytes.IndexByte(b[i+1:], end); j >= 0 {
					i += j + 1
				}
			}
			i++
		}
		out = append(out, string(b[start:i]))
	}
	return out
}

func closing(c byte) byte {
	switch c {
	case '"', '`', '\'':
		return c
	case '[':
		return ']'
	}
	return 0
}

// last is the last part of a name of several, without its quotes.
func last(name string) string {
	name = strings.TrimRight(name, "\"`]';")
	return name[strings.LastIndexAny(name, "\"`[.'")+1:]
}
