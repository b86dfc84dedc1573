package main

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"trustaudit/internal/sign"
)

func (a *app) keygenCommand() *cobra.Command {
	var subject sign.Subject
	var out string
	c := &cobra.Command{
		Use:   "keygen --name NAME --out KEY.pem",
		Short: "Make a self-signed identity for tests",
		Long: `Makes a key with a certificate that vouches for itself: enough to try signing
and verifying, and for a self-assessment among people who know each other. An
independent auditor signs with a certificate that an authority has issued.

Writes KEY.pem, which is secret, and KEY.crt.pem, which is for 'verify --trust'.`,
		Args: usage(cobra.NoArgs),
		RunE: func(*cobra.Command, []string) error { return a.keygen(subject, out) },
	}
	c.Flags().StringVar(&subject.Name, "name", "", "whose key it is")
	c.Flags().StringVar(&subject.Organisation, "organisation", "", "for whom the person signs")
	c.Flags().StringVar(&out, "out", "auditor.pem", "file to write the key to")
	return c
}

func (a *app) keygen(subject sign.Subject, out string) error {
	if subject.Name == "" {
		return &exit{exitUsage, errors.New("keygen: --name is missing: write whose key it is")}
	}
	certificate := strings.TrimSuffix(out, filepath.Ext(out)) + ".crt.pem"
	for _, name := range []string{out, certificate} {
		if _, err := os.Lstat(name); !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("keygen: %s exists already and is left as it is; name another file", name)
		}
	}
	id, err := sign.SelfSigned(subject, a.now(), rand.Reader)
	if err != nil {
		return err
	}
	key, err := id.PEM()
	if err != nil {
		return err
	}
	if err := writeFile(out, key, 0o600); err != nil {
		return err
	}
	if err := writeFile(certificate, sign.CertificatePEM(id.Certificate), 0o644); err != nil {
		return err
	}
	fmt.Fprintf(a.stdout, "Wrote %s (secret) and %s (for verify --trust).\n", out, certificate)
	return nil
}
