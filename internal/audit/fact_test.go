package audit

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

type weight struct {
	Kilos int `json:"kilos"`
}

func (weight) FactKind() string { return "toy.weight/2" }

// impostor claims the kind of another fact.
type impostor struct{}

func (impostor) FactKind() string { return weight{}.FactKind() }

func TestDecoder(t *testing.T) {
	d, err := NewDecoder(weight{}, weight{})
	if err != nil {
		t.Fatalf("one fact named twice: %v", err)
	}
	got, err := d.Decode("toy.weight/2", []byte(`{"kilos":7}`))
	if diff := cmp.Diff(Fact(weight{7}), got); err != nil || diff != "" {
		t.Errorf("decoded (-want +got): %v\n%s", err, diff)
	}
	for kind, data := range map[string]string{"toy.weight/1": `{"kilos":7}`, "toy.weight/2": `{"kilos":"seven"}`} {
		if fact, err := d.Decode(kind, []byte(data)); err == nil {
			t.Errorf("%s %s was decoded as %v", kind, data, fact)
		}
	}
	if _, err := NewDecoder(weight{}, impostor{}); err == nil || !strings.Contains(err.Error(), "toy.weight/2") {
		t.Errorf("two facts of one kind: %v", err)
	}
}

func TestSplitKind(t *testing.T) {
	for kind, want := range map[string]struct {
		name    string
		version int
	}{"content.item/1": {"content.item", 1}, "a/b/3": {"a/b/3", 0}, "plain": {"plain", 0}, "x/": {"x/", 0}} {
		if name, version := SplitKind(kind); name != want.name || version != want.version {
			t.Errorf("%s: %q %d, want %q %d", kind, name, version, want.name, want.version)
		}
	}
}
