package standard

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"time"

	"go.yaml.in/yaml/v3"

	"trustaudit/internal/audit"
)

// maxProblems bounds how many mistakes are told at once.
const maxProblems = 20

// position tells where in the file a row stands.
type position struct {
	file string
	root *yaml.Node
}

// line follows keys and indexes from the root and returns the line of the
// deepest node that is there.
func (p position) line(path ...any) int {
	node := p.root
	if node.Kind == yaml.DocumentNode && len(node.Content) > 0 {
		node = node.Content[0]
	}
	for _, step := range path {
		next := child(node, step)
		if next == nil {
			break
		}
		node = next
	}
	return node.Line
}

func child(node *yaml.Node, step any) *yaml.Node {
	if node.Kind == yaml.AliasNode {
		node = node.Alias
	}
	switch step := step.(type) {
	case int:
		if node.Kind == yaml.SequenceNode && step < len(node.Content) {
			return node.Content[step]
		}
	case string:
		for i := 0; node.Kind == yaml.MappingNode && i+1 < len(node.Content); i += 2 {
			if node.Content[i].Value == step {
				return node.Content[i+1]
			}
		}
	}
	return nil
}

// validator gathers what is wrong with an edition.
type validator struct {
	position
	seen     map[string]int // line by ID, over objectives, principles and outcomes
	problems []error
}

func (v *validator) wrong(line int, format string, args ...any) {
	switch {
	case len(v.problems) < maxProblems:
		v.problems = append(v.problems, fmt.Errorf("%s:%d: %s", v.file, line, fmt.Sprintf(format, args...)))
	case len(v.problems) == maxProblems:
		v.problems = append(v.problems, fmt.Errorf("%s: more mistakes follow", v.file))
	}
}

// identify holds an ID to be there and to be the only one of its kind.
func (v *validator) identify(line int, kind, id, title string) {
	if id == "" || title == "" {
		v.wrong(line, "%s %q needs an id and a title", kind, id)
	}
	if first, ok := v.seen[id]; ok {
		v.wrong(line, "%s %s: the id stands at line %d already", kind, id, first)
		return
	}
	v.seen[id] = line
}

// validate holds an edition to be fit for judging by.
func validate(e *audit.Edition, at position) error {
	v := &validator{position: at, seen: map[string]int{}}
	v.header(e)
	for i, o := range e.Objectives {
		v.identify(v.line("objectives", i), "objective", o.ID, o.Title)
		for j, p := range o.Principles {
			v.identify(v.line("objectives", i, "principles", j), "principle", p.ID, p.Title)
			for k, outcome := range p.Outcomes {
				v.outcome(outcome, []any{"objectives", i, "principles", j, "outcomes", k})
			}
		}
	}
	if len(e.Outcomes()) == 0 {
		v.wrong(v.line("objectives"), "there are no outcomes")
	}
	return errors.Join(v.problems...)
}

var editionID = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

func (v *validator) header(e *audit.Edition) {
	if !editionID.MatchString(e.ID) {
		v.wrong(v.line("id"), "id %q: write lower-case words joined by hyphens, such as dspt-caf-v8", e.ID)
	}
	for _, field := range [][2]string{{"title", e.Title}, {"year", e.Year}, {"source", e.Source}, {"level_rule", e.LevelRule}, {"status_rule", e.StatusRule}} {
		if field[1] == "" {
			v.wrong(v.line(field[0]), "%s is missing", field[0])
		}
	}
	if !slices.Contains([]audit.EditionStatus{audit.EditionCurrent, audit.EditionDraft, audit.EditionSuperseded}, e.Status) {
		v.wrong(v.line("status"), "status %q: write current, draft or superseded", e.Status)
	}
	v.confidence(v.line("confidence"), e.Confidence)
	from, errFrom := time.Parse(time.DateOnly, e.From)
	until, errUntil := time.Parse(time.DateOnly, e.Until)
	switch {
	case errFrom != nil:
		v.wrong(v.line("from"), "from %q: write a day as YYYY-MM-DD", e.From)
	case errUntil != nil:
		v.wrong(v.line("until"), "until %q: write a day as YYYY-MM-DD", e.Until)
	case until.Before(from):
		v.wrong(v.line("until"), "until %s lies before from %s", e.Until, e.From)
	}
}

func (v *validator) confidence(line int, c audit.Confidence) {
	if !slices.Contains([]audit.Confidence{audit.RowConfirmed, audit.RowInferred, audit.RowMemory}, c) {
		v.wrong(line, "confidence %q: write confirmed, inferred or memory", c)
	}
}

func (v *validator) outcome(o audit.Outcome, path []any) {
	line := v.line(path...)
	v.identify(line, "outcome", o.ID, o.Title)
	v.confidence(line, o.Confidence)
	if o.Summary == "" || o.Source == "" {
		v.wrong(line, "outcome %s needs a summary and a source", o.ID)
	}
	ascending := slices.IsSortedFunc(o.Levels, func(a, b audit.Level) int { return a.Rank() - b.Rank() })
	if len(o.Levels) < 2 || o.Levels[0] != audit.NotAchieved || !ascending || len(slices.Compact(slices.Clone(o.Levels))) != len(o.Levels) ||
		o.Levels[len(o.Levels)-1] != audit.Achieved {
		v.wrong(line, "outcome %s: levels %v: write them from not_achieved to achieved, each once", o.ID, o.Levels)
	}
	if !slices.Contains(o.Levels, o.Required) {
		v.wrong(line, "outcome %s: required %q is none of its levels %v", o.ID, o.Required, o.Levels)
	}
	for i, b := range o.Bearings {
		v.bearing(o, b, v.line(append(path[:len(path):len(path)], "bearings", i)...))
	}
}

var indicator = regexp.MustCompile(`^(NA|PA|A)#[1-9][0-9]?$`)

func (v *validator) bearing(o audit.Outcome, b audit.Bearing, line int) {
	parts := indicator.FindStringSubmatch(b.Indicator)
	if parts == nil {
		v.wrong(line, "outcome %s: indicator %q: write NA#1, PA#2, A#3, …", o.ID, b.Indicator)
		return
	}
	if b.Evidence == "" || b.Says == "" {
		v.wrong(line, "outcome %s, %s: evidence and says must both be there", o.ID, b.Indicator)
	}
	if parts[1] == "PA" && !slices.Contains(o.Levels, audit.PartiallyAchieved) {
		v.wrong(line, "outcome %s has no partial level, so no %s", o.ID, b.Indicator)
	}
	switch b.Effect {
	case audit.Refutes:
		if parts[1] != "NA" {
			v.wrong(line, "outcome %s, %s: what refutes makes an NA statement true", o.ID, b.Indicator)
		}
	case audit.Caps:
		if b.Cap == audit.Achieved || !slices.Contains(o.Levels, b.Cap) {
			v.wrong(line, "outcome %s, %s: cap %q: write one of its levels below achieved", o.ID, b.Indicator, b.Cap)
		}
	case audit.Supports:
		if parts[1] == "NA" {
			v.wrong(line, "outcome %s, %s: a clean result cannot support an NA statement", o.ID, b.Indicator)
		}
	default:
		v.wrong(line, "outcome %s, %s: effect %q: write refutes, caps or supports", o.ID, b.Indicator, b.Effect)
	}
	if b.Cap != "" && b.Effect != audit.Caps {
		v.wrong(line, "outcome %s, %s: cap belongs to the effect caps alone", o.ID, b.Indicator)
	}
}
