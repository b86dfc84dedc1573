package bitlocker_test

import (
	"encoding/binary"
	"errors"
	"testing"

	"trustaudit/internal/extract"
	"trustaudit/internal/extract/bitlocker"
	"trustaudit/internal/extract/seal"
	"trustaudit/internal/extracttest"
)

// volume is the beginning of a volume: a boot sector, and at 4096 the metadata
// with a master key for each protection.
func volume(toGo bool, method uint16, protections ...uint16) []byte {
	b := make([]byte, 8192)
	at := 176
	if toGo {
		copy(b[3:], "MSWIN4.1")
		copy(b[424:], "\x3b\xd6\x67\x49\x29\x2e\xd8\x4a\x83\x99\xf6\xa3\x39\xe3\xd0\x01")
		at = 440
	} else {
		copy(b, "\xeb\x58\x90-FVE-FS-")
	}
	binary.LittleEndian.PutUint64(b[at:], 1<<40) // the first copy is beyond the end
	binary.LittleEndian.PutUint64(b[at+8:], 4096)
	m := b[4096:]
	copy(m, "-FVE-FS-")
	m = m[64:]
	binary.LittleEndian.PutUint16(m[36:], method)
	size := 48
	for _, p := range protections {
		e := m[size:]
		binary.LittleEndian.PutUint16(e, 40)
		binary.LittleEndian.PutUint16(e[2:], 2)
		binary.LittleEndian.PutUint16(e[4:], 8)
		binary.LittleEndian.PutUint16(e[34:], p)
		size += 40
	}
	binary.LittleEndian.PutUint32(m, uint32(size))
	return b
}

func TestSeals(t *testing.T) {
	open := seal.Of("BitLocker, opened by a recovery password, a clear key: protection is suspended", "AES-XTS", 128)
	open.Grade, open.Open = extract.SealWeak, true
	far := volume(false, 0x8004)[:1024]
	extracttest.RunSealed(t, bitlocker.Format, []extracttest.Sealed{
		{Name: "disk.img", Data: volume(false, 0x8005, 0x0100, 0x0800), Want: seal.Of("BitLocker, opened by TPM, a recovery password", "AES-XTS", 256)},
		{Name: "old.img", Data: volume(false, 0x8000, 0x0500), Want: seal.Of("BitLocker, opened by TPM and PIN", "AES-CBC with diffuser", 128)},
		{Name: "stick.img", Data: volume(true, 0x8002, 0x2000, 0x2000, 0x0800), Want: seal.Of("BitLocker, opened by a password, a recovery password", "AES-CBC", 128)},
		{Name: "suspended.img", Data: volume(false, 0x8004, 0x0800, 0), Want: open},
		{Name: "cut.img", Data: far, Want: extract.Seal{Grade: extract.SealStrong, Scheme: "BitLocker", Cipher: "AES"}},
	})
}

func TestShort(t *testing.T) {
	if got := extracttest.Read(t, bitlocker.Format, "x", make([]byte, 600)); !errors.Is(got.Err, extract.ErrCorrupt) {
		t.Errorf("err %v", got.Err)
	}
}

func FuzzRead(f *testing.F) {
	f.Add(volume(false, 0x8004, 0, 0x0800))
	f.Add(volume(true, 0x8004, 0x2000))
	f.Fuzz(func(t *testing.T, data []byte) { extracttest.Fuzz(t, bitlocker.Format, "x.img", data) })
}
