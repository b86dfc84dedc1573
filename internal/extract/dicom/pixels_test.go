package dicom_test

import (
	"encoding/binary"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"trustaudit/internal/extract"
	"trustaudit/internal/extract/dicom"
	"trustaudit/internal/extracttest"
)

// scene writes a picture of two by two, with what is said of it before.
type scene struct {
	class, modality, burned string
	bits, samples           int
	photometric, pixels     string
}

func (w writer) number(group, element uint16, v int) string {
	return w.attr(group, element, "US", string(w.order.(binary.AppendByteOrder).AppendUint16(nil, uint16(v))))
}

func (w writer) scene(s scene) string {
	body := w.attr(0x0008, 0x0016, "UI", s.class) + w.attr(0x0008, 0x0060, "CS", s.modality) + w.number(0x0028, 0x0002, s.samples) +
		w.attr(0x0028, 0x0004, "CS", s.photometric) + w.number(0x0028, 0x0010, 2) + w.number(0x0028, 0x0011, 2) + w.number(0x0028, 0x0100, s.bits)
	if s.burned != "" {
		body += w.attr(0x0028, 0x0301, "CS", s.burned)
	}
	return body + w.attr(0x7FE0, 0x0010, "OW", s.pixels)
}

const (
	explicit = "1.2.840.10008.1.2.1"
	bigFirst = "1.2.840.10008.1.2.2"
)

func TestPicture(t *testing.T) {
	const echo = "1.2.840.10008.5.1.4.1.1.6.1"
	eight := scene{modality: "US", bits: 8, samples: 1, photometric: "MONOCHROME2", pixels: "\x00\x40\x80\xff"}
	with := func(s scene, change func(*scene)) scene { change(&s); return s }
	grey := []extracttest.Child{{Name: "picture.pnm", Data: "P5\n2 2\n255\n\x00\x40\x80\xff"}}
	for name, tt := range map[string]struct {
		data string
		want []extracttest.Child
	}{
		"of a scanner that writes on it": {file(explicit, little.scene(eight)), grey},
		"of a class":                     {file(explicit, little.scene(with(eight, func(s *scene) { s.modality, s.class = "CT", "1.2.840.10008.5.1.4.1.1.7" }))), grey},
		"said to be burned in":           {file(explicit, little.scene(with(eight, func(s *scene) { s.modality, s.burned = "CT", "YES" }))), grey},
		"said not to be":                 {file(explicit, little.scene(with(eight, func(s *scene) { s.class, s.burned = echo, "NO" }))), nil},
		"of a scanner that does not":     {file(explicit, little.scene(with(eight, func(s *scene) { s.modality = "CT" }))), nil},
		"inverted":                       {file(explicit, little.scene(with(eight, func(s *scene) { s.photometric = "MONOCHROME1" }))), []extracttest.Child{{Name: "picture.pnm", Data: "P5\n2 2\n255\n\xff\xbf\x7f\x00"}}},
		"in colour":                      {file(explicit, little.scene(with(eight, func(s *scene) { s.samples, s.pixels = 3, "rgbrgbrgbrgb" }))), []extracttest.Child{{Name: "picture.pnm", Data: "P6\n2 2\n255\nrgbrgbrgbrgb"}}},
		"of 16 bits":                     {file(explicit, little.scene(with(eight, func(s *scene) { s.bits, s.pixels = 16, "\x00\x01\x00\x02\x00\x03\x00\x05" }))), []extracttest.Child{{Name: "picture.pnm", Data: "P5\n2 2\n255\n\x00\x3f\x7f\xff"}}},
		"of 16 bits, highest first":      {file(bigFirst, writer{order: binary.BigEndian}.scene(with(eight, func(s *scene) { s.bits, s.pixels = 16, "\x01\x00\x02\x00\x03\x00\x05\x00" }))), []extracttest.Child{{Name: "picture.pnm", Data: "P5\n2 2\n255\n\x00\x3f\x7f\xff"}}},
		"compressed": {
			file("1.2.840.10008.1.2.4.50", little.attr(0x0008, 0x0060, "CS", "US")+little.header(0x7FE0, 0x0010, "OB", undefined)+
				little.attr(0xFFFE, 0xE000, "", "")+little.attr(0xFFFE, 0xE000, "", "\xff\xd8\xff\xe0 a jpeg")+little.attr(0xFFFE, 0xE0DD, "", "")),
			[]extracttest.Child{{Name: "picture.jpg", Data: "\xff\xd8\xff\xe0 a jpeg "[:13-1]}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			got := extracttest.Read(t, dicom.Format, "x.dcm", []byte(tt.data))
			if got.Err != nil {
				t.Errorf("got %v", got.Err)
			}
			if diff := cmp.Diff(tt.want, got.Kids); diff != "" {
				t.Errorf("pictures differ (-want +got):\n%s", diff)
			}
		})
	}
}

// A picture that cannot be shown says so.
func TestPictureRefused(t *testing.T) {
	for name, tt := range map[string]struct {
		scene scene
		want  error
	}{
		"of 12 bits": {scene{modality: "US", bits: 12, samples: 1, pixels: "aabbcc"}, extract.ErrUnsupported},
		"too short":  {scene{modality: "US", bits: 8, samples: 1, pixels: "aa"}, extract.ErrCorrupt},
	} {
		got := extracttest.Read(t, dicom.Format, "x.dcm", []byte(file(explicit, little.scene(tt.scene))))
		if len(got.Kids) != 1 || !errors.Is(got.Kids[0].Err, tt.want) {
			t.Errorf("%s: got %+v, want %v", name, got.Kids, tt.want)
		}
	}
}
