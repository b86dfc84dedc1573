package main

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

// The same journal gives the same report, byte for byte, wherever it lies and
// whoever asks.
func TestReportIsAFunctionOfTheJournal(t *testing.T) {
	share := killShare(t)
	dir := filepath.Join(t.TempDir(), "run")
	if code, out := scanned(t, "--self-assessment", "--path", share, "--out", dir, "--count-test-data"); code != "3" {
		t.Fatalf("exit %s\n%s", code, out)
	}
	moved := filepath.Join(t.TempDir(), "elsewhere")
	if err := os.CopyFS(moved, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	for _, format := range formatNames() {
		var first []byte
		for _, from := range []string{dir, moved, dir} {
			name := filepath.Join(t.TempDir(), "report")
			if out, err := again(t, "report", from, "--format", format, "-o", name).CombinedOutput(); err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			data, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			if first == nil {
				first = data
			} else if !bytes.Equal(first, data) {
				t.Errorf("%s: two reports of one journal differ", format)
			}
		}
	}
}

// A demonstration leaves what it promises, and its report verifies.
func TestDemo(t *testing.T) {
	out := filepath.Join(t.TempDir(), "demo")
	temp := t.TempDir()
	c := again(t, "demo", "--out", out)
	c.Env = append(c.Env, "TMPDIR="+temp)
	said, err := c.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	for _, want := range []string{"report.pdf", "verify", "not achieved", "CRITICAL", "demonstration"} {
		if !bytes.Contains(said, []byte(want)) {
			t.Errorf("the demonstration does not say %q:\n%s", want, said)
		}
	}
	for _, name := range []string{"report.pdf", "report.html", "report.json", "root.pem", "run/journal.ndjson"} {
		if info, err := os.Stat(filepath.Join(out, filepath.FromSlash(name))); err != nil || info.Size() == 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
	verdict, err := again(t, "verify", filepath.Join(out, "report.pdf"), "--trust", filepath.Join(out, "root.pem")).CombinedOutput()
	if err != nil || !bytes.Contains(verdict, []byte("DEMONSTRATION")) {
		t.Errorf("verify: %v\n%s", err, verdict)
	}
	left := 0
	if err := filepath.WalkDir(temp, func(string, fs.DirEntry, error) error { left++; return nil }); err != nil || left > 1 {
		t.Errorf("%d things stayed behind in the temporary folder", left-1)
	}
}
