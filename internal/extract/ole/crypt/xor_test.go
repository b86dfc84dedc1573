package crypt

import "testing"

// The words are those that Excel kept of a password that is known.
func TestScramble(t *testing.T) {
	const password = "123456789012345"
	if key, digest := scrambleKey(password), scrambleDigest(password); key != 0x8265 || digest != 0x9eb1 {
		t.Errorf("key %#x, digest %#x", key, digest)
	}
	if _, ok := Scramble(0x8265, 0x9eb1); ok {
		t.Error("a password that nobody knows is known")
	}
	pad, ok := Scramble(scrambleKey(Passwords()[0]), scrambleDigest(Passwords()[0]))
	if !ok {
		t.Fatal("the password that everybody knows is not known")
	}
	b := []byte{pad[3], pad[4] ^ 1}
	if pad.Apply(b, 3); b[0] != 0 || b[1] != 1<<3 {
		t.Errorf("got %v", b)
	}
}
