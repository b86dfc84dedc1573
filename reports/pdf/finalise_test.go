package pdf

import (
	"bytes"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"codeberg.org/go-fonts/liberation/liberationsansbold"
	"codeberg.org/go-fonts/liberation/liberationsansregular"
	"github.com/google/go-cmp/cmp"
	"github.com/jung-kurt/gofpdf"

	object "trustaudit/internal/pdf"
)

var update = flag.Bool("update", false, "write the sample that package sign tests with")

// samplePath is the prepared report that package sign tests with.
const samplePath = "../../internal/sign/testdata/prepared.pdf"

var created = time.Date(2026, 11, 20, 16, 30, 0, 0, time.UTC)

const sampleData = `{"schema":"trustaudit-report/1","renderer":"1","id":"5f2c9a1e77b0","kind":"demonstration",` +
	`"engagement":{"reference":"DEMO-1","client":{"name":"Ysbyty Ŵyl Demo Trust","ods_code":"X9Z01"}}}`

// latin holds the letters that a signature box may need.
const latin = " !\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[]_abcdefghijklmnopqrstuvwxyz–ŵŷŴŶâêîôûáéíóúäëïöüñçłśżźćńąę"

// draw makes a document of two pages, and a spare one, as a drawing would hand
// it over.
func draw(t *testing.T) []byte {
	t.Helper()
	f := gofpdf.New("P", "pt", "A4", "")
	f.SetCatalogSort(true)
	f.SetCompression(true)
	f.SetCreationDate(created)
	f.SetModificationDate(created)
	f.AddUTF8FontFromBytes("liberation", "", liberationsansregular.TTF)
	f.AddUTF8FontFromBytes("liberation", "B", liberationsansbold.TTF)
	f.AddPage()
	f.Bookmark("Certificate – ŵ (first)", 0, 0)
	f.SetFont("liberation", "B", 24)
	f.Text(60, 100, "Data security report: Ysbyty Ŵyl Demo Trust")
	f.SetFont("liberation", "", 12)
	f.SetXY(60, 140)
	f.WriteLinkString(14, "How to check this report", "https://example.invalid/check?a=(1)")
	f.AddPage()
	f.Bookmark("Declaration", 0, 0)
	f.Text(60, 100, "Declaration of the auditor and countersignature of the trust.")
	f.Rect(60, 200, 230, 70, "D")
	f.Rect(310, 200, 230, 70, "D")
	f.AddPage()
	f.Text(0, 100, latin)
	var b bytes.Buffer
	if err := f.Output(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func sampleFinish() finish {
	return finish{
		Data: []byte(sampleData), Title: "Data security report: Ysbyty Ŵyl <Demo> & Trust", Author: "A. Auditor", Created: created,
		Spare: true,
		Fields: []signatureField{
			{Name: "auditor", Label: "Signature of the auditor", Page: 2, X: 60, Y: 571.89, W: 230, H: 70},
			{Name: "countersignature", Label: "Countersignature of the trust", Page: 2, X: 310, Y: 571.89, W: 230, H: 70},
		},
	}
}

func finalised(t *testing.T, f finish) []byte {
	t.Helper()
	out, err := finalise(draw(t), f)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestFinaliseIsDeterministicAndCanonical(t *testing.T) {
	a, b := finalised(t, sampleFinish()), finalised(t, sampleFinish())
	if !bytes.Equal(a, b) {
		t.Fatal("the same input gave different bytes")
	}
	doc, err := object.Parse(a)
	if err != nil {
		t.Fatal(err)
	}
	if err := doc.Canonical(); err != nil {
		t.Fatal(err)
	}
	other := sampleFinish()
	other.Data = append(other.Data, '\n')
	c, err := object.Parse(finalised(t, other))
	if err != nil {
		t.Fatal(err)
	}
	if cmp.Equal(doc.Trailer()["ID"], c.Trailer()["ID"]) {
		t.Error("other content has the same identifier")
	}
}

func TestFinaliseContents(t *testing.T) {
	doc, err := object.Parse(finalised(t, sampleFinish()))
	if err != nil {
		t.Fatal(err)
	}
	data, err := doc.Attachment("report.json", 1<<20)
	if err != nil || string(data) != sampleData {
		t.Errorf("attachment = %q, %v", data, err)
	}
	root := doc.Root()
	spec := doc.Dict(doc.Array(root["AF"])[0])
	file := doc.Resolve(doc.Dict(spec["EF"])["F"]).(*object.Stream)
	info := doc.Dict(doc.Trailer()["Info"])
	xmp := string(doc.Resolve(root["Metadata"]).(*object.Stream).Raw)
	got := map[string]any{
		"version": doc.Version, "lang": root["Lang"], "relation": spec["AFRelationship"], "mime": file.Dict["Subtype"],
		"modified": doc.Dict(file.Dict["Params"])["ModDate"], "title": info["Title"].(object.String).Text(),
		"flags": doc.Dict(root["AcroForm"])["SigFlags"], "pages": len(doc.Pages()),
		"xmp title": strings.Contains(xmp, "Ysbyty Ŵyl &lt;Demo&gt; &amp; Trust"),
	}
	want := map[string]any{
		"version": "1.7", "lang": object.String("en-GB"), "relation": object.Name("Data"), "mime": object.Name("application/json"),
		"modified": object.String("D:20261120163000Z"), "title": sampleFinish().Title,
		"flags": object.Integer(3), "pages": 2, "xmp title": true,
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestFinaliseFieldsStandOnTheirPage(t *testing.T) {
	doc, err := object.Parse(finalised(t, sampleFinish()))
	if err != nil {
		t.Fatal(err)
	}
	page := doc.Pages()[1]
	annots := doc.Array(doc.Dict(page)["Annots"])
	fields := doc.Array(doc.Dict(doc.Root()["AcroForm"])["Fields"])
	if d := cmp.Diff(annots, fields); d != "" {
		t.Errorf("widgets of page 2 and fields differ: %s", d)
	}
	first := doc.Dict(fields[0])
	want := object.Array{object.Integer(60), object.Real(571.89), object.Integer(290), object.Real(641.89)}
	if d := cmp.Diff(want, doc.Array(first["Rect"])); d != "" {
		t.Error(d)
	}
	if first["P"] != page || first["T"] != object.String("auditor") {
		t.Errorf("field = %v", first)
	}
	links := doc.Array(doc.Dict(doc.Pages()[0])["Annots"])
	if len(links) != 1 || doc.Dict(links[0])["F"] != object.Integer(4) {
		t.Errorf("links = %v", links)
	}
}

func TestFinaliseRefuses(t *testing.T) {
	raw := draw(t)
	onPage := func(n int) finish {
		f := sampleFinish()
		f.Fields[0].Page = n
		return f
	}
	flat := sampleFinish()
	flat.Fields[1].H = 0
	tests := map[string]struct {
		raw  []byte
		f    finish
		want string
	}{
		"no page":   {raw, onPage(3), "there is no page 3"},
		"page zero": {raw, onPage(0), "there is no page 0"},
		"flat box":  {raw, flat, "rectangle is empty"},
		"not PDF":   {[]byte("hello"), sampleFinish(), "parse PDF"},
		"cut off":   {raw[:len(raw)-9], sampleFinish(), "parse PDF"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if _, err := finalise(test.raw, test.f); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error = %v, want it to say %q", err, test.want)
			}
		})
	}
}

// TestSample holds the sample of package sign to what the finaliser makes:
// a certificate of an earlier release must stay comparable.
func TestSample(t *testing.T) {
	got := finalised(t, sampleFinish())
	if *update {
		if err := os.WriteFile(samplePath, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(samplePath)
	if err != nil {
		t.Fatal(err)
	}
	if equal, where, err := object.Equal(want, got); err != nil || !equal {
		t.Errorf("the sample is not what finalise makes: %s %v", where, err)
	}
}

// TestQPDF asks another reader whether the file is well formed.
func TestQPDF(t *testing.T) {
	if _, err := exec.LookPath("qpdf"); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("qpdf is not installed")
		}
		t.Skip("qpdf is not installed")
	}
	path := filepath.Join(t.TempDir(), "prepared.pdf")
	if err := os.WriteFile(path, finalised(t, sampleFinish()), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("qpdf", "--check", path).CombinedOutput()
	if err != nil || !strings.Contains(string(out), "No syntax or stream encoding errors found") {
		t.Errorf("qpdf --check: %v\n%s", err, out)
	}
}
