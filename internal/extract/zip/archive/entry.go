package archive

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"

	"trustaudit/internal/extract"
	"trustaudit/internal/extract/seal"
)

// Flags of a member.
const (
	flagSealed     = 1 << 0
	flagEndMark    = 1 << 1 // what LZMA packed ends in a mark
	flagDescriptor = 1 << 3 // its sizes stand behind its data
	flagStrong     = 1 << 6
	flagUTF8       = 1 << 11
	flagMasked     = 1 << 13
)

// Methods of compression.
const (
	methodStore     = 0
	methodDeflate   = 8
	methodDeflate64 = 9
	methodBzip2     = 12
	methodLZMA      = 14
	methodZstdOld   = 20
	methodZstd      = 93
	methodXZ        = 95
	methodAES       = 99
)

// Entry is one member.
type Entry struct {
	Name     string // in UTF-8 unless it claims to be and is not
	Size     int64  // as declared; -1 when it is not known
	Modified time.Time

	flags, method uint16
	crc           uint32
	packed        int64
	offset        int64  // of its local header
	disk          uint16 // the volume that it begins in
	aes           aesExtra
	algorithm     uint16 // of PKWARE's strong encryption
	short         bool   // salvaged without its end
}

type aesExtra struct {
	present  bool
	version  uint16
	strength uint8
}

// Folder reports whether the entry is a folder.
func (e *Entry) Folder() bool { return strings.HasSuffix(e.Name, "/") && e.Size <= 0 }

// Sealed reports whether the entry is encrypted.
func (e *Entry) Sealed() bool { return e.flags&flagSealed != 0 || e.method == methodAES }

// Seal says how the entry is encrypted.
func (e *Entry) Seal() extract.Seal {
	switch {
	case !e.Sealed():
		return extract.Seal{}
	case e.method == methodAES:
		return e.aesSeal()
	case e.flags&flagStrong != 0:
		return strongSeal(e.algorithm)
	}
	return seal.Of("ZIP", "ZipCrypto", 0)
}

func (e *Entry) aesSeal() extract.Seal {
	bits := map[uint8]int{1: 128, 2: 192, 3: 256}[e.aes.strength]
	if !e.aes.present || bits == 0 {
		return seal.Of("WinZip", "AES", 0)
	}
	s := seal.Of(fmt.Sprintf("WinZip AE-%d", e.aes.version), "AES-CTR", bits)
	s.KDF, s.Rounds = "PBKDF2-HMAC-SHA1", 1000
	return s
}

// strongSeal reads the algorithms of PKWARE's specification.
func strongSeal(algorithm uint16) extract.Seal {
	known := map[uint16]extract.Seal{
		0x6601: seal.Of("", "DES", 56), 0x6602: seal.Of("", "RC2", 0), 0x6603: seal.Of("", "3DES", 168), 0x6609: seal.Of("", "3DES", 112),
		0x660e: seal.Of("", "AES-CBC", 128), 0x660f: seal.Of("", "AES-CBC", 192), 0x6610: seal.Of("", "AES-CBC", 256),
		0x6702: seal.Of("", "RC2", 0), 0x6720: seal.Of("", "Blowfish", 0), 0x6721: seal.Of("", "Twofish", 256), 0x6801: seal.Of("", "RC4", 0),
	}
	s, ok := known[algorithm]
	if !ok {
		s = seal.Of("", "", 0)
	}
	s.Scheme = "PKWARE"
	return s
}

// centralEntry reads a header of the directory.
func centralEntry(h, name, extra []byte) Entry {
	e := Entry{
		flags:    binary.LittleEndian.Uint16(h[8:]),
		method:   binary.LittleEndian.Uint16(h[10:]),
		Modified: dosTime(binary.LittleEndian.Uint16(h[14:]), binary.LittleEndian.Uint16(h[12:])),
		crc:      binary.LittleEndian.Uint32(h[16:]),
		packed:   int64(binary.LittleEndian.Uint32(h[20:])),
		Size:     int64(binary.LittleEndian.Uint32(h[24:])),
		disk:     binary.LittleEndian.Uint16(h[34:]),
		offset:   int64(binary.LittleEndian.Uint32(h[42:])),
	}
	e.setName(name)
	e.readExtra(extra, name)
	return e
}

// setName takes names in UTF-8, and what is not in the code page of old DOS.
func (e *Entry) setName(name []byte) {
	if e.flags&flagUTF8 != 0 || utf8.Valid(name) {
		e.Name = string(name)
		return
	}
	var b strings.Builder
	for _, c := range name {
		b.WriteRune(charmap.CodePage437.DecodeByte(c))
	}
	e.Name = b.String()
}

func (e *Entry) readExtra(extra, name []byte) {
	for len(extra) >= 4 {
		tag, n := binary.LittleEndian.Uint16(extra), int(binary.LittleEndian.Uint16(extra[2:]))
		if extra = extra[4:]; n > len(extra) {
			return
		}
		e.readField(tag, extra[:n], name)
		extra = extra[n:]
	}
}

func (e *Entry) readField(tag uint16, b, name []byte) {
	switch {
	case tag == 0x0001:
		for _, v := range []*int64{&e.Size, &e.packed, &e.offset} {
			if *v == 0xffffffff && len(b) >= 8 {
				*v = int64(binary.LittleEndian.Uint64(b) &^ (1 << 63))
				b = b[8:]
			}
		}
		if e.disk == 0xffff && len(b) >= 4 {
			e.disk = uint16(binary.LittleEndian.Uint32(b))
		}
	case tag == 0x5455 && len(b) >= 5 && b[0]&1 != 0:
		e.Modified = time.Unix(int64(int32(binary.LittleEndian.Uint32(b[1:]))), 0).UTC()
	case tag == 0x7075 && len(b) > 5 && b[0] == 1 && binary.LittleEndian.Uint32(b[1:]) == crc32.ChecksumIEEE(name):
		e.Name = string(b[5:])
	case tag == 0x9901 && len(b) >= 7:
		e.aes = aesExtra{present: true, version: binary.LittleEndian.Uint16(b), strength: b[4]}
	case tag == 0x0017 && len(b) >= 4:
		e.algorithm = binary.LittleEndian.Uint16(b[2:])
	}
}

// dosTime is in the zone of whoever packed: it is taken as UTC.
func dosTime(d, t uint16) time.Time {
	if d == 0 {
		return time.Time{}
	}
	return time.Date(1980+int(d>>9), time.Month(d>>5&15), int(d&31), int(t>>11), int(t>>5&63), int(t&31)*2, 0, time.UTC)
}
