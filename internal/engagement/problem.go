package engagement

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// What is reported at once, and what is collected before the first are chosen.
const (
	maxProblems  = 20
	maxCollected = 1000
)

// ErrInvalid is what every *Error is.
var ErrInvalid = errors.New("the engagement file is not sound")

// Problem is one thing that is wrong with an engagement file.
type Problem struct {
	Line    int // from 1; 0 when it concerns the file as a whole
	Column  int // from 1; 0 when not known
	Message string
}

// Error is everything that is wrong with an engagement file, by line.
type Error struct {
	Path     string
	Problems []Problem
	More     int // problems beyond those listed
}

func (e *Error) Error() string {
	var b strings.Builder
	for i, p := range e.Problems {
		if i > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(e.Path)
		if p.Line > 0 {
			fmt.Fprintf(&b, ":%d", p.Line)
		}
		if p.Column > 0 {
			fmt.Fprintf(&b, ":%d", p.Column)
		}
		b.WriteString(": " + p.Message)
	}
	if e.More > 0 {
		fmt.Fprintf(&b, "\n%s: and %d more", e.Path, e.More)
	}
	return b.String()
}

// Unwrap makes every Error an ErrInvalid.
func (*Error) Unwrap() error { return ErrInvalid }

// problems collects what is wrong.
type problems []Problem

func (p *problems) add(line, column int, format string, args ...any) {
	if len(*p) >= maxCollected {
		return
	}
	*p = append(*p, Problem{Line: line, Column: column, Message: fmt.Sprintf(format, args...)})
}

// err returns the problems as one error; nil when there is none.
func (p problems) err(path string) error {
	if len(p) == 0 {
		return nil
	}
	slices.SortStableFunc(p, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	p = slices.Compact(p)
	listed := p[:min(len(p), maxProblems)]
	return &Error{Path: path, Problems: listed, More: len(p) - len(listed)}
}
