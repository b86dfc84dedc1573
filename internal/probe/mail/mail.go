// Package mail looks at the services that carry mail: SMTP, LMTP, IMAP, POP3 and
// ManageSieve. All begin in clear and may change to TLS when asked.
package mail

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"trustaudit/internal/audit"
	"trustaudit/internal/channel"
	"trustaudit/internal/probe"
	discover "trustaudit/internal/probe/discover/fact"
	"trustaudit/internal/probe/talk"
	"trustaudit/internal/probe/tls"
	tlsfact "trustaudit/internal/probe/tls/fact"
)

const doc = `Looks at how services of mail encrypt, and whether they can be used without. Nobody logs in, and no message is sent.

One connection reads the greeting and asks what the service can: "EHLO trustaudit.invalid" (SMTP), "LHLO trustaudit.invalid" (LMTP), "a1 CAPABILITY" (IMAP), "CAPA" (POP3); ManageSieve says it by itself. SMTP is then sent "RSET", which services that require TLS refuse. Where TLS is on offer it is asked for: "STARTTLS", "a2 STARTTLS" or "STLS". Otherwise the talk ends with "QUIT", "a3 LOGOUT" or "LOGOUT". After TLS was agreed, that connection and further ones send one TLS hello each: ` + tls.Offers + `.

Only where the engagement names smtp-relay for the host, one more connection to an SMTP service asks whether it would take mail for strangers: "MAIL FROM:<trustaudit@example.com>", "RCPT TO:<trustaudit@example.net>" and "RSET"; within a "` + talk.SayHandshake + `" where the service serves nobody without. Never DATA: no mail comes of it.`

// Probe looks at services of mail.
var Probe = probe.Probe{
	Name:    "mail",
	Doc:     doc,
	Phase:   audit.Observe,
	Plan:    plan,
	Observe: talk.Observe(look),
	Facts:   []audit.Fact{channel.Seen{}, tlsfact.TLS{}},
}

// plan takes the engagement's word where people hand in their mail: the service
// itself shows only that it is SMTP.
func plan(t audit.Target, f audit.Fact) []probe.Look {
	const handedIn = "submission"
	if e, ok := f.(discover.Endpoint); ok && e.Service == "smtp" && e.Declared == handedIn {
		e.Service = handedIn
		f = e
	}
	return talk.Plan("smtp", handedIn, "lmtp", "imap", "pop3", "sieve")(t, f)
}

// protocol is how one of the services is spoken to.
type protocol struct {
	features string // asks what the service can; "" where it says so unasked
	always   bool   // no other command is taken before that
	strict   string // asks for something that is refused to those without TLS
	secure   string
	leave    string
	// read reads the reply to a command, or the greeting, which answers none.
	read func(conn *talk.Conn, command string) (reply, error)
	// offers says whether the features hold TLS.
	offers func(reply) bool
	// judge tells what there is to tell of what was said.
	judge func(*visit)
	// further is what the engagement must allow; nil for nothing.
	further func(context.Context, *visit) error
}

// reply is a reply of a service.
type reply struct {
	ok    bool
	later bool     // it is a refusal for now, which says nothing of what the service can
	code  int      // SMTP's
	lines []string // raw
}

// visit is what was said on the first connection to a service.
type visit struct {
	*talk.Look
	protocol
	again    bool // what the service can is known already
	greeting reply
	features reply
	refused  bool // something is refused to those without TLS
	offered  bool // and agreed to when it was asked for
	later    bool // or put off
}

// protocolOf gives the protocol of a service.
func protocolOf(service string) protocol {
	switch service {
	case "imap":
		return imap()
	case "pop3":
		return pop3()
	case "sieve":
		return sieve()
	case "lmtp":
		return lmtp()
	}
	return smtp()
}

// look looks at one service.
func look(ctx context.Context, l *talk.Look) error {
	l.Asked = []string{"encryption", "encryption.required"}
	v := &visit{Look: l, protocol: protocolOf(l.Seen.Service)}
	conn, err := v.talk(ctx)
	if err != nil {
		return err
	}
	v.tell(ctx, conn)
	if v.further == nil {
		return nil
	}
	return v.further(ctx, v)
}

