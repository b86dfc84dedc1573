package openssl_test

import (
	"encoding/base64"
	"errors"
	"strings"
	"testing"

	"trustaudit/internal/extract"
	"trustaudit/internal/extract/openssl"
	"trustaudit/internal/extracttest"
)

// salted is what the program writes: the mark, eight bytes of salt, the data.
func salted(size int) []byte {
	return []byte("Salted__\x01\x02\x03\x04\x05\x06\x07\x08" + strings.Repeat("\xa7", size))
}

func TestSeals(t *testing.T) {
	const scheme = "OpenSSL enc; the file does not name its cipher"
	wrapped := base64.StdEncoding.EncodeToString(salted(112))
	strong := extract.Seal{Grade: extract.SealStrong, Scheme: scheme, Cipher: "AES", Probable: true}
	weak := func(cipher string) extract.Seal {
		return extract.Seal{Grade: extract.SealWeak, Scheme: scheme, Cipher: cipher, Probable: true}
	}
	chacha := strong
	chacha.Cipher = "ChaCha20"
	blocks := weak("")
	blocks.Scheme = "OpenSSL enc; blocks of 64 bits"
	extracttest.RunSealed(t, openssl.Format, []extracttest.Sealed{
		{Name: "list.enc", Data: salted(112), Want: strong},
		{Name: "list.b64", Data: []byte(wrapped[:64] + "\n" + wrapped[64:128] + "\r\n" + wrapped[128:] + "\n"), Want: strong},
		{Name: "list.bin", Data: salted(104), Want: blocks},
		{Name: "list.enc", Data: salted(101), Want: weak("")},
		{Name: "list_chacha20.enc", Data: salted(101), Want: chacha},
		{Name: "list-AES256-ctr.enc", Data: salted(101), Want: strong},
		{Name: "list.des3", Data: salted(112), Want: weak("3DES")},
		{Name: "list_rc4.enc", Data: salted(101), Want: weak("RC4")},
		{Name: "describes.enc", Data: salted(112), Want: strong},
	})
}

func TestCorrupt(t *testing.T) {
	for _, data := range []string{"Salted__", "Salted__12345678", "U2FsdGVkX18="} {
		got := extracttest.Read(t, openssl.Format, "x.enc", []byte(data))
		if !errors.Is(got.Err, extract.ErrCorrupt) || len(got.Seals) != 0 {
			t.Errorf("%q: err %v, seals %v", data, got.Err, got.Seals)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add(salted(32))
	f.Add([]byte(base64.StdEncoding.EncodeToString(salted(32))))
	f.Fuzz(func(t *testing.T, data []byte) { extracttest.Fuzz(t, openssl.Format, "x.enc", data) })
}
