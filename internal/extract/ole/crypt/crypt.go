// Package crypt knows how Office encrypts: it says by which cipher and key, and
// opens what needs no secret, since it was encrypted with the password that
// Excel or PowerPoint keeps for itself, or with none.
package crypt

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/md5"
	"crypto/rc4"
	"crypto/sha1"
	"encoding/binary"
	"fmt"

	"trustaudit/internal/extract"
	"trustaudit/internal/extract/seal"
)

// Passwords are those that keep nothing secret. Excel encrypts with the first
// what is only protected against changes, PowerPoint with the second.
func Passwords() []string { return []string{"VelvetSweatshop", "/01Hannes Ruescher/01", ""} }

// Info is how a document says that it is encrypted.
type Info struct {
	Seal  extract.Seal
	trial func(password string) (Key, bool)
}

// Key decrypts a document.
type Key struct {
	stream func(block uint32) (*rc4.Cipher, error) // RC4
	block  cipher.Block                            // standard AES
	agile  *agile
	secret []byte // of agile encryption
}

// Open tries what needs no secret. The seal says so if it opens.
func (i *Info) Open() (Key, bool) {
	if i.trial == nil {
		return Key{}, false
	}
	for _, p := range Passwords() {
		if k, ok := i.trial(p); ok {
			i.Seal.Open, i.Seal.Grade = true, extract.SealWeak
			return k, true
		}
	}
	return Key{}, false
}

// Parse reads the description with which an encrypted document begins: the
// stream EncryptionInfo, or its like within older documents.
func Parse(b []byte) (Info, error) {
	if len(b) < 8 {
		return Info{}, fmt.Errorf("read encryption: %w", extract.ErrCorrupt)
	}
	major, minor := binary.LittleEndian.Uint16(b), binary.LittleEndian.Uint16(b[2:])
	switch {
	case minor == 1:
		return parseRC4(b[4:])
	case minor == 2 && major >= 2 && major <= 4:
		return parseAPI(b[4:])
	case minor == 3:
		return Info{Seal: seal.Of("Office extensible", "", 0)}, nil
	case major == 4 && minor == 4:
		return parseAgile(b[8:])
	}
	return Info{}, fmt.Errorf("read encryption: version %d.%d: %w", major, minor, extract.ErrUnsupported)
}

// parseRC4 reads the encryption of Office 97: whatever the password, the key
// has 40 bits.
func parseRC4(b []byte) (Info, error) {
	if len(b) < 48 {
		return Info{}, fmt.Errorf("read encryption: %w", extract.ErrCorrupt)
	}
	s := seal.Of("Office 97", "RC4", 40)
	s.KDF = "MD5"
	salt, verifier, hash := b[:16], b[16:32], b[32:48]
	return Info{Seal: s, trial: func(password string) (Key, bool) {
		first := md5.Sum(wide(password))
		h := md5.New()
		for range 16 {
			h.Write(first[:5])
			h.Write(salt)
		}
		short := h.Sum(nil)[:5]
		k := Key{stream: func(block uint32) (*rc4.Cipher, error) {
			sum := md5.Sum(binary.LittleEndian.AppendUint32(bytes.Clone(short), block))
			return rc4.NewCipher(sum[:])
		}}
		return k, k.verifies(verifier, hash, func(b []byte) []byte { s := md5.Sum(b); return s[:] })
	}}, nil
}

// verifies decrypts the verifier and its digest, which follow one another.
func (k *Key) verifies(verifier, digest []byte, hash func([]byte) []byte) bool {
	c, err := k.stream(0)
	if err != nil {
		return false
	}
	v, d := make([]byte, len(verifier)), make([]byte, len(digest))
	c.XORKeyStream(v, verifier)
	c.XORKeyStream(d, digest)
	return bytes.HasPrefix(d, hash(v))
}

func sha1Of(parts ...[]byte) []byte {
	h := sha1.New()
	for _, p := range parts {
		h.Write(p)
	}
	return h.Sum(nil)
}

// The algorithms of a provider of Windows' CryptoAPI.
const (
	algRC4    = 0x6801
	algAES128 = 0x660e
	algAES256 = 0x6610
)

// api is the description of Office 2002 to 2007.
type api struct {
	bits           int
	salt           []byte
	verifier, hash []byte
}

