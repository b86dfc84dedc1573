package probetest_test

import (
	"context"
	"io"
	"net"
	"strings"
	"testing"

	"trustaudit/internal/audit"
	"trustaudit/internal/probe"
	"trustaudit/internal/probetest"
)

// seen is a fact for these tests.
type seen struct {
	Words  string `json:"words"`
	Hidden string `json:"-"`
}

func (seen) FactKind() string { return "test.seen/1" }

type stranger struct{}

func (stranger) FactKind() string { return "test.stranger/1" }

// TestBrokenPromisesAreSeen breaks each promise once.
func TestBrokenPromisesAreSeen(t *testing.T) {
	for _, c := range []struct {
		name    string
		observe func(context.Context, *probe.Session) error
		want    string // of what is said to be broken; empty: nothing
	}{
		{"keeps them", talk("HELLO", "HELLO\r\n"), ""},
		{"says nothing", talk("", "HELLO\r\n"), "before it was announced"},
		{"says another thing", talk("HELLO", "LOGIN\r\n"), `"LOGIN" was sent`},
		{"says what its doc does not", talk("GOODBYE", ""), `does not list "GOODBYE"`},
		{"leaves the connection open", func(ctx context.Context, s *probe.Session) error {
			_, err := s.Dial(ctx, "tcp", "h:1")
			return err
		}, "left open"},
		{"opens two", func(ctx context.Context, s *probe.Session) error {
			for range 2 {
				conn, err := s.Dial(ctx, "tcp", "h:1")
				if err != nil {
					return err
				}
				defer conn.Close()
			}
			return nil
		}, "2 connections"},
		{"names a patient", emit(seen{Words: "999" + "0000018"}), "names a patient"},
		{"emits what it does not list", emit(stranger{}), "unknown kind"},
		{"emits what JSON loses", emit(seen{Hidden: "x"}), "JSON turned"},
	} {
		t.Run(c.name, func(t *testing.T) {
			n := &probetest.Network{Services: map[string]probetest.Service{"h:1": probetest.Mute}}
			p := probe.Probe{Doc: `Sends "HELLO".`, Observe: c.observe, Facts: []audit.Fact{seen{}}}
			r := probetest.NewRecord(n.Dial)
			if err := p.Observe(t.Context(), r.Session(audit.Unit{}, audit.Scope{})); err != nil {
				t.Fatal(err)
			}
			broken := strings.Join(probetest.Broken(p, r), "\n")
			if !strings.Contains(broken, c.want) || (c.want == "") != (broken == "") {
				t.Errorf("broken: %q, want %q", broken, c.want)
			}
		})
	}
}

// talk is a probe that says one thing and sends another.
func talk(say, send string) func(context.Context, *probe.Session) error {
	return func(ctx context.Context, s *probe.Session) error {
		conn, err := s.Dial(ctx, "tcp", "h:1")
		if err != nil {
			return err
		}
		defer conn.Close()
		if say != "" {
			conn.Say(say)
		}
		_, err = io.WriteString(conn, send)
		return err
	}
}

func emit(f audit.Fact) func(context.Context, *probe.Session) error {
	return func(_ context.Context, s *probe.Session) error { return s.Emit(f) }
}

func TestForbiddenAndAbsent(t *testing.T) {
	n := &probetest.Network{Forbidden: map[string]string{"h:1": "fragile"}}
	if _, err := n.Dial(t.Context(), "tcp", "h:1"); err != probetest.Refusal("fragile") {
		t.Errorf("dial failed with %v", err)
	}
	var conn net.Conn
	conn, err := n.Dial(t.Context(), "tcp", "h:2")
	if err == nil {
		conn.Close()
		t.Error("nobody listens there")
	}
}
