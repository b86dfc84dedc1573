package dicom

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"slices"
	"strings"

	"trustaudit/internal/extract"
)

// Tags that say what the picture is.
const (
	sopClass    tag = 0x0008_0016
	modality    tag = 0x0008_0060
	samples     tag = 0x0028_0002
	photometric tag = 0x0028_0004
	planes      tag = 0x0028_0006
	rows        tag = 0x0028_0010
	columns     tag = 0x0028_0011
	bits        tag = 0x0028_0100
	burnedIn    tag = 0x0028_0301
	pixelData   tag = 0x7FE0_0010
)

// secondaryCapture begins the class of pictures that were taken off a screen or a
// page.
const secondaryCapture = "1.2.840.10008.5.1.4.1.1.7"

// mostPixels bounds the one frame that is looked at.
const mostPixels = 64 << 20

// scene is what the attributes say of a picture.
type scene struct {
	class, modality, burned, photometric string
	rows, columns, bits, samples, planes int
}

// note keeps what an attribute says of the picture.
func (s *scene) note(h header, value []byte, order binary.ByteOrder) {
	text := strings.Trim(string(value), "\x00 ")
	number := 0
	if len(value) >= 2 {
		number = int(order.Uint16(value))
	}
	switch h.tag {
	case sopClass:
		s.class = text
	case modality:
		s.modality = text
	case burnedIn:
		s.burned = text
	case photometric:
		s.photometric = text
	case samples:
		s.samples = number
	case planes:
		s.planes = number
	case rows:
		s.rows = number
	case columns:
		s.columns = number
	case bits:
		s.bits = number
	}
}

// concerns reports whether an attribute says something of the picture.
func concerns(t tag) bool {
	return slices.Contains([]tag{sopClass, modality, burnedIn, photometric, samples, planes, rows, columns, bits}, t)
}

// mayShowWords reports whether names may be burned into the picture: it is said to
// be so; or it is not said not to be so, and the picture is of a kind that
// machines and people write on.
func (s *scene) mayShowWords() bool {
	switch s.burned {
	case "YES":
		return true
	case "NO":
		return false
	}
	return strings.HasPrefix(s.class, secondaryCapture) || slices.Contains([]string{"US", "SC", "OT", "ES", "XC", "DOC"}, s.modality)
}

// giveScene gives the picture's first frame as a file, for OCR.
func (r *reader) giveScene(h header) error {
	if h.tag != pixelData || !r.scene.mayShowWords() {
		return errDone
	}
	child := extract.Child{Name: "picture.pnm", Size: -1, Open: func() (io.ReadCloser, error) { return r.native(h) }}
	if h.length == undefined {
		child.Name, child.Open = "picture.jpg", r.fragment
	}
	if err := r.sink.Child(child); err != nil {
		return err
	}
	return errDone
}

// fragment returns the first fragment of a compressed picture: the first item is
// a list of where the frames begin.
func (r *reader) fragment() (io.ReadCloser, error) {
	for n := 0; n < 2; n++ {
		h, err := r.header()
		if err != nil || h.tag != itemTag || h.length == undefined {
			return nil, fmt.Errorf("read picture: %w", extract.ErrCorrupt)
		}
		if n == 1 {
			return io.NopCloser(io.LimitReader(r.in, int64(h.length))), nil
		}
		if err := r.in.skip(int64(h.length)); err != nil {
			return nil, fmt.Errorf("read picture: %w", err)
		}
	}
	return nil, fmt.Errorf("read picture: %w", extract.ErrCorrupt)
}

// native returns the first frame of a picture that is not compressed, as PNM.
func (r *reader) native(h header) (io.ReadCloser, error) {
	s := &r.scene
	size := s.rows * s.columns * max(s.samples, 1) * s.bits / 8
	if size <= 0 || size > mostPixels || s.bits != 8 && s.bits != 16 || s.samples != 1 && s.samples != 3 || s.planes != 0 {
		return nil, fmt.Errorf("read picture: %w", extract.ErrUnsupported)
	}
	if int64(h.length) < int64(size) {
		return nil, fmt.Errorf("read picture: %w", extract.ErrCorrupt)
	}
	frame := make([]byte, size)
	if _, err := io.ReadFull(r.in, frame); err != nil {
		return nil, fmt.Errorf("read picture: %w", err)
	}
	kind := 5
	if s.samples == 3 {
		kind = 6
	}
	b := fmt.Appendf(nil, "P%d\n%d %d\n255\n", kind, s.columns, s.rows)
	return io.NopCloser(bytes.NewReader(append(b, s.bytes(frame, r.syntax)...))), nil
}

// bytes makes a byte of each value, the darkest black.
func (s *scene) bytes(frame []byte, syntax syntax) []byte {
	if s.bits == 16 {
		frame = narrowed(frame, syntax.order())
	}
	if s.photometric == "MONOCHROME1" {
		for i := range frame {
			frame[i] = 255 - frame[i]
		}
	}
	return frame
}

// narrowed spreads values of two bytes over those of one.
func narrowed(frame []byte, order binary.ByteOrder) []byte {
	least, most := uint16(0xFFFF), uint16(0)
	for i := 0; i+1 < len(frame); i += 2 {
		v := order.Uint16(frame[i:])
		least, most = min(least, v), max(most, v)
	}
	span := max(1, uint32(most)-uint32(least))
	for i := 0; i+1 < len(frame); i += 2 {
		frame[i/2] = byte(uint32(order.Uint16(frame[i:])-least) * 255 / span)
	}
	return frame[:len(frame)/2]
}
