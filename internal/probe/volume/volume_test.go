package volume_test

import (
	"context"
	"errors"
	"testing"

	"trustaudit/internal/audit"
	"trustaudit/internal/probe"
	"trustaudit/internal/probe/volume"
	"trustaudit/internal/probe/volume/fact"
)

// What this machine tells is not known: at most one fact may come for each local
// store, and none for others.
func TestObserve(t *testing.T) {
	local := "file://" + t.TempDir()
	full := errors.New("disk full")
	var got []audit.Fact
	s := &probe.Session{
		Unit:  audit.Unit{Target: audit.Estate},
		Scope: audit.Scope{Stores: []audit.Store{{URL: local}, {URL: "sqlite:///srv/pas.db"}, {URL: "file:///no such folder"}}},
		Emit:  func(f audit.Fact) error { got = append(got, f); return full },
	}
	err := volume.Probe.Observe(context.Background(), s)
	if len(got) > 1 || (len(got) == 1) != errors.Is(err, full) {
		t.Errorf("%d facts, err %v", len(got), err)
	}
	for _, f := range got {
		if v, ok := f.(fact.Volume); !ok || v.Store != local {
			t.Errorf("fact %+v", f)
		}
	}
	if !volume.Probe.Applies(audit.Estate) || volume.Probe.Applies("file:///srv") {
		t.Error("it looks at the estate, and at that alone")
	}
}
