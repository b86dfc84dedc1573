package audit

import "testing"

// TestHasher holds that a Hasher says what Digest says, call after call.
func TestHasher(t *testing.T) {
	key := NewKey([32]byte{3})
	h := key.Hasher("value")
	for _, data := range []string{"", "a", "9434765919", "a"} {
		if got, want := h.Digest([]byte(data)), key.Digest("value", []byte(data)); got != want {
			t.Errorf("Hasher.Digest(%q) = %x, want %x", data, got, want)
		}
	}
	data := []byte("9434765919")
	if allocs := testing.AllocsPerRun(100, func() { h.Digest(data) }); allocs > 0 {
		t.Errorf("a digest allocates %.0f times", allocs)
	}
}
