package openpgp

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"io"

	"trustaudit/internal/extract"
	"trustaudit/internal/extract/seal"
)

// ciphers by their numbers.
var ciphers = map[byte]struct {
	name string
	bits int
}{
	1: {"IDEA", 128}, 2: {"3DES", 168}, 3: {"CAST5", 128}, 4: {"Blowfish", 128}, 7: {"AES", 128}, 8: {"AES", 192}, 9: {"AES", 256},
	10: {"Twofish", 256}, 11: {"Camellia", 128}, 12: {"Camellia", 192}, 13: {"Camellia", 256},
}

// publicKeys are the algorithms to which a session key is encrypted.
var publicKeys = map[byte]string{1: "RSA", 2: "RSA", 16: "ElGamal", 18: "ECDH", 20: "ElGamal", 25: "X25519", 26: "X448", 35: "ML-KEM-768+X25519", 36: "ML-KEM-1024+X448"}

// fewestBits of a modulus; a length is of the number itself, which may begin
// with some zeros.
const fewestBits, leadingZeros = 2048, 64

var digests = map[byte]string{1: "MD5", 2: "SHA1", 3: "RIPEMD160", 8: "SHA256", 9: "SHA384", 10: "SHA512", 11: "SHA224", 12: "SHA3-256", 14: "SHA3-512"}

// locks are what the encrypted data may be opened with.
type locks struct {
	sealed bool // the encrypted data were met
	met    bool
	worst  extract.Seal
	cipher extract.Seal // of the data, where their packet names it
	intact bool
}

// seal says how the message is encrypted: no stronger than its weakest lock.
func (l *locks) seal() (extract.Seal, bool) {
	switch {
	case !l.sealed && !l.met:
		return extract.Seal{}, false
	case !l.met: // no lock: a key from the bare password, as PGP 2 had it
		return seal.Of("OpenPGP, old", "IDEA", 128), true
	}
	s := l.worst
	if l.cipher.Cipher != "" {
		s.Cipher, s.Bits = l.cipher.Cipher, l.cipher.Bits
		if s.Grade == extract.SealStrong {
			s.Grade = l.cipher.Grade
		}
	}
	if l.sealed && !l.intact {
		s.Grade = extract.SealWeak
		s.Scheme += ", changes to it are not noticed"
	}
	return s, true
}

// take notes what a packet of encryption says.
func (l *locks) take(p packet) error {
	const most = 64 // bytes: what is of interest stands in front
	b, err := io.ReadAll(io.LimitReader(p.body, most))
	if err != nil {
		return err
	}
	if len(b) < 2 {
		return fmt.Errorf("read packet of encryption: %w", extract.ErrCorrupt)
	}
	b = append(b, make([]byte, most-len(b))...)
	switch p.tag {
	case tagPublicLock:
		l.lock(publicLock(b))
	case tagPasswordLock:
		l.lock(passwordLock(b))
	case tagSealed:
		l.sealed = true
	case tagSealedIntact:
		l.sealed, l.intact = true, true
		if b[0] == 2 {
			l.cipher = cipherOf("OpenPGP", b[1])
		}
	case tagSealedOCB:
		l.sealed, l.intact = true, true
		l.cipher = cipherOf("OpenPGP", b[1])
	}
	return nil
}

func (l *locks) lock(s extract.Seal) {
	if !l.met || s.Grade == extract.SealWeak && l.worst.Grade != extract.SealWeak {
		l.worst = s
	}
	l.met = true
}

func cipherOf(scheme string, number byte) extract.Seal {
	c := ciphers[number]
	return seal.Of(scheme, c.name, c.bits)
}

// publicLock reads a session key for a public key. The cipher is inside it; what
// can be told is whether the key is long enough.
func publicLock(b []byte) extract.Seal {
	s := extract.Seal{Grade: extract.SealStrong}
	at := 9 // behind the version and the key's number
	if b[0] == 6 {
		at = 2 + int(b[1])
	}
	if at+3 > len(b) {
		s.Scheme = "OpenPGP, public key"
		return s
	}
	algorithm := b[at]
	s.Scheme = "OpenPGP, public key: " + cmp.Or(publicKeys[algorithm], "algorithm not recognised")
	switch algorithm {
	case 1, 2, 16, 20:
		bits := int(binary.BigEndian.Uint16(b[at+1:])) // of a number below the modulus
		if bits+leadingZeros < fewestBits {
			s.Grade = extract.SealWeak
			s.Scheme += fmt.Sprintf(" of about %d bits", (bits+leadingZeros-1)/leadingZeros*leadingZeros)
		}
	}
	return s
}

// passwordLock reads how a password makes a key, and which cipher that is for.
func passwordLock(b []byte) extract.Seal {
	cipher, how := b[1], b[2:]
	switch b[0] {
	case 5:
		how = b[3:]
	case 6:
		cipher, how = b[2], b[5:]
	}
	s := cipherOf("OpenPGP, password", cipher)
	s.KDF, s.Rounds = derivation(how)
	return s
}

// derivation reads a string-to-key specifier. What is iterated counts bytes.
func derivation(b []byte) (string, int64) {
	hash := cmp.Or(digests[b[1]], "hash not recognised")
	switch b[0] {
	case 0:
		return "S2K-simple-" + hash, 1
	case 1:
		return "S2K-salted-" + hash, 1
	case 3:
		count := b[10]
		return "S2K-iterated-" + hash, int64(16+int(count&15)) << (count>>4 + 6)
	case 4:
		return "Argon2id", int64(b[17])
	}
	return "", 0
}
