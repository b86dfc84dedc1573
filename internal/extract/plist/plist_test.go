package plist_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"trustaudit/internal/extract"
	"trustaudit/internal/extract/plist"
	"trustaudit/internal/extracttest"
)

func file(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestRead(t *testing.T) {
	got := extracttest.Read(t, plist.Format, "x", file(t, "patients.plist"))
	want := [][]extracttest.Field{
		{{Name: "title", Value: "A register of xxxxxxxxxxxxxxxxxxxx"}},
		{
			{Name: "alive", Value: "true"}, {Name: "big", Value: "9990123472"}, {Name: "born", Value: "1950-01-02 00:00:00"},
			{Name: "name", Value: "Zoë Example"}, {Name: "nhs", Value: "9990123456"}, {Name: "no", Value: "-7"},
			{Name: "share", Value: "0.5"}, {Name: "tag", Value: "abc"},
		},
		{{Name: "nhs", Value: "9990123464"}},
	}
	if diff := cmp.Diff(want, got.Records); diff != "" || got.Err != nil {
		t.Errorf("records (-want +got):\n%s%v", diff, got.Err)
	}
	if diff := cmp.Diff([]string{"A01\nB02\n9990123480\n"}, got.Texts); diff != "" {
		t.Errorf("texts (-want +got):\n%s", diff)
	}
	if len(got.Kids) != 1 || len(got.Kids[0].Data) <= 64 || got.Kids[0].Err != nil || len(got.Reasons) > 0 {
		t.Errorf("binary values %q, reasons %q", got.Kids, got.Reasons)
	}
}

func TestAlone(t *testing.T) {
	got := extracttest.Read(t, plist.Format, "x", file(t, "alone.plist"))
	if diff := cmp.Diff([]string{"9990123456\n"}, got.Texts); diff != "" || got.Err != nil {
		t.Errorf("texts (-want +got):\n%s%v", diff, got.Err)
	}
}

// A reference that leads nowhere is told, and the rest is read.
func TestDamaged(t *testing.T) {
	data := slices.Clone(file(t, "patients.plist"))
	data[9] = 0xee // the first reference of the first dictionary
	got := extracttest.Read(t, plist.Format, "x", data)
	if !errors.Is(got.Err, extract.ErrCorrupt) || len(got.Records) < 2 {
		t.Errorf("%v, %d records", got.Err, len(got.Records))
	}
}

func TestConformance(t *testing.T) {
	extracttest.Run(t, plist.Format, []extracttest.Sample{{Name: "x.plist", Data: file(t, "patients.plist"), Want: []string{"9990123456", "9990123464", "9990123480", "nhs"}}})
}

func FuzzRead(f *testing.F) {
	f.Add(file(f, "patients.plist"))
	f.Fuzz(func(t *testing.T, data []byte) { extracttest.Fuzz(t, plist.Format, "x.plist", data) })
}
