package sign

import (
	"bytes"
	"encoding/asn1"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	mrand "math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/digitorus/pkcs7"

	"trustaudit/internal/pdf"
)

func parsed(t testing.TB, file []byte) *pdf.Document {
	t.Helper()
	doc, err := pdf.Parse(file)
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// edited appends a revision with changes, as an editor would.
func edited(t testing.TB, file []byte, change func(*pdf.Document, *pdf.Update)) []byte {
	t.Helper()
	doc := parsed(t, file)
	u := doc.Update()
	change(doc, u)
	return u.Append()
}

// stamped adds to the content of the first page.
func stamped(doc *pdf.Document, u *pdf.Update) {
	page := maps.Clone(doc.Dict(doc.Pages()[0]))
	page["Contents"] = pdf.Array{page["Contents"], u.Add(&pdf.Stream{Dict: pdf.Dict{}, Raw: []byte("0 0 500 500 re f")})}
	u.Set(doc.Pages()[0], page)
}

func replacedPage(doc *pdf.Document, u *pdf.Update) {
	content, _ := doc.Dict(doc.Pages()[0])["Contents"].(pdf.Ref)
	u.Set(content, &pdf.Stream{Dict: pdf.Dict{}, Raw: []byte("0 0 500 500 re f")})
}

func newPageTree(doc *pdf.Document, u *pdf.Update) {
	ref, _ := doc.Trailer()["Root"].(pdf.Ref)
	root := maps.Clone(doc.Root())
	root["Pages"] = u.Add(pdf.Dict{"Type": pdf.Name("Pages"), "Kids": pdf.Array{doc.Pages()[1]}, "Count": pdf.Integer(1)})
	u.Set(ref, root)
}

func replacedData(doc *pdf.Document, u *pdf.Update) {
	names := doc.Array(doc.Dict(doc.Dict(doc.Root()["Names"])["EmbeddedFiles"])["Names"])
	ref, _ := doc.Dict(doc.Dict(names[1])["EF"])["F"].(pdf.Ref)
	u.Set(ref, &pdf.Stream{Dict: pdf.Dict{"Type": pdf.Name("EmbeddedFile")}, Raw: []byte(`{"schema":"trustaudit-report/1","id":"x"}`)})
}

func wrapped(doc *pdf.Document, u *pdf.Update) {
	replacedPage(doc, u)
	value, _ := doc.Dict(fieldsOf(doc)[AuditorField])["V"].(pdf.Ref)
	u.Set(value, u.Get(value))
}

// contentsOf returns where in the file the hexadecimal of a signature stands.
func contentsOf(t testing.TB, file []byte, n int) (start, end int) {
	t.Helper()
	layers, err := readLayers(parsed(t, file))
	if err != nil {
		t.Fatal(err)
	}
	return layers[n].gap.start + 1, layers[n].gap.end - 1
}

// withContents puts another CMS into the first signature.
func withContents(t testing.TB, file, der []byte) []byte {
	t.Helper()
	start, end := contentsOf(t, file, 0)
	out := bytes.Clone(file)
	copy(out[start:end], bytes.Repeat([]byte{'0'}, end-start))
	hex.Encode(out[start:end], der)
	return out
}

// TestForgeries appends to and tampers with signed reports in the ways that
// ordinary readers let pass.
func TestForgeries(t *testing.T) {
	one, both := certified(t), countersigned(t)
	start, end := contentsOf(t, one, 0)
	tampered := func(file []byte, change func([]byte)) []byte {
		out := bytes.Clone(file)
		change(out)
		return out
	}
	tests := map[string]struct {
		file []byte
		want string // part of the damage
	}{
		"bit flipped in a page": {tampered(one, func(b []byte) { b[bytes.Index(b, []byte("/FlateDecode"))+60] ^= 1 }), ""},
		"page replaced":         {edited(t, one, replacedPage), "signs nothing"},
		"page replaced, both":   {edited(t, both, replacedPage), "signs nothing"},
		"stamp over a page":     {edited(t, both, stamped), "signs nothing"},
		"new page tree":         {edited(t, both, newPageTree), "signs nothing"},
		"data replaced":         {edited(t, both, replacedData), "signs nothing"},
		"signature wrapping":    {edited(t, one, wrapped), "signs nothing"},
		"empty revision":        {edited(t, one, func(*pdf.Document, *pdf.Update) {}), "signs nothing"},
		"signature blanked":     {tampered(one, func(b []byte) { copy(b[start:end], bytes.Repeat([]byte{'0'}, end-start)) }), "blanked"},
		"byte after the end":    {append(bytes.Clone(one), '\n'), "parse PDF"},
		"comment after the end": {append(bytes.Clone(both), "%harmless\n"...), "parse PDF"},
		"byte before the start": {append([]byte("\n"), one...), "parse PDF"},
		"hidden in the padding": {tampered(one, func(b []byte) { b[end-1] = '1' }), "hidden"},
		"cut short":             {one[:len(one)-1], "parse PDF"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) { refused(t, test.file, test.want) })
	}
}

