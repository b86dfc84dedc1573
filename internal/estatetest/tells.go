package estatetest

import (
	"regexp"
	"slices"
	"strings"
)

// Tell finds in a server's log what shows that somebody logged in or tried to, named
// a user, or sent a message or an order: none of it may stand there after a scan in
// which no test is allowed. It is nil for servers whose logs do not tell.
func (s Server) Tell() *regexp.Regexp {
	for _, t := range tells() {
		own := len(s.Programs) == 0 && s.Service == t.by || strings.HasPrefix(s.Name+",", t.by+",")
		if own || slices.Contains(s.Programs, t.by) {
			return regexp.MustCompile("(?m)" + t.words)
		}
	}
	return nil
}

// tell is what shows it in the logs of a program, or of servers of our own by their
// service or how their name begins.
type tell struct{ by, words string }

func tells() []tell {
	return []tell{
		{"dovecot", `Login: user=|auth failed`},
		{"ike", `^.{36}04`}, // aggressive mode
		{"ipmi, hardened", `^0600ff070610`},
		{"mariadbd", `Access denied for user`},
		{"mllp", `^a frame`},
		{"nginx", `"(POST|PUT|PATCH|DELETE) | - [^ -]\S* \[`},
		{"postgres", `(connection authorized: user|authentication failed for user)[ ="]+([^t]|t[^r])`}, // but that of a user that does not exist
		{"rsync", `rsync on | for \S+: (no matching|unknown|password)`},
		{"slapd", ` BIND dn=| SRCH base`},
		{"smbd", `Got user=| connect to service `},
		{"smtpd", ` smtp (message|envelope|failed-command|authentication)`},
		{"snmpd", `04 06 70  75 62 6C 69  63`}, // public
		{"sshd", `userauth-request`},
		{"storescp", `A-ASSOCIATE-AC`},
		{"vsftpd", `"(USER|PASS) | LOGIN: `},
		{"x11", `^6c000b00`},
		{"dicom", ` calls `},
		{"http", `^(POST|PUT|PATCH|DELETE|log-in)|_summary=count`},
		{"smtp", `^(AUTH|MAIL|RCPT|DATA)`},
		{"telnet, a shell", `[a-z]{2}`},
	}
}
