package ansiblevault_test

import (
	"errors"
	"strings"
	"testing"

	"trustaudit/internal/extract"
	"trustaudit/internal/extract/ansiblevault"
	"trustaudit/internal/extract/seal"
	"trustaudit/internal/extracttest"
)

func vault(line string) []byte {
	return []byte(line + "\n" + strings.Repeat(strings.Repeat("3361", 20)+"\n", 6))
}

func TestSeals(t *testing.T) {
	current, old := seal.Of("Ansible Vault", "AES-CTR", 256), seal.Of("Ansible Vault", "AES-CBC", 256)
	current.KDF, current.Rounds = "PBKDF2-HMAC-SHA256", 10_000
	old.KDF, old.Rounds = "MD5", 1
	extracttest.RunSealed(t, ansiblevault.Format, []extracttest.Sealed{
		{Name: "vars.yml", Data: vault("$ANSIBLE_VAULT;1.1;AES256"), Want: current},
		{Name: "labelled.yml", Data: vault("$ANSIBLE_VAULT;1.2;AES256;prod\r"), Want: current},
		{Name: "old.yml", Data: vault("$ANSIBLE_VAULT;1.0;AES"), Want: old},
		{Name: "strange.yml", Data: vault("$ANSIBLE_VAULT;9;X"), Want: extract.Seal{Grade: extract.SealWeak, Scheme: "Ansible Vault"}},
	})
}

func TestCorrupt(t *testing.T) {
	if got := extracttest.Read(t, ansiblevault.Format, "x.yml", []byte("$ANSIBLE_VAULT;1.1\n")); !errors.Is(got.Err, extract.ErrCorrupt) {
		t.Errorf("err %v", got.Err)
	}
}

func FuzzRead(f *testing.F) {
	f.Add(vault("$ANSIBLE_VAULT;1.1;AES256"))
	f.Fuzz(func(t *testing.T, data []byte) { extracttest.Fuzz(t, ansiblevault.Format, "x.yml", data) })
}
