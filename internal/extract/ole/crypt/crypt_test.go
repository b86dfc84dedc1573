package crypt_test

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/md5"
	"crypto/rc4"
	"crypto/sha1"
	"crypto/sha512"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"trustaudit/internal/extract"
	"trustaudit/internal/extract/ole"
	"trustaudit/internal/extract/ole/crypt"
)

const salt = "0123456789abcdef"

func le16(n ...uint16) string {
	var b []byte
	for _, v := range n {
		b = binary.LittleEndian.AppendUint16(b, v)
	}
	return string(b)
}

func le32(n ...uint32) string {
	var b []byte
	for _, v := range n {
		b = binary.LittleEndian.AppendUint32(b, v)
	}
	return string(b)
}

func wide(s string) string { return le16([]uint16(runes(s))...) }

func runes(s string) (u []uint16) {
	for _, r := range s {
		u = append(u, uint16(r))
	}
	return u
}

func sum(h hash.Hash, parts ...string) string {
	h.Reset()
	for _, p := range parts {
		io.WriteString(h, p)
	}
	return string(h.Sum(nil))
}

// What follows encrypts as the programs do; it was held against files of
// theirs once.

func office97(password string) string {
	first := sum(md5.New(), wide(password))[:5]
	key := sum(md5.New(), strings.Repeat(first+salt, 16))[:5]
	c, _ := rc4.NewCipher([]byte(sum(md5.New(), key, le32(0))))
	b := []byte(salt + sum(md5.New(), salt))
	c.XORKeyStream(b, b)
	return le16(1, 1) + salt + string(b)
}

func apiHeader(algorithm, bits uint32) string {
	header := le32(4, 0, algorithm, 0x8004, bits, 1, 0, 0) + wide("A provider\x00")
	return le16(4, 2) + le32(4, uint32(len(header))) + header
}

func cryptoAPI(password string, bits int) string {
	key := []byte(sum(sha1.New(), sum(sha1.New(), salt, wide(password)), le32(0)))[:bits/8]
	if bits == 40 {
		key = append(key, make([]byte, 11)...)
	}
	c, _ := rc4.NewCipher(key)
	b := []byte(salt + sum(sha1.New(), salt))
	c.XORKeyStream(b, b)
	return apiHeader(0x6801, uint32(bits)) + le32(16) + salt + string(b[:16]) + le32(20) + string(b[16:])
}

func electronic(block cipher.Block, s string) string {
	b := []byte(s)
	for i := 0; i < len(b); i += aes.BlockSize {
		block.Encrypt(b[i:], b[i:])
	}
	return string(b)
}

func standard(password string) (info string, block cipher.Block) {
	h := sum(sha1.New(), salt, wide(password))
	for i := range uint32(50_000) {
		h = sum(sha1.New(), le32(i), h)
	}
	h = sum(sha1.New(), h, le32(0))
	pad := bytes.Repeat([]byte{0x36}, 64)
	for i := range h {
		pad[i] ^= h[i]
	}
	block, _ = aes.NewCipher([]byte(sum(sha1.New(), string(pad)))[:16])
	verifier := electronic(block, salt)
	digest := electronic(block, sum(sha1.New(), salt)+strings.Repeat("\x00", 12))
	return apiHeader(0x660e, 128) + le32(16) + salt + verifier + le32(20) + digest, block
}

func chained(key, iv, s string) string {
	block, _ := aes.NewCipher([]byte(key))
	b := []byte(s)
	cipher.NewCBCEncrypter(block, []byte(iv)).CryptBlocks(b, b)
	return string(b)
}

func agile(password, secret string, rounds uint32) string {
	h := sum(sha512.New(), salt, wide(password))
	for i := range rounds {
		h = sum(sha512.New(), le32(i), h)
	}
	seal := func(purpose, s string) string {
		return base64.StdEncoding.EncodeToString([]byte(chained(sum(sha512.New(), h, purpose)[:32], salt, s)))
	}
	common := fmt.Sprintf(`saltSize="16" blockSize="16" keyBits="256" hashSize="64" cipherAlgorithm="AES" cipherChaining="ChainingModeCBC" hashAlgorithm="SHA512" saltValue="%s"`,
		base64.StdEncoding.EncodeToString([]byte(salt)))
	return le16(4, 4) + le32(0x40) + `<?xml version="1.0"?><encryption xmlns="http://schemas.microsoft.com/office/2006/encryption" xmlns:p="http://schemas.microsoft.com/office/2006/keyEncryptor/password">` +
		`<keyData ` + common + `/><keyEncryptors><keyEncryptor uri="http://schemas.microsoft.com/office/2006/keyEncryptor/password">` +
		fmt.Sprintf(`<p:encryptedKey spinCount="%d" %s encryptedVerifierHashInput="%s" encryptedVerifierHashValue="%s" encryptedKeyValue="%s"/>`, rounds, common,
			seal("\xfe\xa7\xd2\x76\x3b\x4b\x9e\x79", salt), seal("\xd7\xaa\x0f\x6d\x30\x61\x34\x4e", sum(sha512.New(), salt)), seal("\x14\x6e\x0b\xe7\xab\xac\xd0\xd6", secret)) +
		`</keyEncryptor></keyEncryptors></encryption>`
}

