package smb

import (
	"io"
	"net"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"trustaudit/internal/audit"
	"trustaudit/internal/channel"
	"trustaudit/internal/probetest"
)

// script answers each packet by what fits its kind; without an answer it hangs up.
type script struct {
	session []byte // to a request for a session of NetBIOS
	old     []byte // to an offer of SMB 1
	new     func(offer []uint16) []byte
	setup   []byte // to a session's setup
	away    bool   // whatever comes is turned away
}

func (s script) serve(conn net.Conn) {
	for {
		head := make([]byte, 4)
		if _, err := io.ReadFull(conn, head); err != nil {
			return
		}
		body := make([]byte, int(head[2])<<8|int(head[3]))
		if _, err := io.ReadFull(conn, body); err != nil {
			return
		}
		var answer []byte
		switch {
		case s.away:
			answer = []byte{sessionRefused, 0, 0, 1, 0x81}
		case head[0] == sessionAsked:
			answer = s.session
		case strings.HasPrefix(string(body), magic1) && s.old != nil:
			answer = framed(s.old)
		case strings.HasPrefix(string(body), magic2) && body[12] == sessionSetup && s.setup != nil:
			answer = framed(s.setup)
		case strings.HasPrefix(string(body), magic2) && body[12] == negotiate && s.new != nil:
			answer = framed(s.new(offered(body)))
		}
		if _, err := conn.Write(answer); err != nil || answer == nil {
			return
		}
	}
}

// offered lists the dialects of an offer.
func offered(body []byte) []uint16 {
	f := field{data: body}
	var out []uint16
	for i := range int(f.u16(66)) {
		out = append(out, f.u16(100+2*i))
	}
	return out
}

// upTo takes the newest of an offer that is not above a dialect.
func upTo(most uint16, capabilities uint32) func([]uint16) []byte {
	return func(offer []uint16) []byte {
		for _, d := range slices.Backward(offer) {
			if d <= most {
				return later(d, 1, capabilities)
			}
		}
		none := later(0, 0, 0)
		none[8] = 0xbb
		return none
	}
}

