package sevenzip

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"sync"

	"github.com/bodgit/sevenzip"
	"github.com/stangelandcl/ppmd"

	"trustaudit/internal/extract"
	"trustaudit/internal/extract/seal"
	"trustaudit/internal/extract/unpack"
)

// Methods that are not left to the library: it would try an empty password, and
// believe any size of window.
const (
	methodAES       = "\x06\xf1\x07\x01"
	methodLZMA      = "\x03\x01\x01"
	methodLZMA2     = "\x21"
	methodPPMd      = "\x03\x04\x01"
	methodDeflate64 = "\x04\x01\x09" // the library has not
)

// mostModel is the largest model of PPMd: what the highest setting of 7-Zip asks for.
const mostModel = 256 << 20

// begin puts our methods in the library's list, once.
var begin = sync.OnceFunc(func() {
	sevenzip.RegisterDecompressor([]byte(methodAES), decrypt)
	sevenzip.RegisterDecompressor([]byte(methodLZMA), unpackLZMA)
	sevenzip.RegisterDecompressor([]byte(methodLZMA2), unpackLZMA2)
	sevenzip.RegisterDecompressor([]byte(methodPPMd), unpackPPMd)
	sevenzip.RegisterDecompressor([]byte(methodDeflate64), unpackDeflate64)
})

// sealed is the error of what is encrypted.
type sealed struct{ power byte }

func (sealed) Error() string { return extract.ErrSealed.Error() }

func (sealed) Unwrap() error { return extract.ErrSealed }

// seal puts it into the words of package seal. The key is a digest of the
// password, over and over.
func (s sealed) seal() extract.Seal {
	const raw = 0x3f // the password is the key
	x := seal.Of("7z", "AES-CBC", 256)
	if s.power != raw {
		x.KDF, x.Rounds = "SHA-256", int64(1)<<s.power
	}
	return x
}

func decrypt(properties []byte, _ uint64, _ []io.ReadCloser) (io.ReadCloser, error) {
	if len(properties) == 0 {
		return nil, sealed{}
	}
	return nil, sealed{properties[0] & 0x3f}
}

func unpackLZMA(properties []byte, size uint64, packed []io.ReadCloser) (io.ReadCloser, error) {
	if len(properties) != 5 || len(packed) != 1 {
		return nil, fmt.Errorf("read properties: %w", extract.ErrCorrupt)
	}
	r, err := unpack.LZMA(packed[0], properties[0], binary.LittleEndian.Uint32(properties[1:]), size)
	return coder{r, packed[0]}, err
}

func unpackLZMA2(properties []byte, size uint64, packed []io.ReadCloser) (io.ReadCloser, error) {
	if len(properties) != 1 || len(packed) != 1 {
		return nil, fmt.Errorf("read properties: %w", extract.ErrCorrupt)
	}
	r, err := unpack.LZMA2(packed[0], min(unpack.Window2(properties[0]), size))
	return coder{r, packed[0]}, err
}

func unpackPPMd(properties []byte, size uint64, packed []io.ReadCloser) (io.ReadCloser, error) {
	if len(properties) != 5 || len(packed) != 1 || size > math.MaxInt {
		return nil, fmt.Errorf("read properties: %w", extract.ErrCorrupt)
	}
	model := binary.LittleEndian.Uint32(properties[1:])
	if model > mostModel {
		return nil, fmt.Errorf("unpack with a model of %d bytes: %w", model, extract.ErrUnsupported)
	}
	r, err := ppmd.NewH7zReader(packed[0], int(properties[0]), int(model), int(size))
	if err != nil {
		return nil, fmt.Errorf("begin to unpack: %w", err)
	}
	return coder{&r, packed[0]}, nil
}

func unpackDeflate64(_ []byte, _ uint64, packed []io.ReadCloser) (io.ReadCloser, error) {
	if len(packed) != 1 {
		return nil, extract.ErrCorrupt
	}
	return coder{unpack.Deflate64(bufio.NewReader(packed[0])), packed[0]}, nil
}

// coder unpacks, and closes what it reads.
type coder struct {
	io.Reader
	io.Closer
}
