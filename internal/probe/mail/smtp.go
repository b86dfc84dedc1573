package mail

import (
	"context"
	"errors"
	"regexp"
	"slices"

	"trustaudit/internal/probe/talk"
)

// needsTLS is how SMTP refuses what it does only over TLS.
const needsTLS = 530

var errNotSMTP = errors.New("the answer is not an SMTP reply")

func smtp() protocol {
	return protocol{
		features: "EHLO trustaudit.invalid", always: true, strict: "RSET", secure: "STARTTLS", leave: "QUIT",
		read:    readSMTP,
		offers:  func(r reply) bool { return r.has("STARTTLS") },
		judge:   judgeSMTP,
		further: relay,
	}
}

// lmtp hands mail to the mailboxes, within a machine or between two of the trust's
// own: TLS can be required there.
func lmtp() protocol {
	p := smtp()
	p.features, p.further = "LHLO trustaudit.invalid", nil
	p.judge = func(v *visit) {
		if v.offered {
			v.required(v.refused, "it takes RSET without TLS")
		}
	}
	return p
}

// readSMTP reads a reply of one line or more.
func readSMTP(conn *talk.Conn, _ string) (reply, error) {
	var r reply
	for {
		line, err := conn.Line()
		if err != nil {
			return reply{}, err
		}
		code, more, ok := parseSMTP(line)
		if !ok || r.code != 0 && code != r.code {
			return reply{}, errNotSMTP
		}
		r.code, r.ok, r.later = code, code/100 == 2, code/100 == 4
		r.lines = append(r.lines, line[min(4, len(line)):])
		if !more {
			return r, nil
		}
	}
}

// parseSMTP reads the code that a line begins with, and whether more lines follow.
func parseSMTP(line string) (code int, more, ok bool) {
	if len(line) < 3 || len(line) > 3 && line[3] != ' ' && line[3] != '-' {
		return 0, false, false
	}
	for _, c := range []byte(line[:3]) {
		if c < '0' || c > '9' {
			return 0, false, false
		}
		code = 10*code + int(c-'0')
	}
	return code, len(line) > 3 && line[3] == '-', code >= 200 && code <= 599
}

// plain says whether ways to log in are among those that send passwords as they are.
func plain(ways []string) bool {
	return slices.Contains(ways, "PLAIN") || slices.Contains(ways, "LOGIN")
}

// plain says whether passwords are taken as they are before TLS.
func (v *visit) plain() bool {
	ways, _ := v.features.word("AUTH")
	return plain(ways)
}

// judgeSMTP tells whether passwords are asked for in clear and TLS is required.
// Between organisations it cannot be: who takes mail from strangers must take it
// as it comes. Where people hand in their mail it must be.
func judgeSMTP(v *visit) {
	plain := v.plain()
	if plain {
		v.ClearLogin("AUTH with PLAIN or LOGIN is offered before TLS")
	} else {
		v.Seen.Has("login.clear", "no", "")
	}
	switch {
	case !v.offered:
	case plain:
		v.required(false, "it takes log-ins without TLS")
	case v.refused:
		v.required(true, "")
	case v.submits(): // is told by whether it takes mail, if that may be asked
	default:
		v.Seen.Has("smtp.opportunistic", "yes", "")
	}
}

// submits says whether people hand in their mail at the service.
func (v *visit) submits() bool { return v.Port == "587" || v.Seen.Service == "submission" }

// required tells whether the service can be used without TLS.
func (v *visit) required(yes bool, detail string) {
	if yes {
		v.Seen.Has("encryption.required", "yes", "")
		return
	}
	v.Seen.Has("encryption.required", "no", detail)
}

// What is asked of a service that is tested for passing on strangers' mail. The
// domains belong to nobody and take no mail.
const (
	mailFrom = "MAIL FROM:<trustaudit@example.com>"
	rcptTo   = "RCPT TO:<trustaudit@example.net>"
	reset    = "RSET"
)

// relay asks, if the engagement allows it, whether the service takes mail without a
// log-in, and passes it on to anywhere.
func relay(ctx context.Context, v *visit) error {
	open := v.offered && v.submits() && !v.refused && !v.plain()
	if !v.Named("smtp-relay", "smtp.relay") {
		if open {
			v.Named("smtp-relay", "encryption.required")
		}
		return nil
	}
	v.Asked = append(v.Asked, "smtp.relay")
	conn, err := v.handIn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	from, err := v.ask(conn, mailFrom)
	if err != nil {
		return err
	}
	to := from
	if from.ok {
		if to, err = v.ask(conn, rcptTo); err != nil {
			return err
		}
	}
	switch {
	case !open:
	case from.later:
		v.Seen.Lacks("encryption.required", "the service put the question off")
	default:
		v.required(!from.ok, "it takes mail without TLS or a log-in")
	}
	v.tellRelay(to)
	_ = conn.Ask(reset)
	_ = conn.Ask(v.leave)
	return nil
}

// handIn opens a connection on which mail is taken, if it is: within TLS, where the
// service serves nobody without.
func (v *visit) handIn(ctx context.Context) (*talk.Conn, error) {
	if !v.refused || !v.Speaks() {
		return v.call(ctx)
	}
	agreed, err := v.upgraded(ctx)
	if err != nil {
		return nil, err
	}
	conn, err := talk.Within(ctx, agreed, v.Host)
	if err == nil {
		_, err = v.ask(conn, v.protocol.features)
	}
	if err != nil {
		agreed.Close()
		return nil, err
	}
	return conn, nil
}

// denied is how services refuse strangers' mail. Postfix, as Debian delivers it, calls
// that a refusal for now, so that a mistake of its owner costs no mail.
var denied = regexp.MustCompile(`(?i)\brelay(ing)?\b.*\b(denied|not permitted|not allowed|prohibited)\b`)

// tellRelay tells what came of it. To put off is to leave open.
func (v *visit) tellRelay(to reply) {
	switch {
	case to.ok:
		v.Seen.Has("smtp.relay", "anyone", "")
	case to.later && !denied.MatchString(to.text()):
		v.Seen.Lacks("smtp.relay", "the service put the question off")
	default:
		v.Seen.Has("smtp.relay", "no", "")
	}
}
