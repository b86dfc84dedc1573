package zstd

import (
	"errors"
	"fmt"

	"github.com/klauspost/compress/zstd"

	"trustaudit/internal/extract"
)

// unsupported tells what is too large, or needs a dictionary that is kept
// elsewhere, from what is corrupt.
type unsupported struct{ *zstd.Decoder }

func (u unsupported) Read(p []byte) (int, error) {
	n, err := u.Decoder.Read(p)
	if errors.Is(err, zstd.ErrWindowSizeExceeded) || errors.Is(err, zstd.ErrDecoderSizeExceeded) || errors.Is(err, zstd.ErrUnknownDictionary) {
		err = fmt.Errorf("unpack: %w", extract.ErrUnsupported)
	}
	return n, err
}
