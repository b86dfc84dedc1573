package luks_test

import (
	"bytes"
	"errors"
	"os"
	"testing"

	"trustaudit/internal/extract"
	"trustaudit/internal/extract/luks"
	"trustaudit/internal/extract/seal"
	"trustaudit/internal/extracttest"
)

func file(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func of(scheme, cipher string, bits int, kdf string, rounds int64) extract.Seal {
	s := seal.Of(scheme, cipher, bits)
	s.KDF, s.Rounds = kdf, rounds
	return s
}

func TestSeals(t *testing.T) {
	blowfish := bytes.ReplaceAll(file(t, "luks2.img"), []byte("aes-xts-plain64"), []byte("blowfish-cbc-es"))
	extracttest.RunSealed(t, luks.Format, []extracttest.Sealed{
		{Name: "luks1.img", Data: file(t, "luks1.img"), Want: of("LUKS1", "AES-XTS", 256, "PBKDF2-HMAC-SHA256", 1000)},
		{Name: "luks2.img", Data: file(t, "luks2.img"), Want: of("LUKS2", "AES-XTS", 256, "Argon2id", 4)},
		{Name: "blowfish", Data: blowfish, Want: of("LUKS2", "Blowfish-CBC", 512, "Argon2id", 4)},
	})
}

// clear is a volume with the null cipher.
func clear1(t testing.TB) []byte {
	b := bytes.Clone(file(t, "luks1.img"))
	copy(b[8:40], "cipher_null\x00")
	copy(b[104:108], []byte{0, 0, 0, 8}) // the data begin behind the header
	return append(b, "NHS number 999 012 3456, and the rest of the volume"...)
}

func TestNullCipher(t *testing.T) {
	want := "NHS number 999 012 3456"
	two := bytes.ReplaceAll(file(t, "luks2.img"), []byte("aes-xts-plain64"), []byte("cipher_null-ecb"))
	two = bytes.Replace(two, []byte(`"offset":"16777216"`), []byte(`"offset":"00008192"`), 1)
	samples := []extracttest.Sample{
		{Name: "one.img", Data: clear1(t), Want: []string{want}},
		{Name: "two.img", Data: append(two, want...), Want: []string{want}},
	}
	extracttest.Run(t, luks.Format, samples)
	for _, s := range samples {
		got := extracttest.Read(t, luks.Format, s.Name, s.Data)
		if len(got.Seals) != 1 || got.Seals[0].Grade != extract.SealWeak || !got.Seals[0].Open {
			t.Errorf("%s: seals %+v", s.Name, got.Seals)
		}
	}
}

func TestBroken(t *testing.T) {
	one, two := file(t, "luks1.img"), bytes.Clone(file(t, "luks2.img"))
	two[4096] = '['
	future := bytes.Clone(one)
	future[7] = 3
	for name, tt := range map[string]struct {
		data []byte
		want error
	}{"cut": {one[:500], extract.ErrCorrupt}, "description": {two, extract.ErrCorrupt}, "version 3": {future, extract.ErrUnsupported}} {
		if got := extracttest.Read(t, luks.Format, name, tt.data); !errors.Is(got.Err, tt.want) || len(got.Seals) != 0 {
			t.Errorf("%s: err %v, seals %v", name, got.Err, got.Seals)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add(file(f, "luks1.img"))
	f.Add(file(f, "luks2.img"))
	f.Add(clear1(f))
	f.Fuzz(func(t *testing.T, data []byte) { extracttest.Fuzz(t, luks.Format, "x.img", data) })
}
