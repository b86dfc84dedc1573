// Package pbe finds in the DER or BER of keys what they say of the encryption
// under a password: PKCS #5 (RFC 8018), PKCS #12 (RFC 7292), scrypt (RFC 7914)
// and the private ones of Java.
package pbe

import (
	"bytes"
	"fmt"

	"trustaudit/internal/extract"
	"trustaudit/internal/extract/seal"
)

// Worst returns the weakest encryption under a password that is named anywhere in
// b: a store of keys is no stronger. It is found by the object identifiers alone,
// which stand in clear whatever is built around them.
func Worst(scheme string, b []byte) (worst extract.Seal, found bool) {
	for i := 0; i+2 < len(b); i++ {
		next := bytes.IndexByte(b[i:], 0x06)
		if next < 0 {
			break
		}
		i += next
		s, ok := at(b[i:])
		if !ok {
			continue
		}
		s.Scheme = scheme
		if !found || s.Grade == extract.SealWeak && worst.Grade != extract.SealWeak {
			worst = s
		}
		found = true
	}
	return worst, found
}

// Object identifiers, as DER has them.
const (
	pkcs5  = "\x2a\x86\x48\x86\xf7\x0d\x01\x05"     // and the scheme
	pkcs12 = "\x2a\x86\x48\x86\xf7\x0d\x01\x0c\x01" // and the scheme
	jks    = "\x2b\x06\x01\x04\x01\x2a\x02\x11\x01\x01"
	jceks  = "\x2b\x06\x01\x04\x01\x2a\x02\x13\x01"
	scrypt = "\x2b\x06\x01\x04\x01\xda\x47\x04\x0b"
	hmac   = "\x2a\x86\x48\x86\xf7\x0d\x02" // and the hash

	pbkdf2 = 12
	pbes2  = 13
)

type scheme struct {
	cipher string
	bits   int
	kdf    string
}

var first = map[byte]scheme{
	1: {"DES-CBC", 56, "PBKDF1-MD2"}, 3: {"DES-CBC", 56, "PBKDF1-MD5"}, 10: {"DES-CBC", 56, "PBKDF1-SHA1"},
	4: {"RC2-CBC", 64, "PBKDF1-MD2"}, 6: {"RC2-CBC", 64, "PBKDF1-MD5"}, 11: {"RC2-CBC", 64, "PBKDF1-SHA1"},
}

const kdf12 = "PKCS12-SHA1"

var twelfth = map[byte]scheme{
	1: {"RC4", 128, kdf12}, 2: {"RC4", 40, kdf12}, 3: {"3DES-CBC", 168, kdf12}, 4: {"3DES-CBC", 112, kdf12},
	5: {"RC2-CBC", 128, kdf12}, 6: {"RC2-CBC", 40, kdf12},
}

// at reads an algorithm whose identifier b begins with.
func at(b []byte) (extract.Seal, bool) {
	_, id, rest, ok := element(b)
	if !ok {
		return extract.Seal{}, false
	}
	s, known := scheme{}, false
	switch id := string(id); {
	case id == pkcs5+string(rune(pbes2)):
		return second(rest)
	case len(id) == len(pkcs5)+1 && id[:len(pkcs5)] == pkcs5:
		s, known = first[id[len(id)-1]]
	case len(id) == len(pkcs12)+1 && id[:len(pkcs12)] == pkcs12:
		s, known = twelfth[id[len(id)-1]]
	case id == jks:
		s, known = scheme{"XOR with SHA-1", 160, "SHA1"}, true
	case id == jceks:
		s, known = scheme{"3DES-CBC", 168, "PBKDF1-MD5"}, true
	}
	if !known {
		return extract.Seal{}, false
	}
	out := seal.Of("", s.cipher, s.bits)
	out.KDF, out.Rounds = s.kdf, 1
	if _, params, _, ok := element(rest); ok { // a salt, and how often
		if _, _, rest, ok := element(params); ok {
			out.Rounds = max(1, number(rest))
		}
	}
	return out, true
}

