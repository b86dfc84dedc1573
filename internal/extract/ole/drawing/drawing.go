// Package drawing finds the pictures that older documents of Office keep in
// their streams, each behind a header of its own: photographs and scans, and
// drawings of lines and text (EMF, WMF, PICT), which are mostly compressed.
package drawing

import (
	"bytes"
	"compress/flate"
	"compress/zlib"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"trustaudit/internal/extract"
)

const (
	headerSize = 8
	idSize     = 16 // of the digest before a picture; some have two
	linesSize  = 34 // of what stands before a drawing of lines, behind its digests
	window     = 64 << 10
)

// form is a form of picture, by the first bytes of its header.
type form struct {
	extension string
	ids       int  // digests before the picture
	lines     bool // a drawing
}

// begin is how far behind the header the picture begins.
func (f form) begin() int64 {
	if f.lines {
		return int64(f.ids)*idSize + linesSize
	}
	return int64(f.ids)*idSize + 1
}

// formOf reads a header. What tells is its number and what it says of the
// picture's kind, which fit by chance once in many gigabytes.
func formOf(h []byte) (form, bool) {
	instance, kind := binary.LittleEndian.Uint16(h), binary.LittleEndian.Uint16(h[2:])
	if instance&0xf != 0 {
		return form{}, false
	}
	ids := 1 + int(instance>>4&1)
	switch f := uint32(kind)<<16 | uint32(instance>>4&^1); f {
	case 0xf01d046a, 0xf01d06e2, 0xf02a046a, 0xf02a06e2:
		return form{".jpg", ids, false}, true
	case 0xf01e06e0:
		return form{".png", ids, false}, true
	case 0xf01f07a8:
		return form{".bmp", ids, false}, true
	case 0xf02906e4:
		return form{".tiff", ids, false}, true
	case 0xf01a03d4:
		return form{".emf", ids, true}, true
	case 0xf01b0216:
		return form{".wmf", ids, true}, true
	case 0xf01c0542:
		return form{".pict", ids, true}, true
	}
	return form{}, false
}

// Pictures gives the pictures in a stream to the sink, as files of their own.
func Pictures(ctx context.Context, r io.ReaderAt, size int64, sink extract.Sink) error {
	b := make([]byte, min(window, max(size, 0)))
	found := 0
	for at := int64(0); at+headerSize <= size; {
		if err := ctx.Err(); err != nil {
			return fmt.Errorf("find pictures: %w", err)
		}
		n, err := r.ReadAt(b[:min(int64(len(b)), size-at)], at)
		if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, extract.ErrCorrupt) {
			return fmt.Errorf("find pictures: %w", err)
		}
		if errors.Is(err, extract.ErrCorrupt) {
			sink.Partial("pictures are cut off")
		}
		if err != nil {
			size = at + int64(n)
		}
		i, f, ok := next(b[:n])
		if !ok {
			at += int64(max(n-headerSize+1, 1))
			continue
		}
		length := min(int64(binary.LittleEndian.Uint32(b[i+4:])), size-at-int64(i)-headerSize)
		begin := f.begin()
		at += int64(i) + headerSize
		if length <= begin {
			continue
		}
		found++
		picture, name := io.NewSectionReader(r, at+begin, length-begin), fmt.Sprintf("picture%d%s", found, f.extension)
		if f.lines {
			err = giveLines(picture, io.NewSectionReader(r, at+begin-linesSize, linesSize), name, sink)
		} else {
			err = give(picture, name, sink)
		}
		if err != nil {
			return err
		}
		at += length
	}
	return nil
}

// next finds the first header.
func next(b []byte) (at int, f form, ok bool) {
	const mark = 0xf0 // with which the last byte of a kind begins
	for from := 3; from <= len(b)-headerSize+3; {
		i := bytes.IndexByte(b[from:len(b)-headerSize+4], mark)
		if i < 0 {
			return 0, form{}, false
		}
		at = from + i - 3
		if f, ok := formOf(b[at:]); ok {
			return at, f, true
		}
		from += i + 1
	}
	return 0, form{}, false
}

func give(picture *io.SectionReader, name string, sink extract.Sink) error {
	return sink.Child(extract.Child{Name: name, Size: picture.Size(), Open: func() (io.ReadCloser, error) {
		var h [40]byte
		if n, err := picture.ReadAt(h[:], 0); n == len(h) && binary.LittleEndian.Uint32(h[:]) == uint32(len(h)) {
			return io.NopCloser(io.MultiReader(bytes.NewReader(bitmapHeader(h[:], picture.Size())), picture)), nil
		} else if err != nil && !errors.Is(err, io.EOF) {
			return nil, fmt.Errorf("read picture: %w", err)
		}
		return struct {
			*io.SectionReader
			io.Closer
		}{picture, io.NopCloser(nil)}, nil
	}})
}

// giveLines gives a drawing. What stands before it says how long it is, and
// whether it is compressed.
func giveLines(picture, before *io.SectionReader, name string, sink extract.Sink) error {
	const compressionAt, deflated = linesSize - 2, 0
	var h [linesSize]byte
	if _, err := before.ReadAt(h[:], 0); err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, extract.ErrCorrupt) {
		return fmt.Errorf("read drawing: %w", err)
	}
	if h[compressionAt] != deflated {
		return give(picture, name, sink)
	}
	return sink.Child(extract.Child{Name: name, Size: int64(binary.LittleEndian.Uint32(h[:])), Open: func() (io.ReadCloser, error) {
		z, err := zlib.NewReader(picture)
		if err != nil {
			return nil, fmt.Errorf("unpack drawing: %w", broken(err))
		}
		return unpacked{z}, nil
	}})
}

// unpacked says of a drawing that breaks off that it is corrupt.
type unpacked struct{ io.ReadCloser }

func (u unpacked) Read(p []byte) (int, error) {
	n, err := u.ReadCloser.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		err = fmt.Errorf("unpack drawing: %w", broken(err))
	}
	return n, err
}

func broken(err error) error {
	var bad flate.CorruptInputError
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, zlib.ErrHeader) || errors.Is(err, zlib.ErrChecksum) || errors.As(err, &bad) {
		return extract.ErrCorrupt
	}
	return err
}

// bitmapHeader is what a file of a bitmap has before what is stored of it here.
func bitmapHeader(info []byte, size int64) []byte {
	const length = 14
	colours := binary.LittleEndian.Uint32(info[32:])
	if bits := binary.LittleEndian.Uint16(info[14:]); colours == 0 && bits <= 8 {
		colours = 1 << bits
	}
	b := append(make([]byte, 0, length), "BM"...)
	b = binary.LittleEndian.AppendUint32(b, uint32(length+size))
	b = binary.LittleEndian.AppendUint32(b, 0)
	return binary.LittleEndian.AppendUint32(b, length+uint32(len(info))+4*min(colours, 256))
}
