package ftp

import (
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestReadReply(t *testing.T) {
	for _, c := range []struct {
		name, said string
		want       reply
		err        error
		left       string // not read
	}{
		{"one line", "220 ready\r\nmore", reply{220, []string{"ready"}}, nil, "more"},
		{"a code alone", "220\r\n", reply{220, []string{""}}, nil, ""},
		{"no carriage return", "220 ready\n", reply{220, []string{"ready"}}, nil, ""},
		{"several lines", "211-Features:\r\n MDTM\r\n211-still\r\n220 not the end\r\n211 End\r\n\x16\x03",
			reply{211, []string{"Features:", " MDTM", "still", "220 not the end", "End"}}, nil, "\x16\x03"},
		{"a code out of range", "999 x\r\n", reply{}, errNotFTP, ""},
		{"no code", "hello\r\n", reply{}, errNotFTP, ""},
		{"torn", "220 rea", reply{}, io.EOF, ""},
		{"endless", strings.Repeat("x", 2*maxReply), reply{}, errEndless, strings.Repeat("x", maxReply)},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := strings.NewReader(c.said)
			got, err := readReply(oneByOne{r})
			if !errors.Is(err, c.err) {
				t.Errorf("error %v, want %v", err, c.err)
			}
			if diff := cmp.Diff(c.want, got, cmp.AllowUnexported(reply{})); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if left, _ := io.ReadAll(r); string(left) != c.left {
				t.Errorf("%d bytes were left, want %d", len(left), len(c.left))
			}
		})
	}
}

func FuzzReadReply(f *testing.F) {
	f.Add("220 ready\r\n")
	f.Add("211-Features:\r\n MDTM\r\n211 End\r\n")
	f.Fuzz(func(t *testing.T, said string) {
		r := strings.NewReader(said)
		got, err := readReply(oneByOne{r})
		if read := int(r.Size()) - r.Len(); read > maxReply {
			t.Fatalf("%d bytes were read", read)
		}
		if err == nil && (got.code < 100 || got.code > 599 || len(got.lines) == 0) {
			t.Fatalf("%+v", got)
		}
		for _, feature := range features(got) {
			if len(feature) > maxFeature {
				t.Fatalf("%q", feature)
			}
		}
	})
}
