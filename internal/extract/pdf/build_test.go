package pdf_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// file puts objects, numbered from 1, into a document. The first is the catalog.
func file(objects ...string) []byte {
	var b bytes.Buffer
	b.WriteString("%PDF-1.7\n")
	return end(&b, 1, "", objects)
}

// changed adds a revision to a document, with objects numbered from first.
func changed(data []byte, first int, objects ...string) []byte {
	b := bytes.NewBuffer(bytes.Clone(data))
	i := bytes.LastIndex(data, []byte("startxref\n"))
	prev, _, _ := strings.Cut(string(data[i+len("startxref\n"):]), "\n")
	return end(b, first, "/Prev "+prev, objects)
}

func end(b *bytes.Buffer, first int, trailer string, objects []string) []byte {
	offsets := make([]int, len(objects))
	for i, o := range objects {
		offsets[i] = b.Len()
		fmt.Fprintf(b, "%d 0 obj\n%s\nendobj\n", first+i, o)
	}
	table := b.Len()
	fmt.Fprintf(b, "xref\n%d %d\n", first, len(objects))
	for _, off := range offsets {
		fmt.Fprintf(b, "%010d 00000 n \n", off)
	}
	fmt.Fprintf(b, "trailer\n<</Size %d/Root 1 0 R%s>>\nstartxref\n%d\n%%%%EOF\n", first+len(objects), trailer, table)
	return b.Bytes()
}

func stream(dict, data string) string {
	return fmt.Sprintf("<<%s/Length %d>>\nstream\n%s\nendstream", dict, len(data), data)
}

const (
	tree    = "<</Type/Pages/Kids[3 0 R]/Count 1/MediaBox[0 0 600 800]/Resources<</Font<</F 5 0 R/G 6 0 R>>/XObject<</X 7 0 R>>>>>>"
	font    = "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>"
	catalog = "<</Type/Catalog/Pages 2 0 R>>"
	leaf    = "<</Type/Page/Parent 2 0 R/Contents 4 0 R>>"
)

// onePage is a document of one page. Other objects are numbered from 6: a second
// font, a form, and what belongs to them.
func onePage(contents string, others ...string) []byte {
	return file(append([]string{catalog, tree, leaf, stream("", contents), font}, others...)...)
}

func sample(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}