const (
	known   = "VelvetSweatshop"
	another = "another"
	secret  = "0123456789abcdef0123456789abcdef"
)

func first(s string, _ cipher.Block) string { return s }

func TestSeals(t *testing.T) {
	certificate := agile(known, secret, 1)
	certificate = strings.Replace(certificate, "keyEncryptor/password\">", "keyEncryptor/certificate\">", 1)
	certificate = strings.Replace(certificate, `uri="http://schemas.microsoft.com/office/2006/keyEncryptor/password"`, `uri="http://schemas.microsoft.com/office/2006/keyEncryptor/certificate"`, 1)
	for name, c := range map[string]struct {
		info string
		want extract.Seal
	}{
		"Office 97":           {office97(another), extract.Seal{Grade: "weak", Scheme: "Office 97", Cipher: "RC4", Bits: 40, KDF: "MD5"}},
		"Office 97, known":    {office97(known), extract.Seal{Grade: "weak", Open: true, Scheme: "Office 97", Cipher: "RC4", Bits: 40, KDF: "MD5"}},
		"no password":         {office97(""), extract.Seal{Grade: "weak", Open: true, Scheme: "Office 97", Cipher: "RC4", Bits: 40, KDF: "MD5"}},
		"CryptoAPI, 40":       {cryptoAPI(another, 40), extract.Seal{Grade: "weak", Scheme: "Office CryptoAPI", Cipher: "RC4", Bits: 40, KDF: "SHA-1"}},
		"CryptoAPI, 128":      {cryptoAPI(another, 128), extract.Seal{Grade: "weak", Scheme: "Office CryptoAPI", Cipher: "RC4", Bits: 128, KDF: "SHA-1"}},
		"CryptoAPI, known":    {cryptoAPI(known, 128), extract.Seal{Grade: "weak", Open: true, Scheme: "Office CryptoAPI", Cipher: "RC4", Bits: 128, KDF: "SHA-1"}},
		"CryptoAPI 40, known": {cryptoAPI(known, 40), extract.Seal{Grade: "weak", Open: true, Scheme: "Office CryptoAPI", Cipher: "RC4", Bits: 40, KDF: "SHA-1"}},
		"unknown algorithm":   {apiHeader(0x6602, 40), extract.Seal{Grade: "weak", Scheme: "Office CryptoAPI", Bits: 40}},
		"standard":            {first(standard(another)), extract.Seal{Grade: "strong", Scheme: "Office standard", Cipher: "AES-ECB", Bits: 128, KDF: "iterated SHA-1", Rounds: 50_000}},
		"standard, known":     {first(standard(known)), extract.Seal{Grade: "weak", Open: true, Scheme: "Office standard", Cipher: "AES-ECB", Bits: 128, KDF: "iterated SHA-1", Rounds: 50_000}},
		"agile":               {agile(another, secret, 1000), extract.Seal{Grade: "strong", Scheme: "Office agile", Cipher: "AES-CBC", Bits: 256, KDF: "iterated SHA512", Rounds: 1000}},
		"agile, known":        {agile(known, secret, 1000), extract.Seal{Grade: "weak", Open: true, Scheme: "Office agile", Cipher: "AES-CBC", Bits: 256, KDF: "iterated SHA512", Rounds: 1000}},
		"agile, certificate":  {certificate, extract.Seal{Grade: "strong", Scheme: "Office agile", Cipher: "AES-CBC", Bits: 256, KDF: "certificate"}},
		"agile, 3DES":         {strings.ReplaceAll(agile(another, secret, 1), `"AES"`, `"3DES_112"`), extract.Seal{Grade: "weak", Scheme: "Office agile", Cipher: "3DES-CBC", Bits: 256, KDF: "iterated SHA512", Rounds: 1}},
		"extensible":          {le16(4, 3) + le32(16), extract.Seal{Grade: "weak", Scheme: "Office extensible"}},
	} {
		t.Run(name, func(t *testing.T) {
			info, err := crypt.Parse([]byte(c.info))
			if err != nil {
				t.Fatal(err)
			}
			_, open := info.Open()
			if diff := cmp.Diff(c.want, info.Seal); diff != "" || open != c.want.Open {
				t.Errorf("open %v, seal differs (-want +got):\n%s", open, diff)
			}
		})
	}
}

