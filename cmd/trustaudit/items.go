package main

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math"
	"strings"

	"github.com/spf13/cobra"

	"trustaudit/internal/audit"
	"trustaudit/internal/auditkey"
	contentfact "trustaudit/internal/probe/content/fact"
	"trustaudit/internal/run"
	"trustaudit/internal/sorted"
)

// itemRow is one line of 'trustaudit items'.
type itemRow struct {
	Target       audit.Target                 `json:"target"`
	Path         string                       `json:"path"`
	PathBase64   string                       `json:"path_base64,omitempty"`
	ID           string                       `json:"id"`
	Size         int64                        `json:"size"`
	Modified     string                       `json:"modified"`
	Format       string                       `json:"format"`
	Status       contentfact.Status           `json:"status"`
	Reason       string                       `json:"reason"`
	Seal         string                       `json:"seal"`
	Open         bool                         `json:"open"`
	SealDetail   string                       `json:"seal_detail"`
	SealCipher   string                       `json:"seal_cipher,omitempty"`
	SealBits     int64                        `json:"seal_bits,omitempty"`
	SealKDF      string                       `json:"seal_kdf,omitempty"`
	SealRounds   int64                        `json:"seal_rounds,omitempty"`
	Identifiable bool                         `json:"identifiable"`
	TestData     bool                         `json:"test_data"`
	Records      int64                        `json:"records"`
	Clinical     bool                         `json:"clinical"`
	Password     bool                         `json:"states_password,omitempty"`
	Identifiers  map[string]contentfact.Count `json:"identifiers"`
	Score        float64                      `json:"score"`
}

func (a *app) itemsCommand() *cobra.Command {
	var reveal bool
	var passphraseFile, identity string
	c := &cobra.Command{
		Use:   "items DIR",
		Short: "Print every file, archive member and table that was met, as NDJSON",
		Long: `Prints one line for each item, sorted by target and path, read or not. A path
that identifies somebody is masked; --reveal prints it raw, for the people who
must mend the file, and needs the audit key.`,
		Args: usage(cobra.ExactArgs(1)),
		RunE: func(_ *cobra.Command, args []string) error {
			var raw map[string]string
			if reveal {
				var err error
				if raw, err = a.locators(args[0], passphraseFile, identity); err != nil {
					return err
				}
			}
			return a.items(args[0], raw)
		},
	}
	c.Flags().BoolVar(&reveal, "reveal", false, "print masked paths raw")
	c.Flags().StringVar(&passphraseFile, "passphrase-file", "", "file that holds the passphrase of the audit key")
	c.Flags().StringVar(&identity, "identity", "", "age identity file, for a key that is sealed to a recipient")
	return c
}

// locators unseals the raw names of masked items, by item.
func (a *app) locators(dir, passphraseFile, identity string) (map[string]string, error) {
	unlock, err := a.unlockWith(passphraseFile, identity)
	if err != nil {
		return nil, err
	}
	secret, err := auditkey.Load(dir, unlock)
	if err != nil {
		return nil, err
	}
	raw := map[string]string{}
	for l, err := range auditkey.ReadLocators(dir, secret) {
		if err != nil {
			return nil, err
		}
		raw[l.ID] = l.Path
	}
	return raw, nil
}

// items prints the items in order. There may be many millions: they are sorted
// outside memory.
func (a *app) items(dir string, raw map[string]string) error {
	r, err := run.Open(dir)
	if err != nil {
		return err
	}
	defer r.Close()
	lines, err := sorted.New()
	if err != nil {
		return err
	}
	defer lines.Close()
	kind := contentfact.Item{}.FactKind()
	err = r.Facts(func(k string) bool { return k == kind }, func(f run.Raw) error {
		var item contentfact.Item
		if err := json.Unmarshal(f.Data, &item); err != nil {
			return fmt.Errorf("read item: %w", err)
		}
		row := rowOf(f.Target, item, raw)
		line, err := json.Marshal(row)
		if err != nil {
			return fmt.Errorf("print item: %w", err)
		}
		return lines.Add(string(row.Target)+"\x00"+row.Path+"\x00"+row.ID, line)
	})
	if err != nil {
		return err
	}
	for line, err := range lines.All() {
		if err != nil {
			return err
		}
		if _, err := fmt.Fprintf(a.stdout, "%s\n", line); err != nil {
			return fmt.Errorf("print items: %w", err)
		}
	}
	return nil
}

func rowOf(target audit.Target, f contentfact.Item, raw map[string]string) itemRow {
	row := itemRow{
		Target: target, Path: f.Path, PathBase64: f.PathBase64, ID: f.ID, Size: f.Size, Modified: f.Modified,
		Format: f.Format, Status: f.Status, Reason: f.Reason, Seal: f.Seal, Open: f.Open, SealDetail: f.SealDetail,
		SealCipher: f.SealCipher, SealBits: f.SealBits, SealKDF: f.SealKDF, SealRounds: f.SealRounds,
		Identifiable: f.Identifiable, TestData: f.TestData, Records: f.Records, Clinical: f.Clinical, Password: f.StatesPassword, Identifiers: f.Identifiers,
		Score: math.Round(f.Score*100) / 100, // bans are added up in steps of a hundredth
	}
	if row.Seal == "" {
		row.Seal = "none"
	}
	if row.Identifiers == nil {
		row.Identifiers = map[string]contentfact.Count{}
	}
	if path, ok := raw[f.ID]; ok {
		row.Path = strings.ToValidUTF8(path, "\uFFFD")
		if row.Path != path {
			row.PathBase64 = base64.StdEncoding.EncodeToString([]byte(path))
		}
	}
	return row
}
