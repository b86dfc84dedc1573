package pdf

import (
	"bytes"
	stdjson "encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"trustaudit/internal/audit"
	object "trustaudit/internal/pdf"
	"trustaudit/reports/json"
	"trustaudit/reports/reporttest"
)

var lookAt = flag.String("out", "", "write the reports drawn here into this folder, to be looked at")

func render(t *testing.T, r *audit.Report) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := Render(&b, r); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestReportIsWhatItsDataDraws holds the promise that a verifier relies on: the
// same report gives the same bytes, in any goroutine, and so does the report
// read back from the data that the file carries.
func TestReportIsWhatItsDataDraws(t *testing.T) {
	for name, r := range reporttest.All() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			first := render(t, r)
			doc, err := object.Parse(first)
			if err != nil {
				t.Fatal(err)
			}
			if err := doc.Canonical(); err != nil {
				t.Error(err)
			}
			data, err := doc.Attachment("report.json", 64<<20)
			if err != nil {
				t.Fatal(err)
			}
			var want bytes.Buffer
			if err := json.Render(&want, r); err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(data, want.Bytes()) {
				t.Error("the attachment is not what the JSON format writes")
			}
			var back audit.Report
			if err := stdjson.Unmarshal(data, &back); err != nil {
				t.Fatal(err)
			}
			var wait sync.WaitGroup
			for _, again := range []*audit.Report{r, &back} {
				wait.Go(func() {
					var b bytes.Buffer
					if err := Render(&b, again); err != nil || !bytes.Equal(b.Bytes(), first) {
						t.Errorf("drawn again, it has other bytes (error %v)", err)
					}
				})
			}
			wait.Wait()
			if *lookAt != "" {
				if err := os.WriteFile(filepath.Join(*lookAt, name+".pdf"), first, 0o644); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

// tool finds a program that reads PDFs, or skips.
func tool(t *testing.T, name string) {
	t.Helper()
	if _, err := exec.LookPath(name); err == nil {
		return
	}
	if os.Getenv("CI") == "true" {
		t.Fatalf("%s is not installed", name)
	}
	t.Skipf("%s is not installed", name)
}

// read writes a report to a file and asks a program what it reads there.
func read(t *testing.T, r *audit.Report, name string, args ...string) string {
	t.Helper()
	tool(t, name)
	path := filepath.Join(t.TempDir(), "report.pdf")
	if err := os.WriteFile(path, render(t, r), 0o600); err != nil {
		t.Fatal(err)
	}
	for i, arg := range args {
		if arg == "FILE" {
			args[i] = path
		}
	}
	out, err := exec.Command(name, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", name, err, out)
	}
	return string(out)
}

// pagesOf returns the text of each page.
func pagesOf(t *testing.T, r *audit.Report) []string {
	t.Helper()
	text := read(t, r, "pdftotext", "-layout", "-enc", "UTF-8", "FILE", "-")
	return strings.Split(strings.TrimSuffix(text, "\f"), "\f")
}

func TestEveryPageIsFramed(t *testing.T) {
	demonstration := "DEMONSTRATION — synthetic data"
	selfAssessment := "SELF-ASSESSMENT — not an independent audit"
	tests := map[string]struct {
		report *audit.Report
		has    []string
		hasNot []string
	}{
		"audit":           {reporttest.Audit(), nil, []string{demonstration, selfAssessment, "DRAFT EDITION"}},
		"self-assessment": {reporttest.SelfAssessment(), []string{selfAssessment, "DRAFT EDITION"}, []string{demonstration}},
		"demonstration":   {reporttest.Demonstration(), []string{demonstration}, []string{selfAssessment}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			pages := pagesOf(t, test.report)
			for i, page := range pages {
				has := append([]string{fmt.Sprintf("Page %d of %d", i+1, len(pages)), "Report " + test.report.ID, "Edition dspt-caf-v9"}, test.has...)
				for _, words := range has {
					if !strings.Contains(page, words) {
						t.Errorf("page %d does not say %q", i+1, words)
					}
				}
				for _, words := range test.hasNot {
					if strings.Contains(page, words) {
						t.Errorf("page %d says %q", i+1, words)
					}
				}
			}
		})
	}
}

// TestSaid looks for what a reader needs, on the page where it belongs.
func TestSaid(t *testing.T) {
	pages := pagesOf(t, reporttest.Audit())
	all := strings.Join(strings.Fields(strings.Join(pages, " ")), " ")
	first := strings.Join(strings.Fields(pages[0]), " ")
	for _, words := range []string{
		"Statement of independent technical assessment", "Ysbyty Ŵyl University Hospitals NHS Trust", "ODS code X9Z01",
		"19 November 2026 to 20 November 2026", "Agnieszka Wójcik, Independent Assurance Ltd", "Not assessed 38", "9c41f0b2a7d35e66",
	} {
		if !strings.Contains(first, words) {
			t.Errorf("page 1 does not say %q", words)
		}
	}
	for _, words := range []string{
		"unreadable: permission denied", "cloud placeholders are recognised on Windows only", "and 15 more in the data file",
		"Confirmed by the auditor", "Risk accepted until 30 April 2027", "Dismissed by the auditor", "Owner: Head of information · Due: 31 January 2027",
		"A scan refutes or caps an outcome; it never proves one", "trustaudit verify FILE --trust root.pem", "4,210. The journal is closed.",
		"ftp-anonymous-login on 10.20.0.21", "As told at finding 2,", "infusion pumps", "renderer version " + audit.RenderersBuild,
		"Assessed as achieved by Agnieszka Wójcik: Minutes of the board",
	} {
		if !strings.Contains(all, words) {
			t.Errorf("the report does not say %q", words)
		}
	}
	if !strings.Contains(pages[1], "Not looked at") || !strings.Contains(pages[2], "Scope and coverage") {
		t.Error("the summary is not one page")
	}
}

// TestSummaryIsOnePage fills the summary as far as it goes.
func TestSummaryIsOnePage(t *testing.T) {
	r := reporttest.Audit()
	long := "The required level is not confirmed for 37 of 47 outcomes (33 inferred, 4 from memory): what rests on one of them says so."
	r.Conclusion.Actions = nil
	for i := range 5 {
		r.Conclusion.Actions = append(r.Conclusion.Actions, strings.Repeat("Close this channel now, or put it behind TLS. ", 5))
		for range 3 {
			r.Warnings = append(r.Warnings, long)
			r.NotLookedAt = append(r.NotLookedAt, audit.NotLookedAt{Target: r.Coverage[0].Target, Reason: strings.Repeat("locked by another program ", 6), Count: int64(i)})
		}
	}
	pages := pagesOf(t, r)
	for i, words := range []string{"further reservations stand in the summary", "Not looked at", "Scope and coverage"} {
		if !strings.Contains(pages[i], words) {
			t.Errorf("page %d does not say %q", i+1, words)
		}
	}
}

// TestNothingIsSaidInWords: where there is nothing, the report says so.
func TestNothingIsSaidInWords(t *testing.T) {
	all := strings.Join(strings.Fields(strings.Join(pagesOf(t, reporttest.Empty()), " ")), " ")
	for _, words := range []string{
		"None follows from the findings.", "Worst findings None.", "None: no target was reached.", "None: no store was read.",
		"None: no service answered", "it was ended before all its work was done, and what it did not reach is not listed",
		"The scan is incomplete", "None: the edition lists no outcomes.", "That the scan found nothing does not show",
	} {
		if !strings.Contains(all, words) {
			t.Errorf("an empty report does not say %q", words)
		}
	}
}

func TestManyFindings(t *testing.T) {
	r := reporttest.Many(10_000)
	started := time.Now()
	out := render(t, r)
	t.Logf("10,000 findings: %v, %d bytes", time.Since(started).Round(time.Millisecond), len(out))
	doc, err := object.Parse(out)
	if err != nil {
		t.Fatal(err)
	}
	if n := len(doc.Pages()); n > 900 {
		t.Errorf("10,000 findings take %d pages", n)
	}
}

func TestFurtherFindings(t *testing.T) {
	pages := pagesOf(t, reporttest.Many(2*fullFindings))
	all := strings.Join(pages, "\n")
	if !strings.Contains(all, "Further findings") || !strings.Contains(all, fmt.Sprint(2*fullFindings)) {
		t.Error("what is not printed in full is not in the table")
	}
}

// TestOutlineAndFields reads the structure with the object layer.
func TestOutlineAndFields(t *testing.T) {
	doc, err := object.Parse(render(t, reporttest.Audit()))
	if err != nil {
		t.Fatal(err)
	}
	var sections []string
	outline := doc.Dict(doc.Root()["Outlines"])
	for at := doc.Dict(outline["First"]); at != nil; at = doc.Dict(at["Next"]) {
		sections = append(sections, at["Title"].(object.String).Text())
	}
	want := "Certificate|2 Summary|3 Scope and coverage|4 Findings|5 Outcomes of the standard|6 Method and checks|7 Declaration|8 How to check this report"
	if got := strings.Join(sections, "|"); got != want {
		t.Errorf("outline = %s", got)
	}
	var names []string
	for _, ref := range doc.Array(doc.Dict(doc.Root()["AcroForm"])["Fields"]) {
		field := doc.Dict(ref)
		names = append(names, field["T"].(object.String).Text())
		for i, limit := range []float64{pageW, pageH, pageW, pageH} {
			if v, ok := object.Number(doc.Array(field["Rect"])[i]); !ok || v < 0 || v > limit {
				t.Errorf("field %s lies at %v", names[len(names)-1], field["Rect"])
			}
		}
	}
	if got := strings.Join(names, " "); got != "auditor countersignature" {
		t.Errorf("fields = %s", got)
	}
}

// TestReportsAreWellFormed asks another reader.
func TestReportsAreWellFormed(t *testing.T) {
	for name, r := range reporttest.All() {
		t.Run(name, func(t *testing.T) {
			if out := read(t, r, "qpdf", "--check", "FILE"); !strings.Contains(out, "No syntax or stream encoding errors found") {
				t.Error(out)
			}
		})
	}
}

// FuzzRender draws what a stranger's file may carry: the verifier draws it
// again before it knows whom to trust.
func FuzzRender(f *testing.F) {
	for _, r := range []*audit.Report{reporttest.Empty(), reporttest.Demonstration()} {
		var b bytes.Buffer
		if err := json.Render(&b, r); err != nil {
			f.Fatal(err)
		}
		f.Add(b.Bytes())
	}
	f.Add([]byte(`{"run":{"ended":"0001-01-01T00:00:00Z"},"findings":[{"count":-1,"exemplars":[{}],"adjudication":{}}],"opinions":[{}],"channels":[{}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		var r audit.Report
		if stdjson.Unmarshal(data, &r) != nil {
			t.Skip()
		}
		var first, second bytes.Buffer
		if err := Render(&first, &r); err != nil {
			t.Skip()
		}
		if err := Render(&second, &r); err != nil || !bytes.Equal(first.Bytes(), second.Bytes()) {
			t.Errorf("drawn again, it has other bytes (error %v)", err)
		}
	})
}
