package scope_test

import (
	"context"
	"errors"
	"net"
	"os"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"trustaudit/internal/audit"
	"trustaudit/internal/probe"
	"trustaudit/internal/scope"
)

// street is a network for knocking: what each address answers, by the last digit
// of its port: 1 accepts, 2 refuses, all else is silent.
type street struct {
	mu     sync.Mutex
	most   map[string]int // connections at once, by host
	now    map[string]int
	closed bool // nothing accepts any more
}

func (s *street) connect(ctx context.Context, _, address string) (net.Conn, error) {
	host, port, _ := net.SplitHostPort(address)
	s.mu.Lock()
	s.now[host]++
	s.most[host] = max(s.most[host], s.now[host])
	closed := s.closed
	s.mu.Unlock()
	left := func() { s.mu.Lock(); s.now[host]--; s.mu.Unlock() }
	switch {
	case strings.HasSuffix(port, "1") && !closed:
		here, there := net.Pipe()
		context.AfterFunc(ctx, func() { there.Close() })
		return &leaving{Conn: here, left: left}, nil
	case strings.HasSuffix(port, "2"), closed:
		left()
		return nil, &net.OpError{Op: "dial", Net: "tcp", Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}
	}
	<-ctx.Done()
	left()
	return nil, &net.OpError{Op: "dial", Net: "tcp", Err: os.ErrDeadlineExceeded}
}

type leaving struct {
	net.Conn
	once sync.Once
	left func()
}

func (l *leaving) Close() error { l.once.Do(l.left); return l.Conn.Close() }

// TestKnock sees who is heard and what is on record: one record before and one
// after, one for each door that accepts, and one for each host that is left alone.
func TestKnock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &street{most: map[string]int{}, now: map[string]int{}}
		var contacts []scope.Contact
		var mu sync.Mutex
		g, err := scope.New(scope.Config{
			Scope: audit.Scope{Networks: prefixes("10.0.0.0/24"), Fragile: []string{"10.0.0.9"}, Rate: 1000},
			Now:   time.Now, Connect: s.connect,
			Record: func(c scope.Contact) error { mu.Lock(); defer mu.Unlock(); contacts = append(contacts, c); return nil },
		})
		if err != nil {
			t.Fatal(err)
		}
		ports := []uint16{81, 82, 83}
		doors := []probe.Door{{Host: "10.0.0.1", Ports: ports}, {Host: "10.0.0.9", Ports: ports}, {Host: "10.9.0.1", Ports: ports}}
		var heard []string
		err = g.Knock(t.Context(), who, doors, func(_ context.Context, host string, port uint16, conn probe.Conn, err error) bool {
			words := "open"
			switch {
			case conn != nil:
				conn.Close()
			case errors.Is(err, scope.ErrOutside):
				words = "refused by the scope"
			case errors.Is(err, syscall.ECONNREFUSED):
				words = "closed"
			case errors.Is(err, os.ErrDeadlineExceeded), errors.Is(err, context.DeadlineExceeded):
				words = "silent"
			default:
				words = err.Error()
			}
			mu.Lock()
			defer mu.Unlock()
			heard = append(heard, host+" "+string(rune('0'+port%10))+" "+words)
			return true
		})
		if err != nil {
			t.Fatal(err)
		}
		slices.Sort(heard)
		want := []string{"10.0.0.1 1 open", "10.0.0.1 2 closed", "10.0.0.1 3 silent", "10.0.0.9 0 refused by the scope", "10.9.0.1 0 refused by the scope"}
		if diff := cmp.Diff(want, heard); diff != "" {
			t.Errorf("heard (-want +got):\n%s", diff)
		}
		var events []string
		for _, c := range contacts {
			events = append(events, string(c.Event)+" "+c.Address)
		}
		slices.Sort(events[1 : len(events)-1])
		wantEvents := []string{
			"attempt 10.0.0.1 to 10.9.0.1 (3 hosts), 3 ports from 81 to 83",
			"ended 10.0.0.1:81", "refused 10.0.0.9", "refused 10.9.0.1",
			"ended 10.0.0.1 to 10.9.0.1 (3 hosts), 3 ports from 81 to 83",
		}
		if diff := cmp.Diff(wantEvents, events); diff != "" {
			t.Errorf("on record (-want +got):\n%s", diff)
		}
		if contacts[0].Doors != 9 || contacts[len(contacts)-1].Reason != "1 accepted" || s.most["10.0.0.1"] != 1 {
			t.Errorf("%+v, most at once %v", contacts[0], s.most)
		}
	})
}

// TestALostPacketIsSentAgain knocks at a host that answers at once, but whose
// answer at one port takes as long as a packet that was lost and sent again.
func TestALostPacketIsSentAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, err := scope.New(scope.Config{
			Scope: audit.Scope{Networks: prefixes("10.0.0.0/24")}, Now: time.Now, Record: func(scope.Contact) error { return nil },
			Connect: func(ctx context.Context, _, address string) (net.Conn, error) {
				if strings.HasSuffix(address, ":82") {
					return nil, &net.OpError{Op: "dial", Net: "tcp", Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}
				}
				select {
				case <-time.After(1100 * time.Millisecond):
					here, _ := net.Pipe()
					return here, nil
				case <-ctx.Done():
					return nil, &net.OpError{Op: "dial", Net: "tcp", Err: os.ErrDeadlineExceeded}
				}
			},
		})
		if err != nil {
			t.Fatal(err)
		}
		open := map[uint16]bool{}
		heard := func(_ context.Context, _ string, port uint16, conn probe.Conn, _ error) bool {
			if conn != nil {
				open[port] = true
				conn.Close()
			}
			return true
		}
		if err := g.Knock(t.Context(), who, []probe.Door{{Host: "10.0.0.1", Ports: []uint16{82, 83}}}, heard); err != nil {
			t.Fatal(err)
		}
		if !open[83] || open[82] {
			t.Errorf("open: %v", open)
		}
	})
}

