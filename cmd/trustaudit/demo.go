package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"trustaudit/internal/demo"
	"trustaudit/internal/sign"
)

// demoSeed makes the synthetic trust; another seed makes another.
const demoSeed = 2007

func (a *app) demoCommand() *cobra.Command {
	var out string
	c := &cobra.Command{
		Use:   "demo --out DIR",
		Short: "Audit a synthetic trust on this machine, and show the report",
		Long: `Starts a small synthetic trust on the loopback interface and in a temporary
folder, audits it as an auditor would, and signs the report with the key of a
demonstration authority. Leaves report.pdf, report.html, report.json, root.pem
and the run in DIR. No data in it belongs to anybody.`,
		Args: usage(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error { return a.demo(c.Context(), out) },
	}
	c.Flags().StringVar(&out, "out", "demo", "folder to leave the report in (made if missing)")
	return c
}

func (a *app) demo(ctx context.Context, out string) (err error) {
	ctx, release := interruptible(ctx)
	defer release()
	runDir := filepath.Join(out, "run")
	if _, err := os.Stat(runDir); err == nil {
		return fmt.Errorf("demo: %s holds a demonstration already: remove it, or name another folder with --out", out)
	}
	if err := os.MkdirAll(out, 0o755); err != nil {
		return fmt.Errorf("demo: %w", err)
	}
	trustDir, err := os.MkdirTemp("", "trustaudit-demo-")
	if err != nil {
		return fmt.Errorf("demo: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(trustDir)) }()
	trust, err := demo.Start(ctx, trustDir, demoSeed)
	if err != nil {
		return err
	}
	err = a.auditDemo(ctx, trust, out, runDir)
	return errors.Join(err, trust.Close())
}

// auditDemo does what an auditor does, step by step.
func (a *app) auditDemo(ctx context.Context, trust *demo.Trust, out, runDir string) error {
	engagementFile := filepath.Join(out, "engagement.yaml")
	text, err := trust.EngagementYAML()
	if err != nil {
		return err
	}
	if err := writeFile(engagementFile, text, 0o644); err != nil {
		return err
	}
	file, err := a.load(engagementFile, runDir)
	if err != nil {
		return err
	}
	// Findings are what a demonstration is for: their exit code is not ours.
	var e *exit
	if err := a.scan(ctx, file, scanOptions{out: runDir}); err != nil && (!errors.As(err, &e) || e.err != nil) {
		return err
	}
	authority, id, err := demoIdentity(a)
	if err != nil {
		return err
	}
	root := filepath.Join(out, "root.pem")
	if err := writeFile(root, sign.CertificatePEM(authority.Root), 0o644); err != nil {
		return err
	}
	if err := a.demoReports(runDir, out, id); err != nil {
		return err
	}
	pdf := filepath.Join(out, "report.pdf")
	fmt.Fprintf(a.stdout, "\nThe report: %s\nVerify it:  trustaudit verify %s --trust %s\n", pdf, pdf, root)
	return nil
}

// demoIdentity makes the demonstration's authority, and its auditor's key.
func demoIdentity(a *app) (*sign.Authority, *sign.Identity, error) {
	authority, err := sign.NewAuthority(sign.Subject{Name: "trustaudit demonstration authority"}, a.now(), rand.Reader)
	if err != nil {
		return nil, nil, err
	}
	id, err := authority.Issue(sign.Subject{Name: "Demonstration Auditor", Organisation: "trustaudit demonstration"})
	return authority, id, err
}

// demoReports writes the report in every form.
func (a *app) demoReports(runDir, out string, id *sign.Identity) error {
	j, err := a.judge(runDir, "")
	if err != nil {
		return err
	}
	for _, format := range formatNames() {
		o := reportOptions{format: format, out: filepath.Join(out, "report."+format), location: "Demonstration"}
		signer := id
		if format != "pdf" {
			signer = nil
		}
		if err := a.writeReport(j.report, o, signer); err != nil {
			return err
		}
	}
	return nil
}
