package ole_test

import (
	"context"
	"encoding/binary"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"trustaudit/internal/extract"
	"trustaudit/internal/extract/ole"
	"trustaudit/internal/extracttest"
)

// reading is a format that calls give with a packed file.
func reading(give func(*ole.File, extract.Sink) error) extract.Format {
	return extract.Format{Read: func(ctx context.Context, doc extract.Document, sink extract.Sink) error {
		f, err := ole.Load(ctx, doc, sink)
		if err != nil {
			return err
		}
		return give(f, sink)
	}}
}

func le32(n ...uint32) string {
	var b []byte
	for _, v := range n {
		b = binary.LittleEndian.AppendUint32(b, v)
	}
	return string(b)
}

// propertySet makes a stream of one section of properties.
func propertySet(format uint32, dictionary string, values map[uint32]string) string {
	ids, body := "", ""
	n := uint32(len(values))
	if dictionary != "" {
		n++
	}
	at := 8 + 8*n
	add := func(id uint32, value string) {
		ids += le32(id, at)
		value += strings.Repeat("\x00", -len(value)&3)
		body += value
		at += uint32(len(value))
	}
	if dictionary != "" {
		add(0, dictionary)
	}
	for id := range uint32(32) {
		if v, ok := values[id]; ok {
			add(id, v)
		}
	}
	return "\xfe\xff\x00\x00" + le32(0) + strings.Repeat("\x00", 16) + le32(1) + le32(format) + strings.Repeat("\x00", 12) + le32(48) + le32(at, n) + ids + body
}

// one is a record of names and values.
func one(pairs ...string) [][]extracttest.Field {
	var record []extracttest.Field
	for i := 0; i < len(pairs); i += 2 {
		record = append(record, extracttest.Field{Name: pairs[i], Value: pairs[i+1]})
	}
	return [][]extracttest.Field{record}
}

func TestProperties(t *testing.T) {
	summary := propertySet(0xf29f85e0, "", map[uint32]string{
		1:  le32(2) + "\xe4\x04",
		2:  le32(30, 7) + "Zo\xeb 999\x00",
		4:  le32(31, 4) + "A\x00n\x00n\x00\x00\x00",
		12: le32(64, 0x69050000, 0x1d5c036),
		14: le32(3, 7), // a number of pages: of no interest
	})
	custom := propertySet(0xd5cdd505, le32(2, 2, 4)+"MRN\x00"+le32(3, 6)+"Count\x00", map[uint32]string{
		2: le32(30, 9) + "RX000001\x00",
		3: le32(3, 42),
	})
	parts := propertySet(0xd5cdd502, "", map[uint32]string{13: le32(0x101e, 2, 2) + "A\x00" + le32(2) + "B\x00"})
	give := reading(func(f *ole.File, sink extract.Sink) error { return f.Properties(f.Root(), sink) })
	for name, c := range map[string]struct {
		stream, data string
		want         [][]extracttest.Field
	}{
		"summary":   {"\x05SummaryInformation", summary, one("Title", "Zoë 999", "Author", "Ann", "Created", "2020-01-01 00:00:00")},
		"custom":    {"\x05DocumentSummaryInformation", custom, one("MRN", "RX000001", "Count", "42")},
		"parts":     {"\x05DocumentSummaryInformation", parts, one("Parts", "A\nB")},
		"cut short": {"\x05SummaryInformation", summary[:len(summary)-16], one("Title", "Zoë 999", "Author", "Ann")},
		"nothing":   {"\x05SummaryInformation", "\xfe\xff", nil},
	} {
		t.Run(name, func(t *testing.T) {
			got := extracttest.Read(t, give, "x", pack(t, stream(c.stream, c.data)))
			if diff := cmp.Diff(c.want, got.Records); diff != "" || got.Err != nil {
				t.Errorf("error %v, fields differ (-want +got):\n%s", got.Err, diff)
			}
		})
	}
}

