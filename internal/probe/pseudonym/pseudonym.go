// Package pseudonym is the probe of columns that look like digests of
// something. It says what they could be; trying to reverse them is a different
// matter, and every fact says that it was not done.
package pseudonym

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"trustaudit/internal/audit"
	"trustaudit/internal/probe"
	contentfact "trustaudit/internal/probe/content/fact"
	"trustaudit/internal/probe/pseudonym/fact"
)

const doc = `Says of a column that looks like digests which algorithms yield that shape. It does not try to reverse them.

It sends nothing and opens nothing: it goes by what the content and table probes saw.`

// Probe looks at columns of digests.
var Probe = probe.Probe{
	Name:    "pseudonym",
	Doc:     doc,
	Phase:   audit.FollowUp,
	Plan:    plan,
	Observe: observe,
	Facts:   []audit.Fact{fact.Digests{}},
}

// byBytes lists the algorithms whose digests have so many bytes, the likeliest
// first.
var byBytes = map[int][]string{
	4:  {"CRC-32"},
	8:  {"CRC-64", "truncated digest"},
	16: {"MD5", "MD4", "RIPEMD-128", "AES block", "random UUID"},
	20: {"SHA-1", "RIPEMD-160"},
	24: {"Tiger"},
	28: {"SHA-224", "SHA3-224", "SHA-512/224"},
	32: {"SHA-256", "SHA3-256", "BLAKE2s", "BLAKE3", "SHA-512/256", "HMAC-SHA-256"},
	48: {"SHA-384", "SHA3-384"},
	64: {"SHA-512", "SHA3-512", "BLAKE2b", "Whirlpool", "HMAC-SHA-512"},
}

// plan asks for a look at a column that looks like digests. The subject is all
// that the look needs, in JSON.
func plan(target audit.Target, f audit.Fact) []probe.Look {
	column, ok := f.(contentfact.Column)
	if !ok || column.Shape == "" {
		return nil
	}
	subject, err := json.Marshal(fact.Digests{
		Item: column.Item, Path: column.Path, Column: column.Name, Index: column.Index,
		Shape: column.Shape, Rows: column.Rows, Distinct: column.Distinct,
	})
	if err != nil { // strings and numbers always marshal
		return nil
	}
	return []probe.Look{{Target: target, Subject: string(subject)}}
}

func observe(_ context.Context, s *probe.Session) error {
	var seen fact.Digests
	if err := json.Unmarshal([]byte(s.Unit.Subject), &seen); err != nil {
		return fmt.Errorf("read the column that was planned: %w", err)
	}
	seen.Algorithms, seen.Tested = algorithms(seen.Shape), false
	if err := s.Emit(seen); err != nil {
		return fmt.Errorf("note digests: %w", err)
	}
	return nil
}

// algorithms lists what yields digests of a shape: "hex-64" is 32 bytes.
func algorithms(shape string) []string {
	var digits int
	switch {
	case scan(shape, "hex-%d", &digits):
		return slices.Clone(byBytes[digits/2])
	case scan(shape, "base64-%d", &digits):
		return base64Algorithms(digits)
	}
	return nil
}

// base64Algorithms lists what yields so many characters of base64, padded to a
// multiple of four or not.
func base64Algorithms(length int) []string {
	var all []string
	for size := range 65 {
		padded, bare := (size+2)/3*4, (size*8+5)/6
		if length == padded || length == bare {
			all = append(all, byBytes[size]...)
		}
	}
	return all
}

func scan(shape, format string, n *int) bool {
	read, err := fmt.Sscanf(shape, format, n)
	return err == nil && read == 1
}
