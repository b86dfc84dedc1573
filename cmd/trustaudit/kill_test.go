package main

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// killTests is how often a scan is killed; KILLS in the environment says more
// or less.
func killTests(t *testing.T) int {
	t.Helper()
	if n, err := strconv.Atoi(os.Getenv("KILLS")); err == nil {
		return n
	}
	if testing.Short() {
		return 5
	}
	return 100
}

// Killed at any moment and started again, a scan ends with the items and the
// results of one that was left alone.
func TestKilledScanEqualsUndisturbed(t *testing.T) {
	share := killShare(t)
	began := time.Now()
	undisturbed := filepath.Join(t.TempDir(), "run")
	scanAgain(t, share, undisturbed, 0)
	whole := time.Since(began)
	wantItems, wantResults := printed(t, "items", undisturbed), printed(t, "results", undisturbed)
	if n := bytes.Count(wantItems, []byte("\n")); n != killFiles+2 {
		t.Fatalf("%d items, want %d files, an archive and its member", n, killFiles)
	}
	r := rand.New(rand.NewPCG(1, 2))
	killed := 0
	for i := range killTests(t) {
		dir := filepath.Join(t.TempDir(), "run")
		after := time.Duration(r.Int64N(int64(whole)))
		for scanAgain(t, share, dir, after) {
			killed++
			after += whole / 8
		}
		sameLines(t, fmt.Sprintf("kill %d: items", i), wantItems, printed(t, "items", dir))
		sameLines(t, fmt.Sprintf("kill %d: results", i), wantResults, printed(t, "results", dir))
		if err := os.RemoveAll(dir); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("an undisturbed scan takes %v; killed %d times", whole, killed)
	if killed < killTests(t)/4 {
		t.Errorf("only %d kills came before the end: the test tests too little", killed)
	}
}

// sameLines tells the first line in which two outputs differ.
func sameLines(t *testing.T, what string, want, got []byte) {
	t.Helper()
	wantLines, gotLines := bytes.Split(want, []byte("\n")), bytes.Split(got, []byte("\n"))
	for i := range min(len(wantLines), len(gotLines)) {
		if diff := cmp.Diff(string(wantLines[i]), string(gotLines[i])); diff != "" {
			t.Fatalf("%s differ in line %d (-undisturbed +killed):\n%s", what, i+1, diff)
		}
	}
	if len(wantLines) != len(gotLines) {
		t.Fatalf("%s: %d lines, undisturbed %d", what, len(gotLines), len(wantLines))
	}
}

const killFiles = 2000

func killShare(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for i := range killFiles {
		sub := filepath.Join(dir, fmt.Sprintf("ward %d", i%20))
		if err := os.MkdirAll(sub, 0o755); err != nil {
			t.Fatal(err)
		}
		text := "SYNTHETIC TEST DATA. The review went well.\n"
		if i%5 == 0 {
			text += fmt.Sprintf("Dear Mrs Example,\nNHS No: 943 476 5919  Date of birth: 12/03/19%02d\n", 30+i%60)
		}
		if err := os.WriteFile(filepath.Join(sub, fmt.Sprintf("letter %d.txt", i)), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	writeZip(t, filepath.Join(dir, "old.zip"), map[string]string{"inside.txt": "NHS No: 943 476 5919 DOB: 12/03/1944 Mrs Example"})
	return dir
}

// scanAgain runs the same scan command, kills it after a while, and reports
// whether it was killed before it ended.
func scanAgain(t *testing.T, share, dir string, after time.Duration) (killed bool) {
	t.Helper()
	c := again(t, "scan", "--self-assessment", "--path", share, "--out", dir, "--quiet", "--count-test-data")
	var output bytes.Buffer
	c.Stdout, c.Stderr = &output, &output
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- c.Wait() }()
	var timer <-chan time.Time
	if after > 0 {
		timer = time.After(after)
	}
	select {
	case err := <-done:
		if code := exitCode(err); err == nil || code != "3" {
			t.Fatalf("scan ended with %s:\n%s", code, output.Bytes())
		}
		return false
	case <-timer:
		if err := c.Process.Kill(); err != nil {
			t.Log(err) // it ended in the meantime
		}
		return exitCode(<-done) != "3"
	}
}

// again returns a command that is this program itself.
func again(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c := exec.Command(self, args...)
	c.Env = append(os.Environ(), mainAgain+"=1")
	return c
}

func printed(t *testing.T, args ...string) []byte {
	t.Helper()
	out, err := again(t, args...).Output()
	if err != nil {
		t.Fatalf("%v: %v", args, err)
	}
	return out
}
