// Package xz reads files packed by xz.
package xz

import (
	"encoding/binary"
	"fmt"
	"strings"

	"github.com/ulikunitz/xz"

	"trustaudit/internal/extract"
	"trustaudit/internal/extract/unpack"
)

// Format is the xz file.
var Format = extract.Format{Name: "xz", Detect: detect, Read: packing().Read}

const mark = "\xfd7zXZ\x00"

func detect(head []byte, _ string) extract.Confidence {
	if len(head) >= 12 && strings.HasPrefix(string(head[:len(mark)]), mark) {
		return extract.ByContent
	}
	return extract.No
}

func packing() unpack.One {
	return unpack.One{
		Suffixes: [][2]string{{".txz", ".tar"}, {".xz", ""}},
		Open:     open,
	}
}

func open(in *unpack.Input) (unpack.File, error) {
	if !supported(in.Peek(1024)) {
		return unpack.File{}, fmt.Errorf("read filters: %w", extract.ErrUnsupported)
	}
	z, err := xz.NewReader(in)
	return unpack.File{Data: z}, err
}

// Of a block's header, as the format's description has it.
const (
	filterLZMA2 = 0x21
	hasPacked   = 0x40
	hasSize     = 0x80
)

// supported reports whether the first block is packed by LZMA2 alone, with a
// window that fits. What it cannot make out is left to the decompressor.
func supported(head []byte) bool {
	if len(head) < 14 || head[12] == 0 {
		return true
	}
	flags, rest := head[13], head[14:]
	if flags&3 != 0 { // more filters than one
		return false
	}
	for _, field := range []byte{hasPacked, hasSize} {
		if flags&field != 0 {
			_, n := binary.Uvarint(rest)
			rest = rest[max(n, 0):]
		}
	}
	if len(rest) < 3 {
		return true
	}
	return rest[0] == filterLZMA2 && (rest[1] != 1 || unpack.Window2(rest[2]) <= unpack.MaxWindow)
}
