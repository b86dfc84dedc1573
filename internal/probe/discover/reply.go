package discover

import (
	"bytes"
	"context"
	"strings"

	"trustaudit/internal/converse"
	"trustaudit/internal/probe/discover/fact"
	"trustaudit/internal/probe/talk"
)

// What is asked where a greeting may be one of files or of mail.
const (
	askFeatures = "FEAT"
	askMail     = "EHLO trustaudit.invalid"
	askLocal    = "LHLO trustaudit.invalid"
	leave       = "QUIT"
)

// ready begins the greetings of FTP and of SMTP. Many name neither.
var ready = []byte("220")

// either says whether a greeting that names no service is one of files or of mail.
func either(service string, greeting []byte) bool {
	return service == "" && len(greeting) > len(ready) && bytes.HasPrefix(greeting, ready) && (greeting[3] == ' ' || greeting[3] == '-')
}

// reply asks a service that greets like FTP and like SMTP which of them it is. What
// it does not answer leaves it unidentified.
func (l *look) reply(ctx context.Context, e *fact.Endpoint) error {
	conn, err := converse.Open(ctx, l.session.Dial, e.Address, lateTime)
	if err != nil {
		if err := mind(ctx, err); err != nil {
			e.Left = converse.Why(ctx, err)
		}
		return ctx.Err()
	}
	defer conn.Close()
	c := talk.New(conn)
	if _, err := code(c); err != nil {
		return ctx.Err()
	}
	for _, question := range []string{askFeatures, askMail, askLocal} {
		if err := c.Ask(question); err != nil {
			return ctx.Err()
		}
		e.Asked++
		answer, err := code(c)
		if err != nil {
			return ctx.Err()
		}
		if e.Service = told(question, answer); e.Service != "" {
			break
		}
	}
	_ = c.Ask(leave)
	return ctx.Err()
}

// told is the service that the code of an answer tells: only FTP has features to list
// or wants a log-in before anything else, and only mail lets itself be greeted.
func told(question, code string) string {
	switch {
	case question == askFeatures && (code == "211" || code == "530"), question == askMail && code == "530":
		return "ftp"
	case question == askMail && code == "250":
		return "smtp"
	case question == askLocal && code == "250":
		return "lmtp"
	}
	return ""
}

// code reads a reply of one line or more and returns its code.
func code(c *talk.Conn) (string, error) {
	first, err := c.Line()
	if err != nil || len(first) < 4 || first[3] != '-' {
		return first[:min(len(first), 3)], err
	}
	for {
		line, err := c.Line()
		if err != nil || strings.HasPrefix(line, first[:3]+" ") {
			return first[:3], err
		}
	}
}
