package mail

import (
	"errors"
	"strings"

	"trustaudit/internal/probe/talk"
)

var (
	errNotIMAP  = errors.New("the answer is not IMAP's")
	errNotPOP3  = errors.New("the answer is not POP3's")
	errNotSieve = errors.New("the answer is not ManageSieve's")
)

func imap() protocol {
	return protocol{
		features: "a1 CAPABILITY", secure: "a2 STARTTLS", leave: "a3 LOGOUT",
		read:   readIMAP,
		offers: func(r reply) bool { return r.can("STARTTLS") },
		judge:  judgeIMAP,
	}
}

// readIMAP reads up to the line that ends a command, or the greeting.
func readIMAP(conn *talk.Conn, command string) (reply, error) {
	tag, _, _ := strings.Cut(command, " ")
	var r reply
	for {
		line, err := conn.Line()
		if err != nil {
			return reply{}, err
		}
		r.lines = append(r.lines, line)
		first, rest, _ := strings.Cut(line, " ")
		word, _, _ := strings.Cut(rest, " ")
		switch {
		case tag == "" && first == "*":
			r.ok = strings.EqualFold(word, "OK") || strings.EqualFold(word, "PREAUTH")
			return r, nil
		case tag != "" && first == tag:
			r.ok, r.later = strings.EqualFold(word, "OK"), strings.Contains(strings.ToUpper(rest), "[UNAVAILABLE]")
			return r, nil
		case first != "*" || tag == "":
			return reply{}, errNotIMAP
		}
	}
}

// can says whether a reply of IMAP lists a capability, or one that begins with it
// where it ends in "=".
func (r reply) can(capability string) bool {
	for _, line := range r.lines {
		_, list, ok := strings.Cut(strings.ToUpper(line), "CAPABILITY ")
		if !ok {
			continue
		}
		for _, word := range strings.Fields(strings.ReplaceAll(list, "]", " ")) {
			if word == capability || strings.HasSuffix(capability, "=") && strings.HasPrefix(word, capability) {
				return true
			}
		}
	}
	return false
}

func judgeIMAP(v *visit) {
	switch {
	case strings.HasPrefix(strings.ToUpper(v.greeting.text()), "* PREAUTH"):
		v.Seen.Has("access", "anyone", "it greets with PREAUTH: everyone is logged in already")
	case v.features.ok && (!v.features.can("LOGINDISABLED") || v.features.can("AUTH=PLAIN") || v.features.can("AUTH=LOGIN")):
		v.ClearLogin("LOGIN or AUTHENTICATE before TLS")
	}
	switch {
	case !v.offered:
	case !v.features.ok:
		v.Seen.Lacks("encryption.required", "the service does not say what it can")
	case v.features.can("LOGINDISABLED") && !v.features.can("AUTH="):
		v.required(true, "")
	default:
		v.required(false, "it takes log-ins before STARTTLS")
	}
}

func pop3() protocol {
	return protocol{
		features: "CAPA", secure: "STLS", leave: "QUIT",
		read:   readPOP3,
		offers: func(r reply) bool { return r.has("STLS") },
		judge:  judgePOP3,
	}
}

// readPOP3 reads a reply: one line, but for the list of features.
func readPOP3(conn *talk.Conn, command string) (reply, error) {
	var r reply
	for {
		line, err := conn.Line()
		if err != nil {
			return reply{}, err
		}
		if len(r.lines) == 0 {
			r.ok = strings.HasPrefix(line, "+OK")
			if !r.ok && !strings.HasPrefix(line, "-ERR") {
				return reply{}, errNotPOP3
			}
			r.later = strings.HasPrefix(strings.ToUpper(line), "-ERR [SYS/TEMP]")
		}
		if line == "." {
			return r, nil
		}
		r.lines = append(r.lines, line)
		if command != "CAPA" || !r.ok {
			return r, nil
		}
	}
}

// judgePOP3 knows three ways to log in: by name, by SASL, and by the time stamp
// that some greetings hold.
func judgePOP3(v *visit) {
	sasl, _ := v.features.word("SASL")
	switch {
	case plain(sasl) || v.features.has("USER"):
		v.ClearLogin("USER and PASS, or AUTH, before TLS")
	case !v.features.ok && !v.offered && !v.later:
		v.ClearLogin("USER and PASS, as all take that do not say what they can")
	}
	stamp := strings.Contains(v.greeting.text(), "<") && strings.Contains(v.greeting.text(), "@")
	switch {
	case !v.offered:
	case !v.features.ok:
		v.Seen.Lacks("encryption.required", "the service does not say what it can")
	case v.features.has("USER") || len(sasl) > 0 || stamp:
		v.required(false, "it takes log-ins before STLS")
	default:
		v.required(true, "")
	}
}

func sieve() protocol {
	return protocol{
		secure: "STARTTLS", leave: "LOGOUT",
		read:   readSieve,
		offers: func(r reply) bool { return r.has("STARTTLS") },
		judge: func(v *visit) {
			ways, _ := v.features.word("SASL")
			if plain(ways) {
				v.ClearLogin("AUTHENTICATE before TLS")
			}
			if v.offered {
				v.required(len(ways) == 0, "it takes log-ins before STARTTLS")
			}
		},
	}
}

// readSieve reads up to the line that says how it went.
func readSieve(conn *talk.Conn, _ string) (reply, error) {
	var r reply
	for {
		line, err := conn.Line()
		if err != nil {
			return reply{}, err
		}
		r.lines = append(r.lines, line)
		word, _, _ := strings.Cut(strings.ToUpper(line), " ")
		switch {
		case word == "OK":
			r.ok = true
			return r, nil
		case word == "NO", word == "BYE":
			r.later = strings.Contains(strings.ToUpper(line), "(TRYLATER)")
			return r, nil
		case !strings.HasPrefix(line, `"`):
			return reply{}, errNotSieve
		}
	}
}
