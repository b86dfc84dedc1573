package object

import (
	"bytes"
	"crypto/aes"
	stdcipher "crypto/cipher"
	"crypto/rc4"
	"errors"
	"fmt"
	"io"

	"trustaudit/internal/extract"
	"trustaudit/internal/extract/seal"
)

// method is a way to encipher strings or streams.
type method byte

const (
	plain method = iota
	rc4Method
	aes128
	aes256
)

// cipher deciphers strings and streams. The nil cipher is that of a file that is
// not encrypted.
type cipher struct {
	key     []byte // nil when it needs a password
	strings method
	streams method
	files   method // embedded files
	meta    bool   // metadata is enciphered too
	dict    Ref    // of the dictionary about it, which is not enciphered
}

var errKey = fmt.Errorf("open document: %w", extract.ErrSealed)

// unlock reads how the file is encrypted and tries the empty password.
func (f *File) unlock() error {
	v := f.Trailer.Get("Encrypt")
	if v == nil {
		return nil
	}
	d := f.Dict(v)
	f.forget() // strings of it may have been loaded for what they are not
	if d == nil || f.Get(d, "Filter") == nil {
		return nil // readers take it for not encrypted
	}
	c := &cipher{meta: true}
	c.dict, _ = v.(Ref)
	if meta, ok := f.Get(d, "EncryptMetadata").(bool); ok {
		c.meta = meta
	}
	if f.Name(d.Get("Filter")) != "Standard" {
		f.byCertificate(d, c)
		f.cipher = c
		return errKey
	}
	h := f.standard(d, c)
	c.key = h.open()
	f.Seal.KDF, f.Seal.Rounds = h.derivation()
	f.cipher = c
	if c.key != nil {
		f.Seal.Grade, f.Seal.Open = extract.SealWeak, true
		return nil
	}
	if c.strings == plain && c.streams == plain && c.files != plain {
		return nil // only the files inside are sealed
	}
	return errKey
}

// Locked says that what is enciphered cannot be read.
func (f *File) Locked() bool { return f.cipher != nil && f.cipher.key == nil }

// methods reads the ciphers of an encryption dictionary and grades them.
func (f *File) methods(d Dict, c *cipher, scheme string) (bits int) {
	version, _ := f.Int(d.Get("V"))
	bits, ok := f.Int(d.Get("Length"))
	if !ok || bits < 40 || bits > 256 {
		bits = 40
	}
	switch version {
	case 4, 5, 6:
		c.streams, c.strings = f.filter(d, f.Name(d.Get("StmF"))), f.filter(d, f.Name(d.Get("StrF")))
		c.files = c.streams
		if eff := f.Name(d.Get("EFF")); eff != "" {
			c.files = f.filter(d, eff)
		}
		bits = max(bits, 128)
	case 1:
		bits = 40
		fallthrough
	default:
		c.streams, c.strings, c.files = rc4Method, rc4Method, rc4Method
	}
	used := max(c.streams, c.strings, c.files)
	switch used {
	case aes256:
		bits = 256
	case aes128:
		bits = 128
	}
	if version > 6 || version < 1 {
		f.Seal = seal.Of(scheme, "", 0)
	} else {
		f.Seal = seal.Of(scheme, []string{"", "RC4", "AES-CBC", "AES-CBC"}[used], bits)
	}
	return bits
}

// filter is the method of a crypt filter.
func (f *File) filter(d Dict, name Name) method {
	switch f.Name(f.Dict(f.Dict(d.Get("CF")).Get(name)).Get("CFM")) {
	case "V2":
		return rc4Method
	case "AESV2":
		return aes128
	case "AESV3":
		return aes256
	}
	return plain
}

// byCertificate reads how a file is encrypted to the holders of certificates.
// The key is in envelopes, one for each kind of permission.
func (f *File) byCertificate(d Dict, c *cipher) {
	f.methods(d, c, "PDF, certificates")
	list := f.Array(d.Get("Recipients"))
	for _, e := range f.Dict(d.Get("CF")) {
		list = append(list, f.Array(f.Dict(e.Value).Get("Recipients"))...)
	}
	for _, v := range list {
		if name := envelope(string(f.String(v))); name != "" {
			f.Seal.KDF = "CMS, " + name
			return
		}
	}
}

