package queue

import (
	"context"
	"encoding/json"
	"errors"
	"strings"

	"trustaudit/internal/converse"
	"trustaudit/internal/probe"
	"trustaudit/internal/probe/talk"
)

// via is how a service of NATS comes to speak TLS.
const via = "NATS INFO"

// info is what NATS says of itself.
type info struct {
	Version      string `json:"version"`
	AuthRequired bool   `json:"auth_required"`
	TLSRequired  bool   `json:"tls_required"`
	TLSAvailable bool   `json:"tls_available"`
	TLSVerify    bool   `json:"tls_verify"`
	Nonce        string `json:"nonce"` // to be signed by those who have keys in the place of passwords
}

// clearLogin tells that passwords are taken as they are, where keys are not wanted.
func (i info) clearLogin(l *talk.Look) {
	if i.AuthRequired && i.Nonce == "" && !i.TLSRequired {
		l.ClearLogin("a name and a password, or a token, by NATS")
	}
}

func lookNATS(ctx context.Context, l *talk.Look) error {
	l.Asked = append(l.Asked, access)
	conn, i, err := callNATS(ctx, l)
	if err != nil {
		return err
	}
	l.Seen.Product = strings.TrimSpace("NATS " + converse.Clean([]byte(i.Version)))
	if i.AuthRequired || i.TLSVerify {
		l.Seen.Has(access, "login", "")
	} else {
		l.Seen.Has(access, "anyone", "NATS asks nobody who they are")
	}
	if !i.TLSRequired && !i.TLSAvailable {
		conn.Close()
		l.Seen.Has(encryption, "none", "it offers no TLS")
		i.clearLogin(l)
		return nil
	}
	open := func(ctx context.Context) (probe.Conn, error) {
		conn, _, err := callNATS(ctx, l)
		if err != nil {
			return nil, err
		}
		return conn, nil
	}
	if !l.Offer(ctx, via, conn, open) || !l.Speaks() {
		return nil
	}
	if i.TLSRequired {
		l.Seen.Has(required, "yes", "")
	} else {
		l.Seen.Has(required, "no", "it goes on without TLS")
		i.clearLogin(l)
	}
	return nil
}

// callNATS connects, and reads what is said first.
func callNATS(ctx context.Context, l *talk.Look) (*talk.Conn, info, error) {
	var i info
	conn, err := l.Call(ctx)
	if err != nil {
		return nil, i, err
	}
	line, err := conn.Line()
	if err == nil {
		text, said := strings.CutPrefix(line, "INFO ")
		if !said || json.Unmarshal([]byte(text), &i) != nil {
			err = errors.New("the greeting is not that of NATS")
		}
	}
	if err != nil {
		conn.Close()
		return nil, i, err
	}
	return conn, i, nil
}
