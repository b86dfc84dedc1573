package seal

import (
	"testing"

	"trustaudit/internal/extract"
)

func TestOf(t *testing.T) {
	for _, tt := range []struct {
		cipher string
		bits   int
		want   extract.Grade
	}{
		{"AES", 256, extract.SealStrong},
		{"AES", 128, extract.SealStrong},
		{"AES-CBC", 128, extract.SealStrong},
		{"AES-XTS", 512, extract.SealStrong},
		{"ChaCha20-Poly1305", 256, extract.SealStrong},
		{"AES", 64, extract.SealWeak},
		{"AES", 0, extract.SealWeak},
		{"3DES", 168, extract.SealWeak},
		{"RC4", 128, extract.SealWeak},
		{"PST high", 0, extract.SealWeak},
		{"Vigenère", 4096, extract.SealWeak},
	} {
		if got := Of("a scheme", tt.cipher, tt.bits); got.Grade != tt.want {
			t.Errorf("%s with %d bits: got %s, want %s", tt.cipher, tt.bits, got.Grade, tt.want)
		}
	}
}

func TestReadRefuses(t *testing.T) {
	for _, data := range []string{"AES\t128", "AES\tmany\twhy"} {
		if _, err := read(data); err == nil {
			t.Errorf("%q was accepted", data)
		}
	}
}