// envelope finds the cipher of a CMS envelope by its object identifier.
func envelope(der string) string {
	for _, e := range []struct{ oid, name string }{
		{"\x06\x09\x60\x86\x48\x01\x65\x03\x04\x01\x02", "AES-128"},
		{"\x06\x09\x60\x86\x48\x01\x65\x03\x04\x01\x16", "AES-192"},
		{"\x06\x09\x60\x86\x48\x01\x65\x03\x04\x01\x2a", "AES-256"},
		{"\x06\x08\x2a\x86\x48\x86\xf7\x0d\x03\x07", "3DES"},
		{"\x06\x08\x2a\x86\x48\x86\xf7\x0d\x03\x02", "RC2"},
		{"\x06\x08\x2a\x86\x48\x86\xf7\x0d\x03\x04", "RC4"},
		{"\x06\x05\x2b\x0e\x03\x02\x07", "DES"},
	} {
		if bytes.Contains([]byte(der), []byte(e.oid)) {
			return e.name
		}
	}
	return ""
}

// objectKey is the key of one object.
func (c *cipher) objectKey(m method, ref Ref) []byte {
	if m == aes256 {
		return c.key
	}
	data := append(bytes.Clone(c.key), byte(ref.Num), byte(ref.Num>>8), byte(ref.Num>>16), byte(ref.Gen), byte(ref.Gen>>8))
	if m == aes128 {
		data = append(data, "sAlT"...)
	}
	sum := digest(data)
	return sum[:min(len(c.key)+5, len(sum))]
}

// decipher deciphers the strings of an object.
func (c *cipher) decipher(v any, ref Ref) any {
	if c == nil || c.strings == plain || ref == c.dict {
		return v
	}
	switch v := v.(type) {
	case String:
		if c.key == nil {
			return String("")
		}
		return String(c.text([]byte(v), ref))
	case Array:
		for i := range v {
			v[i] = c.decipher(v[i], ref)
		}
	case Dict:
		for i := range v {
			v[i].Value = c.decipher(v[i].Value, ref)
		}
	case *Stream:
		c.decipher(v.Dict, ref)
	}
	return v
}

func (c *cipher) text(b []byte, ref Ref) []byte {
	r, err := c.open(bytes.NewReader(b), c.strings, ref)
	if err != nil {
		return nil
	}
	out, err := io.ReadAll(r)
	if err != nil {
		return nil
	}
	return out
}

// open deciphers a stream of bytes.
func (c *cipher) open(r io.Reader, m method, ref Ref) (io.Reader, error) {
	switch {
	case m == plain:
		return r, nil
	case c.key == nil:
		return nil, errKey
	case m == rc4Method:
		stream, err := rc4.NewCipher(c.objectKey(m, ref))
		if err != nil {
			return nil, fmt.Errorf("make key: %w", err)
		}
		return stdcipher.StreamReader{S: stream, R: r}, nil
	}
	block, err := aes.NewCipher(c.objectKey(m, ref))
	if err != nil {
		return nil, fmt.Errorf("make key: %w", err)
	}
	iv := make([]byte, aes.BlockSize)
	if _, err := io.ReadFull(r, iv); err != nil {
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return bytes.NewReader(nil), nil // an empty string
		}
		return nil, fmt.Errorf("read first block: %w", err)
	}
	return &blocks{r: r, mode: stdcipher.NewCBCDecrypter(block, iv)}, nil
}

// blocks deciphers blocks, and takes the padding off the last.
type blocks struct {
	r    io.Reader
	mode stdcipher.BlockMode
	buf  [4096]byte
	have int // bytes in buf, not deciphered

	clear [4096]byte
	out   []byte // of clear, not read yet
	err   error
}

func (b *blocks) Read(p []byte) (int, error) {
	for len(b.out) == 0 {
		if b.err != nil {
			return 0, b.err
		}
		b.more()
	}
	n := copy(p, b.out)
	b.out = b.out[n:]
	return n, nil
}

// more deciphers all whole blocks but the last, which waits for what follows.
func (b *blocks) more() {
	n, err := io.ReadFull(b.r, b.buf[b.have:])
	b.have += n
	last := err != nil
	if last {
		b.err = io.EOF
		if !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
			b.err = err
		}
	}
	whole := b.have / aes.BlockSize * aes.BlockSize
	if !last {
		whole -= aes.BlockSize
	}
	b.out = b.clear[:whole]
	b.mode.CryptBlocks(b.out, b.buf[:whole])
	b.have = copy(b.buf[:], b.buf[whole:b.have])
	if last && whole > 0 {
		if pad := int(b.out[whole-1]); pad >= 1 && pad <= aes.BlockSize {
			b.out = b.out[:whole-pad]
		}
	}
}
