package pseudonym

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"trustaudit/internal/audit"
	"trustaudit/internal/probe"
	contentfact "trustaudit/internal/probe/content/fact"
	"trustaudit/internal/probe/pseudonym/fact"
)

func TestPlanAndObserve(t *testing.T) {
	column := contentfact.Column{
		Item: "00ff", Path: "extract.csv", Index: 2, Name: "pid", Rows: 2000, Distinct: 1900, Shape: "hex-64",
		Sketch: audit.Sketch{Lowest: []uint64{1, 2, 3}},
	}
	looks := Probe.Plan("file:///share", column)
	if len(looks) != 1 || looks[0].Target != "file:///share" {
		t.Fatalf("looks %+v, want one at the column's target", looks)
	}
	if diff := cmp.Diff(looks, Probe.Plan("file:///share", column)); diff != "" {
		t.Errorf("the same fact plans something else:\n%s", diff)
	}
	var got []audit.Fact
	s := &probe.Session{
		Unit: audit.Unit{Target: looks[0].Target, Subject: looks[0].Subject},
		Emit: func(f audit.Fact) error { got = append(got, f); return nil },
	}
	if err := Probe.Observe(context.Background(), s); err != nil {
		t.Fatal(err)
	}
	want := []audit.Fact{fact.Digests{
		Item: "00ff", Path: "extract.csv", Column: "pid", Index: 2, Shape: "hex-64", Rows: 2000, Distinct: 1900,
		Algorithms: []string{"SHA-256", "SHA3-256", "BLAKE2s", "BLAKE3", "SHA-512/256", "HMAC-SHA-256"},
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("facts (-want +got):\n%s", diff)
	}
	full := errors.New("disk full")
	s.Emit = func(audit.Fact) error { return full }
	if err := Probe.Observe(context.Background(), s); !errors.Is(err, full) {
		t.Errorf("error %v, want %v", err, full)
	}
}

func TestPlansNothing(t *testing.T) {
	for _, f := range []audit.Fact{contentfact.Column{Kind: "nhs-number"}, contentfact.Item{}, fact.Digests{Shape: "hex-64"}} {
		if looks := Probe.Plan("file:///share", f); looks != nil {
			t.Errorf("%T plans %v", f, looks)
		}
	}
}

func TestAlgorithms(t *testing.T) {
	tests := []struct {
		shape string
		want  string // one that must be there; "" for none at all
	}{
		{"hex-8", "CRC-32"}, {"hex-32", "MD5"}, {"hex-40", "SHA-1"}, {"hex-56", "SHA-224"}, {"hex-64", "SHA-256"},
		{"hex-96", "SHA-384"}, {"hex-128", "SHA-512"},
		{"base64-24", "MD5"}, {"base64-22", "MD5"}, {"base64-28", "SHA-1"}, {"base64-27", "SHA-1"},
		{"base64-44", "SHA-256"}, {"base64-43", "SHA-256"}, {"base64-88", "SHA-512"}, {"base64-86", "SHA-512"},
		{"hex-50", ""}, {"base64-50", ""}, {"hex-", ""}, {"uuid", ""}, {"", ""}, {"hex--2", ""}, {"hex-99999999999999999999", ""},
	}
	for _, test := range tests {
		got := algorithms(test.shape)
		if test.want == "" && len(got) > 0 || test.want != "" && !slices.Contains(got, test.want) {
			t.Errorf("algorithms(%q) = %v, want %q", test.shape, got, test.want)
		}
		if unique := slices.Compact(slices.Sorted(slices.Values(got))); len(unique) != len(got) {
			t.Errorf("algorithms(%q) = %v: one is named twice", test.shape, got)
		}
	}
}

func FuzzObserve(f *testing.F) {
	f.Add(`{"shape":"hex-64"}`)
	f.Add(`{"shape":"base64-44","rows":-1}`)
	f.Fuzz(func(t *testing.T, subject string) {
		s := &probe.Session{Unit: audit.Unit{Subject: subject}, Emit: func(audit.Fact) error { return nil }}
		_ = Probe.Observe(context.Background(), s)
	})
}
