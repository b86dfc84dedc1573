package parts_test

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"hash/crc32"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"trustaudit/internal/extract"
	"trustaudit/internal/extract/parts"
	"trustaudit/internal/extracttest"
)

// pack packs parts, given as name and content by turns.
func pack(t *testing.T, flags uint16, all ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for i := 0; i < len(all); i += 2 {
		f, err := w.CreateRaw(&zip.FileHeader{Name: all[i], Flags: flags, CRC32: crc32.ChecksumIEEE([]byte(all[i+1])), CompressedSize64: uint64(len(all[i+1])), UncompressedSize64: uint64(len(all[i+1]))})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(f, all[i+1]); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// open opens a package, and does with it what a format would.
func open(t *testing.T, data []byte, use func(*parts.Package)) *extracttest.Recording {
	t.Helper()
	format := extract.Format{Read: func(ctx context.Context, doc extract.Document, sink extract.Sink) error {
		p, err := parts.Open(ctx, doc, sink)
		if err == nil {
			use(p)
		}
		return err
	}}
	return extracttest.Read(t, format, "x", data)
}

func TestNames(t *testing.T) {
	got := open(t, pack(t, 0, `word\b.xml`, "", "/a.xml", "", "folder/", "", "a.xml", ""), func(p *parts.Package) {
		if diff := cmp.Diff([]string{"a.xml", "word/b.xml"}, p.Names()); diff != "" {
			t.Errorf("names differ (-want +got):\n%s", diff)
		}
	})
	if diff := cmp.Diff([]string{"two parts of one name"}, got.Reasons); diff != "" || got.Err != nil {
		t.Errorf("err %v; reasons differ (-want +got):\n%s", got.Err, diff)
	}
}

func TestRelations(t *testing.T) {
	open(t, pack(t, 0, "ppt/slides/_rels/slide1.xml.rels", `<Relationships><Relationship Id="1" Type="http://x/notesSlide" Target="..\notes\n1.xml"/><Relationship Id="2" Target="/ppt/a.xml"/><Relationship Id="3" Target="http://x/?a=1&amp;b" TargetMode="External"/></Relationships>`), func(p *parts.Package) {
		got, err := p.Relations("ppt/slides/slide1.xml")
		want := []parts.Relation{{ID: "1", Kind: "notesSlide", Target: "ppt/notes/n1.xml"}, {ID: "2", Kind: ".", Target: "ppt/a.xml"}, {ID: "3", Kind: ".", Target: "http://x/?a=1&b", External: true}}
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("err %v; relations differ (-want +got):\n%s", err, diff)
		}
		if got, err := p.Relations("none.xml"); got != nil || err != nil {
			t.Errorf("of a part without: %v, %v", got, err)
		}
		if _, err := p.Open("none.xml"); !errors.Is(err, extract.ErrCorrupt) {
			t.Errorf("a part that is not there: %v", err)
		}
	})
}

func TestElements(t *testing.T) {
	open(t, pack(t, 0, "a.xml", `<a id="256" r:id="r2" c="&lt;"><b/></a>`), func(p *parts.Package) {
		var got []string
		err := p.Elements("a.xml", func(e *parts.Element) {
			got = append(got, e.Name, e.Attr("id"), e.Find("id", map[string]string{"r2": "found"}), e.Attr("c"))
		})
		if diff := cmp.Diff([]string{"a", "256", "found", "<", "b", "", "", ""}, got); diff != "" || err != nil {
			t.Errorf("err %v; elements differ (-want +got):\n%s", err, diff)
		}
	})
}

// A document whose parts are encrypted as an archive's are is sealed.
func TestSealed(t *testing.T) {
	got := open(t, pack(t, 1, "a.xml", "random"), func(*parts.Package) {})
	if len(got.Seals) != 1 || got.Seals[0].Grade != extract.SealWeak || !errors.Is(got.Err, extract.ErrSealed) {
		t.Errorf("err %v, seals %v", got.Err, got.Seals)
	}
}

// Corrupt parts are counted and passed over; another error ends the reading.
func TestEach(t *testing.T) {
	other := errors.New("other")
	var reads []string
	format := extract.Format{Read: func(_ context.Context, _ extract.Document, sink extract.Sink) error {
		fail := map[string]error{"a": extract.ErrCorrupt, "c": extract.ErrUnsupported, "e": other}
		each := func(names ...string) error {
			return parts.Each(names, sink, func(name string) error { reads = append(reads, name); return fail[name] })
		}
		if err := each("a", "b", "c"); err != nil {
			t.Errorf("Each: %v", err)
		}
		if err := each("d", "e", "f"); !errors.Is(err, other) {
			t.Errorf("Each: %v", err)
		}
		return nil
	}}
	got := extracttest.Read(t, format, "x", nil)
	if diff := cmp.Diff([]string{"2 parts are corrupt"}, got.Reasons); diff != "" {
		t.Errorf("reasons differ (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"a", "b", "c", "d", "e"}, reads); diff != "" {
		t.Errorf("reads differ (-want +got):\n%s", diff)
	}
}

// A long value of an attribute, as macros keep them, is whole.
func TestLongAttribute(t *testing.T) {
	long := strings.Repeat("word ", 2000) + "999 000 0050"
	data := pack(t, 0, "a.xml", `<a><b val="`+long+`"/></a>`)
	open(t, data, func(p *parts.Package) {
		found := ""
		if err := p.Elements("a.xml", func(e *parts.Element) { found += e.Attr("val") }); err != nil || found != long {
			t.Errorf("%d bytes of %d, error %v", len(found), len(long), err)
		}
	})
}
