package pdf

import (
	"bytes"
	"compress/zlib"
	"errors"
	"fmt"
	"math"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func sample(t testing.TB) []byte {
	t.Helper()
	data, err := os.ReadFile("../sign/testdata/prepared.pdf")
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func mustParse(t testing.TB, data []byte) *Document {
	t.Helper()
	doc, err := Parse(data)
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// small returns the bytes of a file with the given body, with a correct table.
func small(objects map[Ref]Object) []byte {
	b := bytes.NewBufferString("%PDF-1.7\n" + binaryMark)
	top := Ref(0)
	for ref := range objects {
		top = max(top, ref)
	}
	writeRevision(b, objects, Dict{"Root": Ref(1), "Size": Integer(top + 1)}, true)
	return b.Bytes()
}

func TestValues(t *testing.T) {
	tests := map[string]struct {
		text  string
		value Object
		again string // how it is written; empty: as text
	}{
		"integer":      {"42", Integer(42), ""},
		"negative":     {"-7", Integer(-7), ""},
		"leading zero": {"007", Integer(7), "7"},
		"real":         {"595.28", Real(595.28), ""},
		"whole real":   {"12.00", Integer(12), "12"},
		"minus zero":   {"-0.00", Integer(0), "0"},
		"no digit":     {".5", Real(.5), "0.5"},
		"true":         {"true", Bool(true), ""},
		"null":         {"null", Null{}, ""},
		"name":         {"/Type", Name("Type"), ""},
		"escaped name": {"/application#2Fjson", Name("application/json"), ""},
		"empty name":   {"/", Name(""), ""},
		"string":       {`(a \(b\) \\)`, String(`a (b) \`), ""},
		"nested":       {"(a (b) c)", String("a (b) c"), `(a \(b\) c)`},
		"line feed":    {`(a\nb)`, String("a\nb"), "<610a62>"},
		"hexadecimal":  {"<FEFF0174>", String("\xFE\xFF\x01\x74"), "<feff0174>"},
		"empty string": {"()", String(""), ""},
		"reference":    {"3 0 R", Ref(3), ""},
		"two numbers":  {"[3 0]", Array{Integer(3), Integer(0)}, ""},
		"array":        {"[ 1 [] /A(x) 2 0 R]", Array{Integer(1), Array{}, Name("A"), String("x"), Ref(2)}, "[1 [] /A (x) 2 0 R]"},
		"dictionary":   {"<</B 1/A<</C 2 0 R>>>>", Dict{"A": Dict{"C": Ref(2)}, "B": Integer(1)}, "<</A <</C 2 0 R>> /B 1>>"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			l := &lexer{data: []byte(test.text)}
			got, err := l.value()
			if err != nil || l.pos != len(test.text) {
				t.Fatalf("stopped at %d: %v", l.pos, err)
			}
			if d := cmp.Diff(test.value, got); d != "" {
				t.Error(d)
			}
			var b bytes.Buffer
			writeObject(&b, got)
			want := test.again
			if want == "" {
				want = test.text
			}
			if b.String() != want {
				t.Errorf("written %q, want %q", b.String(), want)
			}
		})
	}
}

func TestValuesRefused(t *testing.T) {
	for _, text := range []string{
		"", "+1", "1e5", "0x1", "1.2.3", "-", ".", "--1", "12345678901234567", "tru", "truely", "(a", "(a\rb)", `(\1)`, `(\`, "<1>", "<0g>", "<00",
		"[1", "<</A>>", "<</A 1", "<<1 2>>", "<</A 1 /A 2>>", "/A#0", "/A#00", "/A#GG", "%comment\n1", "3 1 R", "\t1",
		"/" + strings.Repeat("a", 128), strings.Repeat("[", maxDepth+1) + strings.Repeat("]", maxDepth+1), strings.Repeat("[", 1<<20),
	} {
		l := &lexer{data: []byte(text)}
		if v, err := l.value(); err == nil && l.pos == len(text) {
			t.Errorf("%.20q was read as %v", text, v)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	good := string(small(map[Ref]Object{1: Dict{"Type": Name("Catalog"), "Pages": Ref(2)}, 2: Dict{"Kids": Array{}}}))
	if _, err := Parse([]byte(good)); err != nil {
		t.Fatal(err)
	}
	swap := func(old, new string) string { return strings.Replace(good, old, new, 1) }
	tests := map[string]struct{ data, want string }{
		"empty":               {"", "%PDF-1."},
		"PDF 2.0":             {swap("%PDF-1.7", "%PDF-2.0"), "%PDF-1."},
		"PDF 1.9":             {swap("%PDF-1.7", "%PDF-1.9"), "not PDF 1.3 to 1.7"},
		"comment":             {swap("1 0 obj", "%x\n1 0 obj"), "expected a number"},
		"gap between objects": {swap("2 0 obj", "\n2 0 obj"), "expected a number"},
		"generation":          {swap("2 0 obj", "2 1 obj"), "expected"},
		"object 0":            {swap("2 0 obj", "0 0 obj"), "object number 0"},
		"object twice":        {swap("2 0 obj", "1 0 obj"), "stands twice"},
		"listed elsewhere":    {swap("2 0 obj", "9 0 obj"), "not there"},
		"wrong offset":        {swap("0000000015 00000 n", "0000000016 00000 n"), "expected"},
		"freed object":        {swap("00000 n", "00000 f"), "expected"},
		"encrypted":           {swap("/Size", "/Encrypt 2 0 R /Size"), "/Encrypt is not accepted"},
		"hybrid":              {swap("/Size", "/XRefStm 15 /Size"), "/XRefStm is not accepted"},
		"wrong size":          {swap("/Size 3", "/Size 4"), "wrong number of objects"},
		"no catalog":          {swap("/Root 1 0 R ", ""), "no catalog"},
		"earlier revision":    {swap("/Root", "/Prev 3 /Root"), "points at a revision before"},
		"startxref":           {swap("startxref\n", "startxref\n1"), "expected"},
		"after the end":       {good + "x", "expected a number"},
		"cut":                 {good[:len(good)-1], "expected"},
		"only a reference":    {swap("<</Kids []>>", "1 0 R       "), "only a reference"},
		"carriage returns":    {strings.ReplaceAll(good, "\n", "\r\n"), "expected"},
	}
	body, rest, _ := strings.Cut(good, "xref\n0")
	unlisted := body + "3 0 obj\n<<>>\nendobj\n"
	rest = strings.Replace(rest, fmt.Sprintf("startxref\n%d", len(body)), fmt.Sprintf("startxref\n%d", len(unlisted)), 1)
	tests["object not listed"] = struct{ data, want string }{unlisted + "xref\n0" + strings.Replace(rest, "/Size 3", "/Size 4", 1), "3 objects, 2 of them listed"}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if _, err := Parse([]byte(test.data)); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error = %v, want it to say %q", err, test.want)
			}
		})
	}
}

func TestParseRefusesStreams(t *testing.T) {
	tests := map[string]struct{ object, want string }{
		"object stream":   {"<</Type /ObjStm /Length 1>>\nstream\nx\nendstream\n", "not accepted"},
		"xref stream":     {"<</Type /XRef /Length 1>>\nstream\nx\nendstream\n", "not accepted"},
		"indirect length": {"<</Length 2 0 R>>\nstream\nx\nendstream\n", "without a plain length"},
		"negative length": {"<</Length -1>>\nstream\nx\nendstream\n", "without a plain length"},
		"huge length":     {"<</Length 999999999999999>>\nstream\nx\nendstream\n", "without a plain length"},
		"short length":    {"<</Length 1>>\nstream\nxx\nendstream\n", "expected"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := Parse([]byte("%PDF-1.7\n1 0 obj\n" + test.object + "endobj\n"))
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error = %v, want it to say %q", err, test.want)
			}
		})
	}
}

func TestParseBoundsValues(t *testing.T) {
	data := "%PDF-1.7\n1 0 obj\n[" + strings.Repeat("0 ", maxValues) + "]\nendobj\n"
	if _, err := Parse([]byte(data)); err == nil || !strings.Contains(err.Error(), "values") {
		t.Errorf("error = %v", err)
	}
}

func TestCanonical(t *testing.T) {
	for name, objects := range map[string]map[Ref]Object{
		"hidden object":    {1: Dict{"A": Integer(1)}, 2: Dict{}},
		"other order":      {1: Dict{"A": Ref(3), "B": Ref(2)}, 2: Dict{}, 3: Dict{}},
		"dangling":         {1: Dict{"A": Ref(9)}},
		"without identity": {1: Dict{"A": Ref(2)}, 2: Dict{}},
	} {
		if err := mustParse(t, small(objects)).Canonical(); err == nil {
			t.Errorf("%s: taken for canonical", name)
		}
	}
	if err := mustParse(t, sample(t)).Canonical(); err != nil {
		t.Error(err)
	}
	loose := bytes.Replace(sample(t), []byte("<</AF"), []byte("<< /AF"), 1)
	if _, err := Parse(loose); err == nil {
		t.Error("a space moved every object, and the table still fits")
	}
}

func TestAppendKeepsWhatWasThere(t *testing.T) {
	doc := mustParse(t, sample(t))
	u := doc.Update()
	ref := u.Add(Dict{"New": Bool(true)})
	u.Set(doc.Pages()[0], Dict{"Type": Name("Page"), "Gone": Bool(true)})
	after := mustParse(t, u.Append())
	if !bytes.Equal(after.Bytes()[:len(doc.Bytes())], doc.Bytes()) {
		t.Error("the old bytes changed")
	}
	if d := cmp.Diff(Dict{"New": Bool(true)}, after.Dict(ref)); d != "" {
		t.Error(d)
	}
	if after.Dict(doc.Pages()[0])["Gone"] != Bool(true) {
		t.Error("the page is the old one")
	}
	if d := cmp.Diff(doc.Dict(doc.Pages()[0]), after.Upto(1).Dict(doc.Pages()[0])); d != "" {
		t.Errorf("the first revision changed: %s", d)
	}
	before, now := doc.Trailer()["ID"].(Array), after.Trailer()["ID"].(Array)
	if before[0] != now[0] || before[1] == now[1] {
		t.Error("the first identifier must stay and the second change")
	}
}

// TestRevisionsAreChained: a revision names the one before it, and no other.
func TestRevisionsAreChained(t *testing.T) {
	doc := mustParse(t, sample(t))
	u := doc.Update()
	u.Add(Dict{})
	file := u.Append()
	old := fmt.Sprintf("/Prev %d", doc.Revisions[0].xref)
	at := bytes.LastIndex(file, []byte(old))
	if at < 0 {
		t.Fatal("the second trailer names no revision before it")
	}
	file[at+len(old)-1] ^= 1
	if _, err := Parse(file); err == nil || !strings.Contains(err.Error(), "does not point at the revision before") {
		t.Errorf("error = %v", err)
	}
}

// TestEqual compares the sample with copies that differ in one thing.
func TestEqual(t *testing.T) {
	original := sample(t)
	repacked := func(change func(page int, content []byte) []byte) []byte {
		doc := mustParse(t, original)
		u := doc.Update()
		for i, page := range doc.Pages() {
			ref, _ := doc.Dict(page)["Contents"].(Ref)
			content, err := doc.Resolve(ref).(*Stream).Decode(1 << 20)
			if err != nil {
				t.Fatal(err)
			}
			u.Set(ref, stored(t, change(i+1, content)))
		}
		out, err := u.Rewrite()
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	same := repacked(func(_ int, c []byte) []byte { return c })
	if bytes.Equal(same, original) {
		t.Fatal("the repacked sample is the same file")
	}
	tests := map[string]struct {
		other []byte
		want  string // the difference; empty: equal
	}{
		"itself":        {original, ""},
		"packed anew":   {same, ""},
		"page 2 byte 5": {repacked(flipped(2, 5)), "page 2: /Contents at its byte 5"},
		"page 1 longer": {repacked(func(p int, c []byte) []byte {
			if p == 1 {
				c = append(bytes.Clone(c), ' ')
			}
			return c
		}), "page 1: /Contents at its byte"},
		"key changed": {withRoot(t, original, "Lang", String("cy")), "/Root/Lang"},
		"key added":   {withRoot(t, original, "X", Null{}), "/Root/X"},
		"other type":  {withRoot(t, original, "AF", Dict{}), "/Root/AF"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			for _, pair := range [][2][]byte{{original, test.other}, {test.other, original}} {
				equal, where, err := Equal(pair[0], pair[1])
				if err != nil || equal != (test.want == "") || !strings.HasPrefix(where, test.want) {
					t.Errorf("equal %v, %q, %v", equal, where, err)
				}
			}
		})
	}
	if _, _, err := Equal(original, []byte("x")); err == nil {
		t.Error("compared with what is no PDF")
	}
}

func flipped(page, at int) func(int, []byte) []byte {
	return func(p int, c []byte) []byte {
		if p == page {
			c = bytes.Clone(c)
			c[at] ^= 1
		}
		return c
	}
}

func withRoot(t *testing.T, data []byte, key Name, o Object) []byte {
	t.Helper()
	doc := mustParse(t, data)
	u := doc.Update()
	root := Dict{}
	for k, v := range doc.Root() {
		root[k] = v
	}
	root[key] = o
	ref, _ := doc.Trailer()["Root"].(Ref)
	u.Set(ref, root)
	out, err := u.Rewrite()
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestEqualStreams(t *testing.T) {
	file := func(kind Name, raw string) []byte {
		return small(map[Ref]Object{1: &Stream{Dict: Dict{"Subtype": kind}, Raw: []byte(raw)}})
	}
	for name, test := range map[string]struct {
		other []byte
		want  string
	}{
		"same":    {file("XML", "a"), ""},
		"content": {file("XML", "b"), "/Root"},
		"key":     {file("Form", "a"), "/Root/Subtype"},
	} {
		if equal, where, err := Equal(file("XML", "a"), test.other); err != nil || equal != (test.want == "") || where != test.want {
			t.Errorf("%s: equal %v, %q, %v", name, equal, where, err)
		}
	}
}

// TestEqualSharing: one object on one side is not two on the other.
func TestEqualSharing(t *testing.T) {
	shared := small(map[Ref]Object{1: Dict{"A": Ref(2), "B": Ref(2)}, 2: Dict{}})
	apart := small(map[Ref]Object{1: Dict{"A": Ref(2), "B": Ref(3)}, 2: Dict{}, 3: Dict{}})
	if equal, where, err := Equal(shared, apart); equal || where != "/Root/B" || err != nil {
		t.Errorf("equal %v, %q, %v", equal, where, err)
	}
}

func TestStreamBounds(t *testing.T) {
	s, err := Flate(Dict{}, make([]byte, 1<<20))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Decode(1<<20 - 1); !errors.Is(err, ErrTooLarge) {
		t.Errorf("error = %v", err)
	}
	if data, err := s.Decode(1 << 20); err != nil || len(data) != 1<<20 {
		t.Errorf("%d bytes, %v", len(data), err)
	}
	s.Dict["DecodeParms"] = Dict{}
	if _, err := s.Decode(1 << 20); err == nil {
		t.Error("a stream with parameters was read without them")
	}
	cut := &Stream{Dict: Dict{"Filter": Name("FlateDecode")}, Raw: s.Raw[:len(s.Raw)/2]}
	if _, err := cut.Decode(1 << 21); err == nil {
		t.Error("half a stream was read as a whole one")
	}
}

func TestText(t *testing.T) {
	for _, text := range []string{"", "plain", "Ysbyty Ŵyl", "😀", "é"} {
		if got := Text(text).Text(); got != text {
			t.Errorf("%q came back as %q", text, got)
		}
	}
	at := time.Date(2026, 11, 21, 12, 0, 1, 0, time.FixedZone("", 3600))
	got, err := Date(at).Date()
	if err != nil || !got.Equal(at) {
		t.Errorf("%v, %v", got, err)
	}
	if _, err := String("D:2026").Date(); err == nil {
		t.Error("half a date was read")
	}
}

func TestDecimal(t *testing.T) {
	for v, want := range map[float64]Object{70.0000001: Integer(70), 571.885: Real(571.89), -0.001: Integer(0)} {
		if got := Decimal(v, 2); got != want {
			t.Errorf("%v became %v, want %v", v, got, want)
		}
	}
	if math.Signbit(float64(Decimal(-0.001, 2).(Integer))) {
		t.Error("minus zero")
	}
}

func TestAttachmentRefuses(t *testing.T) {
	doc := mustParse(t, sample(t))
	if _, err := doc.Attachment("other.json", 1<<20); err == nil {
		t.Error("found an attachment that is not there")
	}
	if _, err := doc.Attachment("report.json", 10); !errors.Is(err, ErrTooLarge) {
		t.Errorf("error = %v", err)
	}
}

// FuzzParse holds that whatever parses can be written and parsed again, and
// that what is written is canonical.
func FuzzParse(f *testing.F) {
	f.Add(sample(f))
	f.Add(small(map[Ref]Object{1: Dict{"Type": Name("Catalog")}}))
	f.Add([]byte("%PDF-1.3\n1 0 obj\n<</Length 1>>\nstream\nx\nendstream\nendobj\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		doc, err := Parse(data)
		if err != nil {
			return
		}
		out, err := doc.Update().Rewrite()
		if err != nil {
			return
		}
		again, err := Parse(out)
		if err != nil {
			t.Fatalf("what was written does not parse: %v", err)
		}
		if err := again.Canonical(); err != nil {
			t.Fatal(err)
		}
		if _, err := Parse(doc.Update().Append()); err != nil && !strings.Contains(err.Error(), fmt.Sprint(maxRevisions)) {
			t.Fatalf("what was appended does not parse: %v", err)
		}
		_ = doc.Pages()
		_, _ = doc.Attachment("report.json", 1<<16)
	})
}

// FuzzValue holds that every value has one spelling.
func FuzzValue(f *testing.F) {
	for _, s := range []string{"<</A [1 2.5 (x\\)) <00ff> /B#2F 3 0 R true null]>>", "-0.0", "(\\n)", "/"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		first, err := (&lexer{data: data}).value()
		if err != nil {
			return
		}
		var a, b bytes.Buffer
		writeObject(&a, first)
		second, err := (&lexer{data: a.Bytes()}).value()
		if err != nil {
			t.Fatalf("%q does not parse: %v", a.Bytes(), err)
		}
		writeObject(&b, second)
		if !bytes.Equal(a.Bytes(), b.Bytes()) {
			t.Fatalf("%q became %q", a.Bytes(), b.Bytes())
		}
	})
}

// FuzzEqual holds that a file equals itself, and that comparing ends.
func FuzzEqual(f *testing.F) {
	seed := small(map[Ref]Object{
		1: Dict{"Pages": Ref(2)}, 2: Dict{"Kids": Array{Ref(3)}},
		3: Dict{"Type": Name("Page"), "Parent": Ref(2), "Contents": Ref(4)}, 4: &Stream{Dict: Dict{}, Raw: []byte("q Q")},
	})
	f.Add(seed, seed)
	f.Fuzz(func(t *testing.T, a, b []byte) {
		_, _, _ = Equal(a, b)
		if equal, where, err := Equal(a, a); err == nil && !equal {
			t.Fatalf("a file differs from itself at %s", where)
		}
	})
}

// stored packs data without compressing it: the same content in other bytes.
func stored(t *testing.T, data []byte) *Stream {
	t.Helper()
	var b bytes.Buffer
	w, err := zlib.NewWriterLevel(&b, zlib.NoCompression)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(data); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return &Stream{Dict: Dict{"Filter": Name("FlateDecode")}, Raw: b.Bytes()}
}
