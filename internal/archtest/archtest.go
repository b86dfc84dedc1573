// Package archtest holds the rules of the architecture as tests: who may import
// whom, who may touch the network, the disk and the clock, and what must be
// documented. It parses the source itself, since a test that runs the go command
// is cached wrongly and stays green.
package archtest

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// Module is the module's path.
const Module = "trustaudit"

// Package is one package's source without its tests.
type Package struct {
	Path  string // below the module: "internal/audit"
	Files map[string]*ast.File
	Fset  *token.FileSet
}

// Load parses every package of the module below root, nested modules excepted.
func Load(root string) ([]Package, error) {
	found := map[string]*Package{}
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, name)
		if err != nil {
			return err
		}
		rel = filepath.ToSlash(rel)
		if d.IsDir() {
			return enter(name, rel, d.Name())
		}
		if !strings.HasSuffix(rel, ".go") || strings.HasSuffix(rel, "_test.go") {
			return nil
		}
		dir := path.Dir(rel)
		p := found[dir]
		if p == nil {
			p = &Package{Path: dir, Files: map[string]*ast.File{}, Fset: token.NewFileSet()}
			found[dir] = p
		}
		file, err := parser.ParseFile(p.Fset, name, nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return fmt.Errorf("parse %s: %w", rel, err)
		}
		p.Files[rel] = file
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("load source: %w", err)
	}
	var all []Package
	for _, p := range found {
		all = append(all, *p)
	}
	slices.SortFunc(all, func(a, b Package) int { return strings.Compare(a.Path, b.Path) })
	return all, nil
}

func enter(name, rel, base string) error {
	if rel == "." {
		return nil
	}
	if strings.HasPrefix(base, ".") || base == "testdata" || base == "bin" || base == "dist" {
		return fs.SkipDir
	}
	if _, err := os.Stat(filepath.Join(name, "go.mod")); err == nil {
		return fs.SkipDir
	}
	return nil
}

// Imports lists what the package imports, once each.
func (p *Package) Imports() []string {
	var all []string
	for _, f := range p.Files {
		for _, spec := range f.Imports {
			imported, err := strconv.Unquote(spec.Path.Value)
			if err == nil && !slices.Contains(all, imported) {
				all = append(all, imported)
			}
		}
	}
	slices.Sort(all)
	return all
}

// Uses lists where the package names something of another package: "net.Dial"
// with its position. Files whose import has another name are understood.
func (p *Package) Uses(importPath, name string) []string {
	var at []string
	for _, f := range p.Files {
		local := localName(f, importPath)
		if local == "" {
			continue
		}
		ast.Inspect(f, func(n ast.Node) bool {
			s, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			x, ok := s.X.(*ast.Ident)
			if ok && x.Name == local && s.Sel.Name == name {
				at = append(at, p.position(s.Pos()))
			}
			return true
		})
	}
	return at
}

func localName(f *ast.File, importPath string) string {
	for _, spec := range f.Imports {
		if spec.Path.Value != strconv.Quote(importPath) {
			continue
		}
		if spec.Name != nil {
			return spec.Name.Name
		}
		return path.Base(importPath)
	}
	return ""
}

func (p *Package) position(at token.Pos) string {
	pos := p.Fset.Position(at)
	return fmt.Sprintf("%s:%d", path.Join(p.Path, filepath.Base(pos.Filename)), pos.Line)
}

// Within reports whether the package is one of the given ones, or lies below
// one that ends in a slash.
func (p *Package) Within(places ...string) bool {
	for _, place := range places {
		if p.Path == place || strings.HasSuffix(place, "/") && strings.HasPrefix(p.Path+"/", place) {
			return true
		}
	}
	return false
}