// second reads the parameters of PBES2: a key derivation and a cipher.
func second(b []byte) (extract.Seal, bool) {
	_, params, _, ok := element(b)
	if !ok {
		return extract.Seal{}, false
	}
	_, derivation, rest, ok := element(params)
	if !ok {
		return extract.Seal{}, false
	}
	_, encryption, _, ok := element(rest)
	if !ok {
		return extract.Seal{}, false
	}
	_, id, _, _ := element(encryption)
	c := ciphers[string(id)]
	out := seal.Of("", c.cipher, c.bits)
	out.KDF, out.Rounds = derive(derivation)
	return out, true
}

var ciphers = map[string]scheme{
	"\x60\x86\x48\x01\x65\x03\x04\x01\x02":         {cipher: "AES-CBC", bits: 128},
	"\x60\x86\x48\x01\x65\x03\x04\x01\x06":         {cipher: "AES-GCM", bits: 128},
	"\x60\x86\x48\x01\x65\x03\x04\x01\x16":         {cipher: "AES-CBC", bits: 192},
	"\x60\x86\x48\x01\x65\x03\x04\x01\x2a":         {cipher: "AES-CBC", bits: 256},
	"\x60\x86\x48\x01\x65\x03\x04\x01\x2e":         {cipher: "AES-GCM", bits: 256},
	"\x2a\x86\x48\x86\xf7\x0d\x03\x07":             {cipher: "3DES-CBC", bits: 168},
	"\x2a\x86\x48\x86\xf7\x0d\x03\x02":             {cipher: "RC2-CBC", bits: 128},
	"\x2b\x0e\x03\x02\x07":                         {cipher: "DES-CBC", bits: 56},
	"\x2a\x83\x08\x8c\x9a\x4b\x3d\x01\x01\x01\x02": {cipher: "Camellia-CBC", bits: 128},
	"\x2a\x83\x08\x8c\x9a\x4b\x3d\x01\x01\x01\x04": {cipher: "Camellia-CBC", bits: 256},
}

var hashes = map[byte]string{7: "SHA1", 8: "SHA224", 9: "SHA256", 10: "SHA384", 11: "SHA512"}

// derive reads PBKDF2 or scrypt with their parameters.
func derive(b []byte) (kdf string, rounds int64) {
	_, id, rest, _ := element(b)
	_, params, _, ok := element(rest)
	if !ok {
		return "", 0
	}
	_, _, rest, _ = element(params) // the salt
	switch string(id) {
	case scrypt:
		return "scrypt", number(rest)
	case pkcs5 + string(rune(pbkdf2)):
		return "PBKDF2-HMAC-" + prf(rest), number(rest)
	}
	return "", 0
}

// prf names the hash behind the rounds and the length of the key, which may be
// left out, and so may the hash.
func prf(b []byte) string {
	for len(b) > 0 {
		tag, content, rest, ok := element(b)
		if !ok {
			break
		}
		if tag == 0x30 {
			if _, id, _, ok := element(content); ok && len(id) == len(hmac)+1 && string(id[:len(hmac)]) == hmac && hashes[id[len(hmac)]] != "" {
				return hashes[id[len(hmac)]]
			}
			return fmt.Sprintf("hash %x", content[:min(len(content), 12)])
		}
		b = rest
	}
	return "SHA1"
}

// number reads an integer that is no larger than rounds are.
func number(b []byte) (n int64) {
	tag, content, _, ok := element(b)
	if !ok || tag != 2 || len(content) > 8 {
		return 0
	}
	for _, c := range content {
		n = n<<8 | int64(c)
	}
	return max(n, 0)
}

// element reads a tag, a length and what they hold. A length that is not told is
// up to the end of b.
func element(b []byte) (tag byte, content, rest []byte, ok bool) {
	if len(b) < 2 {
		return 0, nil, nil, false
	}
	tag, n, at := b[0], int(b[1]), 2
	switch {
	case n == 0x80:
		return tag, b[2:], nil, true
	case n > 0x80:
		count := n - 0x80
		if count > 4 || len(b) < 2+count {
			return 0, nil, nil, false
		}
		n, at = 0, 2+count
		for _, c := range b[2:at] {
			n = n<<8 | int(c)
		}
	}
	if n < 0 || n > len(b)-at {
		return 0, nil, nil, false
	}
	return tag, b[at : at+n], b[at+n:], true
}
