package odf

import (
	"errors"
	"fmt"
	"path"
	"strconv"
	"strings"

	"trustaudit/internal/extract"
	"trustaudit/internal/extract/parts"
	"trustaudit/internal/extract/seal"
)

const (
	manifest = "META-INF/manifest.xml"
	whole    = "encrypted-package" // what newer writers encrypt: all parts in one
)

// encryption is what the manifest says of an encrypted part.
type encryption struct {
	algorithm, derivation string
	bits                  int
	rounds                int64
}

// seals reads which parts are encrypted, and how. Of a document whose content is,
// the error wraps ErrSealed.
func seals(p *parts.Package, sink extract.Sink) (sealed map[string]bool, err error) {
	if !p.Has(manifest) {
		return nil, nil
	}
	sealed = make(map[string]bool)
	var first encryption
	var part string
	err = p.Elements(manifest, func(e *parts.Element) {
		switch e.Name {
		case "file-entry":
			part = e.Attr("full-path")
		case "encryption-data":
			sealed[part] = true
		case "algorithm":
			if first.algorithm == "" {
				first.algorithm = e.Attr("algorithm-name")
			}
		case "key-derivation":
			if first.derivation == "" {
				first.derive(e)
			}
		}
	})
	if err != nil && !errors.Is(err, extract.ErrCorrupt) || len(sealed) == 0 {
		return nil, err
	}
	if err := sink.Seal(first.seal()); err != nil {
		return nil, err
	}
	if sealed[content] || sealed[whole] || !p.Has(content) {
		return nil, fmt.Errorf("open document: %w", extract.ErrSealed)
	}
	sink.Partial(fmt.Sprintf("%d parts are encrypted", len(sealed)))
	return sealed, nil
}

// derive reads how the key comes from the password.
func (c *encryption) derive(e *parts.Element) {
	c.derivation = e.Attr("key-derivation-name")
	c.bits, _ = strconv.Atoi(e.Attr("key-size"))
	c.bits *= 8
	for _, name := range []string{"iteration-count", "argon2-iterations"} {
		if n, err := strconv.ParseInt(e.Attr(name), 10, 64); err == nil {
			c.rounds = n
		}
	}
}

// seal grades the encryption. Names of algorithms are addresses, or words as
// the first versions wrote them.
func (c encryption) seal() extract.Seal {
	name := strings.ToLower(c.algorithm[strings.LastIndexAny(c.algorithm, "#:/")+1:])
	s := seal.Of("ODF", "", 0)
	switch {
	case strings.HasPrefix(name, "aes"):
		bits, mode, _ := strings.Cut(strings.TrimPrefix(name, "aes"), "-")
		n, _ := strconv.Atoi(bits) // zero when it does not say
		s = seal.Of("ODF", strings.TrimSuffix("AES-"+strings.ToUpper(mode), "-"), n)
	case strings.HasPrefix(name, "blowfish"):
		s = seal.Of("ODF", "Blowfish-CFB", max(c.bits, 128))
	case strings.HasPrefix(name, "tripledes"):
		s = seal.Of("ODF", "3DES-CBC", 168)
	}
	switch kdf := strings.ToLower(path.Base(c.derivation)); {
	case strings.Contains(kdf, "argon2id"):
		s.KDF = "Argon2id"
	case strings.Contains(kdf, "pbkdf2"):
		s.KDF = "PBKDF2-HMAC-SHA1"
		if c.rounds == 0 {
			c.rounds = 1024 // unless it is said
		}
	case strings.Contains(kdf, "pgp"):
		s.KDF = "OpenPGP"
	}
	s.Rounds = c.rounds
	return s
}
