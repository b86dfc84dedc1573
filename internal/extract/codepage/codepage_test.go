package codepage_test

import (
	"testing"

	"trustaudit/internal/extract/codepage"
)

func TestDecode(t *testing.T) {
	for _, c := range []struct {
		page      int
		src, want string
	}{
		{1252, "Zo\xeb \x80", "Zoë €"},
		{0, "Zo\xeb", "Zoë"},
		{850, "\x9c 999", "£ 999"},
		{1251, "\xcf\xf0\xe8", "При"},
		{10000, "\x8e", "é"},
		{932, "\x83\x65 1", "テ 1"},
		{1200, "9\x009\x00", "99"},
		{65001, "Zoë", "Zoë"},
	} {
		if got := string(codepage.Decode([]byte(">"), codepage.Of(c.page), []byte(c.src))); got != ">"+c.want {
			t.Errorf("page %d: %q is %q, want %q", c.page, c.src, got, ">"+c.want)
		}
	}
}

func TestWide(t *testing.T) {
	for src, want := range map[string]string{
		"9\x009\x00": "99", "\x3d\xd8\x00\xde": "😀", "\x3d\xd81\x00": "\ufffd1", "a\x00b": "a", "\xac\x20": "€",
	} {
		if got := string(codepage.Wide(nil, []byte(src))); got != want {
			t.Errorf("%q is %q, want %q", src, got, want)
		}
	}
}
