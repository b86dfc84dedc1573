// Package demo is a trust that does not exist, for trustaudit to audit: a share
// of letters and extracts, a database, and services on loopback that carry them
// well and badly. Everything in it is made from a seed, and says that it is
// synthetic; the ports alone differ from one start to the next.
package demo

import (
	"bytes"
	"context"
	"crypto/tls"
	_ "embed" // engagement.yaml
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"text/template"
)

// Trust is a demonstration under way.
type Trust struct {
	Share    string // the folder of the share
	Database string // the SQLite file
	Services Services

	listeners *listeners
	root      *os.Root
}

// Services are where the services of a trust listen, as host:port.
type Services struct {
	FTP       string // in clear, serves the share
	Legacy    string // accepts TLS 1.0; its certificate is self-signed and has lapsed
	Modern    string // TLS 1.2 and later, with a certificate of the trust's authority
	MLLP      string // in clear
	MLLPOnTLS string // TLS, asking nobody for a certificate
}

// Start writes the trust's data below dir and starts its services. They stop
// when ctx ends or with Close; what was written stays.
func Start(ctx context.Context, dir string, seed int64) (*Trust, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("place the demonstration: %w", err)
	}
	t := &Trust{Share: filepath.Join(dir, "share"), Database: filepath.Join(dir, "database", "pas.db")}
	people := newPeople(seed)
	if err := (&share{dir: t.Share, people: people}).write(); err != nil {
		return nil, err
	}
	if err := writeDatabase(ctx, t.Database, people); err != nil {
		return nil, err
	}
	if t.root, err = os.OpenRoot(t.Share); err != nil {
		return nil, fmt.Errorf("open the share: %w", err)
	}
	t.listeners = newListeners(ctx)
	if err := t.serve(identities{seed}); err != nil {
		return nil, errors.Join(err, t.Close())
	}
	return t, nil
}

// serve starts the services.
func (t *Trust) serve(ids identities) error {
	legacy, err := ids.selfSigned("results.demonstration.example", lapsed)
	if err != nil {
		return err
	}
	modern, err := ids.issued("portal.demonstration.example", 2)
	if err != nil {
		return err
	}
	engine, err := ids.issued("engine.demonstration.example", 3)
	if err != nil {
		return err
	}
	for _, s := range []struct {
		address *string
		serve   func(net.Conn)
	}{
		{&t.Services.FTP, (&ftpService{t.listeners.ctx, t.root}).serve},
		{&t.Services.Legacy, portal(since(tls.VersionTLS10, legacy))},
		{&t.Services.Modern, portal(since(tls.VersionTLS12, modern))},
		{&t.Services.MLLP, mllp},
		{&t.Services.MLLPOnTLS, mllpOver(since(tls.VersionTLS12, engine))},
	} {
		if *s.address, err = t.listeners.listen(s.serve); err != nil {
			return err
		}
	}
	return nil
}

// since returns a configuration that accepts a version and those after it.
func since(version uint16, identity tls.Certificate) *tls.Config {
	return &tls.Config{Certificates: []tls.Certificate{identity}, MinVersion: version}
}

// Close stops the services.
func (t *Trust) Close() error {
	t.listeners.close()
	if err := t.root.Close(); err != nil {
		return fmt.Errorf("close the share: %w", err)
	}
	return nil
}

//go:embed engagement.yaml
var engagement string

// EngagementYAML returns an engagement file that authorises the audit of the
// trust, and of nothing else.
func (t *Trust) EngagementYAML() ([]byte, error) {
	parsed, err := template.New("engagement").Funcs(template.FuncMap{"port": port}).Parse(engagement)
	if err != nil {
		return nil, fmt.Errorf("parse the engagement: %w", err)
	}
	var out bytes.Buffer
	if err := parsed.Execute(&out, t); err != nil {
		return nil, fmt.Errorf("fill in the engagement: %w", err)
	}
	return out.Bytes(), nil
}

func port(address string) (string, error) {
	_, number, err := net.SplitHostPort(address)
	return number, err
}