func file(t testing.TB, streams map[string]string, storages ...ole.Part) *ole.File {
	t.Helper()
	root := ole.Part{Name: "Root Entry", Parts: storages}
	for name, data := range streams {
		root.Parts = append(root.Parts, ole.Part{Name: name, Size: int64(len(data)), Open: func() (io.Reader, error) { return strings.NewReader(data), nil }})
	}
	r, err := ole.Pack(root)
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	f, err := ole.Open(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestPackage(t *testing.T) {
	plain := strings.Repeat("a document of many segments, ", 600)
	size := le32(uint32(len(plain)), 0)
	padded := plain + strings.Repeat("\x00", -len(plain)&15)
	info, block := standard(known)
	segments := ""
	for i := 0; i*4096 < len(padded); i++ {
		iv := sum(sha512.New(), salt, le32(uint32(i)))[:16]
		segments += chained(secret, iv, padded[i*4096:min(len(padded), (i+1)*4096)])
	}
	for name, streams := range map[string]map[string]string{
		"standard": {"EncryptionInfo": info, "EncryptedPackage": size + electronic(block, padded)},
		"agile":    {"ENCRYPTIONINFO": agile(known, secret, 10), "EncryptedPackage": size + segments},
	} {
		t.Run(name, func(t *testing.T) {
			s, r, err := crypt.Package(file(t, streams))
			if err != nil || !s.Open {
				t.Fatal(s, err)
			}
			got, err := io.ReadAll(r)
			if err != nil || string(got) != plain {
				t.Errorf("%d bytes, want %d: %v", len(got), len(plain), err)
			}
			part := make([]byte, 100)
			if _, err := r.ReadAt(part, 4090); err != nil || string(part) != plain[4090:4190] {
				t.Errorf("a part is %q, %v", part, err)
			}
		})
	}
}

func TestPackageSealed(t *testing.T) {
	rights := ole.Part{Name: "\x06DataSpaces", Parts: []ole.Part{{Name: "TransformInfo", Parts: []ole.Part{{Name: "DRMEncryptedTransform"}}}}}
	for name, c := range map[string]struct {
		f    *ole.File
		want extract.Grade
	}{
		"a password":       {file(t, map[string]string{"EncryptionInfo": agile(another, secret, 10), "EncryptedPackage": "x"}), extract.SealStrong},
		"too many rounds":  {file(t, map[string]string{"EncryptionInfo": strings.Replace(agile(known, secret, 10), `spinCount="10"`, `spinCount="10000000"`, 1), "EncryptedPackage": "x"}), extract.SealStrong},
		"nothing about it": {file(t, map[string]string{"EncryptedPackage": "x"}), extract.SealWeak},
		"rubbish about it": {file(t, map[string]string{"EncryptionInfo": "rubbish of some length", "EncryptedPackage": "x"}), extract.SealWeak},
		"rights":           {file(t, map[string]string{"EncryptedPackage": "x"}, rights), extract.SealStrong},
	} {
		t.Run(name, func(t *testing.T) {
			s, _, err := crypt.Package(c.f)
			if !errors.Is(err, extract.ErrSealed) || s.Grade != c.want || s.Open {
				t.Errorf("seal %+v, error %v", s, err)
			}
		})
	}
	if _, _, err := crypt.Package(file(t, map[string]string{"x": "y"})); !errors.Is(err, extract.ErrUnsupported) {
		t.Errorf("no package: %v", err)
	}
}

func TestStream(t *testing.T) {
	info, err := crypt.Parse([]byte(office97(known)))
	if err != nil {
		t.Fatal(err)
	}
	key, open := info.Open()
	if !open {
		t.Fatal("does not open")
	}
	plain := strings.Repeat("0123456789", 300)
	scrambled := []byte(plain)
	if err := key.Stream(nil, 512).Apply(scrambled, 0); err != nil || string(scrambled) == plain {
		t.Fatal(err)
	}
	s := key.Stream(bytes.NewReader(scrambled), 512)
	for _, at := range []int64{2000, 0, 500, 1024} {
		b := make([]byte, 700)
		if _, err := s.ReadAt(b, at); err != nil || string(b) != plain[at:at+700] {
			t.Errorf("at %d: %q, %v", at, b, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(office97(known)))
	f.Add([]byte(cryptoAPI(known, 128)))
	f.Add([]byte(agile(known, secret, 1)))
	f.Fuzz(func(t *testing.T, in []byte) {
		info, err := crypt.Parse(in)
		if err == nil && info.Seal.Grade == "" {
			t.Error("a seal without a grade")
		}
		if err == nil && info.Seal.Rounds < 1000 {
			info.Open()
		}
	})
}
