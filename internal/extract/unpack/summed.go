package unpack

import (
	"fmt"
	"io"

	"trustaudit/internal/extract"
)

// Sum adds up a checksum.
type Sum interface {
	io.Writer
	Sum32() uint32
}

// Summed reads what the decompressor gives, with errors that are judged, and
// compares the checksum in the end.
func (in *Input) Summed(unpacked io.Reader, sum Sum, want uint32) io.ReadCloser {
	return io.NopCloser(&summed{in.Reader(unpacked), sum, want})
}

type summed struct {
	r    io.Reader
	sum  Sum
	want uint32
}

func (s *summed) Read(p []byte) (int, error) {
	n, err := s.r.Read(p)
	s.sum.Write(p[:n])
	if err == io.EOF && s.sum.Sum32() != s.want { //nolint:errorlint // a wrapped EOF is an error
		return n, fmt.Errorf("compare checksum: %w", extract.ErrCorrupt)
	}
	return n, err
}
