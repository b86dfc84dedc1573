package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

var checkName = regexp.MustCompile(`^([a-z][a-z0-9]*)/([a-z][a-z0-9]*)$`)

// newCheck makes the folder of a check that does not exist yet.
func newCheck(root, name string) error {
	parts := checkName.FindStringSubmatch(name)
	if parts == nil {
		return fmt.Errorf("new check: %q is not FAMILY/NAME in lower-case letters, such as channel/telnet", name)
	}
	folder := filepath.Join(root, "checks", parts[1], parts[2])
	if _, err := os.Stat(folder); err == nil {
		return fmt.Errorf("new check: checks/%s exists", name)
	} else if !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("new check: %w", err)
	}
	if err := os.MkdirAll(filepath.Join(folder, "testdata"), 0o755); err != nil {
		return fmt.Errorf("new check: %w", err)
	}
	fill := strings.NewReplacer("FAMILY", parts[1], "NAME", parts[2], "CHECKID", strings.ToUpper(parts[1]+"-"+parts[2]))
	for file, content := range scaffold {
		if err := os.WriteFile(filepath.Join(folder, filepath.FromSlash(file)), []byte(fill.Replace(content)), 0o644); err != nil {
			return fmt.Errorf("new check: %w", err)
		}
	}
	return nil
}

// scaffold is what a new check begins with.
var scaffold = map[string]string{
	"check.go": `// Package NAME finds … (say what).
package NAME

import (
	_ "embed"

	"trustaudit/internal/audit"
)

//go:embed doc.md
var doc string

// Check fails for … (say when).
var Check = audit.Check{
	ID:       "CHECKID",
	Title:    "Say in one line what is wrong",
	Doc:      doc,
	Evidence: "", // what an edition looks up: see templates/standards
	Severity: audit.Medium,
	Needs:    nil, // the kinds of fact: see internal/probe/*/fact
	Reach:    audit.ReachTarget,
	Judge:    func(p *audit.Pass) audit.Fold { return fold{p} },
}

type fold struct{ pass *audit.Pass }

// See takes one fact: call Seen or Unread for it, and Found for what is wrong.
func (f fold) See(fact audit.Fact) {
	f.pass.Unread(1, "this check is not written yet")
}

func (fold) End() {}
`,
	"check_test.go": `package NAME_test

import (
	"testing"

	"trustaudit/checks/FAMILY/NAME"
	"trustaudit/internal/checktest"
)

func TestCheck(t *testing.T) { checktest.Run(t, &NAME.Check, ".") }
`,
	"doc.md": `# Say in one line what is wrong

## What it looks at

## Why it matters

## Remedy

## Limits
`,
	"testdata/pass_nothing_wrong.json":   "{\n  \"facts\": []\n}\n",
	"testdata/fail_something_wrong.json": "{\n  \"facts\": []\n}\n",
}
