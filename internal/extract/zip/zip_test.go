package zip_test

import (
	stdzip "archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	sealedzip "github.com/yeka/zip"

	"trustaudit/internal/extract"
	"trustaudit/internal/extract/zip"
	"trustaudit/internal/extracttest"
)

type member struct {
	name, data string
	method     uint16
}

func pack(t testing.TB, members ...member) []byte {
	t.Helper()
	var b bytes.Buffer
	w := stdzip.NewWriter(&b)
	for _, m := range members {
		f, err := w.CreateHeader(&stdzip.FileHeader{Name: m.name, Method: m.method, Modified: time.Date(2025, 1, 2, 3, 4, 6, 0, time.UTC)})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(f, m.data); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func seal(t testing.TB, method sealedzip.EncryptionMethod) []byte {
	t.Helper()
	var b bytes.Buffer
	w := sealedzip.NewWriter(&b)
	f, err := w.Encrypt("folder/list.csv", "a password", method)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(f, strings.Repeat("9990123456,Ann Example\n", 50)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestSeals(t *testing.T) {
	for _, tt := range []struct {
		label  string
		method sealedzip.EncryptionMethod
		want   extract.Seal
	}{
		{"ZipCrypto", sealedzip.StandardEncryption, extract.Seal{Grade: extract.SealWeak, Scheme: "ZIP", Cipher: "ZipCrypto"}},
		{"AES-128", sealedzip.AES128Encryption, aesSeal(128)},
		{"AES-192", sealedzip.AES192Encryption, aesSeal(192)},
		{"AES-256", sealedzip.AES256Encryption, aesSeal(256)},
	} {
		t.Run(tt.label, func(t *testing.T) {
			got := extracttest.Read(t, zip.Format, "x.zip", seal(t, tt.method))
			if len(got.Kids) != 1 || got.Kids[0].Name != "folder/list.csv" || got.Kids[0].Data != "" {
				t.Fatalf("children %+v", got.Kids)
			}
			if diff := cmp.Diff(tt.want, got.Kids[0].Seal); diff != "" {
				t.Errorf("seal differs (-want +got):\n%s", diff)
			}
			if !errors.Is(got.Kids[0].Err, extract.ErrSealed) {
				t.Errorf("Open returned %v, want ErrSealed", got.Kids[0].Err)
			}
		})
	}
}

func TestMembers(t *testing.T) {
	data := pack(t,
		member{"folder/", "", stdzip.Store},
		member{"folder/a.txt", "stored text", stdzip.Store},
		member{"../../etc/b.txt", strings.Repeat("deflated ", 500), stdzip.Deflate},
		member{"empty", "", stdzip.Deflate},
	)
	// A program before the archive, and some bytes behind it.
	data = append(append([]byte("PK\x03\x04 not really"), data...), "\r\n"...)
	got := extracttest.Read(t, zip.Format, "x.zip", data)
	want := []extracttest.Child{
		{Name: "folder/a.txt", Data: "stored text"},
		{Name: "../../etc/b.txt", Data: strings.Repeat("deflated ", 500)},
		{Name: "empty"},
	}
	if diff := cmp.Diff(want, got.Kids); diff != "" || got.Err != nil {
		t.Errorf("err %v; children differ (-want +got):\n%s", got.Err, diff)
	}
}

func TestNames(t *testing.T) {
	var b bytes.Buffer
	w := stdzip.NewWriter(&b)
	for _, name := range []string{"caf\x82.txt", "Zoë.txt"} {
		if _, err := w.CreateHeader(&stdzip.FileHeader{Name: name, NonUTF8: true}); err != nil {
			t.Fatal(err)
		}
	}
	w.Close()
	got := extracttest.Read(t, zip.Format, "x.zip", b.Bytes())
	if got.Kids[0].Name != "café.txt" || got.Kids[1].Name != "Zoë.txt" {
		t.Errorf("names %q, %q", got.Kids[0].Name, got.Kids[1].Name)
	}
}

// More members than the plain end record can count.
func TestZip64(t *testing.T) {
	var members []member
	for i := range 70_000 {
		members = append(members, member{name: fmt.Sprintf("m%d", i)})
	}
	got := extracttest.Read(t, zip.Format, "x.zip", pack(t, members...))
	if got.Err != nil || len(got.Kids) != 70_000 {
		t.Errorf("%d children, err %v", len(got.Kids), got.Err)
	}
}

func TestBrokenOff(t *testing.T) {
	whole := pack(t,
		member{"a.txt", strings.Repeat("first member ", 100), stdzip.Deflate},
		member{"b.txt", strings.Repeat("second member ", 100), stdzip.Deflate},
		member{"c.txt", strings.Repeat("third", 10_000), stdzip.Store},
	)
	got := extracttest.Read(t, zip.Format, "x.zip", whole[:len(whole)-20_000])
	if !errors.Is(got.Err, extract.ErrCorrupt) {
		t.Errorf("err %v, want corrupt", got.Err)
	}
	if len(got.Kids) != 3 || got.Kids[1].Data != strings.Repeat("second member ", 100) || !strings.HasPrefix(got.Kids[2].Data, "thirdthird") {
		t.Errorf("children not salvaged: %d", len(got.Kids))
	}
	if !errors.Is(got.Kids[2].Err, extract.ErrCorrupt) || got.Kids[1].Err != nil {
		t.Errorf("errors %v and %v, want none and corrupt", got.Kids[1].Err, got.Kids[2].Err)
	}
}

func TestWrongChecksum(t *testing.T) {
	data := pack(t, member{"a.txt", "some stored text", stdzip.Store})
	i := bytes.Index(data, []byte("some stored"))
	data[i] = 'X'
	got := extracttest.Read(t, zip.Format, "x.zip", data)
	if len(got.Kids) != 1 || got.Kids[0].Data != "Xome stored text" || !errors.Is(got.Kids[0].Err, extract.ErrCorrupt) {
		t.Errorf("children %+v", got.Kids)
	}
}

func TestUnknownMethod(t *testing.T) {
	var b bytes.Buffer
	w := stdzip.NewWriter(&b)
	f, _ := w.CreateRaw(&stdzip.FileHeader{Name: "a", Method: 98, CompressedSize64: 3, UncompressedSize64: 9})
	io.WriteString(f, "xyz")
	w.Close()
	got := extracttest.Read(t, zip.Format, "x.zip", b.Bytes())
	if !errors.Is(got.Kids[0].Err, extract.ErrUnsupported) {
		t.Errorf("Open returned %v", got.Kids[0].Err)
	}
}

func TestConformance(t *testing.T) {
	long := strings.Repeat("filler that packs well ", 2000) + "9990123456"
	extracttest.Run(t, zip.Format, []extracttest.Sample{
		{Name: "two.zip", Data: pack(t, member{"a.txt", long, stdzip.Deflate}, member{"b/c.txt", "9990123464", stdzip.Store}), Want: []string{"9990123456", "9990123464", "b/c.txt"}},
		{Name: "sealed.zip", Data: seal(t, sealedzip.AES256Encryption), Want: []string{"folder/list.csv"}},
	})
}

func FuzzRead(f *testing.F) {
	f.Add(pack(f, member{"a.txt", "text", stdzip.Deflate}, member{"b", "x", stdzip.Store}))
	f.Add(seal(f, sealedzip.StandardEncryption))
	f.Fuzz(func(t *testing.T, in []byte) { extracttest.Fuzz(t, zip.Format, "x.zip", in) })
}

func aesSeal(bits int) extract.Seal {
	return extract.Seal{
		Grade: extract.SealStrong, Scheme: "WinZip AE-2", Cipher: "AES-CTR", Bits: bits, KDF: "PBKDF2-HMAC-SHA1", Rounds: 1000,
	}
}
