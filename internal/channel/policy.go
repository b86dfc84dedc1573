package channel

import (
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"

	"trustaudit/internal/audit"
	"trustaudit/templates"
)

// Policy says what traits are worth. It is read from tables; see their heads under
// templates/channels.
type Policy struct {
	traits   map[string]traitRow
	rules    map[string][]rule // by trait, in the order of the table
	remedies []remedy
	tables   map[string][]string // those that name a service, by its name
	Clauses  map[string]Clause
}

// Clause is a place in a standard that a rule rests on.
type Clause struct {
	ID, Title, Source string
}

type traitRow struct {
	name, check, facet, words string
}

type rule struct {
	values   []string // the first that fits holds; see fits
	grade    Grade
	severity audit.Severity
	points   int
	clauses  []string
	since    string
	reason   string
}

type remedy struct {
	table, trait, value, product, words string
}

// Verdict is what the policy says of one trait.
type Verdict struct {
	Trait    Trait          `json:"trait"`
	Known    bool           `json:"-"` // the policy has a rule for it
	Facet    string         `json:"facet"`
	Grade    Grade          `json:"grade"`
	Severity audit.Severity `json:"severity"`
	Points   int            `json:"points"`
	Clauses  []string       `json:"clauses,omitempty"`
	Since    string         `json:"since,omitempty"`  // when it became weak, and by whose word
	Reason   string         `json:"reason,omitempty"` // in words, with what was seen
	Remedy   string         `json:"remedy,omitempty"` // the setting for the product found
}

// Shipped is the policy that is part of the binary.
var Shipped = sync.OnceValue(func() *Policy {
	files, err := fs.ReadDir(templates.ChannelData, "channels")
	if err != nil {
		panic(err) // it is part of the binary
	}
	tables := map[string]string{}
	for _, f := range files {
		data, err := templates.ChannelData.ReadFile("channels/" + f.Name())
		if err != nil {
			panic(err)
		}
		tables[f.Name()] = string(data)
	}
	p, err := read(tables)
	if err != nil {
		panic(err)
	}
	return p
})

// Judge says what one trait of a product is worth. A value for which there is no
// rule costs nothing, and is not known to be sound either.
func (p *Policy) Judge(t Trait, product, service string) Verdict {
	v := Verdict{Trait: t, Grade: Sound, Facet: p.traits[t.Name].facet}
	for _, r := range p.rules[t.Name] {
		if !slices.ContainsFunc(r.values, func(pattern string) bool { return fits(pattern, t.Value) }) {
			continue
		}
		v.Known, v.Grade, v.Severity, v.Points, v.Clauses, v.Since = true, r.grade, r.severity, r.points, r.clauses, r.since
		v.Reason = strings.NewReplacer("{value}", t.Value, "{detail}", t.Detail).Replace(r.reason)
		if r.grade != Sound {
			v.Remedy = p.remedy(t, product, service)
		}
		return v
	}
	return v
}

// unruled says why a trait that was observed tells nothing.
func unruled(t Trait) string { return fmt.Sprintf("no rule says what %q is worth", t.Value) }

// fits says whether a value is of a pattern: the value itself in any case, a
// beginning ("ssh-dss*") or an end ("*-cbc") or both, a number below another ("<2048"), or anything ("*").
func fits(pattern, value string) bool {
	if below, ok := strings.CutPrefix(pattern, "<"); ok {
		bound, err := strconv.Atoi(below)
		n, err2 := strconv.Atoi(value)
		return err == nil && err2 == nil && n < bound
	}
	pattern, value = strings.ToLower(pattern), strings.ToLower(value)
	begin, end, glob := strings.Cut(pattern, "*")
	if !glob {
		return pattern == value
	}
	if inner, ok := strings.CutSuffix(end, "*"); ok && begin == "" {
		return strings.Contains(value, inner)
	}
	return len(value) >= len(begin)+len(end) && strings.HasPrefix(value, begin) && strings.HasSuffix(value, end)
}

// remedy is the setting that mends a trait on a product; the most particular rows
// stand first in the table. The tables that name the service come before the others:
// what a machine calls itself may hold the name of another's product.
func (p *Policy) remedy(t Trait, product, service string) string {
	found := strings.ToLower(product + " " + service)
	for _, own := range []bool{true, false} {
		for _, r := range p.remedies {
			if own && !slices.Contains(p.tables[service], r.table) {
				continue
			}
			if fits(r.trait, t.Name) && fits(r.value, t.Value) && (r.product == "*" || strings.Contains(found, r.product)) {
				return r.words
			}
		}
	}
	return ""
}