func refused(t *testing.T, file []byte, want string) {
	t.Helper()
	v := verified(t, file, verifyOptions(t))
	if v.Problem() != Altered || v.Intact || v.Trusted || v.Countersigned || !strings.Contains(v.Damage, want) {
		t.Errorf("problem %s, damage %q, want it to say %q", v.Problem(), v.Damage, want)
	}
	t.Log(v.Damage)
}

// TestRollback: a file whose countersignature was cut off is a good file by
// itself. The verdict says that it is not countersigned; only a register can
// say that it once was.
func TestRollback(t *testing.T) {
	both := countersigned(t)
	v := verified(t, parsed(t, both).Upto(2).Bytes(), verifyOptions(t))
	if v.Problem() != NoProblem || v.Countersigned || !strings.Contains(v.Words()[0], "NOT countersigned") {
		t.Errorf("%s: %q", v.Problem(), v.Words())
	}
}

// craft signs a revision that is not as Sign makes it. Build returns the file
// with an empty signature for a byte range.
func craft(t *testing.T, id *Identity, build func(gap) []byte) []byte {
	t.Helper()
	empty := "<" + strings.Repeat("0", 2*reserved) + ">"
	g := gap{}
	for range 8 {
		file := build(g)
		at := bytes.LastIndex(file, []byte(empty))
		if found := (gap{at, at + len(empty), len(file)}); found != g {
			g = found
			continue
		}
		der, err := signMessage(id, file[:g.start], file[g.end:])
		if err != nil {
			t.Fatal(err)
		}
		hex.Encode(file[g.start+1:], der)
		return file
	}
	t.Fatal("byte range does not settle")
	return nil
}

// crafted is a layer on the prepared report whose update was tampered with
// before it was signed, with a good key.
func crafted(t *testing.T, file []byte, field string, id *Identity, change func(doc *pdf.Document, u *pdf.Update, value pdf.Dict)) []byte {
	t.Helper()
	doc := parsed(t, file)
	slot := fieldsOf(doc)[field]
	return craft(t, id, func(g gap) []byte {
		l := layer{field: field, name: "A. Auditor", at: now, gap: g, slot: slot, contents: make([]byte, reserved)}
		l.box = newBox(doc, doc.Dict(slot), []string{"A. Auditor"})
		u := doc.Update()
		value := l.dict(len(doc.Revisions) == 1)
		ref := u.Add(value)
		f := maps.Clone(doc.Dict(slot))
		f["V"], f["AP"] = ref, pdf.Dict{"N": u.Add(l.box)}
		u.Set(slot, f)
		if len(doc.Revisions) == 1 {
			rootRef, _ := doc.Trailer()["Root"].(pdf.Ref)
			root := maps.Clone(doc.Root())
			root["Perms"] = pdf.Dict{"DocMDP": ref}
			u.Set(rootRef, root)
		}
		if change != nil {
			change(doc, u, value)
		}
		return u.Append()
	})
}

