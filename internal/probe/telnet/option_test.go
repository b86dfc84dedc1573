package telnet

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"trustaudit/internal/channel"
)

func TestHeard(t *testing.T) {
	for _, c := range []struct {
		name     string
		said     []string // a read each
		refusals string
		want     []string
	}{
		{"asks for options and a name", []string{"\xff\xfd\x18\xff\xfb\x01\r\nlogin: "}, "\xff\xfc\x18\xff\xfe\x01", []string{"encryption none", "login.clear yes", "access login"}},
		{"an option in two reads", []string{"\xff", "\xfd", "\x18User Name :"}, "\xff\xfc\x18", []string{"encryption none", "login.clear yes", "access login"}},
		{"negotiates at length", []string{"\xff\xfa\x18\x01", "\xff\xf0\xff\xf1Password:"}, "", []string{"encryption none", "login.clear yes", "access login"}},
		{"answers are not answered", []string{"\xff\xfe\x18\xff\xfc\x01"}, "", []string{"encryption none", "?login.clear"}},
		{"offers TLS", []string{"\xff\xfb\x2elogin: "}, "\xff\xfe\x2e", []string{"encryption offered", "encryption.required no", "login.clear optional", "access login"}},
		{"wants TLS", []string{"\xff\xfd\x25telnetd: SSL required - connection rejected.\r\n"}, "\xff\xfc\x25", []string{"encryption offered", "encryption.required yes", "login.clear no"}},
		{"offers TLS, and nothing else", []string{"\xff\xfb\x2e"}, "\xff\xfe\x2e", []string{"encryption offered", "?encryption.required", "?login.clear"}},
		{"refuses TLS", []string{"\xff\xfc\x2elogin: "}, "", []string{"encryption none", "login.clear yes", "access login"}},
		{"a shell", []string{"\xff\xfb\x01welcome\r\nroot@pump:~# "}, "\xff\xfe\x01", []string{"encryption none", "access anyone"}},
		{"a question that is no shell", []string{"\xff\xfb\x01Press any key to continue > "}, "\xff\xfe\x01", []string{"encryption none", "?login.clear"}},
		{"no Telnet", []string{"hello\r\n"}, "", nil},
	} {
		var h heard
		var refusals []byte
		for _, s := range c.said {
			refusals = append(refusals, h.take([]byte(s))...)
		}
		if string(refusals) != c.refusals {
			t.Errorf("%s: refused with %q", c.name, refusals)
		}
		var seen channel.Seen
		h.describe(&seen)
		var got []string
		for _, trait := range seen.Traits {
			got = append(got, trait.Name+" "+trait.Value)
		}
		for _, u := range seen.Untold {
			got = append(got, "?"+u.Name)
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
}

func FuzzTake(f *testing.F) {
	f.Add([]byte("\xff\xfd\x18\xff\xfa\x18\x01\xff\xf0login: "), 3)
	f.Fuzz(func(t *testing.T, said []byte, cut int) {
		var h heard
		cut = max(0, min(cut, len(said)))
		h.take(said[:cut])
		if n := len(h.take(said[cut:])); n > 3*maxRefused {
			t.Errorf("%d bytes of refusals", n)
		}
		h.describe(&channel.Seen{})
	})
}