// Checks lists the checks that the policy gives traits to, and Traits those of a
// check.
func (p *Policy) Checks() []string {
	var all []string
	for _, t := range p.traits {
		if !slices.Contains(all, t.check) {
			all = append(all, t.check)
		}
	}
	slices.Sort(all)
	return all
}

// Traits lists the names of the traits that a check judges.
func (p *Policy) Traits(check string) []string {
	var names []string
	for name, t := range p.traits {
		if t.check == check {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// read reads the tables, one a protocol and one of clauses. Each row says in its
// first column what it is; what rows refer to may stand in another table.
func read(tables map[string]string) (*Policy, error) {
	p := &Policy{traits: map[string]traitRow{}, rules: map[string][]rule{}, tables: map[string][]string{}, Clauses: map[string]Clause{}}
	table := ""
	kinds := []rowKind{{"clause", 3, p.clause}, {"trait", 4, p.trait}, {"rule", 8, p.rule}, {"remedy", 4, func(f []string) error { return p.addRemedy(table, f) }}}
	for _, kind := range kinds {
		for _, table = range slices.Sorted(maps.Keys(tables)) {
			for i, line := range strings.Split(tables[table], "\n") {
				if err := kind.read(line); err != nil {
					return nil, fmt.Errorf("read policy: %s line %d: %w", table, i+1, err)
				}
			}
		}
	}
	return p, nil
}

// rowKind is one kind of row and what takes it.
type rowKind struct {
	name    string
	columns int
	add     func([]string) error
}

// read takes a line if it is of the kind.
func (k rowKind) read(line string) error {
	if line == "" || line[0] == '#' {
		return nil
	}
	name, rest, _ := strings.Cut(line, "\t")
	if !slices.Contains([]string{"clause", "trait", "rule", "remedy"}, name) {
		return fmt.Errorf("%q is no kind of row", name)
	}
	if name != k.name {
		return nil
	}
	fields := strings.Split(rest, "\t")
	if len(fields) != k.columns {
		return fmt.Errorf("a %s has %d columns, not %d", name, k.columns, len(fields))
	}
	return k.add(fields)
}

func (p *Policy) clause(f []string) error {
	if _, twice := p.Clauses[f[0]]; twice {
		return fmt.Errorf("clause %s stands there twice", f[0])
	}
	p.Clauses[f[0]] = Clause{f[0], f[1], f[2]}
	return nil
}

func (p *Policy) trait(f []string) error {
	if _, twice := p.traits[f[0]]; twice {
		return fmt.Errorf("trait %s stands there twice", f[0])
	}
	if !slices.Contains([]string{"encryption", "peer", "access", "integrity"}, f[2]) {
		return fmt.Errorf("trait %s has the facet %q", f[0], f[2])
	}
	p.traits[f[0]] = traitRow{f[0], f[1], f[2], f[3]}
	return nil
}

func (p *Policy) rule(f []string) error {
	if _, known := p.traits[f[0]]; !known {
		return fmt.Errorf("there is no trait %q", f[0])
	}
	r := rule{grade: Grade(f[2]), since: dash(f[6]), reason: f[7]}
	if !slices.Contains([]Grade{Open, Weak, Acceptable, Sound}, r.grade) {
		return fmt.Errorf("there is no grade %q", f[2])
	}
	if err := r.severity.UnmarshalJSON([]byte(strconv.Quote(f[3]))); err != nil {
		return err
	}
	var err error
	if r.points, err = strconv.Atoi(f[4]); err != nil {
		return fmt.Errorf("read points: %w", err)
	}
	for v := range strings.SplitSeq(f[1], ",") {
		r.values = append(r.values, strings.TrimSpace(v))
	}
	if list := dash(f[5]); list != "" {
		r.clauses = strings.Split(list, ",")
	}
	for _, c := range r.clauses {
		if _, known := p.Clauses[c]; !known {
			return fmt.Errorf("there is no clause %q", c)
		}
	}
	p.rules[f[0]] = append(p.rules[f[0]], r)
	return nil
}

func (p *Policy) addRemedy(table string, f []string) error {
	r := remedy{table, f[0], f[1], strings.ToLower(f[2]), f[3]}
	p.remedies = append(p.remedies, r)
	if !slices.Contains(p.tables[r.product], table) {
		p.tables[r.product] = append(p.tables[r.product], table)
	}
	return nil
}

// dash is a field whose emptiness is written as a hyphen.
func dash(s string) string {
	if s == "-" {
		return ""
	}
	return s
}
