package random_test

import (
	"bytes"
	"compress/flate"
	"fmt"
	"math/rand/v2"
	"testing"

	"trustaudit/internal/extract/random"
)

func noise(seed byte, n int) []byte {
	b := make([]byte, n)
	rand.NewChaCha8([32]byte{seed}).Read(b)
	return b
}

func TestUniform(t *testing.T) {
	for _, n := range []int{100, 512, 4096, 64 << 10, 1 << 20} {
		for seed := range byte(20) {
			if !random.Uniform(noise(seed, n)) {
				t.Errorf("%d random bytes of seed %d are not uniform", n, seed)
			}
		}
	}
	var packed bytes.Buffer
	w, err := flate.NewWriter(&packed, flate.BestCompression)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 40_000 {
		fmt.Fprintf(w, "%d,Example,%d High Street,LS%d\n", i*7919%100_000, i%97, i%19)
	}
	w.Close()
	flat := make([]byte, 4096)
	for i := range flat {
		flat[i] = byte(i)
	}
	for name, b := range map[string][]byte{
		"nothing": nil, "a few": noise(1, 99), "zeros": make([]byte, 4096), "text": bytes.Repeat([]byte("some text "), 400),
		"compressed": packed.Bytes()[:64<<10], "too even": flat,
	} {
		if random.Uniform(b) {
			t.Errorf("%s: uniform", name)
		}
	}
}