// TestCraftedRevisions has revisions that a trusted key signed, with more in
// them than a signature may bring.
func TestCraftedRevisions(t *testing.T) {
	uncertified := func(doc *pdf.Document, u *pdf.Update, value pdf.Dict) {
		ref, _ := doc.Trailer()["Root"].(pdf.Ref)
		u.Set(ref, doc.Root())
		delete(value, "Reference")
	}
	movedBox := func(doc *pdf.Document, u *pdf.Update, _ pdf.Dict) {
		ref := fieldsOf(doc)[AuditorField]
		field := maps.Clone(u.Get(ref).(pdf.Dict))
		field["Rect"] = pdf.Array{pdf.Integer(0), pdf.Integer(0), pdf.Integer(600), pdf.Integer(800)}
		u.Set(ref, field)
	}
	boxOf := func(change func(*pdf.Stream)) func(*pdf.Document, *pdf.Update, pdf.Dict) {
		return func(doc *pdf.Document, u *pdf.Update, _ pdf.Dict) {
			size, _ := doc.Trailer()["Size"].(pdf.Integer)
			change(u.Get(pdf.Ref(size) + 1).(*pdf.Stream))
		}
	}
	value := func(key pdf.Name, o pdf.Object) func(*pdf.Document, *pdf.Update, pdf.Dict) {
		return func(_ *pdf.Document, _ *pdf.Update, value pdf.Dict) { value[key] = o }
	}
	permitAll := pdf.Array{pdf.Dict{
		"Type": pdf.Name("SigRef"), "TransformMethod": pdf.Name("DocMDP"),
		"TransformParams": pdf.Dict{"Type": pdf.Name("TransformParams"), "P": pdf.Integer(3), "V": pdf.Name("1.2")},
	}}
	tests := map[string]struct {
		change func(*pdf.Document, *pdf.Update, pdf.Dict)
		want   string
	}{
		"no certification":  {uncertified, "more than a signature may"},
		"permits all":       {value("Reference", permitAll), "more than a signature may"},
		"old kind":          {value("SubFilter", pdf.Name("adbe.pkcs7.detached")), "more than a signature may"},
		"extra key":         {value("Changes", pdf.Array{}), "more than a signature may"},
		"short byte range":  {value("ByteRange", pdf.Array{pdf.Integer(0), pdf.Integer(10), pdf.Integer(20), pdf.Integer(10)}), "not over the whole file"},
		"odd byte range":    {value("ByteRange", pdf.Array{pdf.Integer(0)}), "four numbers"},
		"negative range":    {value("ByteRange", pdf.Array{pdf.Integer(0), pdf.Integer(-1), pdf.Integer(20), pdf.Integer(10)}), "four numbers"},
		"page stamped":      {func(d *pdf.Document, u *pdf.Update, _ pdf.Dict) { stamped(d, u) }, "(Page) was replaced"},
		"page replaced":     {func(d *pdf.Document, u *pdf.Update, _ pdf.Dict) { replacedPage(d, u) }, "was replaced"},
		"page tree":         {func(d *pdf.Document, u *pdf.Update, _ pdf.Dict) { newPageTree(d, u) }, "was added"},
		"box moved":         {movedBox, "more than a signature may"},
		"box paints":        {boxOf(func(s *pdf.Stream) { s.Raw = []byte("0 0 500 500 re f") }), "plain text"},
		"box shows picture": {boxOf(func(s *pdf.Stream) { s.Raw = []byte("/I1 Do") }), "plain text"},
		"box borrows": {boxOf(func(s *pdf.Stream) {
			s.Dict["Resources"] = pdf.Dict{"Font": pdf.Dict{"F": pdf.Ref(1)}}
		}), "plain text"},
		"box grows":          {boxOf(func(s *pdf.Stream) { s.Dict["BBox"] = pdf.Array{} }), "more than a signature may"},
		"box has a matrix":   {boxOf(func(s *pdf.Stream) { s.Dict["Matrix"] = pdf.Array{} }), "more than a signature may"},
		"time in other form": {value("M", pdf.String("D:2026")), "time of its signature"},
		"terminal control":   {value("Name", pdf.String("\x1b[31m")), "cannot be shown"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			refused(t, crafted(t, prepared(t), AuditorField, cast().auditor, test.change), test.want)
		})
	}
	t.Run("untouched", func(t *testing.T) {
		file := crafted(t, prepared(t), AuditorField, cast().auditor, nil)
		if v := verified(t, file, verifyOptions(t)); v.Problem() != NoProblem {
			t.Errorf("the craft itself is refused: %s", v.Damage)
		}
	})
}

// TestCraftedCountersignatures has second signatures that overstep.
func TestCraftedCountersignatures(t *testing.T) {
	t.Run("countersignature first", func(t *testing.T) {
		refused(t, crafted(t, prepared(t), CountersignatureField, cast().auditor, nil), `next field to sign is "auditor"`)
	})
	t.Run("sneaky countersignature", func(t *testing.T) {
		sneaky := func(d *pdf.Document, u *pdf.Update, _ pdf.Dict) { stamped(d, u) }
		refused(t, crafted(t, certified(t), CountersignatureField, cast().forger, sneaky), "(Page) was replaced")
	})
	t.Run("certified again", func(t *testing.T) {
		again := func(_ *pdf.Document, _ *pdf.Update, value pdf.Dict) { value["Reference"] = pdf.Array{} }
		refused(t, crafted(t, certified(t), CountersignatureField, cast().trust, again), "more than a signature may")
	})
}

