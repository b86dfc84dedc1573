package markup_test

import (
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"trustaudit/internal/extract/charset"
	"trustaudit/internal/extract/xml/markup"
)

// tokens are those of a document, with texts that follow one another joined.
func tokens(t testing.TB, r io.Reader) []string {
	t.Helper()
	s, err := charset.FromReader(r)
	if err != nil {
		t.Fatal(err)
	}
	x := markup.NewScanner(s)
	var out []string
	last := markup.EOF
	for {
		token, err := x.Next()
		if err != nil {
			t.Fatal(err)
		}
		switch n := len(out); {
		case token.Kind == markup.EOF:
			return out
		case token.Kind == last && (last == markup.Text || last == markup.Comment):
			out[n-1] += string(token.Text)
		default:
			out = append(out, fmt.Sprintf("%c %s %s", "-<=>tc"[token.Kind], token.Name, token.Text))
		}
		last = token.Kind
	}
}

func TestTokens(t *testing.T) {
	for in, want := range map[string][]string{
		`<a>b</a>`:                           {"< a ", "t  b", "> a "},
		`<w:a x:b="1" c = '2' d=3>e`:         {"< a ", "= b 1", "= c 2", "= d 3", "t  e"},
		`<a b="1"/><c/>`:                     {"< a ", "= b 1", "> a ", "< c ", "> c "},
		`<a b="x&amp;&#65;y">&lt;&no;&#x`:    {"< a ", "= b x&Ay", "t  <&no;&#x"},
		`<!-- a --><?xml b?><![CDATA[<c>]]>`: {"c   a xml b?", "t  <c>"},
		"<a\n b>c</a\n >d":                   {"< a ", "c  b", "t  c", "> a ", "t  d"},
		`<a NHS 943 b="1" 476c>d</a 999>`:    {"< a ", "c  NHS943", "= b 1", "c  476c", "t  d", "> a ", "t  999>"},
		`1 < 2 <a <b>c</b </a>`:              {"t  1 < 2 ", "< a ", "< b ", "t  c", "> b ", "> a "},
		`<a b="unclosed`:                     {"< a ", "= b unclosed"},
		`<`:                                  {"t  <"},
		``:                                   nil,
	} {
		if diff := cmp.Diff(want, tokens(t, strings.NewReader(in))); diff != "" {
			t.Errorf("%s: tokens differ (-want +got):\n%s", in, diff)
		}
	}
}

// What a token is does not depend on where reading happens to stop, nor on how
// long things are.
func TestChunks(t *testing.T) {
	long := strings.Repeat("l", 70_000)
	in := `<r a="` + long[:60_000] + `&amp;"><e>` + long + `</e   ><!--` + long + `--><` + long + ` x="1">t</r>` + strings.Repeat(`<c r="A1" s='2'><v>1&lt;</v></c>`, 3000)
	want := tokens(t, strings.NewReader(in))
	for name, r := range map[string]io.Reader{"halves": iotest.HalfReader(strings.NewReader(in)), "bytes": iotest.OneByteReader(strings.NewReader(in)), "end with data": iotest.DataErrReader(strings.NewReader(in))} {
		if diff := cmp.Diff(want, tokens(t, r)); diff != "" {
			t.Errorf("%s: tokens differ:\n%.2000s", name, diff)
		}
	}
}

func FuzzTokens(f *testing.F) {
	f.Add(`<a b="1&amp;" c='2'>d<!-- e --><![CDATA[f]]></a>`)
	f.Fuzz(func(t *testing.T, in string) {
		if diff := cmp.Diff(tokens(t, strings.NewReader(in)), tokens(t, iotest.OneByteReader(strings.NewReader(in)))); diff != "" {
			t.Errorf("tokens differ:\n%s", diff)
		}
	})
}
