package pgdump_test

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"errors"
	"io"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/zstd"
	"github.com/pierrec/lz4/v4"

	"trustaudit/internal/extract"
	"trustaudit/internal/extract/pgdump"
	"trustaudit/internal/extracttest"
)

// build writes archives as pg_dump does: what it wrote itself was read once.
type build struct {
	bytes.Buffer
	minor, kind byte
	method      byte
}

func (b *build) int(n int) {
	sign := byte(0)
	if n < 0 {
		sign, n = 1, -n
	}
	b.WriteByte(sign)
	b.Write(binary.LittleEndian.AppendUint32(nil, uint32(n)))
}

func (b *build) strings(list ...string) {
	for _, s := range list {
		b.int(len(s))
		b.WriteString(s)
	}
}

func (b *build) begin(entries int) {
	b.WriteString("PGDMP")
	b.Write([]byte{1, b.minor, 0, 4, 8, b.kind})
	if b.minor >= 15 {
		b.WriteByte(b.method)
	} else {
		b.int(-int(b.method))
	}
	for range 7 {
		b.int(1)
	}
	b.strings("pas", "16.1", "16.1")
	b.int(entries)
}

func (b *build) entry(id int, definition, statement string) {
	b.int(id)
	b.int(1)
	b.strings("1259", "1", "patients", "TABLE")
	b.int(2)
	b.strings(definition, "DROP", statement, "public", "")
	if b.minor >= 14 {
		b.strings("heap")
	}
	if b.minor >= 16 {
		b.int('r')
	}
	b.strings("postgres", "false", "7")
	b.int(-1)
	if b.kind == 1 {
		b.Write(make([]byte, 9))
	} else {
		b.strings("1.dat.gz")
	}
}

// rows writes the pieces of what the method makes of s.
func (b *build) rows(t testing.TB, s string) {
	var packed bytes.Buffer
	var w io.WriteCloser
	switch b.method {
	case 1:
		w = zlib.NewWriter(&packed)
	case 2:
		w = lz4.NewWriter(&packed)
	case 3:
		var err error
		if w, err = zstd.NewWriter(&packed); err != nil {
			t.Fatal(err)
		}
	default:
		packed.WriteString(s)
	}
	if w != nil {
		io.WriteString(w, s)
		w.Close()
	}
	for packed.Len() > 0 {
		p := packed.Next(50)
		b.int(len(p))
		b.Write(p)
	}
	b.int(0)
}

const rows = "9990123456\tZoë Example\n9990123464\t\\N\n\\.\n\n\n"

func archive(t testing.TB, minor, method byte) []byte {
	b := &build{minor: minor, kind: 1, method: method}
	b.begin(2)
	b.entry(1, "CREATE TABLE public.patients (nhs text, name text);\n", "")
	b.entry(2, "", "COPY public.patients (nhs, name) FROM stdin;\n")
	b.WriteByte(1)
	b.int(2)
	b.rows(t, rows)
	b.WriteByte(3)
	b.int(9)
	b.int(16401)
	b.rows(t, "a letter")
	b.int(0)
	return b.Bytes()
}

func TestConformance(t *testing.T) {
	var samples []extracttest.Sample
	for _, tt := range []struct {
		name          string
		minor, method byte
	}{{"old", 12, 0}, {"gzip", 14, 1}, {"plain", 15, 0}, {"lz4", 16, 2}, {"zstd", 16, 3}} {
		samples = append(samples, extracttest.Sample{
			Name: tt.name + ".dump", Data: archive(t, tt.minor, tt.method),
			Want: []string{"CREATE TABLE", "patients", "nhs", "9990123456", "Zoë Example", "9990123464", "large object 16401", "a letter"},
		})
	}
	extracttest.Run(t, pgdump.Format, samples)
}

func TestRead(t *testing.T) {
	got := extracttest.Read(t, pgdump.Format, "x", archive(t, 16, 1))
	want := []extracttest.Table{{Name: "patients", Columns: []string{"nhs", "name"}, Rows: [][]string{{"9990123456", "Zoë Example"}, {"9990123464", ""}}}}
	if diff := cmp.Diff(want, got.Tables); diff != "" || got.Err != nil {
		t.Errorf("tables (-want +got):\n%s%v", diff, got.Err)
	}
	if diff := cmp.Diff([]extracttest.Child{{Name: "large object 16401", Data: "a letter"}}, got.Kids); diff != "" {
		t.Errorf("children (-want +got):\n%s", diff)
	}
}

// Rows as INSERT are under the names that the list defines.
func TestInserts(t *testing.T) {
	b := &build{minor: 16, kind: 1}
	b.begin(1)
	b.entry(1, "CREATE TABLE public.patients (nhs text, name text);\n", "")
	b.WriteByte(1)
	b.int(1)
	b.rows(t, "INSERT INTO public.patients VALUES ('9990123456', 'Ann');\n")
	got := extracttest.Read(t, pgdump.Format, "x", b.Bytes())
	want := []extracttest.Table{{Name: "patients", Columns: []string{"nhs", "name"}, Rows: [][]string{{"9990123456", "Ann"}}}}
	if diff := cmp.Diff(want, got.Tables); diff != "" || got.Err != nil {
		t.Errorf("tables (-want +got):\n%s%v", diff, got.Err)
	}
}

func TestDirectory(t *testing.T) {
	b := &build{minor: 14, kind: 5, method: 1}
	b.begin(1)
	b.entry(1, "COMMENT ON TABLE patients IS '9990123456';\n", "COPY public.patients (nhs, name) FROM stdin;\n")
	got := extracttest.Read(t, pgdump.Format, "toc.dat", b.Bytes())
	if diff := cmp.Diff([]string{"COMMENT ON TABLE patients IS '9990123456'\n"}, got.Texts); diff != "" || got.Err != nil {
		t.Errorf("texts (-want +got):\n%s%v", diff, got.Err)
	}
}

func TestUnknown(t *testing.T) {
	got := extracttest.Read(t, pgdump.Format, "x", archive(t, 16, 9))
	if !errors.Is(got.Err, extract.ErrUnsupported) {
		t.Errorf("an unknown compression: %v", got.Err)
	}
}

func FuzzRead(f *testing.F) {
	f.Add(archive(f, 14, 1))
	f.Add(archive(f, 16, 0))
	f.Fuzz(func(t *testing.T, data []byte) { extracttest.Fuzz(t, pgdump.Format, "x.dump", data) })
}