// TestCraftedMessages has signature values that are not as trustaudit makes them.
func TestCraftedMessages(t *testing.T) {
	one := certified(t)
	der, content := extract(t, one)
	var info contentInfo
	if _, err := asn1.Unmarshal(der, &info); err != nil {
		t.Fatal(err)
	}
	encoded := func(change func(*signedData)) []byte {
		copied := info
		copied.Content.Certificates = slices.Clone(info.Content.Certificates)
		copied.Content.Signers = slices.Clone(info.Content.Signers)
		change(&copied.Content)
		out, err := asn1.Marshal(copied)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	forger := asn1.RawValue{FullBytes: cast().forger.Certificate.Raw}
	var inner asn1.RawValue
	if _, err := asn1.Unmarshal(der, &inner); err != nil {
		t.Fatal(err)
	}
	indefinite := append(append([]byte{0x30, 0x80}, inner.Bytes...), 0, 0)
	other, err := signMessage(cast().auditor, []byte("other content"))
	if err != nil {
		t.Fatal(err)
	}
	record, err := SignRecord(cast().auditor, content)
	if err != nil {
		t.Fatal(err)
	}
	tests := map[string]struct {
		der  []byte
		want string
	}{
		"certificate swapped": {encoded(func(s *signedData) { s.Certificates[0] = forger }), "certificates that it names"},
		"certificate added":   {encoded(func(s *signedData) { s.Certificates = append(s.Certificates, forger) }), "certificates that it names"},
		"no signer":           {encoded(func(s *signedData) { s.Signers = nil }), "exactly one signer"},
		"two signers":         {encoded(func(s *signedData) { s.Signers = append(s.Signers, s.Signers[0]) }), "exactly one signer"},
		"version":             {encoded(func(s *signedData) { s.Version = 3 }), "not spelled"},
		"no signature":        {encoded(func(s *signedData) { s.Signers[0].Signature = nil }), "does not fit"},
		"digest algorithm":    {encoded(func(s *signedData) { s.Signers[0].Digest = digestSHA384 }), "not spelled"},
		"BER":                 {indefinite, "DER"},
		"of other content":    {other, "changed after it was signed"},
		"of a record":         {record, "changed after it was signed"},
		"with a signing time": {peerMessage(t, content), ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) { refused(t, withContents(t, one, test.der), test.want) })
	}
	t.Run("the same again", func(t *testing.T) {
		if v := verified(t, withContents(t, one, der), verifyOptions(t)); v.Problem() != NoProblem {
			t.Error("the craft itself is refused")
		}
	})
}

// peerMessage is a valid CMS of another program.
func peerMessage(t *testing.T, content []byte) []byte {
	t.Helper()
	sd, err := pkcs7.NewSignedData(content)
	if err != nil {
		t.Fatal(err)
	}
	sd.SetDigestAlgorithm(pkcs7.OIDDigestAlgorithmSHA256)
	if err := sd.AddSigner(cast().auditor.Certificate, cast().auditor.Signer, pkcs7.SignerInfoConfig{}); err != nil {
		t.Fatal(err)
	}
	sd.Detach()
	der, err := sd.Finish()
	if err != nil {
		t.Fatal(err)
	}
	return der
}

// TestEveryFlipIsRefused changes one bit at random places, and every bit of
// some: nothing in a signed report is without meaning.
func TestEveryFlipIsRefused(t *testing.T) {
	file := countersigned(t)
	o := verifyOptions(t)
	random := mrand.New(mrand.NewPCG(7, 7))
	flip := func(at int, bit byte) {
		b := bytes.Clone(file)
		b[at] ^= 1 << bit
		if v := verified(t, b, o); v.Intact || v.Problem() != Altered {
			t.Errorf("byte %d, bit %d: %s", at, bit, v.Problem())
		}
	}
	for range 2000 {
		flip(random.IntN(len(file)), byte(random.IntN(8)))
	}
	for n := range 2 {
		start, _ := contentsOf(t, file, n)
		for range 200 {
			flip(start+random.IntN(2048), byte(random.IntN(8)))
		}
	}
}

