package ar_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"trustaudit/internal/extract"
	"trustaudit/internal/extract/ar"
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
	want := []extracttest.Child{
		{Name: "a.txt", Data: "short 9990123456\n"},
		{Name: "a_name_that_is_longer_than_a_header_holds.txt", Data: "a longer one 9990123464"},
	}
	for _, name := range []string{"gnu.a", "bsd.a"} {
		got := extracttest.Read(t, ar.Format, name, testdata(t, name))
		if diff := cmp.Diff(want, got.Kids); diff != "" || got.Err != nil {
			t.Errorf("%s: err %v; children differ (-want +got):\n%s", name, got.Err, diff)
		}
		data := testdata(t, name)
		got = extracttest.Read(t, ar.Format, name, data[:len(data)-10])
		if len(got.Kids) != 2 || !errors.Is(got.Kids[1].Err, extract.ErrCorrupt) {
			t.Errorf("%s, cut off: children %+v", name, got.Kids)
		}
	}
}

func TestConformance(t *testing.T) {
	want := []string{"9990123456", "9990123464", "a_name_that_is_longer_than_a_header_holds.txt"}
	extracttest.Run(t, ar.Format, []extracttest.Sample{
		{Name: "gnu.a", Data: testdata(t, "gnu.a"), Want: want},
		{Name: "bsd.a", Data: testdata(t, "bsd.a"), Want: want},
	})
}

func FuzzRead(f *testing.F) {
	f.Add(testdata(f, "gnu.a"))
	f.Add(testdata(f, "bsd.a"))
	f.Fuzz(func(t *testing.T, in []byte) { extracttest.Fuzz(t, ar.Format, "x.a", in) })
}
