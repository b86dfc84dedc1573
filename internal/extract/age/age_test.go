package age_test

import (
	"bytes"
	"errors"
	"io"
	"os"
	"testing"

	encryption "filippo.io/age"

	"trustaudit/internal/extract"
	"trustaudit/internal/extract/age"
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

func passphrase(t testing.TB) []byte {
	t.Helper()
	r, err := encryption.NewScryptRecipient("example")
	if err != nil {
		t.Fatal(err)
	}
	r.SetWorkFactor(10)
	var b bytes.Buffer
	w, err := encryption.Encrypt(&b, r)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(w, "9990123456"); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestSeals(t *testing.T) {
	to := func(scheme string) extract.Seal { return seal.Of(scheme, "ChaCha20-Poly1305", 256) }
	secret := to("age, passphrase")
	secret.KDF, secret.Rounds = "scrypt", 1024
	extracttest.RunSealed(t, age.Format, []extracttest.Sealed{
		{Name: "x25519.age", Data: file(t, "x25519.age"), Want: to("age, to X25519")},
		{Name: "armoured.age", Data: file(t, "armoured.age"), Want: to("age, to X25519")},
		{Name: "ssh.age", Data: file(t, "ssh.age"), Want: to("age, to ssh-ed25519")},
		{Name: "passphrase", Data: passphrase(t), Want: secret},
	})
}

func TestCorrupt(t *testing.T) {
	for _, text := range []string{"age-encryption.org/v1\n", "age-encryption.org/v10\n-> X25519 a\n---", "-----BEGIN AGE ENCRYPTED FILE-----\n"} {
		got := extracttest.Read(t, age.Format, "x.age", []byte(text))
		if !errors.Is(got.Err, extract.ErrCorrupt) || len(got.Seals) != 0 {
			t.Errorf("%q: err %v, seals %v", text, got.Err, got.Seals)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add(file(f, "x25519.age"))
	f.Add(file(f, "armoured.age"))
	f.Fuzz(func(t *testing.T, data []byte) { extracttest.Fuzz(t, age.Format, "x.age", data) })
}
