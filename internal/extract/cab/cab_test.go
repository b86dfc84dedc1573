package cab_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"trustaudit/internal/extract"
	"trustaudit/internal/extract/cab"
	"trustaudit/internal/extract/unpack/unpacktest"
	"trustaudit/internal/extracttest"
)

func testdata(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestMembers(t *testing.T) {
	for name, want := range map[string][]extracttest.Child{
		"mszip.cab":  {{Name: "list.txt", Data: unpacktest.Text()}, {Name: "c/a.txt", Data: "short 9990123456\n"}},
		"stored.cab": {{Name: "a.txt", Data: "short 9990123456\n"}, {Name: "sub/c.txt", Data: "deep"}},
	} {
		got := extracttest.Read(t, cab.Format, name, testdata(t, name))
		if diff := cmp.Diff(want, got.Kids); diff != "" || got.Err != nil {
			t.Errorf("%s: err %v; children differ (-want +got):\n%s", name, got.Err, diff)
		}
	}
}

// folderMethod changes what the first folder says that it is packed by.
func folderMethod(data []byte, method byte) []byte {
	data = bytes.Clone(data)
	at := 36
	if data[30]&4 != 0 {
		at += 4 + int(binary.LittleEndian.Uint16(data[36:]))
	}
	data[at+6] = method
	return data
}

func TestBroken(t *testing.T) {
	whole := testdata(t, "mszip.cab")
	damaged := bytes.Clone(whole)
	damaged[len(damaged)-100] ^= 0xff
	volume := bytes.Clone(whole)
	volume[30] |= 2 // its next one is named where the folder would be: nothing good comes of that
	for _, tt := range []struct {
		label string
		data  []byte
		kids  int
		want  error
	}{
		{"LZX", folderMethod(whole, 3), 2, extract.ErrUnsupported},
		{"Quantum", folderMethod(whole, 2), 2, extract.ErrUnsupported},
		{"damaged", damaged, 2, extract.ErrCorrupt},
		{"cut off", whole[:len(whole)-200], 2, extract.ErrCorrupt},
	} {
		got := extracttest.Read(t, cab.Format, "x.cab", tt.data)
		if len(got.Kids) != tt.kids || !errors.Is(got.Kids[tt.kids-1].Err, tt.want) {
			t.Errorf("%s: children %d, err %v", tt.label, len(got.Kids), got.Err)
		}
	}
	if got := extracttest.Read(t, cab.Format, "x.cab", volume); len(got.Reasons) == 0 && got.Err == nil {
		t.Error("a volume of several is taken for a whole one")
	}
}

func TestConformance(t *testing.T) {
	extracttest.Run(t, cab.Format, []extracttest.Sample{
		{Name: "mszip.cab", Data: testdata(t, "mszip.cab"), Want: []string{unpacktest.Text(), "9990123456"}},
		{Name: "stored.cab", Data: testdata(t, "stored.cab"), Want: []string{"9990123456", "sub/c.txt"}},
	})
}

func FuzzRead(f *testing.F) {
	f.Add(testdata(f, "mszip.cab"))
	f.Add(testdata(f, "stored.cab"))
	f.Fuzz(func(t *testing.T, in []byte) { extracttest.Fuzz(t, cab.Format, "x.cab", in) })
}
