package brotli_test

import (
	"bytes"
	"io"
	"testing"

	brotlipack "github.com/andybalholm/brotli"

	"trustaudit/internal/extract/brotli"
	"trustaudit/internal/extract/unpack/unpacktest"
	"trustaudit/internal/extracttest"
)

func pack(t testing.TB) []byte {
	t.Helper()
	var b bytes.Buffer
	w := brotlipack.NewWriter(&b)
	if _, err := io.WriteString(w, unpacktest.Text()); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestConformance(t *testing.T) {
	unpacktest.Run(t, brotli.Format, unpacktest.Sample{Name: "list.txt.br", Inside: "list.txt", Data: pack(t)})
}

func FuzzRead(f *testing.F) {
	f.Add(pack(f))
	f.Fuzz(func(t *testing.T, in []byte) { extracttest.Fuzz(t, brotli.Format, "list.txt.br", in) })
}
