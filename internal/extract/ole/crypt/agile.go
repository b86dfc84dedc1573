package crypt

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/binary"
	"encoding/xml"
	"fmt"
	"hash"
	"strings"

	"trustaudit/internal/extract"
	"trustaudit/internal/extract/seal"
)

const (
	maxDescription = 64 << 10
	// mostRounds are tried with the passwords that everybody knows.
	mostRounds = 1_000_000
)

// agile is the description of Office 2010 and later.
type agile struct {
	Data cipherOf `xml:"keyData"`
	Keys []struct {
		URI string     `xml:"uri,attr"`
		Key passwordOf `xml:"encryptedKey"`
	} `xml:"keyEncryptors>keyEncryptor"`
}

type cipherOf struct {
	Salt     string `xml:"saltValue,attr"`
	Block    int    `xml:"blockSize,attr"`
	Bits     int    `xml:"keyBits,attr"`
	Cipher   string `xml:"cipherAlgorithm,attr"`
	Chaining string `xml:"cipherChaining,attr"`
	Hash     string `xml:"hashAlgorithm,attr"`
}

type passwordOf struct {
	cipherOf
	Rounds   int64  `xml:"spinCount,attr"`
	Verifier string `xml:"encryptedVerifierHashInput,attr"`
	Digest   string `xml:"encryptedVerifierHashValue,attr"`
	Value    string `xml:"encryptedKeyValue,attr"`
}

func parseAgile(b []byte) (Info, error) {
	var a agile
	if err := xml.Unmarshal(b[:min(len(b), maxDescription)], &a); err != nil {
		return Info{}, fmt.Errorf("read encryption: %w", extract.ErrCorrupt)
	}
	s := seal.Of("Office agile", a.Data.name(), a.Data.Bits)
	p, ok := a.password()
	if !ok {
		s.KDF = "certificate"
		return Info{Seal: s}, nil
	}
	s.KDF, s.Rounds = "iterated "+p.Hash, p.Rounds
	return Info{Seal: s, trial: func(password string) (Key, bool) { return a.try(p, password) }}, nil
}

// name is the cipher and its mode as the list of ciphers has them.
func (c *cipherOf) name() string {
	name, _, _ := strings.Cut(c.Cipher, "_")
	if len(name) > 16 {
		return ""
	}
	switch c.Chaining {
	case "ChainingModeCBC":
		name += "-CBC"
	case "ChainingModeCFB":
		name += "-CFB"
	}
	return name
}

// password finds the key that a password opens.
func (a *agile) password() (passwordOf, bool) {
	for _, k := range a.Keys {
		if strings.HasSuffix(k.URI, "/password") {
			return k.Key, true
		}
	}
	return passwordOf{}, false
}

func (c *cipherOf) hash() func() hash.Hash {
	switch c.Hash {
	case "SHA1", "SHA-1":
		return sha1.New
	case "SHA256":
		return sha256.New
	case "SHA384":
		return sha512.New384
	case "SHA512":
		return sha512.New
	}
	return nil
}

// usual reports whether the cipher is one that is opened here.
func (c *cipherOf) usual() bool {
	return c.Cipher == "AES" && c.Chaining == "ChainingModeCBC" && c.Block == aes.BlockSize && c.hash() != nil
}

// The keys for a purpose are derived with these.
const (
	forVerifier = "\xfe\xa7\xd2\x76\x3b\x4b\x9e\x79"
	forDigest   = "\xd7\xaa\x0f\x6d\x30\x61\x34\x4e"
	forValue    = "\x14\x6e\x0b\xe7\xab\xac\xd0\xd6"
)

func (a *agile) try(p passwordOf, password string) (Key, bool) {
	if !p.usual() || !a.Data.usual() || p.Rounds < 0 || p.Rounds > mostRounds {
		return Key{}, false
	}
	salt := decode(p.Salt)
	h := p.hash()()
	sum := digest(h, salt, wide(password))
	for i := range uint32(p.Rounds) {
		sum = digest(h, binary.LittleEndian.AppendUint32(nil, i), sum)
	}
	open := func(purpose, value string) []byte {
		key := fit(digest(h, sum, []byte(purpose)), p.Bits/8, 0x36)
		return chained(key, fit(salt, aes.BlockSize, 0x36), decode(value))
	}
	verifier := open(forVerifier, p.Verifier)
	want := open(forDigest, p.Digest)
	if len(verifier) == 0 || !bytes.HasPrefix(want, digest(h, verifier)) {
		return Key{}, false
	}
	secret := open(forValue, p.Value)
	if len(secret) < a.Data.Bits/8 {
		return Key{}, false
	}
	return Key{agile: a, secret: secret[:a.Data.Bits/8]}, true
}

func digest(h hash.Hash, parts ...[]byte) []byte {
	h.Reset()
	for _, p := range parts {
		h.Write(p)
	}
	return h.Sum(nil)
}

// fit makes b n bytes long.
func fit(b []byte, n int, fill byte) []byte {
	if n < 0 || n > 64 {
		return nil
	}
	for len(b) < n {
		b = append(b, fill)
	}
	return b[:n]
}

// chained decrypts AES-CBC; nil when that cannot be.
func chained(key, iv, src []byte) []byte {
	block, err := aes.NewCipher(key)
	if err != nil || len(src)%aes.BlockSize != 0 {
		return nil
	}
	dst := make([]byte, len(src))
	cipher.NewCBCDecrypter(block, iv).CryptBlocks(dst, src)
	return dst
}

func decode(s string) []byte {
	b, err := base64.StdEncoding.DecodeString(s)
	if err != nil {
		return nil
	}
	return b
}