// parseAPI reads an encryption by CryptoAPI: RC4 within older documents, AES
// around those of Office 2007.
func parseAPI(b []byte) (Info, error) {
	corrupt := fmt.Errorf("read encryption: %w", extract.ErrCorrupt)
	if len(b) < 8 {
		return Info{}, corrupt
	}
	size := int64(binary.LittleEndian.Uint32(b[4:]))
	if b = b[8:]; size < 32 || size > int64(len(b)) {
		return Info{}, corrupt
	}
	flags, algorithm, bits := binary.LittleEndian.Uint32(b), binary.LittleEndian.Uint32(b[8:]), int(binary.LittleEndian.Uint32(b[16:]))
	b = b[size:]
	const external, isAES = 0x10, 0x20
	if algorithm == 0 && flags&external == 0 {
		if algorithm = algRC4; flags&isAES != 0 {
			algorithm = algAES128
		}
	}
	if bits == 0 {
		if bits = 40; algorithm == algAES128 {
			bits = 128
		}
	}
	a := &api{bits: bits}
	if len(b) >= 60 && binary.LittleEndian.Uint32(b) == 16 {
		a.salt, a.verifier, a.hash = b[4:20], b[20:36], b[40:min(72, len(b))]
	}
	switch {
	case algorithm == algRC4:
		return a.rc4(), nil
	case algorithm >= algAES128 && algorithm <= algAES256:
		return a.aes(), nil
	}
	return Info{Seal: seal.Of("Office CryptoAPI", "", bits)}, nil
}

func (a *api) rc4() Info {
	s := seal.Of("Office CryptoAPI", "RC4", a.bits)
	s.KDF = "SHA-1"
	if a.salt == nil || a.bits < 40 || a.bits > 128 {
		return Info{Seal: s}
	}
	return Info{Seal: s, trial: func(password string) (Key, bool) {
		first := sha1Of(a.salt, wide(password))
		k := Key{stream: func(block uint32) (*rc4.Cipher, error) {
			key := sha1Of(first, binary.LittleEndian.AppendUint32(nil, block))[:a.bits/8]
			if a.bits == 40 {
				key = append(key, make([]byte, 11)...)
			}
			return rc4.NewCipher(key)
		}}
		return k, k.verifies(a.verifier, a.hash[:20], func(b []byte) []byte { return sha1Of(b) })
	}}
}

// standardRounds are those of Office 2007.
const standardRounds = 50_000

func (a *api) aes() Info {
	s := seal.Of("Office standard", "AES-ECB", a.bits)
	s.KDF, s.Rounds = "iterated SHA-1", standardRounds
	if a.salt == nil || len(a.hash) < 32 || a.bits != 128 && a.bits != 192 && a.bits != 256 {
		return Info{Seal: s}
	}
	return Info{Seal: s, trial: func(password string) (Key, bool) {
		h := sha1Of(a.salt, wide(password))
		for i := range uint32(standardRounds) {
			sum := sha1.Sum(append(binary.LittleEndian.AppendUint32(nil, i), h...))
			h = sum[:]
		}
		h = sha1Of(h, make([]byte, 4))
		block, err := aes.NewCipher(append(derived(h, 0x36), derived(h, 0x5c)...)[:a.bits/8])
		if err != nil {
			return Key{}, false
		}
		verifier, hash := electronic(block, a.verifier), electronic(block, a.hash)
		return Key{block: block}, bytes.HasPrefix(hash, sha1Of(verifier))
	}}
}

func derived(h []byte, fill byte) []byte {
	b := bytes.Repeat([]byte{fill}, 64)
	for i := range h {
		b[i] ^= h[i]
	}
	return sha1Of(b)
}

// electronic decrypts each block by itself.
func electronic(block cipher.Block, src []byte) []byte {
	dst := make([]byte, len(src))
	for i := 0; i+block.BlockSize() <= len(src); i += block.BlockSize() {
		block.Decrypt(dst[i:], src[i:])
	}
	return dst
}

// wide is s in UTF-16.
func wide(s string) []byte {
	b := make([]byte, 0, 2*len(s))
	for i := range len(s) {
		b = append(b, s[i], 0)
	}
	return b
}
