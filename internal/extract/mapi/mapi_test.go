package mapi

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"trustaudit/internal/extract"
	"trustaudit/internal/extracttest"
)

// packed is compressed RTF of which the sizes are right and the checksum is not.
func packed(mark uint32, size int, data []byte) []byte {
	b := binary.LittleEndian.AppendUint32(nil, uint32(len(data)+12))
	b = binary.LittleEndian.AppendUint32(b, uint32(size))
	b = binary.LittleEndian.AppendUint32(b, mark)
	b = binary.LittleEndian.AppendUint32(b, 0)
	return append(b, data...)
}

func TestRTF(t *testing.T) {
	for _, tt := range []struct {
		label string
		in    []byte
		want  string
		err   error
	}{
		// The window begins with "{\rtf1\ansi"; the text that is written goes to 207.
		{"a reference, and the end", packed(compressed, 10, []byte{0x05, 0x00, 0x08, '9', 0x0d, 0xa0}), "{\\rtf1\\ans9", nil},
		{"over its own end", packed(compressed, 10, []byte{0x06, 'a', 0x0c, 0xf3, 0x0d, 0x50}), "aaaaaa", nil},
		{"without an end", packed(compressed, 3, []byte{0x00, 'a', 'b', 'c'}), "abc", nil},
		{"plain", packed(plain, 3, []byte("abcd")), "abc", nil},
		{"cut off", packed(compressed, 3, []byte{0x01, 0x00}), "", extract.ErrCorrupt},
		{"another mark", packed(1, 3, []byte("abc")), "", extract.ErrCorrupt},
		{"too short", []byte("abc"), "", extract.ErrCorrupt},
	} {
		t.Run(tt.label, func(t *testing.T) {
			r, err := RTF(tt.in)
			var got []byte
			if err == nil {
				got, err = io.ReadAll(r)
			}
			if string(got) != tt.want || !errors.Is(err, tt.err) {
				t.Errorf("%q, %v; want %q, %v", got, err, tt.want, tt.err)
			}
		})
	}
}

// item is read through a format that is nothing but the item.
func item(m *Message) extract.Format {
	return extract.Format{Read: func(ctx context.Context, _ extract.Document, sink extract.Sink) error { return m.Give(ctx, sink) }}
}

func TestGive(t *testing.T) {
	for _, tt := range []struct {
		label string
		page  int
		props []Property
		want  []string
	}{
		{"code page", 1251, []Property{{subject, String8, []byte("\xc8\xe2\xe0\xed\x00")}}, []string{"Subject: Иван\n"}},
		{"its own code page", 0, []Property{{subject, String8, []byte("\xc8")}, {messagePage, Int32, []byte{0xe3, 4, 0, 0}}}, []string{"Subject: И\n"}},
		{"unknown words", 0, []Property{{0x3abc, String8, []byte("NHS 1")}, {0x6789, Binary, []byte("NHS 2")}}, []string{"NHS 1\n"}},
		{"how it was sent", 0, []Property{{0x1035, String8, []byte("<1@x>")}, {senderName, String8, []byte("/O=Trust")}}, nil},
		{"page in its code page", 0, []Property{{bodyHTML, Binary, []byte("<p>\xc8\xe2</p>")}, {internetPage, Int32, []byte{0xe3, 4, 0, 0}}}, []string{"Ив\n\n"}},
		{"text and page", 0, []Property{{bodyHTML, Binary, []byte("<p>one")}, {bodyText, String8, []byte("two")}}, []string{"two\none\n\n"}},
		{"time", 0, []Property{{0x3a42, Time, []byte{0, 0x80, 0x3e, 0xd5, 0xde, 0xb1, 0x9d, 1}}}, []string{"Date of birth: 1970-01-01\n"}},
		{"prefix of a subject", 0, []Property{{subject, Unicode, []byte("\x01\x00\x05\x00F\x00W\x00")}}, []string{"Subject: FW\n"}},
		{"stores among themselves", 0, []Property{{0x6655, String8, []byte("NHS 1")}}, nil},
		{"names", 0, []Property{{0x8001, String8, []byte("one")}, {0x8002, String8, []byte("two")}, {0x8003, String8, []byte("three")}, {0x8004, String8, []byte("16.0")}}, []string{"Ward: one\nLocation: three\n"}},
		{"no time", 0, []Property{{0x3a42, Time, []byte{1}}, {0x3a41, Time, bytes.Repeat([]byte{0xff}, 8)}}, nil},
	} {
		t.Run(tt.label, func(t *testing.T) {
			names := map[uint16]Name{0x8001: {Word: "Ward", Own: true}, 0x8002: {Word: "Score"}, 0x8003: {Number: 0x8208}, 0x8004: {Number: 0x8554}}
			m := &Message{Object: Object{Page: tt.page, Names: names, Props: tt.props}}
			got := extracttest.Read(t, item(m), "x", nil)
			var texts []string
			for _, s := range got.Texts {
				if s != "" {
					texts = append(texts, s)
				}
			}
			if diff := cmp.Diff(tt.want, texts); diff != "" {
				t.Errorf("texts differ (-want +got):\n%s", diff)
			}
		})
	}
}

// RTF is a file, where nothing else says what the item says.
func TestRichText(t *testing.T) {
	rich := Property{bodyRTF, Binary, packed(plain, 5, []byte(`{\rtf`))}
	got := extracttest.Read(t, item(&Message{Object: Object{Props: []Property{rich}}}), "x", nil)
	if diff := cmp.Diff([]extracttest.Child{{Name: "body.rtf", Data: `{\rtf`}}, got.Kids); diff != "" {
		t.Errorf("children differ (-want +got):\n%s", diff)
	}
	got = extracttest.Read(t, item(&Message{Object: Object{Props: []Property{rich, {bodyText, String8, []byte("a")}}}}), "x", nil)
	if len(got.Kids) > 0 || !strings.Contains(got.All(), "a") {
		t.Errorf("%+v", got)
	}
}

func TestNames(t *testing.T) {
	list := []byte{0x83, 0x80, 0, 0, 6, 0, 0, 0 /* words: */, 4, 0, 0, 0, 5, 0, 1, 0 /* beyond: */, 0xff, 0, 0, 0, 1, 0, 2, 0}
	words := append([]byte{0, 0, 0, 0}, 4, 0, 0, 0, 'a', 0, 'b', 0)
	want := map[uint16]Name{0x8000: {Number: 0x8083}, 0x8001: {Word: "ab", Own: true}, 0x8002: {}}
	if diff := cmp.Diff(want, Names(list, words)); diff != "" {
		t.Errorf("names differ (-want +got):\n%s", diff)
	}
}

func FuzzRTF(f *testing.F) {
	f.Add(packed(compressed, 10, []byte{0x05, 0x00, 0x08, '9', 0x0d, 0x20}))
	f.Fuzz(func(t *testing.T, in []byte) {
		r, err := RTF(in)
		if err == nil {
			_, err = io.Copy(io.Discard, r)
		}
		if err != nil && !errors.Is(err, extract.ErrCorrupt) {
			t.Error(err)
		}
	})
}
