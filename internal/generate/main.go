// Command generate writes the lists of plugins: every check, report format,
// kind of identifier, file format, source and probe stands in a folder of its
// own and is found there. It runs in the module's root:
//
//	go run ./internal/generate
//	go run ./internal/generate new-check FAMILY/NAME
//
// The second form makes the folder of a new check, which compiles and whose
// test fails until it is filled in.
package main

import (
	"fmt"
	"os"
	"path/filepath"
)

func main() {
	if err := run(".", os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "generate:", err)
		os.Exit(1)
	}
}

// run does what the arguments ask for, in the module at root.
func run(root string, args []string) error {
	switch {
	case len(args) == 0:
	case len(args) == 2 && args[0] == "new-check":
		if err := newCheck(root, args[1]); err != nil {
			return err
		}
	default:
		return fmt.Errorf("usage: generate [new-check FAMILY/NAME]")
	}
	for _, l := range lists {
		if err := write(root, l); err != nil {
			return err
		}
	}
	return nil
}

// write brings one list up to date. A tree without plugins has no list.
func write(root string, l list) error {
	source, err := l.render(root)
	if err != nil || source == nil {
		return err
	}
	path := filepath.Join(root, l.file)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return fmt.Errorf("write list: %w", err)
	}
	if err := os.WriteFile(path, source, 0o644); err != nil {
		return fmt.Errorf("write list: %w", err)
	}
	return nil
}
