package main

import (
	"bytes"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"

	"github.com/spf13/cobra"

	"trustaudit/internal/audit"
	"trustaudit/internal/sign"
)

// requirements are what --require knows, and when each is met.
func requirements() map[string]func(*sign.Verdict) bool {
	return map[string]func(*sign.Verdict) bool{
		"countersigned": func(v *sign.Verdict) bool { return v.Countersigned },
		"audit":         func(v *sign.Verdict) bool { return v.About.Kind == audit.IndependentAudit },
	}
}

func (a *app) verifyCommand() *cobra.Command {
	var roots, required []string
	var asJSON bool
	c := &cobra.Command{
		Use:   "verify FILE --trust root.pem",
		Short: "Verify a signed report",
		Long: `Answers apart: is the file intact, who signed it, is the signer trusted, is it
countersigned, and are the signed pages what the embedded data renders to?

Exit 0: intact and trusted; 5 altered; 6 untrusted or not signed; 7 the pages
cannot be compared, because another version drew them; 8 a requirement unmet.
--require takes "countersigned" and "audit" (not a self-assessment).`,
		Args: usage(cobra.ExactArgs(1)),
		RunE: func(_ *cobra.Command, args []string) error {
			for _, r := range required {
				if requirements()[r] == nil {
					return &exit{exitUsage, fmt.Errorf(`--require %s: write "countersigned" or "audit"`, r)}
				}
			}
			return a.verify(args[0], roots, required, asJSON)
		},
	}
	c.Flags().StringArrayVar(&roots, "trust", nil, "PEM file of an authority to trust; may be repeated")
	c.Flags().StringArrayVar(&required, "require", nil, "what must hold beside; may be repeated")
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return c
}

func (a *app) verify(name string, roots, required []string, asJSON bool) error {
	pool, err := trustPool(roots)
	if err != nil {
		return err
	}
	file, err := os.ReadFile(name)
	if err != nil {
		return fmt.Errorf("read report: %w", err)
	}
	v, err := sign.Verify(file, sign.VerifyOptions{Roots: pool, Now: a.now(), Render: render})
	if err != nil {
		return err
	}
	if asJSON {
		err = json.NewEncoder(a.stdout).Encode(v)
	} else {
		for _, line := range v.Words() {
			_, err = fmt.Fprintln(a.stdout, line)
		}
	}
	if err != nil {
		return fmt.Errorf("print verdict: %w", err)
	}
	switch v.Problem() {
	case sign.Altered:
		return &exit{code: exitAltered}
	case sign.Untrusted:
		return &exit{code: exitUntrusted}
	case sign.NotComparable:
		return &exit{code: exitIncomparable}
	}
	slices.Sort(required)
	for _, r := range required {
		if !requirements()[r](v) {
			return &exit{exitUnmet, fmt.Errorf("required and not so: %s", r)}
		}
	}
	return nil
}

func trustPool(names []string) (*x509.CertPool, error) {
	pool := x509.NewCertPool()
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("read trusted authority: %w", err)
		}
		if !pool.AppendCertsFromPEM(data) {
			return nil, &exit{exitUsage, fmt.Errorf("read trusted authority %s: it holds no PEM certificate", name)}
		}
	}
	return pool, nil
}

// render draws the report that embedded data describes.
func render(data []byte) ([]byte, error) {
	var r audit.Report
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&r); err != nil {
		return nil, fmt.Errorf("read embedded data: %w", errors.Join(sign.ErrOtherRenderer, err))
	}
	if r.Renderer != audit.RenderersBuild || r.Schema != audit.ReportSchema {
		return nil, sign.ErrOtherRenderer
	}
	format, err := findFormat("pdf")
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	if err := format.Render(&out, &r); err != nil {
		return nil, fmt.Errorf("render embedded data: %w", err)
	}
	return out.Bytes(), nil
}
