package cms

import (
	"cmp"

	"trustaudit/internal/extract"
	"trustaudit/internal/extract/seal"
)

// cipher is what an object identifier names.
type cipher struct {
	name string
	bits int
}

const (
	rc2OID    = "1.2.840.113549.3.2"
	pbkdf2OID = "1.2.840.113549.1.5.12"
	pbes2OID  = "1.2.840.113549.1.5.13"
)

var ciphers = map[string]cipher{
	"1.2.840.113549.3.7": {"3DES-CBC", 168}, "1.2.840.113549.3.4": {"RC4", 0}, rc2OID: {"RC2-CBC", 0}, "1.2.840.113549.3.9": {"RC5-CBC", 0},
	"1.3.14.3.2.7": {"DES-CBC", 56}, "1.2.840.113533.7.66.10": {"CAST5-CBC", 128}, "1.3.6.1.4.1.188.7.1.1.2": {"IDEA-CBC", 128}, "1.3.6.1.4.1.3029.1.2": {"Blowfish-CBC", 0},
	"2.16.840.1.101.3.4.1.2": {"AES-CBC", 128}, "2.16.840.1.101.3.4.1.6": {"AES-GCM", 128}, "2.16.840.1.101.3.4.1.7": {"AES-CCM", 128},
	"2.16.840.1.101.3.4.1.22": {"AES-CBC", 192}, "2.16.840.1.101.3.4.1.26": {"AES-GCM", 192}, "2.16.840.1.101.3.4.1.27": {"AES-CCM", 192},
	"2.16.840.1.101.3.4.1.42": {"AES-CBC", 256}, "2.16.840.1.101.3.4.1.46": {"AES-GCM", 256}, "2.16.840.1.101.3.4.1.47": {"AES-CCM", 256},
	"2.16.840.1.101.3.4.1.3": {"AES-OFB", 128}, "2.16.840.1.101.3.4.1.4": {"AES-CFB", 128}, "2.16.840.1.101.3.4.1.23": {"AES-OFB", 192},
	"2.16.840.1.101.3.4.1.24": {"AES-CFB", 192}, "2.16.840.1.101.3.4.1.43": {"AES-OFB", 256}, "2.16.840.1.101.3.4.1.44": {"AES-CFB", 256},
	"1.2.392.200011.61.1.1.1.2": {"Camellia-CBC", 128}, "1.2.392.200011.61.1.1.1.3": {"Camellia-CBC", 192}, "1.2.392.200011.61.1.1.1.4": {"Camellia-CBC", 256},
	"1.2.410.200004.1.4": {"SEED-CBC", 128}, "1.2.643.7.1.1.5.2.1": {"Kuznyechik-CTR", 256}, "1.2.643.7.1.1.5.2.2": {"Kuznyechik-CTR", 256},
	"1.2.840.113549.1.9.16.3.18": {"ChaCha20-Poly1305", 256},
	"1.2.410.200046.1.1.2":       {"ARIA-CBC", 128}, "1.2.410.200046.1.1.12": {"ARIA-CBC", 256}, "1.2.156.10197.1.104.2": {"SM4-CBC", 128},
	"1.2.840.113549.1.5.3": {"DES-CBC", 56}, "1.2.840.113549.1.5.10": {"DES-CBC", 56}, "1.2.840.113549.1.5.6": {"RC2-CBC", 64}, "1.2.840.113549.1.5.11": {"RC2-CBC", 64},
	"1.2.840.113549.1.12.1.1": {"RC4", 128}, "1.2.840.113549.1.12.1.2": {"RC4", 40}, "1.2.840.113549.1.12.1.3": {"3DES-CBC", 168}, "1.2.840.113549.1.12.1.5": {"RC2-CBC", 128}, "1.2.840.113549.1.12.1.6": {"RC2-CBC", 40},
}

// password is how a key comes from one.
type password struct {
	kdf    string
	rounds int64
}

// algorithm reads which cipher a value names, and how its key comes from a password
// when it says that.
func (v value) algorithm(p *password) (extract.Seal, error) {
	id, err := v.want(oidTag)
	if err != nil {
		return extract.Seal{}, err
	}
	oid, err := id.oid()
	if err != nil {
		return extract.Seal{}, err
	}
	params, ok, err := v.next()
	if err != nil || !ok {
		return sealOf(oid, 0, *p), err
	}
	var bits int
	var s extract.Seal
	switch oid {
	case pbes2OID:
		s, err = params.scheme(p)
	case rc2OID:
		bits, err = params.effective()
		fallthrough
	default:
		s = sealOf(oid, bits, *p)
	}
	return s, cmp.Or(err, params.skip(), v.skip())
}

func sealOf(oid string, bits int, p password) extract.Seal {
	c, known := ciphers[oid]
	if !known {
		c.name = oid
	}
	s := seal.Of("CMS", c.name, cmp.Or(bits, c.bits))
	s.KDF, s.Rounds = p.kdf, p.rounds
	return s
}

// effective reads the effective bits of a key of RC2, which are written in code.
func (v value) effective() (int, error) {
	if v.tag != sequenceTag {
		return 0, nil
	}
	w, ok, err := v.next()
	if err != nil || !ok || w.tag != integerTag {
		return 32, err
	}
	n, err := w.number()
	switch n {
	case 160:
		return 40, err
	case 120:
		return 64, err
	case 58:
		return 128, err
	}
	return int(min(n, 1024)), err
}

// scheme reads a password's scheme: how the key comes from it, and the cipher.
func (v value) scheme(p *password) (extract.Seal, error) {
	kdf, err := v.want(sequenceTag)
	if err != nil {
		return extract.Seal{}, err
	}
	if err := kdf.derivation(p); err != nil {
		return extract.Seal{}, err
	}
	c, err := v.want(sequenceTag)
	if err != nil {
		return extract.Seal{}, err
	}
	return c.algorithm(p)
}

// prfs are the functions that PBKDF2 is made of.
var prfs = map[string]string{
	"1.2.840.113549.2.7": "PBKDF2-HMAC-SHA1", "1.2.840.113549.2.8": "PBKDF2-HMAC-SHA224", "1.2.840.113549.2.9": "PBKDF2-HMAC-SHA256",
	"1.2.840.113549.2.10": "PBKDF2-HMAC-SHA384", "1.2.840.113549.2.11": "PBKDF2-HMAC-SHA512",
}

// derivation reads how a key comes from a password.
func (v value) derivation(p *password) error {
	id, err := v.want(oidTag)
	if err != nil {
		return err
	}
	oid, err := id.oid()
	if err != nil || oid != pbkdf2OID {
		return cmp.Or(err, v.skip())
	}
	p.kdf = prfs["1.2.840.113549.2.7"]
	params, err := v.want(sequenceTag)
	if err != nil {
		return err
	}
	for {
		w, ok, err := params.next()
		if err != nil || !ok {
			return cmp.Or(err, v.skip())
		}
		switch {
		case w.tag == integerTag && p.rounds == 0: // the length of the key may follow
			p.rounds, err = w.number()
		case w.tag == sequenceTag:
			err = w.prf(p)
		default:
			err = w.skip()
		}
		if err != nil {
			return err
		}
	}
}

func (v value) prf(p *password) error {
	id, err := v.want(oidTag)
	if err != nil {
		return err
	}
	oid, err := id.oid()
	if name := prfs[oid]; name != "" {
		p.kdf = name
	}
	return cmp.Or(err, v.skip())
}