// TestHiddenObject: what nothing leads to in the first revision could be made
// visible later.
func TestHiddenObject(t *testing.T) {
	doc := parsed(t, prepared(t))
	size, _ := doc.Trailer()["Size"].(pdf.Integer)
	n := int(size)
	body, rest, found := strings.Cut(string(prepared(t)), fmt.Sprintf("xref\n0 %d\n", n))
	entries, trailer, cut := strings.Cut(rest, "trailer\n")
	if !found || !cut {
		t.Fatal("the sample has no plain cross-reference table")
	}
	hidden := fmt.Sprintf("%s%d 0 obj\n<<>>\nendobj\n", body, n)
	trailer = strings.Replace(trailer, fmt.Sprintf("/Size %d", n), fmt.Sprintf("/Size %d", n+1), 1)
	trailer = strings.Replace(trailer, fmt.Sprintf("startxref\n%d\n", len(body)), fmt.Sprintf("startxref\n%d\n", len(hidden)), 1)
	file := fmt.Sprintf("%sxref\n0 %d\n%s%010d 00000 n \ntrailer\n%s", hidden, n+1, entries, len(body), trailer)
	parsed(t, []byte(file))
	if _, err := Sign([]byte(file), cast().auditor, auditorOptions()); !errors.Is(err, errForeign) {
		t.Errorf("error = %v", err)
	}
	refused(t, []byte(file), "another program")
}

func TestContentsHaveOneLength(t *testing.T) {
	for _, n := range []int{0, reserved - 1, reserved + 1} {
		full := layer{at: now, contents: make([]byte, n)}
		if err := new(layer).read(full.dict(true)); err == nil || !strings.Contains(err.Error(), "does not fill") {
			t.Errorf("%d bytes: %v", n, err)
		}
	}
}

func TestSignRefusesAnEditedReport(t *testing.T) {
	for name, change := range map[string]func(*pdf.Document, *pdf.Update){
		"stamp": stamped, "page": replacedPage, "tree": newPageTree, "data": replacedData,
	} {
		if _, err := Sign(edited(t, prepared(t), change), cast().auditor, auditorOptions()); err == nil {
			t.Errorf("%s: signed a report that was edited", name)
		}
		if _, err := Sign(edited(t, certified(t), change), cast().trust, trustOptions()); err == nil {
			t.Errorf("%s: countersigned a report that was edited", name)
		}
	}
}

func TestActiveContentIsRefused(t *testing.T) {
	for name, action := range map[string]pdf.Dict{
		"script": {"OpenAction": pdf.Dict{"S": pdf.Name("JavaScript"), "JS": pdf.String("app.alert(1)")}},
		"launch": {"OpenAction": pdf.Dict{"S": pdf.Name("Launch"), "F": pdf.String("cmd.exe")}},
		"layers": {"OCProperties": pdf.Dict{}},
		"XFA":    {"AcroForm": pdf.Dict{"XFA": pdf.String("")}},
	} {
		t.Run(name, func(t *testing.T) {
			doc := parsed(t, prepared(t))
			u := doc.Update()
			ref, _ := doc.Trailer()["Root"].(pdf.Ref)
			root := maps.Clone(doc.Root())
			maps.Copy(root, action)
			u.Set(ref, root)
			file, err := u.Rewrite()
			if err != nil {
				t.Fatal(err)
			}
			if _, err := Sign(file, cast().auditor, auditorOptions()); err == nil || !strings.Contains(err.Error(), "active content") {
				t.Errorf("error = %v", err)
			}
		})
	}
}

// FuzzVerify holds that no other file than a signed one is ever intact.
func FuzzVerify(f *testing.F) {
	file := countersigned(f)
	o := verifyOptions(f)
	f.Add(0, 0, []byte("x"))
	f.Add(len(file)-6, 0, []byte("%%EOF\n"))
	f.Add(bytes.Index(file, []byte("/ByteRange")), 20, []byte("/ByteRange [0 1 2 3]"))
	f.Add(bytes.LastIndex(file, []byte("xref\n0")), 7, []byte("xref\n1 1"))
	f.Fuzz(func(t *testing.T, at, remove int, insert []byte) {
		if at < 0 || remove < 0 || at > len(file) || remove > len(file)-at {
			return
		}
		changed := slices.Concat(file[:at], insert, file[at+remove:])
		v, err := Verify(changed, o)
		if err != nil {
			t.Fatal(err)
		}
		rolledBack := len(changed) < len(file) && bytes.Equal(changed, file[:len(changed)])
		if v.Intact && !rolledBack && !bytes.Equal(changed, file) {
			t.Fatalf("a changed file is intact: %d bytes at %d became %q", remove, at, insert)
		}
	})
}
