package main

import (
	"regexp"
	"testing"

	"trustaudit/internal/audit"
	probeall "trustaudit/internal/probe/all"
)

// Every fact can be told from every other, and from its own later meanings: its
// kind has a name and a version.
func TestFactKinds(t *testing.T) {
	if _, err := newDecoder(); err != nil {
		t.Fatal(err)
	}
	form := regexp.MustCompile(`^[a-z]+(\.[a-z]+)+/[1-9][0-9]*$`)
	for _, p := range probeall.Probes() {
		if len(p.Facts) == 0 {
			t.Errorf("probe %s emits no fact", p.Name)
		}
		for _, f := range p.Facts {
			if _, version := audit.SplitKind(f.FactKind()); version < 1 || !form.MatchString(f.FactKind()) {
				t.Errorf("probe %s: the kind %q is not of the form name.thing/1", p.Name, f.FactKind())
			}
		}
	}
}