func TestObject(t *testing.T) {
	packed := le32(0) + "\x02\x00" + "list.csv\x00C:\\old\\list.csv\x00" + le32(0x00030000) + le32(5) + "C:\\t\x00" + le32(6) + "a,b\n1," + "rest"
	for name, c := range map[string]struct {
		object ole.Part
		want   []extracttest.Child
	}{
		"a packed file":         {storage("o", stream("\x01Ole10Native", packed)), []extracttest.Child{{Name: "name/list.csv", Data: "a,b\n1,"}}},
		"another program's":     {storage("o", stream("\x01Ole10Native", le32(4)+"data")), []extracttest.Child{{Name: "name", Data: "data"}}},
		"a package":             {storage("o", stream("Package", "PK data"), stream("\x01CompObj", "x")), []extracttest.Child{{Name: "name", Data: "PK data"}}},
		"a viewer's contents":   {storage("o", stream("CONTENTS", "%PDF")), []extracttest.Child{{Name: "name", Data: "%PDF"}}},
		"an equation":           {storage("o", stream("Equation Native", "x + y")), nil},
		"an older equation":     {storage("o", stream("\x01CompObj", "Equation.2"), stream("\x01Ole10Native", "x")), nil},
		"a link or a picture":   {storage("o", stream("\x01Ole", "x"), stream("\x02OlePres000", "y"), stream("\x03ObjInfo", "z")), nil},
		"a size that is a lie":  {storage("o", stream("\x01Ole10Native", strings.Replace(packed, le32(6), le32(1<<30), 1))), []extracttest.Child{{Name: "name/list.csv", Data: "a,b\n1,rest"}}},
		"a path for its name":   {storage("o", stream("\x01Ole10Native", strings.Replace(packed, "list.csv\x00", "\x00", 1))), []extracttest.Child{{Name: "name/list.csv", Data: "a,b\n1,"}}},
		"a header that is none": {storage("o", stream("\x01Ole10Native", "xxxx\x02\x00")), []extracttest.Child{{Name: "name", Data: "\x02\x00"}}},
	} {
		t.Run(name, func(t *testing.T) {
			give := reading(func(f *ole.File, sink extract.Sink) error { return f.Object(f.Root().Child("o"), "name", sink) })
			got := extracttest.Read(t, give, "x", pack(t, c.object))
			if diff := cmp.Diff(c.want, got.Kids); diff != "" || got.Err != nil {
				t.Errorf("error %v, children differ (-want +got):\n%s", got.Err, diff)
			}
		})
	}
}

// A document inside is one by itself.
func TestObjectStorage(t *testing.T) {
	give := reading(func(f *ole.File, sink extract.Sink) error { return f.Object(f.Root().Child("o"), "name", sink) })
	got := extracttest.Read(t, give, "x", pack(t, storage("o", stream("Workbook", "cells"))))
	if len(got.Kids) != 1 || got.Kids[0].Err != nil {
		t.Fatalf("children %v", got.Kids)
	}
	if diff := cmp.Diff([]string{"Workbook"}, ole.Streams([]byte(got.Kids[0].Data))); diff != "" {
		t.Errorf("streams differ (-want +got):\n%s", diff)
	}
}

func TestMacros(t *testing.T) {
	// Behind each byte of flags are eight tokens. The one behind the last
	// repeats nine characters from fifteen back.
	source := "\x00Attribut\x00e VB_Nam\x00e = 9990\x01\x06\x70"
	size := len(source) - 1
	module := "rubbish\x01" + string([]byte{byte(size), byte(0xb0 | size>>8)}) + source
	give := reading(func(f *ole.File, sink extract.Sink) error { return f.Macros(f.Root(), sink) })
	got := extracttest.Read(t, give, "x", pack(t, storage("VBA", stream("dir", "x"), stream("M1", module))))
	if want := "Attribute VB_Name = 9990 VB_Name "; !strings.HasPrefix(got.All(), want) || got.Err != nil {
		t.Errorf("got %q, %v", got.All(), got.Err)
	}
}

// What is left of a file whose tables are broken is read, and the file is
// corrupt.
func TestLoadCorrupt(t *testing.T) {
	b := []byte(ole.Mark + strings.Repeat("\xff", 504) + strings.Repeat("NHS number 999 000 0018 of nobody ", 20))
	got := extracttest.Read(t, reading(func(*ole.File, extract.Sink) error { return nil }), "x", b)
	if !strings.Contains(got.All(), "999 000 0018") || got.Err == nil {
		t.Errorf("got %q, %v", got.All(), got.Err)
	}
}

// A list of more words than are read is said to be one.
func TestManyProperties(t *testing.T) {
	parts := propertySet(0xd5cdd502, "", map[uint32]string{13: le32(0x101e, 5000) + strings.Repeat(le32(2)+"A\x00", 5000)})
	give := reading(func(f *ole.File, sink extract.Sink) error { return f.Properties(f.Root(), sink) })
	got := extracttest.Read(t, give, "x", pack(t, stream("\x05DocumentSummaryInformation", parts)))
	if len(got.Records) != 1 || len(got.Reasons) != 1 || got.Err != nil {
		t.Errorf("%d records, reasons %q, error %v", len(got.Records), got.Reasons, got.Err)
	}
}