// TestKnockKeepsTheRates sweeps a network: the bound over all hosts is kept, and
// time is not lost waiting for one silent host after another.
func TestKnockKeepsTheRates(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &street{most: map[string]int{}, now: map[string]int{}}
		g, err := scope.New(scope.Config{
			Scope: audit.Scope{Networks: prefixes("10.0.0.0/24"), Rate: 100}, Now: time.Now, Connect: s.connect,
			Record: func(scope.Contact) error { return nil },
		})
		if err != nil {
			t.Fatal(err)
		}
		var doors []probe.Door
		for _, a := range g.In(prefixes("10.0.0.0/24")[0]) {
			doors = append(doors, probe.Door{Host: a.Host, Ports: []uint16{83}})
		}
		began := time.Now()
		if err := g.Knock(t.Context(), who, doors, func(context.Context, string, uint16, probe.Conn, error) bool { return true }); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(began); took < 2500*time.Millisecond || took > 4200*time.Millisecond {
			t.Errorf("256 doors at 100 a second took %v", took)
		}
	})
}

// TestADeadServiceIsLeftAlone lets a service die after it was spoken to: it is
// given a moment, then told, and not touched again.
func TestADeadServiceIsLeftAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &street{most: map[string]int{}, now: map[string]int{}}
		attempts := 0
		g, err := scope.New(scope.Config{
			Scope: audit.Scope{Networks: prefixes("10.0.0.0/24")}, Now: time.Now, Connect: s.connect,
			Record: func(c scope.Contact) error {
				if c.Event == scope.EventAttempt {
					attempts++
				}
				return nil
			},
		})
		if err != nil {
			t.Fatal(err)
		}
		conn, err := g.Dial(t.Context(), who, "tcp", "10.0.0.1:81")
		if err != nil {
			t.Fatal(err)
		}
		conn.Say("ClientHello SSLv3")
		conn.Close()
		accepts := func(_ context.Context, _ string, _ uint16, conn probe.Conn, err error) bool {
			if err != nil {
				t.Error(err)
				return false
			}
			conn.Close()
			return true
		}
		if err := g.Knock(t.Context(), who, []probe.Door{{Host: "10.0.0.1", Ports: []uint16{91}}}, accepts); err != nil {
			t.Fatal(err)
		}
		attempts = 1
		s.closed = true
		if _, err := g.Dial(t.Context(), who, "tcp", "10.0.0.1:81"); !errors.Is(err, syscall.ECONNREFUSED) || attempts != 3 {
			t.Errorf("%d attempts: %v", attempts, err)
		}
		_, err = g.Dial(t.Context(), who, "tcp", "10.0.0.1:81")
		if !errors.Is(err, scope.ErrOutside) || !strings.Contains(err.Error(), "after ClientHello SSLv3") || attempts != 3 {
			t.Errorf("%d attempts: %v", attempts, err)
		}
		// Knocking tells the same, of what accepted before alone.
		heard := map[uint16]bool{}
		knocked := g.Knock(t.Context(), who, []probe.Door{{Host: "10.0.0.1", Ports: []uint16{81, 82, 91}}}, func(_ context.Context, _ string, port uint16, _ probe.Conn, err error) bool {
			var dead interface{ Dead() bool }
			heard[port] = errors.As(err, &dead) && dead.Dead()
			return true
		})
		if diff := cmp.Diff(map[uint16]bool{81: true, 82: false, 91: true}, heard); diff != "" || knocked != nil {
			t.Errorf("knocking: %v (-want +got):\n%s", knocked, diff)
		}
		// Another of its ports never accepted: that it refuses is no sign of death.
		for range 2 {
			if _, err := g.Dial(t.Context(), who, "tcp", "10.0.0.1:82"); errors.Is(err, scope.ErrOutside) {
				t.Errorf("a closed port: %v", err)
			}
		}
	})
}

func TestBlocks(t *testing.T) {
	w := newWorld(t, audit.Scope{Networks: prefixes("10.0.0.0/22", "192.168.1.0/28", "2001:db8::/119"), Hosts: []string{"10.9.0.1"}}, nil)
	for target, want := range map[audit.Target][]string{
		"net:10.0.0.0/22":    {"10.0.0.0/24", "10.0.1.0/24", "10.0.2.0/24", "10.0.3.0/24"},
		"net:192.168.1.0/28": {"192.168.1.0/28"},
		"net:2001:db8::/119": {"2001:db8::/120", "2001:db8::100/120"},
		"net:10.9.0.1":       nil,
		"net:172.16.0.0/24":  nil, // not of the scope
	} {
		var got []string
		for p := range w.Blocks(target) {
			got = append(got, p.String())
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", target, diff)
		}
	}
}
