// Command broken breaks each invariant of the architecture once, in a copy of
// the source, and sees whether the guard that ARCHITECTURE.md names catches it.
//
//	go run ./internal/broken [-only WORD]
package main

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

func main() {
	only := flag.String("only", "", "only the invariants whose name holds this word")
	flag.Parse()
	missed, err := breakAll(*only)
	if err != nil {
		fmt.Fprintln(os.Stderr, "broken:", err)
		os.Exit(1)
	}
	if missed > 0 {
		fmt.Printf("%d breaks were not caught\n", missed)
		os.Exit(1)
	}
}

// breakAll tries every break and returns how many no guard caught.
func breakAll(only string) (missed int, err error) {
	scratch, err := os.MkdirTemp("", "trustaudit-broken-")
	if err != nil {
		return 0, err
	}
	defer os.RemoveAll(scratch)
	if err := copyTracked(scratch); err != nil {
		return 0, err
	}
	for _, b := range breaks() {
		if !strings.Contains(b.invariant, only) {
			continue
		}
		caught, err := b.try(scratch)
		word := "caught by"
		if !caught {
			word = "NOT CAUGHT by"
			missed++
		}
		if err != nil {
			word = fmt.Sprintf("COULD NOT BE BROKEN (%v) for", err)
		}
		fmt.Printf("%-62s %s %s %s\n", b.invariant, word, b.pkg, b.test)
	}
	return missed, nil
}

// copyTracked copies what git tracks, as it is in the working tree.
func copyTracked(to string) error {
	list, err := exec.Command("git", "ls-files", "-z").Output()
	if err != nil {
		return fmt.Errorf("list files: %w", err)
	}
	for _, name := range strings.Split(strings.TrimRight(string(list), "\x00"), "\x00") {
		data, err := os.ReadFile(name)
		if os.IsNotExist(err) {
			continue // deleted and not yet committed
		}
		if err != nil {
			return err
		}
		target := filepath.Join(to, name)
		if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(target, data, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// broken is a line that is broken: in file, old becomes new (or the file is
// new, when old is empty). The test in pkg must then fail.
type broken struct {
	invariant string
	file      string
	old, new  string
	pkg, test string
}

// try breaks the line, runs the guard, and mends the line again.
func (b broken) try(scratch string) (caught bool, err error) {
	name := filepath.Join(scratch, filepath.FromSlash(b.file))
	mend, err := b.apply(name)
	if err != nil {
		return false, err
	}
	defer func() {
		if merr := mend(); err == nil {
			err = merr
		}
	}()
	vet := exec.Command("go", "build", "./...")
	vet.Dir = scratch
	if output, err := vet.CombinedOutput(); err != nil {
		return false, fmt.Errorf("the broken line does not compile:\n%s", output)
	}
	return b.caught(scratch)
}

// caught runs the guard and reports whether it failed, as it should.
func (b broken) caught(scratch string) (bool, error) {
	c := exec.Command("go", "test", "-count=1", "-timeout", "45s", "-short", "-run", b.test, "./"+b.pkg)
	signs := []string{"--- FAIL", "panic:"}
	c.Env = append(os.Environ(), "KILLS=5")
	if b.test == onWindows {
		c = exec.Command("go", "vet", "./"+b.pkg)
		signs = []string{"undefined: "}
		c.Env = append(os.Environ(), "GOOS=windows", "CGO_ENABLED=0")
	}
	c.Dir = scratch
	output, err := c.CombinedOutput()
	if err == nil {
		return false, nil
	}
	for _, sign := range signs {
		if strings.Contains(string(output), sign) {
			return true, nil
		}
	}
	return false, fmt.Errorf("the guard did not run:\n%s", output)
}

// apply breaks the line and returns what mends it.
func (b broken) apply(name string) (mend func() error, err error) {
	if b.old == "" {
		return func() error { return os.Remove(name) }, os.WriteFile(name, []byte(b.new), 0o644)
	}
	whole, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	if !strings.Contains(string(whole), b.old) {
		return nil, fmt.Errorf("%s no longer holds the line to break:\n%s", b.file, b.old)
	}
	text := strings.Replace(string(whole), b.old, b.new, 1)
	return func() error { return os.WriteFile(name, whole, 0o644) }, os.WriteFile(name, []byte(text), 0o644)
}
