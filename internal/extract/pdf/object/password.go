package object

import (
	"bytes"
	"crypto/aes"
	stdcipher "crypto/cipher"
	"crypto/md5"
	"crypto/rc4"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/binary"
	"fmt"
)

// padding completes a short password.
const padding = "\x28\xbf\x4e\x5e\x4e\x75\x8a\x41\x64\x00\x4e\x56\xff\xfa\x01\x08\x2e\x2e\x00\xb6\xd0\x68\x3e\x80\x2f\x0c\xa9\xfe\x64\x53\x69\x7a"

const rounds = 50 // of MD5, from revision 3 on

// handler is the standard security handler: a key from a password.
type handler struct {
	revision int
	owner    string // O
	user     string // U
	ownerKey string // OE
	userKey  string // UE
	allowed  uint32 // P
	id       string
	length   int // of the key, in bytes
	meta     bool
}

func (f *File) standard(d Dict, c *cipher) handler {
	h := handler{
		owner: string(f.String(d.Get("O"))), user: string(f.String(d.Get("U"))),
		ownerKey: string(f.String(d.Get("OE"))), userKey: string(f.String(d.Get("UE"))),
		meta: c.meta,
	}
	h.revision, _ = f.Int(d.Get("R"))
	allowed, _ := f.Int(d.Get("P"))
	h.allowed = uint32(allowed)
	if id := f.Array(f.Trailer.Get("ID")); len(id) > 0 {
		h.id = string(f.String(id[0]))
	}
	h.length = f.methods(d, c, fmt.Sprintf("PDF revision %d", h.revision)) / 8
	if h.revision < 5 {
		h.length = min(h.length, md5.Size)
	}
	return h
}

// derivation says how the key comes from the password.
func (h handler) derivation() (name string, count int64) {
	switch {
	case h.revision >= 6:
		return "SHA-2 and AES", 64 // or a few more
	case h.revision == 5:
		return "SHA-256", 1
	case h.revision >= 3:
		return "MD5", rounds + 1
	}
	return "MD5", 1
}

// open tries the empty password, which is padding alone. It returns the key, or
// nil.
func (h handler) open() []byte {
	if h.revision >= 5 {
		return h.openNew()
	}
	return h.openOld()
}

func digest(b []byte) []byte {
	sum := md5.Sum(b)
	return sum[:]
}

// openOld makes the key of revisions 2 to 4 and returns it if it is right.
func (h handler) openOld() []byte {
	data := append([]byte(padding), h.owner[:min(len(h.owner), 32)]...)
	data = binary.LittleEndian.AppendUint32(data, h.allowed)
	data = append(data, h.id...)
	if h.revision >= 4 && !h.meta {
		data = append(data, 0xff, 0xff, 0xff, 0xff)
	}
	key := digest(data)
	if h.revision >= 3 {
		for range rounds {
			key = digest(key[:h.length])
		}
	}
	key = key[:h.length]
	if h.revision == 2 {
		if !same(h.user, xored(key, 0, []byte(padding)), len(padding)) {
			return nil
		}
		return key
	}
	check := digest(append([]byte(padding), h.id...))
	for i := range 20 {
		check = xored(key, byte(i), check)
	}
	if !same(h.user, check, len(check)) {
		return nil
	}
	return key
}

func same(stored string, made []byte, n int) bool {
	return len(stored) >= n && len(made) >= n && stored[:n] == string(made[:n])
}

// xored runs RC4 under a key of which each byte is changed by x.
func xored(key []byte, x byte, in []byte) []byte {
	k := bytes.Clone(key)
	for i := range k {
		k[i] ^= x
	}
	c, err := rc4.NewCipher(k)
	if err != nil {
		return nil
	}
	out := make([]byte, len(in))
	c.XORKeyStream(out, in)
	return out
}

// openNew makes the key of revisions 5 and 6.
func (h handler) openNew() []byte {
	const check, salt, end = 32, 40, 48
	if len(h.user) < end || len(h.userKey) < 32 {
		return nil
	}
	if h.user[:check] == string(h.hash(h.user[check:salt], "")) {
		return unwrap(h.hash(h.user[salt:end], ""), h.userKey[:32])
	}
	if len(h.owner) >= end && len(h.ownerKey) >= 32 && h.owner[:check] == string(h.hash(h.owner[check:salt], h.user[:end])) {
		return unwrap(h.hash(h.owner[salt:end], h.user[:end]), h.ownerKey[:32])
	}
	return nil
}

func unwrap(key []byte, wrapped string) []byte {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil
	}
	out := []byte(wrapped)
	stdcipher.NewCBCDecrypter(block, make([]byte, aes.BlockSize)).CryptBlocks(out, out)
	return out
}

// hash is the hash of the empty password with a salt and, for the owner's, the
// user's entry.
func (h handler) hash(salt, user string) []byte {
	sum := sha256.Sum256([]byte(salt + user))
	k := sum[:]
	if h.revision == 5 {
		return k
	}
	for i := 1; ; i++ {
		e := bytes.Repeat(append(bytes.Clone(k), user...), 64)
		block, err := aes.NewCipher(k[:16])
		if err != nil {
			return nil
		}
		stdcipher.NewCBCEncrypter(block, k[16:32]).CryptBlocks(e, e)
		k = bySize(e)
		if i >= 64 && int(e[len(e)-1]) <= i-32 {
			return k[:32]
		}
	}
}

// bySize hashes with the function that the first block chooses.
func bySize(e []byte) []byte {
	sum := 0
	for _, c := range e[:16] {
		sum += int(c)
	}
	switch sum % 3 {
	case 0:
		s := sha256.Sum256(e)
		return s[:]
	case 1:
		s := sha512.Sum384(e)
		return s[:]
	}
	s := sha512.Sum512(e)
	return s[:]
}
