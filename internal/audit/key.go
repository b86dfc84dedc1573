package audit

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"hash"
)

// Key is the audit key of one engagement: it keys every digest and sketch, so
// that nothing in a run folder can be reversed once it is destroyed. It never
// prints, logs or marshals itself.
type Key struct {
	secret [32]byte
}

// NewKey returns the key with the given secret.
func NewKey(secret [32]byte) *Key { return &Key{secret: secret} }

// Digest returns 64 keyed bits of data. The domain keeps digests of different
// things (an item's name, a column's value) from being compared.
func (k *Key) Digest(domain string, data []byte) uint64 {
	mac := hmac.New(sha256.New, k.secret[:])
	mac.Write([]byte(domain))
	mac.Write([]byte{0})
	mac.Write(data)
	return binary.BigEndian.Uint64(mac.Sum(nil))
}

// Hasher makes the digests of one domain, the same ones as Digest, without
// allocating for each. It is not for concurrent use.
type Hasher struct {
	mac    hash.Hash
	domain []byte
	sum    [sha256.Size]byte
}

// Hasher returns a Hasher for the domain.
func (k *Key) Hasher(domain string) *Hasher {
	return &Hasher{mac: hmac.New(sha256.New, k.secret[:]), domain: append([]byte(domain), 0)}
}

// Digest returns 64 keyed bits of data.
func (h *Hasher) Digest(data []byte) uint64 {
	h.mac.Reset()
	h.mac.Write(h.domain)
	h.mac.Write(data)
	return binary.BigEndian.Uint64(h.mac.Sum(h.sum[:0]))
}

// DigestString is Digest in sixteen hexadecimal digits.
func (k *Key) DigestString(domain, data string) string {
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], k.Digest(domain, []byte(data)))
	return hex.EncodeToString(b[:])
}

// Secret is what NewKey makes the key of again, in a process of the same run. It
// is never written down.
func (k *Key) Secret() [32]byte { return k.secret }

// String hides the secret from every formatter.
func (*Key) String() string { return "[audit key]" }

// GoString hides the secret from %#v.
func (*Key) GoString() string { return "[audit key]" }

// MarshalJSON refuses: a key is never written into a record.
func (*Key) MarshalJSON() ([]byte, error) {
	return nil, errors.New("marshal audit key: it must not leave the process")
}
