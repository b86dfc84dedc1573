package main

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"trustaudit/internal/audit"
	"trustaudit/internal/sign"
	"trustaudit/reports"
)

// reportOptions are the flags of report.
type reportOptions struct {
	format    string
	out       string
	key       signingKey
	signDraft bool
	edition   string
	location  string
}

func (a *app) reportCommand() *cobra.Command {
	var o reportOptions
	c := &cobra.Command{
		Use:   "report DIR --format pdf|html|json -o FILE [--sign KEY]",
		Short: "Write the report of a run, signed if a key is given",
		Long: `Writes the report. The same run gives the same bytes every time. With --sign a
PDF is signed with the auditor's key (PKCS#12 or PEM) and thereby certified: it
can be countersigned, and nothing else in it can change unnoticed.

The JSON is the very data that the PDF embeds.`,
		Args: usage(cobra.ExactArgs(1)),
		RunE: func(_ *cobra.Command, args []string) error {
			var id *sign.Identity
			if o.key.file != "" {
				var err error
				if id, err = a.identity(o.key); err != nil {
					return err
				}
			}
			j, err := a.judge(args[0], o.edition)
			if err != nil {
				return err
			}
			return a.writeReport(j.report, o, id)
		},
	}
	f := c.Flags()
	f.StringVar(&o.format, "format", "pdf", "form of the report: "+strings.Join(formatNames(), ", "))
	f.StringVarP(&o.out, "output", "o", "", "file to write; - is standard output")
	o.key.flags(c, "sign", "the auditor's key (PKCS#12 or PEM), for a PDF")
	f.BoolVar(&o.signDraft, "sign-draft", false, "sign though the edition is a draft")
	f.StringVar(&o.location, "location", "", "where it is signed, for the signature")
	f.StringVar(&o.edition, "edition", "", "edition of the standard, by ID or file (default: the engagement's)")
	return c
}

func formatNames() []string {
	var names []string
	for _, f := range reports.Formats() {
		names = append(names, f.Name)
	}
	return names
}

func findFormat(name string) (audit.Format, error) {
	for _, f := range reports.Formats() {
		if f.Name == name {
			return f, nil
		}
	}
	return audit.Format{}, &exit{exitUsage, fmt.Errorf("--format %s: write one of %s", name, strings.Join(formatNames(), ", "))}
}

// signingKey is where the auditor's key is, and the file of its passphrase.
type signingKey struct{ file, passphraseFile string }

// flags adds the flags that name the key.
func (k *signingKey) flags(c *cobra.Command, name, words string) {
	c.Flags().StringVar(&k.file, name, "", words)
	c.Flags().StringVar(&k.passphraseFile, "passphrase-file", "", "file that holds the passphrase of the signing key")
}

// identity reads the auditor's key.
func (a *app) identity(key signingKey) (*sign.Identity, error) {
	if key.file == "" {
		return nil, &exit{exitUsage, errors.New("the auditor's key is missing: write its file; 'trustaudit keygen' makes one for tests")}
	}
	return sign.LoadIdentity(key.file, func() ([]byte, error) { return a.passphrase("Passphrase of the signing key: ", key.passphraseFile) })
}

// writeReport renders a report, signs it if there is an identity, and writes it.
func (a *app) writeReport(r *audit.Report, o reportOptions, id *sign.Identity) error {
	format, err := findFormat(o.format)
	if err != nil {
		return err
	}
	switch {
	case o.out == "":
		return &exit{exitUsage, errors.New("report: -o is missing: write the file to make, or - for standard output")}
	case id != nil && format.Name != "pdf":
		return &exit{exitUsage, errors.New("report: only a PDF can be signed: leave out --sign, or write --format pdf")}
	case id != nil && r.Edition.Status == audit.EditionDraft && !o.signDraft:
		return &exit{exitUsage, fmt.Errorf("report: edition %s is a draft: write --sign-draft to sign all the same", r.Edition.ID)}
	}
	var out bytes.Buffer
	if err := format.Render(&out, r); err != nil {
		return fmt.Errorf("render report: %w", err)
	}
	data := out.Bytes()
	if id != nil {
		if data, err = a.sign(data, r, o, id); err != nil {
			return err
		}
	}
	if o.out == "-" {
		_, err = a.stdout.Write(data)
		return err
	}
	return writeFile(o.out, data, 0o644)
}

func (a *app) sign(data []byte, r *audit.Report, o reportOptions, id *sign.Identity) ([]byte, error) {
	return sign.Sign(data, id, sign.Options{
		Field: sign.AuditorField, Name: cmp.Or(r.Engagement.Auditor.Name, id.Certificate.Subject.CommonName),
		Reason: r.Title, Location: o.location, At: a.now(),
	})
}

// writeFile puts a file in place as a whole or not at all.
func writeFile(name string, data []byte, mode os.FileMode) error {
	f, err := os.CreateTemp(filepath.Dir(name), ".trustaudit-*")
	if err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	_, err = f.Write(data)
	err = errors.Join(err, f.Chmod(mode), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), name)
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", name, errors.Join(err, os.Remove(f.Name())))
	}
	return nil
}
