// Package compress reads files packed by the compress program of old Unix.
package compress

import (
	"fmt"
	"io"

	"trustaudit/internal/extract"
	"trustaudit/internal/extract/unpack"
)

// Format is the .Z file.
var Format = extract.Format{Name: "compress", Binary: true, Detect: detect, Read: packing().Read}

const (
	mark      = "\x1f\x9d"
	fewBits   = 9
	mostBits  = 16
	bitsMask  = 0x1f
	blockMode = 0x80
	reserved  = 0x60
)

func detect(head []byte, _ string) extract.Confidence {
	if len(head) < 3 || string(head[:2]) != mark || head[2]&reserved != 0 {
		return extract.No
	}
	if n := head[2] & bitsMask; n < fewBits || n > mostBits {
		return extract.No
	}
	return extract.ByContent
}

func packing() unpack.One {
	return unpack.One{
		Suffixes: [][2]string{{".taz", ".tar"}, {".z", ""}},
		Open: func(in *unpack.Input) (unpack.File, error) {
			var h [3]byte
			if _, err := io.ReadFull(in, h[:]); err != nil || detect(h[:], "") == extract.No {
				return unpack.File{}, fmt.Errorf("read header: %w", extract.ErrCorrupt)
			}
			return unpack.File{Data: newReader(in, h[2])}, nil
		},
	}
}
