package nfs

import (
	"context"
	"errors"
	"net"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"trustaudit/internal/audit"
	"trustaudit/internal/channel"
	"trustaudit/internal/estatetest"
	"trustaudit/internal/probe"
	"trustaudit/internal/probe/talk"
	"trustaudit/internal/probetest"
)

// plain is a connection whose record nobody keeps.
type plain struct{ net.Conn }

func (plain) Say(string) {}

// TestGanesha puts the calls to a real server that has no list of exports.
func TestGanesha(t *testing.T) {
	address := estatetest.Start(t, estatetest.Named("nfs-ganesha, NFS 4 alone")).Address
	call4 := func(q call) (answer, error) {
		conn, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		_ = conn.SetDeadline(time.Now().Add(10 * time.Second))
		return ask(talk.New(plain{conn}), "", q)
	}
	if _, err := call4(null(nfs, 4, authNone)); err != nil {
		t.Errorf("NULL: %v", err)
	}
	if a, err := call4(null(nfs, 4, authTLS)); !errors.As(err, new(errRefused)) || offersTLS(a) {
		t.Errorf("an offer of TLS: %v", err)
	}
	a, err := call4(call{id: callID, program: nfs, version: 4, procedure: 1, arguments: securityOf("/results")})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]flavour{{number: authSys}}, readSecurity(a.reader), cmp.AllowUnexported(flavour{})); diff != "" {
		t.Errorf("flavours (-want +got):\n%s", diff)
	}
}

// reply is an answer with that status, and what follows.
func reply(status uint32, verifier string, rest ...byte) []byte {
	body := slices.Concat(words(callID, 1, 0, 0), text(verifier), words(status), rest)
	return append(words(1<<31|uint32(len(body))), body...)
}

func TestFits(t *testing.T) {
	for _, c := range []struct {
		name   string
		answer []byte
		want   bool
	}{
		{"served", reply(0, ""), true},
		{"another version", reply(2, "", words(2, 3)...), true},
		{"another program", reply(1, ""), false},
		{"not yet whole", reply(0, "")[:20], false},
		{"HTTP", []byte("HTTP/1.1 400 Bad Request\r\nServer: x\r\n\r\n"), false},
		{"nothing", nil, false},
	} {
		if got := Probe.Hellos[0].Fits(c.answer); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}

func TestReadExports(t *testing.T) {
	list := slices.Concat(words(1), text("/a"), words(1), text("*"), words(1), text("10.0.0.7"), words(0, 1), text("/bcd"), words(0, 0))
	got, err := readExports(&reader{data: list})
	want := []export{{path: "/a", groups: []string{"*", "10.0.0.7"}}, {path: "/bcd"}}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(export{})); diff != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	for i := range list[:len(list)-4] {
		if _, err := readExports(&reader{data: list[:i]}); err == nil {
			t.Errorf("cut after %d bytes it is taken for whole", i)
		}
	}
	for group, want := range map[string]bool{"*": true, "(Everyone)": true, "0.0.0.0/0": true, "10.0.0.7": false, "@hosts": false} {
		if got := (export{groups: []string{group}}).everybody(); got != want {
			t.Errorf("%s is everybody: %v", group, got)
		}
	}
}

// TestPlaces asks servers whose list of exports is elsewhere, or not to be had.
func TestPlaces(t *testing.T) {
	// answers serves each call by the answer for its program.
	answers := func(by map[uint32][]byte) probetest.Service {
		return func(conn net.Conn) {
			for {
				buf := make([]byte, 4096)
				n, err := conn.Read(buf)
				if err != nil || n < 24 {
					return
				}
				program := (&reader{data: buf[16:20]}).word()
				if _, err := conn.Write(by[program]); err != nil || by[program] == nil {
					return
				}
			}
		}
	}
	const unavailable = 1
	exports := reply(0, "", slices.Concat(words(1), text("/a"), words(0, 0))...)
	three := map[uint32][]byte{nfs: reply(2, "", words(2, 3)...), mount: reply(unavailable, "")}
	shows := channel.Untold{Name: encryption, Reason: "security flavours show only by mounting"}
	who := channel.Untold{Name: identity, Reason: shows.Reason}
	for _, c := range []struct {
		name     string
		services map[string]probetest.Service
		want     channel.Seen
	}{
		{"by the port mapper", map[string]probetest.Service{
			"h:2049": answers(three), "h:111": answers(map[uint32][]byte{portmapper: reply(0, "", words(635)...)}), "h:635": answers(map[uint32][]byte{mount: exports}),
		}, channel.Seen{Traits: []channel.Trait{{Name: access, Value: "every-host", Detail: "/a"}}, Untold: []channel.Untold{shows, who}}},
		{"not served", map[string]probetest.Service{
			"h:2049": answers(three), "h:111": answers(map[uint32][]byte{portmapper: reply(0, "", words(0)...)}),
		}, channel.Seen{Untold: []channel.Untold{shows, who, {Name: access, Reason: "the list of exports: it is not served"}}}},
		{"no port mapper", map[string]probetest.Service{"h:2049": answers(three)},
			channel.Seen{Untold: []channel.Untold{shows, who, {Name: access, Reason: "the list of exports: the connection was refused or closed"}}}},
		{"TLS", map[string]probetest.Service{
			"h:2049": answers(map[uint32][]byte{nfs: reply(0, "STARTTLS")}),
		}, channel.Seen{Traits: []channel.Trait{{Name: encryption, Value: "offered", Detail: "TLS (RFC 9289)"}},
			Untold: []channel.Untold{{Name: required, Reason: "shows only by mounting"}, who, {Name: access, Reason: "the list of exports: the connection was refused or closed"}}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				n := &probetest.Network{Services: c.services}
				r := probetest.NewRecord(n.Dial)
				if err := Probe.Observe(context.Background(), r.Session(audit.Unit{Target: "tcp://h:2049", Subject: service}, audit.Scope{})); err != nil {
					t.Fatal(err)
				}
				n.Wait()
				probetest.Check(t, Probe, r)
				c.want.Endpoint, c.want.Service = "h:2049", service
				if diff := cmp.Diff([]audit.Fact{c.want}, r.Facts); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
			})
		})
	}
}

var _ probe.Conn = plain{}

func FuzzAnswers(f *testing.F) {
	f.Add(reply(0, "STARTTLS")[4:])
	f.Add(slices.Concat(words(1), text("/a"), words(1), text("*"), words(0, 0)))
	f.Add(slices.Concat(words(0, 0, 2, opRoot, 0, opSecurity, 0, 2, 1, 6), text("oid"), words(0, 3)))
	f.Fuzz(func(t *testing.T, data []byte) {
		_, _ = readAnswer(callID, data)
		if exports, _ := readExports(&reader{data: data}); len(exports) > maxExports {
			t.Fatalf("%d exports", len(exports))
		}
		if flavours := readSecurity(&reader{data: data}); len(flavours) > 32 {
			t.Fatalf("%d flavours", len(flavours))
		}
		fits(data)
	})
}
