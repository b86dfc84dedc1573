package http

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestReadPage(t *testing.T) {
	for _, c := range []struct {
		name, html string
		want       page
	}{
		{"a form", `<form action=x><INPUT name="p" TYPE='Password'></form>`, page{passwords: []string{"x"}}},
		{"without quotes", `<input type=password>`, page{passwords: []string{""}}},
		{"closed as in XML", `<input type="password"/>`, page{passwords: []string{""}}},
		{"over lines", "<input\n  type\t=\n\"password\"\n>", page{passwords: []string{""}}},
		{"after a tag with > in a value", `<a title="a > b"><input type=password>`, page{passwords: []string{""}}},
		{"another field", `<input type="text" name="password" value='type="password"'>`, page{}},
		{"the first of two", `<input type=text type=password>`, page{}},
		{"forms, and after them", `<form action=" https://a/ "><input type=password></form><form><input type=password></form><input type=password>`,
			page{passwords: []string{"https://a/", "", ""}}},
		{"scripts and text", `<p>Please <b>wait</b> a bit<script src=a.js>not shown</script><script>nor this</script>`, page{scripts: []string{"a.js"}, text: 15}},
		{"a script leads to TLS", `<script>window.location.href="https:"+x</script>`, page{toTLS: true}},
		{"a button leads to TLS", `<a onclick="location='https://a/'">`, page{}},
		{"links to log-ins", `<a href="/a">The blog in print</a><a href="/b">Sign in</a><a href=/x/LogOn?r=1></a><a href="/logout">Out</a><a href="/manager/html">m</a><a href="/staff">Log<b>`,
			page{logins: []string{"/b", "/x/LogOn?r=1", "/manager/html"}, text: 17 + 7 + 3 + 1 + 3}},
		{"in a comment", `<!-- <input type=password> -->`, page{}},
		{"in a comment without end", `<!-- <input type=password>`, page{}},
		{"in a script", `<script>var a = '<input type=password>';</SCRIPT >`, page{}},
		{"after a script", `<script>if (a < b) {}</Script><input type=password>`, page{passwords: []string{""}}},
		{"frames", `<frameset><frame src="top.html"><FRAME SRC=main.html><iframe></frameset>`, page{frames: []string{"top.html", "main.html"}}},
		{"many frames", strings.Repeat(`<iframe src=a>`, 20), page{frames: []string{"a", "a", "a", "a", "a", "a", "a", "a"}}},
		{"leads on", `<meta http-equiv="Refresh" content="0; URL='/login.html'">`, page{refresh: "/login.html"}},
		{"comes again", `<meta http-equiv="refresh" content="30">`, page{}},
		{"torn", `<input type="passw`, page{}},
		{"nothing", "", page{}},
		{"only an opening", "<", page{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, readPage(c.html), cmp.AllowUnexported(page{})); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func FuzzReadPage(f *testing.F) {
	f.Add(`<frame src="a"><input type=password><meta http-equiv=refresh content="0;url=b"><script></script>`)
	f.Add(`<!-- --><a =x='`)
	f.Fuzz(func(t *testing.T, html string) {
		if p := readPage(html); len(p.frames) > maxListed {
			t.Fatalf("%d frames", len(p.frames))
		}
	})
}