// talk holds the first conversation, and returns its connection if that has
// changed to TLS.
func (v *visit) talk(ctx context.Context) (*talk.Conn, error) {
	conn, err := v.call(ctx)
	if err != nil {
		return nil, err
	}
	if err := v.hear(conn); err != nil {
		conn.Close()
		return nil, err
	}
	if v.offered {
		return conn, nil
	}
	// The answer to a farewell changes nothing, nor does its absence.
	_ = conn.Ask(v.leave)
	conn.Close()
	return nil, nil
}

// call connects, reads the greeting and asks for the features.
func (v *visit) call(ctx context.Context) (*talk.Conn, error) {
	conn, err := v.Call(ctx)
	if err != nil {
		return nil, err
	}
	if err := v.begin(conn); err != nil {
		conn.Close()
		return nil, err
	}
	return conn, nil
}

func (v *visit) begin(conn *talk.Conn) (err error) {
	if v.greeting, err = v.read(conn, ""); err != nil {
		return err
	}
	if !v.greeting.ok {
		return errors.New("the service greets, and turns callers away")
	}
	v.features = v.greeting
	if v.protocol.features == "" || v.again && !v.always {
		return nil
	}
	v.features, err = v.ask(conn, v.protocol.features)
	if err == nil && v.features.later {
		err = errors.New("the service puts callers off")
	}
	return err
}

// hear asks for TLS, but where the service says that it has none.
func (v *visit) hear(conn *talk.Conn) error {
	if v.features.ok && !v.offers(v.features) {
		return nil
	}
	if v.strict != "" {
		answer, err := v.ask(conn, v.strict)
		if err != nil {
			return err
		}
		v.refused = answer.code == needsTLS
	}
	answer, err := v.ask(conn, v.secure)
	v.offered, v.later = answer.ok, answer.later
	return err
}

// tell puts into traits what was heard, and what comes of TLS on the connection
// where it was agreed to.
func (v *visit) tell(ctx context.Context, conn *talk.Conn) {
	v.Seen.Product = talk.Product(v.greeting.text(), products...)
	change := v.secure[strings.LastIndexByte(v.secure, ' ')+1:]
	switch {
	case v.offered:
		v.offered = v.Offer(ctx, change, conn, v.upgraded)
	case v.later:
		const why = "it puts the change to TLS off"
		v.Seen.Lacks("encryption", why)
		v.Seen.Lacks("encryption.required", why)
	case v.offers(v.features):
		v.Seen.Has("encryption", "none", "it names "+change+" and refuses it")
	default:
		v.Seen.Has("encryption", "none", "it does not know "+change)
	}
	v.judge(v)
}

func (v *visit) ask(conn *talk.Conn, command string) (reply, error) {
	if err := conn.Ask(command); err != nil {
		return reply{}, err
	}
	r, err := v.read(conn, command)
	if err != nil {
		return r, fmt.Errorf("read the reply to %s: %w", command, err)
	}
	return r, nil
}

// upgraded opens a further connection and changes it to TLS.
func (v *visit) upgraded(ctx context.Context) (probe.Conn, error) {
	again := &visit{Look: v.Look, protocol: v.protocol, again: true}
	conn, err := again.call(ctx)
	if err != nil {
		return nil, err
	}
	answer, err := again.ask(conn, v.secure)
	if err == nil && !answer.ok {
		err = errors.New("the change to TLS is refused this time")
	}
	if err != nil {
		conn.Close()
		return nil, err
	}
	return conn, nil
}

// text is a reply in one line.
func (r reply) text() string { return strings.Join(r.lines, " ") }

// word says whether a line of a reply begins with a word, in any case, and gives
// the words after it.
func (r reply) word(word string) ([]string, bool) {
	for _, line := range r.lines {
		words := strings.Fields(strings.ToUpper(strings.ReplaceAll(line, "\"", " ")))
		if len(words) > 0 && words[0] == word {
			return words[1:], true
		}
	}
	return nil, false
}

// has says whether a reply has such a line.
func (r reply) has(word string) bool {
	_, ok := r.word(word)
	return ok
}

// products are what greetings call themselves.
var products = []string{"OpenSMTPD", "Postfix", "Exim", "Sendmail", "Microsoft Exchange", "Microsoft ESMTP", "Dovecot", "Cyrus", "Courier", "Zimbra",
	"hMailServer", "MailEnable", "MDaemon", "Kerio", "Lotus Domino", "Domino", "Haraka", "GroupWise", "Stalwart", "hMail", "Mimecast"}