func TestScripts(t *testing.T) {
	versions := func(names ...string) []channel.Trait {
		var out []channel.Trait
		for _, n := range names {
			out = append(out, channel.Trait{Name: version, Value: n})
		}
		return out
	}
	none := func(why string) channel.Trait { return channel.Trait{Name: encryption, Value: "none", Detail: why} }
	signs := func(how string) channel.Trait { return channel.Trait{Name: signing, Value: how} }
	after := channel.Untold{Name: required, Reason: "shows only after a log-in"}
	untested := channel.Untold{Name: access, Reason: "not tested: the engagement does not name smb-guest for this host"}
	all := func(why string) []channel.Untold {
		var out []channel.Untold
		for _, name := range []string{encryption, required, version, signing, access} {
			out = append(out, channel.Untold{Name: name, Reason: why})
		}
		return out
	}
	for _, c := range []struct {
		name   string
		port   string
		named  bool
		script script
		want   channel.Seen
	}{
		{"SMB 1 alone, with plain passwords", "445", false, script{old: old(0, 1, "")}, channel.Seen{
			Traits: append(versions("SMB 1"), channel.Trait{Name: "login.clear", Value: "yes", Detail: "SMB 1 without challenge and response"},
				signs("off"), none("no SMB 3, and so no encryption")),
			Untold: []channel.Untold{untested, after}}},
		{"SMB 1 alone, with a guest allowed", "445", true, script{old: old(0, 7, "")}, channel.Seen{
			Traits: append(versions("SMB 1"), signs("offered"), none("no SMB 3, and so no encryption")),
			Untold: []channel.Untold{after, {Name: access, Reason: "a guest was not tried over SMB 1"}}}},
		{"hangs up at SMB 1, knows no SMB 3", "445", false, script{new: upTo(0x210, 0)}, channel.Seen{
			Traits: append(versions("SMB 2.1", "SMB 2.0.2"), signs("offered"), none("no SMB 3, and so no encryption")),
			Untold: []channel.Untold{untested, after}}},
		{"refuses SMB 1, does not encrypt", "445", false, script{old: old(0xffff, 0, ""), new: upTo(0x300, 0)}, channel.Seen{
			Traits: append(versions("SMB 3.0", "SMB 2.1", "SMB 2.0.2"), signs("offered"), none("encryption of SMB 3 is switched off")),
			Untold: []channel.Untold{untested, after}}},
		{"an answer to SMB 1 that is none", "445", false, script{old: []byte(strings.Repeat("x", 40)), new: upTo(0x302, 0x40)}, channel.Seen{
			Traits: append(versions("SMB 3.0.2", "SMB 3.0", "SMB 2.1", "SMB 2.0.2"), signs("offered"), channel.Trait{Name: encryption, Value: "offered"}),
			Untold: []channel.Untold{{Name: version, Reason: "whether SMB 1 is spoken: the answer is not SMB"}, untested, after}}},
		{"in sessions of NetBIOS", "139", false, script{session: []byte{sessionAgreed, 0, 0, 0}, new: upTo(0x202, 0)}, channel.Seen{
			Traits: append(versions("SMB 2.0.2"), signs("offered"), none("no SMB 3, and so no encryption")),
			Untold: []channel.Untold{untested, after}}},
		{"refuses a session of NetBIOS", "139", false, script{session: []byte{sessionRefused, 0, 0, 1}}, channel.Seen{Untold: all("it refuses a session of NetBIOS")}},
		{"turns the machine away", "445", false, script{away: true}, channel.Seen{Untold: all("read the answer to SMB negotiate (SMB 2.0.2 to 3.1.1): the server turns this machine away")}},
		{"takes nothing", "445", false, script{}, channel.Seen{Untold: all("it takes no version of SMB that is known")}},
		{"refuses the guest", "445", true, script{new: upTo(0x302, 0x40), setup: refusal(0xc000006d)}, channel.Seen{
			Traits: append(versions("SMB 3.0.2", "SMB 3.0", "SMB 2.1", "SMB 2.0.2"), signs("offered"), channel.Trait{Name: encryption, Value: "offered"},
				channel.Trait{Name: access, Value: "login"}),
			Untold: []channel.Untold{after}}},
		{"has no room for the guest", "445", true, script{new: upTo(0x202, 0), setup: refusal(0xc00000d0)}, channel.Seen{
			Traits: append(versions("SMB 2.0.2"), signs("offered"), none("no SMB 3, and so no encryption")),
			Untold: []channel.Untold{{Name: required, Reason: "the server has no room for anybody at the moment"}, {Name: access, Reason: "the server has no room for anybody at the moment"}}}},
		{"talks nonsense to the guest", "445", true, script{new: upTo(0x202, 0), setup: []byte(strings.Repeat("x", 80))}, channel.Seen{
			Traits: append(versions("SMB 2.0.2"), signs("offered"), none("no SMB 3, and so no encryption")),
			Untold: []channel.Untold{{Name: required, Reason: "the answer is not SMB"}, {Name: access, Reason: "the answer is not SMB"}}}},
		{"goes on for ever with the guest", "445", true, script{new: upTo(0x202, 0), setup: refusal(statusPending)}, channel.Seen{
			Traits: append(versions("SMB 2.0.2"), signs("offered"), none("no SMB 3, and so no encryption")),
			Untold: []channel.Untold{{Name: required, Reason: "no answer in time"}, {Name: access, Reason: "no answer in time"}}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				address := "h.example:" + c.port
				n := &probetest.Network{Services: map[string]probetest.Service{address: c.script.serve}}
				r := probetest.NewRecord(n.Dial)
				s := r.Session(audit.Unit{Target: audit.Target("tcp://" + address), Subject: service}, audit.Scope{})
				s.Allowed = func(test, _ string) bool { return c.named && test == "smb-guest" }
				if err := Probe.Observe(t.Context(), s); err != nil {
					t.Fatal(err)
				}
				n.Wait()
				probetest.Check(t, Probe, r)
				c.want.Endpoint, c.want.Service = address, service
				if diff := cmp.Diff(c.want, r.Facts[len(r.Facts)-1]); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
			})
		})
	}
}

// refusal is an answer to a session's setup with that status.
func refusal(status uint32) []byte {
	packet := append(head2(sessionSetup, 1, 0, 0), make([]byte, 16)...)
	copy(packet[8:], list(status))
	return packet
}
