package access

import (
	"bytes"
	"crypto/rc4"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"

	"trustaudit/internal/extract"
	"trustaudit/internal/extract/seal"
)

// header is what the first page tells.
type header struct {
	jet3 bool
	size int    // of a page
	key  uint32 // of the pages; zero: they are plain
	seal extract.Seal
}

// Places in the first page.
const (
	versionAt  = 0x14
	maskedAt   = 0x18 // from here on, the page is masked
	maskedEnd  = 0x98
	keyAt      = 0x3e
	passwordAt = 0x42
	createdAt  = 0x72
	cryptoAt   = 0x299 // of ACE: how the database is encrypted
	headBytes  = 2048
)

// mask is the key with which every first page is masked.
const mask = "\xc7\xda\x39\x6b"

func readHeader(doc extract.Document) (header, error) {
	b := make([]byte, headBytes)
	if n, err := doc.Data.ReadAt(b, 0); n < len(b) {
		if err != nil && !errors.Is(err, io.EOF) {
			return header{}, fmt.Errorf("read header: %w", err)
		}
		return header{}, fmt.Errorf("read header: %w", extract.ErrCorrupt)
	}
	if bytes.HasPrefix(b, []byte(moneyMark)) {
		return header{}, fmt.Errorf("read Microsoft Money: %w", extract.ErrUnsupported)
	}
	h := header{size: 4096}
	if b[versionAt] == 0 {
		h.jet3, h.size = true, 2048
	}
	unmask, err := rc4.NewCipher([]byte(mask))
	if err != nil {
		return h, fmt.Errorf("unmask header: %w", err)
	}
	unmask.XORKeyStream(b[maskedAt:maskedEnd], b[maskedAt:maskedEnd])
	h.key = le32(b[keyAt:])
	switch {
	case h.key != 0 && b[versionAt] >= 2:
		h.seal = office(b[cryptoAt:])
	case h.key != 0:
		// The key stands in the file.
		h.seal = seal.Of("Access encoding", "Jet", 32)
		h.seal.Open = true
	case h.password(b):
		// Programs ask for it; the pages are as they are.
		h.seal = seal.Of("Access database password", "XOR", 0)
		h.seal.Open = true
	}
	return h, nil
}

// password reports whether the database has a password.
func (h header) password(b []byte) bool {
	if h.jet3 {
		return len(bytes.Trim(b[passwordAt:passwordAt+20], "\x00")) > 0
	}
	var day [4]byte // of its making: the password is masked with it
	created := math.Float64frombits(binary.LittleEndian.Uint64(b[createdAt:]))
	binary.LittleEndian.PutUint32(day[:], uint32(int32(created)))
	for i, c := range b[passwordAt : passwordAt+40] {
		if c^day[i%4] != 0 {
			return true
		}
	}
	return false
}

// office reads how an ACE database is encrypted: as documents of Office are.
func office(b []byte) extract.Seal {
	const scheme = "Access"
	n := int(binary.LittleEndian.Uint16(b))
	if n < 12 || n > len(b)-2 {
		return seal.Of(scheme, "", 0)
	}
	b = b[2 : 2+n]
	major, minor := binary.LittleEndian.Uint16(b), binary.LittleEndian.Uint16(b[2:])
	switch {
	case major == 4 && minor == 4:
		bits, _ := strconv.Atoi(attribute(b, "keyBits"))
		cipher := attribute(b, "cipherAlgorithm")
		if mode, ok := bytes.CutPrefix([]byte(attribute(b, "cipherChaining")), []byte("ChainingMode")); ok && cipher != "" {
			cipher += "-" + string(mode)
		}
		s := seal.Of(scheme+" agile", cipher, bits)
		s.KDF = attribute(b, "hashAlgorithm")
		s.Rounds, _ = strconv.ParseInt(attribute(b, "spinCount"), 10, 64)
		return s
	case minor == 2 && len(b) >= 32:
		return cryptoAPI(b[12:])
	case major == 1 && minor == 1:
		return seal.Of(scheme, "RC4", 40)
	}
	return seal.Of(scheme, "", 0)
}

// cryptoAPI reads an EncryptionHeader.
func cryptoAPI(b []byte) extract.Seal {
	cipher, bits := "", int(le32(b[16:]))
	switch le32(b[8:]) {
	case 0x6801:
		cipher, bits = "RC4", max(bits, 40)
	case 0x660e:
		cipher, bits = "AES-ECB", 128
	case 0x660f:
		cipher, bits = "AES-ECB", 192
	case 0x6610:
		cipher, bits = "AES-ECB", 256
	}
	s := seal.Of("Access CryptoAPI", cipher, bits)
	s.KDF = "SHA1"
	return s
}

// attribute finds the value of an attribute in the description's XML.
func attribute(b []byte, name string) string {
	_, after, ok := bytes.Cut(b, []byte(" "+name+`="`))
	if !ok {
		return ""
	}
	value, _, _ := bytes.Cut(after, []byte(`"`))
	return string(value[:min(len(value), 32)])
}
