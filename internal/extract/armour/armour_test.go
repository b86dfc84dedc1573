package armour_test

import (
	"encoding/pem"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"trustaudit/internal/extract"
	"trustaudit/internal/extract/armour"
)

func TestRead(t *testing.T) {
	plain := strings.Repeat("some bytes of a file ", 900)
	block := string(pem.EncodeToMemory(&pem.Block{Type: "PGP MESSAGE", Headers: map[string]string{"Version": "1"}, Bytes: []byte(plain)}))
	for name, text := range map[string]string{
		"block":         block,
		"space before":  "\xef\xbb\xbf \r\n" + strings.ReplaceAll(block, "\n", "\r\n"),
		"checksum":      strings.Replace(block, "-----END", "=aBcD\n-----END", 1),
		"no empty line": string(pem.EncodeToMemory(&pem.Block{Type: "PGP MESSAGE", Bytes: []byte(plain)})),
		"no end":        block[:strings.Index(block, "-----END")],
	} {
		if got := armour.Label([]byte(text)); got != "PGP MESSAGE" {
			t.Errorf("%s: label %q", name, got)
		}
		got, err := io.ReadAll(armour.NewReader(iotest.HalfReader(strings.NewReader(text))))
		if err != nil || string(got) != plain {
			t.Errorf("%s: %d bytes of %d, err %v", name, len(got), len(plain), err)
		}
	}
}

func TestBroken(t *testing.T) {
	_, err := io.ReadAll(armour.NewReader(strings.NewReader("-----BEGIN X-----\n\n!!!!\n")))
	if !errors.Is(err, extract.ErrCorrupt) {
		t.Errorf("no base 64: %v", err)
	}
	disk := errors.New("the disk broke")
	_, err = io.ReadAll(armour.NewReader(io.MultiReader(strings.NewReader("-----BEGIN X-----\n\nAAAA\n"), iotest.ErrReader(disk))))
	if !errors.Is(err, disk) {
		t.Errorf("a reader that fails: %v", err)
	}
}

func TestLabel(t *testing.T) {
	for _, text := range []string{"", "-----BEGIN ", "-----BEGIN X\nY-----", "text -----BEGIN X-----"} {
		if got := armour.Label([]byte(text)); got != "" {
			t.Errorf("%q: label %q", text, got)
		}
	}
}
