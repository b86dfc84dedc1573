package register_test

import (
	"context"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"trustaudit/internal/audit"
	"trustaudit/internal/probe"
	"trustaudit/internal/probe/register"
	"trustaudit/internal/probe/register/fact"
)

func session(emit func(audit.Fact) error) *probe.Session {
	return &probe.Session{
		Unit:  audit.Unit{Target: audit.Estate},
		Flows: []audit.Flow{{From: "file:///srv/share", To: "10.0.0.9:22", Medium: "sftp", Protection: "SSH"}},
		Scope: audit.Scope{
			Stores: []audit.Store{
				{URL: "file:///srv/share", ServedBy: []string{"10.0.0.5:21", "[::1]:2575", "unparted"}},
				{URL: "sqlite:///srv/pas.db"},
			},
			Ports: []audit.Port{{Number: 21, Service: "ftp"}, {Number: 2575, Service: "mllp"}},
		},
		Emit: emit,
	}
}

func TestObserve(t *testing.T) {
	var got []audit.Fact
	err := register.Probe.Observe(context.Background(), session(func(f audit.Fact) error {
		got = append(got, f)
		return nil
	}))
	if err != nil {
		t.Fatal(err)
	}
	flow := func(f audit.Flow) audit.Fact {
		f.Declared = true
		return fact.Flow{Flow: f}
	}
	want := []audit.Fact{
		flow(audit.Flow{From: "file:///srv/share", To: "10.0.0.9:22", Medium: "sftp", Protection: "SSH"}),
		flow(audit.Flow{From: "file:///srv/share", To: "tcp://10.0.0.5:21", Medium: "ftp"}),
		flow(audit.Flow{From: "file:///srv/share", To: "tcp://[::1]:2575", Medium: "mllp"}),
		flow(audit.Flow{From: "file:///srv/share", To: "tcp://unparted"}),
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("facts (-want +got):\n%s", diff)
	}
}

func TestFullDisk(t *testing.T) {
	full := errors.New("disk full")
	for stop := 1; stop <= 4; stop++ {
		n := 0
		err := register.Probe.Observe(context.Background(), session(func(audit.Fact) error {
			if n++; n == stop {
				return full
			}
			return nil
		}))
		if !errors.Is(err, full) || n != stop {
			t.Errorf("fact %d refused: error %v after %d", stop, err, n)
		}
	}
}

func TestApplies(t *testing.T) {
	for target, want := range map[audit.Target]bool{audit.Estate: true, "file:///x": false, "net:10.0.0.1": false} {
		if got := register.Probe.Applies(target); got != want {
			t.Errorf("Applies(%s) = %v", target, got)
		}
	}
}
