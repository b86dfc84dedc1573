package keepass_test

import (
	"encoding/binary"
	"errors"
	"os"
	"testing"

	"trustaudit/internal/extract"
	"trustaudit/internal/extract/keepass"
	"trustaudit/internal/extract/seal"
	"trustaudit/internal/extracttest"
)

func file(t testing.TB) []byte {
	t.Helper()
	data, err := os.ReadFile("testdata/version3.kdbx")
	if err != nil {
		t.Fatal(err)
	}
	return data
}

const (
	chacha   = "\xd6\x03\x8a\x2b\x8b\x6f\x4c\xb5\xa5\x24\x33\x9a\x31\xdb\xb5\x9a"
	argon2id = "\x9e\x29\x8b\x19\x56\xdb\x47\x73\xb2\x3d\xfc\x3e\xc6\xf0\xa1\xe6"
)

func sized(b []byte, s string) []byte {
	return append(binary.LittleEndian.AppendUint32(b, uint32(len(s))), s...)
}

// version4 is a header of KDBX 4.
func version4() []byte {
	kdf := []byte{0, 1}
	kdf = sized(sized(append(kdf, 0x42), "$UUID"), argon2id)
	kdf = sized(sized(append(kdf, 0x05), "I"), "\x0a\x00\x00\x00\x00\x00\x00\x00")
	kdf = append(kdf, 0)
	b := []byte("\x03\xd9\xa2\x9a\x67\xfb\x4b\xb5\x00\x00\x04\x00")
	b = sized(append(b, 2), chacha)
	b = sized(append(b, 11), string(kdf))
	b = sized(append(b, 0), "\r\n\r\n")
	return append(b, make([]byte, 64)...)
}

// version1 is a header of version 1.
func version1(flags byte) []byte {
	b := make([]byte, 124)
	copy(b, "\x03\xd9\xa2\x9a\x65\xfb\x4b\xb5")
	b[8] = flags
	binary.LittleEndian.PutUint32(b[120:], 6000)
	return b
}

func of(scheme, cipher string, bits int, kdf string, rounds int64) extract.Seal {
	s := seal.Of(scheme, cipher, bits)
	s.KDF, s.Rounds = kdf, rounds
	return s
}

func TestSeals(t *testing.T) {
	extracttest.RunSealed(t, keepass.Format, []extracttest.Sealed{
		{Name: "3.kdbx", Data: file(t), Want: of("KeePass 2, KDBX 3", "AES-CBC", 256, "AES-KDF", 1630434)},
		{Name: "4.kdbx", Data: version4(), Want: of("KeePass 2, KDBX 4", "ChaCha20", 256, "Argon2id", 10)},
		{Name: "1.kdb", Data: version1(3), Want: of("KeePass 1", "AES-CBC", 256, "AES-KDF", 6000)},
		{Name: "twofish.kdb", Data: version1(9), Want: of("KeePass 1", "Twofish-CBC", 256, "AES-KDF", 6000)},
	})
}

func TestCorrupt(t *testing.T) {
	for _, data := range [][]byte{file(t)[:100], version1(3)[:100], file(t)[:8]} {
		if got := extracttest.Read(t, keepass.Format, "x.kdbx", data); !errors.Is(got.Err, extract.ErrCorrupt) || len(got.Seals) != 0 {
			t.Errorf("%d bytes: err %v, seals %v", len(data), got.Err, got.Seals)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add(file(f))
	f.Add(version4())
	f.Add(version1(3))
	f.Fuzz(func(t *testing.T, data []byte) { extracttest.Fuzz(t, keepass.Format, "x.kdbx", data) })
}
