package html

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"trustaudit/internal/audit"
	"trustaudit/reports/reporttest"
)

var (
	update = flag.Bool("update", false, "write the golden file")
	lookAt = flag.String("out", "", "write the reports rendered here into this folder, to be looked at")
)

func render(t *testing.T, r *audit.Report) string {
	t.Helper()
	var b bytes.Buffer
	if err := Render(&b, r); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestGolden(t *testing.T) {
	const path = "testdata/audit.html"
	got := render(t, reporttest.Audit())
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), got); d != "" {
		t.Errorf("the page has changed (-golden +now):\n%s", d)
	}
}

func TestSameReportSameBytes(t *testing.T) {
	for name, r := range reporttest.All() {
		t.Run(name, func(t *testing.T) {
			first := render(t, r)
			var wait sync.WaitGroup
			for range 2 {
				wait.Go(func() {
					var b bytes.Buffer
					if err := Render(&b, r); err != nil || b.String() != first {
						t.Errorf("rendered again, it has other bytes (error %v)", err)
					}
				})
			}
			wait.Wait()
			if *lookAt != "" {
				if err := os.WriteFile(filepath.Join(*lookAt, name+".html"), []byte(first), 0o644); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

// poison puts a string into every string of a value.
func poison(v reflect.Value, with string) {
	switch v.Kind() {
	case reflect.String:
		if v.CanSet() {
			v.SetString(with)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				poison(v.Field(i), with)
			}
		}
	case reflect.Slice:
		for i := range v.Len() {
			poison(v.Index(i), with)
		}
	case reflect.Pointer:
		if !v.IsNil() {
			poison(v.Elem(), with)
		}
	}
}

// TestEverythingIsEscaped puts what would break out of its place into every
// string of a report, the kind and the states too.
func TestEverythingIsEscaped(t *testing.T) {
	for _, bad := range []string{
		`<script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`, `</style><script>alert(1)</script>`,
		`" onmouseover="alert(1)`, `';}body{background:url(http://example.invalid/)}`, "</title><script>alert(1)</script>", `\"; } @import "http://example.invalid/x";`,
	} {
		r := reporttest.Audit()
		poison(reflect.ValueOf(r), bad)
		page := render(t, r)
		for _, broken := range []string{"<script", "<img", `" onmouseover`, "ZgotmplZ"} {
			if strings.Contains(page, broken) {
				at := strings.Index(page, broken)
				t.Errorf("%q came through: %s", bad, page[max(0, at-80):min(len(page), at+80)])
			}
		}
		if n := strings.Count(page, "</style>"); n != 1 {
			t.Errorf("%q: the style ends %d times", bad, n)
		}
		if d := cmp.Diff(rules(render(t, reporttest.SelfAssessment())), rules(page)); d != "" {
			t.Errorf("%q got out of its string in the style:\n%s", bad, d)
		}
	}
}

// rules is the style of a page without what stands in its strings.
func rules(page string) string {
	_, style, _ := strings.Cut(page, "<style>")
	style, _, _ = strings.Cut(style, "</style>")
	return regexp.MustCompile(`"(?:[^"\\]|\\.)*"`).ReplaceAllString(style, `""`)
}

func TestNothingIsFetched(t *testing.T) {
	for name, r := range reporttest.All() {
		page := render(t, r)
		for _, tag := range []string{"<script", "<link", "<img", "<iframe", "<object", "@font-face", "url("} {
			if strings.Contains(page, tag) {
				t.Errorf("%s: the page has %s", name, tag)
			}
		}
	}
}

// TestCharactersThatDeceive: none is left that turns text around or hides it.
func TestCharactersThatDeceive(t *testing.T) {
	page := render(t, reporttest.Nasty())
	if i := strings.IndexAny(page, "\x00\x1b\u202e\u202c\u200b"); i >= 0 {
		t.Errorf("the page holds %q", page[i:i+3])
	}
	if strings.ToValidUTF8(page, "") != page {
		t.Error("the page is not UTF-8")
	}
}

// TestReadable holds what screen readers need: a language, one first heading,
// no level left out, captions, scopes, names that links find.
func TestReadable(t *testing.T) {
	heading := regexp.MustCompile(`<h([1-6])[ >]`)
	header := regexp.MustCompile(`<th(?: [^>]*)?>`)
	link := regexp.MustCompile(`href="#([^"]+)"`)
	id := regexp.MustCompile(` id="([^"]+)"`)
	for name, r := range reporttest.All() {
		t.Run(name, func(t *testing.T) {
			page := render(t, r)
			if !strings.Contains(page, `<html lang="en-GB">`) {
				t.Error("no language")
			}
			last, first := 0, 0
			for _, m := range heading.FindAllStringSubmatch(page, -1) {
				level := int(m[1][0] - '0')
				if level == 1 {
					first++
				}
				if level > last+1 {
					t.Errorf("a heading of level %d follows one of level %d", level, last)
				}
				last = level
			}
			if first != 1 {
				t.Errorf("%d first headings", first)
			}
			if a, b := strings.Count(page, "<table>"), strings.Count(page, "<caption>"); a != b {
				t.Errorf("%d tables, %d captions", a, b)
			}
			for _, th := range header.FindAllString(page, -1) {
				if !strings.Contains(th, "scope=") {
					t.Errorf("%s has no scope", th)
				}
			}
			ids := map[string]bool{}
			for _, m := range id.FindAllStringSubmatch(page, -1) {
				if ids[m[1]] {
					t.Errorf("id %s stands twice", m[1])
				}
				ids[m[1]] = true
			}
			for _, m := range link.FindAllStringSubmatch(page, -1) {
				if !ids[m[1]] {
					t.Errorf("#%s leads nowhere", m[1])
				}
			}
			if regexp.MustCompile(`<tbody>\s*</tbody>`).MatchString(page) {
				t.Error("a table is empty")
			}
		})
	}
}

func TestBands(t *testing.T) {
	for name, want := range map[string]int{"audit": 0, "self-assessment": 1, "demonstration": 1} {
		page := render(t, reporttest.All()[name])
		if got := strings.Count(page, `<p class="band`); got != want {
			t.Errorf("%s: %d bands, want %d", name, got, want)
		}
	}
	page := render(t, reporttest.SelfAssessment())
	for _, words := range []string{"SELF-ASSESSMENT — not an independent audit", "DRAFT EDITION"} {
		if strings.Count(page, words) < 3 { // on screen, in print, at the end
			t.Errorf("%q is not said everywhere", words)
		}
	}
}

func TestManyFindings(t *testing.T) {
	page := render(t, reporttest.Many(fullFindings+tableFindings+3))
	if !strings.Contains(page, "and 3 more in the data file") {
		t.Error("it does not say what it leaves out")
	}
	if n := strings.Count(page, "<article"); n != fullFindings {
		t.Errorf("%d findings in full, want %d", n, fullFindings)
	}
	if !strings.Contains(page, fmt.Sprintf(`<td class="number">%d</td>`, fullFindings+tableFindings)) {
		t.Error("the table is not complete")
	}
}
