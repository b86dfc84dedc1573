// Package standard reads editions of the national data security standard. An
// edition is data: outcomes, levels, the profile and the confidence of each of
// its rows, and which evidence bears on which indicator. Some are embedded; a
// trust or a regulator may supply its own. What is read is held to be sound
// before anything is judged by it: a mistake names its file and line.
package standard

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"trustaudit/internal/audit"
	"trustaudit/templates"
)

// maxSize bounds an edition's file; the embedded ones have some 25 kB.
const maxSize = 4 << 20

// Edition is an edition of the standard together with the digest of the file
// that it was read from.
type Edition struct {
	audit.Edition
	Digest string // SHA-256, hexadecimal
}

// Part is what a report says of the edition.
func (e *Edition) Part() audit.EditionPart {
	return audit.EditionPart{
		ID: e.ID, Title: e.Title, Year: e.Year, Status: e.Status, Confidence: e.Confidence,
		LevelRule: e.LevelRule, StatusRule: e.StatusRule, Digest: e.Digest,
	}
}

// Load reads and validates one edition. The name stands in errors.
func Load(name string, data []byte) (*Edition, error) {
	if len(data) > maxSize {
		return nil, fmt.Errorf("read edition %s: larger than %d bytes", name, maxSize)
	}
	sum := sha256.Sum256(data)
	e := &Edition{Digest: hex.EncodeToString(sum[:])}
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	decoder.KnownFields(true)
	if err := decoder.Decode(&e.Edition); errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("read edition %s: the file is empty", name)
	} else if err != nil {
		return nil, fmt.Errorf("read edition %s: %w", name, err)
	}
	if err := decoder.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("read edition %s: more than one document in the file", name)
	}
	var root yaml.Node
	if err := yaml.Unmarshal(data, &root); err != nil {
		return nil, fmt.Errorf("read edition %s: %w", name, err)
	}
	if err := validate(&e.Edition, position{file: name, root: &root}); err != nil {
		return nil, fmt.Errorf("validate edition: %w", err)
	}
	return e, nil
}

// LoadFile reads an edition that the trust or the regulator supplies.
func LoadFile(path string) (*Edition, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("open edition: %w", err)
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxSize+1))
	if err != nil {
		return nil, fmt.Errorf("read edition %s: %w", path, err)
	}
	return Load(path, data)
}

// Editions lists the embedded editions by ID.
func Editions() ([]*Edition, error) {
	names, err := fs.Glob(templates.StandardData, "standards/*.yaml")
	if err != nil {
		return nil, fmt.Errorf("list editions: %w", err)
	}
	all := make([]*Edition, 0, len(names))
	for _, name := range names {
		data, err := templates.StandardData.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("read edition: %w", err)
		}
		e, err := Load(name, data)
		if err != nil {
			return nil, err
		}
		all = append(all, e)
	}
	slices.SortFunc(all, func(a, b *Edition) int { return cmp.Compare(a.ID, b.ID) })
	return all, nil
}

// Find returns the embedded edition with the ID; its error says which there are.
func Find(id string) (*Edition, error) {
	all, err := Editions()
	if err != nil {
		return nil, err
	}
	var ids []string
	for _, e := range all {
		if e.ID == id {
			return e, nil
		}
		ids = append(ids, e.ID)
	}
	return nil, fmt.Errorf("find edition %q: there are %s", id, strings.Join(ids, ", "))
}
