package converse

import (
	"strings"
	"testing"
)

func TestClean(t *testing.T) {
	for _, c := range []struct{ name, said, want string }{
		{"a version is kept", "SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u7\r\n", "SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u7"},
		{"an FTP reply code is kept", "220 (vsFTPd 3.0.3)\r\n331 next\r\n", "220 (vsFTPd 3.0.3)"},
		{"an address is kept", "220 192.168.10.250 FTP ready", "220 192.168.10.250 FTP ready"},
		{"an NHS number goes", "220 results for 9990000018 ready", "220 results for ########## ready"},
		{"in groups as well", "hello 999 000 0018 there", "hello ### ### #### there"},
		{"a date of birth goes", "born 01/02/1960 or 01-02-60 or 1.2.1960", "born ##/##/#### or ##-##-## or #.#.####"},
		{"a time goes", "220 ESMTP Sat, 21 Nov 2026 10:22:33 +0000", "220 ESMTP Sat, 21 Nov 2026 ##:##:## +0000"},
		{"an e-mail address goes", "220 ask jane.doe@example.nhs.uk for help", "220 ask (e-mail) for help"},
		{"a name with a title goes", "220 files of Mrs Ada O'Canary-Bird, ready", "220 files of Mrs (name), ready"},
		{"in capitals as well", "220 MR CANARY and dr. Canary", "220 MR (name) and dr (name)"},
		{"a postcode goes", "220 ready at EX4 8AG or EX48AG", "220 ready at (postcode) or (postcode)"},
		{"a date of birth in words goes", "born 12th March 1958, 3 Apr 2001", "born (date), (date)"},
		{"a product is no name", "220 ProFTPD 1.3.8 Server (Master) sister ready", "220 ProFTPD 1.3.8 Server (Master) sister ready"},
		{"controls and other alphabets go", "a\x1b[31mb\tc\xffd", "a.[31mb c.d"},
		{"leading line ends are skipped", "\r\n\r\nlogin:", "login:"},
		{"nothing stays nothing", "", ""},
	} {
		if got := Clean([]byte(c.said)); got != c.want {
			t.Errorf("%s: Clean(%q) = %q, want %q", c.name, c.said, got, c.want)
		}
	}
}

func TestCleanIsShortAndCutsNoNumberOpen(t *testing.T) {
	long := strings.Repeat("x", maxLine-4) + "9990000018" + strings.Repeat("y", 1000)
	got := Clean([]byte(long))
	if len(got) > maxLine {
		t.Errorf("kept %d bytes, at most %d are allowed", len(got), maxLine)
	}
	if strings.ContainsAny(got, "0123456789") {
		t.Errorf("the cut left digits of a number: %q", got[maxLine-8:])
	}
}

func FuzzClean(f *testing.F) {
	f.Add([]byte("220 ready 9990000018\r\n"))
	f.Add([]byte("0@0@0"))
	f.Fuzz(func(t *testing.T, said []byte) {
		got := Clean(said)
		if len(got) > maxLine {
			t.Fatalf("kept %d bytes", len(got))
		}
		if digitRuns.MatchString(got) || mailLike.MatchString(got) {
			t.Fatalf("kept %q", got)
		}
		for _, r := range got {
			if r < 0x20 || r > 0x7e {
				t.Fatalf("kept %q", got)
			}
		}
	})
}
