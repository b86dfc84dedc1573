package snappy_test

import (
	"bytes"
	"io"
	"testing"

	"github.com/klauspost/compress/s2"

	"trustaudit/internal/extract/snappy"
	"trustaudit/internal/extract/unpack/unpacktest"
	"trustaudit/internal/extracttest"
)

func pack(t testing.TB) []byte {
	t.Helper()
	var b bytes.Buffer
	w := s2.NewWriter(&b, s2.WriterSnappyCompat())
	if _, err := io.WriteString(w, unpacktest.Text()); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestConformance(t *testing.T) {
	unpacktest.Run(t, snappy.Format, unpacktest.Sample{Name: "list.txt.sz", Inside: "list.txt", Data: pack(t)})
}

func FuzzRead(f *testing.F) {
	f.Add(pack(f))
	f.Fuzz(func(t *testing.T, in []byte) { extracttest.Fuzz(t, snappy.Format, "list.txt.sz", in) })
}
