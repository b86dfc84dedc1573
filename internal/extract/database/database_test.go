package database_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"trustaudit/internal/extract"
	"trustaudit/internal/extract/database"
	"trustaudit/internal/extracttest"
)

// file is a mark at a place, and rows in pages behind it.
func file(at int, mark string, mask byte) []byte {
	b := make([]byte, 16<<10)
	copy(b[at:], mark)
	for i, row := range []string{"9990123456Ann Example", "9990123464Bob Example"} {
		copy(b[8192*i+4096:], "\x30\x00\x01"+row+"\x02")
	}
	copy(b[2048:], "\x019\x009\x009\x000\x001\x002\x003\x004\x007\x002\x00\x00\x00")
	for i := range b {
		if i >= 1024 {
			b[i] ^= mask
		}
	}
	return b
}

func TestRead(t *testing.T) {
	for _, tt := range []struct {
		label, name string
		data        []byte
	}{
		{"SQL Server data file", "pas.mdf", file(0, "\x01\x0f\x00\x00\x08", 0)},
		{"SQL Server backup", "pas.bak", file(0, "TAPE", 0)},
		{"Oracle data file", "users01.dbf", file(28, "}|{z", 0)},
		{"Oracle export", "x.dmp", file(3, "EXPORT:V10.02.01", 0)},
		{"MySQL table", "patients.ibd", file(24, "\x00\x08", 0)},
		{"ESE database", "x.edb", file(4, "\xef\xcd\xab\x89", 0)},
		{"FileMaker database", "x.fmp12", file(14, "\xc0HBAM7", 0x5a)},
		{"R data", "x", file(0, "RDX3\nX\n", 0)},
		{"memos of dBase", "PAT.DBT", file(0, "", 0)},
		{"InterSystems database", "IRIS.DAT", file(0, "", 0)},
	} {
		t.Run(tt.label, func(t *testing.T) {
			if database.Format.Detect(tt.data, tt.name) < extract.ByName {
				t.Fatal("not known")
			}
			got := extracttest.Read(t, database.Format, tt.name, tt.data)
			if diff := cmp.Diff([]string{tt.label + ": read as runs of text"}, got.Reasons); diff != "" || got.Err != nil {
				t.Errorf("reasons (-want +got):\n%s%v", diff, got.Err)
			}
			for _, want := range []string{"9990123456 Ann Example\n", "9990123464 Bob Example\n", "9990123472\n"} {
				if !strings.Contains(strings.Join(got.Texts, ""), want) {
					t.Errorf("%q not in %q", want, got.Texts)
				}
			}
		})
	}
}

func TestDetect(t *testing.T) {
	for _, tt := range []struct {
		name, head string
	}{
		{"other.dat", "nothing of the kind, nothing of the kind"},
		{"x.mdf", "MDF     3.30    a recording, not a database"},
		{"x", "\x01\x0f\x00\x00 but for its name, this could be one"},
		{"x.mdf", "short"},
	} {
		if got := database.Format.Detect([]byte(tt.head), tt.name); got != extract.No {
			t.Errorf("%s %q: Detect = %d", tt.name, tt.head, got)
		}
	}
}

// A run may go on past what is read at once.
func TestPieces(t *testing.T) {
	b := file(0, "TAPE", 0)
	for len(b) < 1<<20 {
		b = append(b, "\x019990123456\x01"...)
	}
	got := extracttest.Read(t, database.Format, "x.bak", b)
	all := strings.Join(got.Texts, "")
	if n, want := strings.Count(all, "9990123456"), bytes.Count(b, []byte("9990123456")); n != want {
		t.Errorf("%d of %d", n, want)
	}
}

func TestSeal(t *testing.T) {
	chance := rand.NewChaCha8([32]byte{7})
	tde := file(0, "\x01\x0f\x00\x00", 0)
	ibd := file(24, "\x00\x08", 0)
	for range 8 {
		page := make([]byte, 8192)
		chance.Read(page)
		copy(page, "\x01\x01\x00\x00")
		binary.LittleEndian.PutUint16(page[22:], 7)
		tde = append(tde, page...)
	}
	page := make([]byte, 16384)
	chance.Read(page)
	binary.BigEndian.PutUint16(page[24:], 15)
	ibd = append(ibd, page...)
	for _, tt := range []struct {
		name string
		data []byte
		want extract.Seal
	}{
		{"pas.mdf", tde, extract.Seal{Grade: extract.SealStrong, Scheme: "SQL Server TDE", Cipher: "AES", Bits: 128, Probable: true}},
		{"pas.ibd", ibd, extract.Seal{Grade: extract.SealStrong, Scheme: "InnoDB tablespace", Cipher: "AES-CBC", Bits: 256}},
	} {
		got := extracttest.Read(t, database.Format, tt.name, tt.data)
		if diff := cmp.Diff([]extract.Seal{tt.want}, got.Seals); diff != "" || !errors.Is(got.Err, extract.ErrSealed) {
			t.Errorf("%s: seals (-want +got):\n%s%v", tt.name, diff, got.Err)
		}
	}
}

func TestPacked(t *testing.T) {
	got := extracttest.Read(t, database.Format, "x.bak", file(0, "MSSQLBAK", 0))
	if !errors.Is(got.Err, extract.ErrUnsupported) || !slices.Equal(got.Reasons, []string{"compressed SQL Server backup: compressed, not read"}) {
		t.Errorf("%v, %v", got.Err, got.Reasons)
	}
}

func TestConformance(t *testing.T) {
	extracttest.Run(t, database.Format, []extracttest.Sample{
		{Name: "pas.bak", Data: file(0, "TAPE", 0), Want: []string{"9990123456", "9990123464", "9990123472"}},
		{Name: "x.fmp12", Data: file(14, "\xc0HBAM7", 0x5a), Want: []string{"9990123456"}},
	})
}

func FuzzRead(f *testing.F) {
	f.Add(file(0, "TAPE", 0))
	f.Fuzz(func(t *testing.T, data []byte) { extracttest.Fuzz(t, database.Format, "x.bak", data) })
}
