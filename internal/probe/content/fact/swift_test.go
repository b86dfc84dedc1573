package fact_test

import (
	"bytes"
	"encoding/json"
	"math"
	"reflect"
	"testing"

	"github.com/google/go-cmp/cmp"

	"trustaudit/internal/probe/content/fact"
)

// full is an item with every field set.
func full() fact.Item {
	return fact.Item{
		ID: "0123456789abcdef", Path: "ward 1/ärzte/a<b>&.txt", PathBase64: "YQ==", PathMasked: true, Size: 2048,
		Modified: "2026-05-01T09:30:00Z", Format: "docx", Status: fact.Partial, Reason: "limit of 10 bytes: 5 left", ByChildren: true,
		Seal: "weak", Open: true, SealDetail: "ZipCrypto", SealCipher: "AES-CBC", SealBits: 256, SealKDF: "scrypt", SealRounds: 32768, Identifiable: true, TestData: true, Records: 3, Clinical: true, StatesPassword: true,
		Identifiers: map[string]fact.Count{"postcode": {Count: 1, Distinct: 1}, "nhs-number": {Count: 200_000, Distinct: 100_000, Estimated: true}},
		Score:       5.25, Excerpt: "NHS No 9•• ••• ••••, DOB ••/••/••••",
	}
}

func encoded(t testing.TB, item fact.Item) ([]byte, error) {
	t.Helper()
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(item)
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), err
}

// same holds AppendJSON equal to encoding/json, and reports whether it wrote.
func same(t testing.TB, item fact.Item) bool {
	t.Helper()
	want, err := encoded(t, item)
	got, ok := item.AppendJSON([]byte("before "))
	if ok && (err != nil || string(got) != "before "+string(want)) {
		t.Errorf("written %s, want %s (%v)", got, want, err)
	}
	return ok
}

// parsedSame holds ParseJSON equal to encoding/json, and reports whether it read.
func parsedSame(t testing.TB, data []byte) bool {
	t.Helper()
	got, ok := fact.Item{}.ParseJSON(data)
	if !ok {
		return false
	}
	var want fact.Item
	if err := json.Unmarshal(data, &want); err != nil {
		t.Errorf("%q: read as %+v, encoding/json says %v", data, got, err)
	} else if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%q differs (-want +got):\n%s", data, diff)
	}
	return true
}

// TestSwiftKnowsEveryField fails when Item gets a field that AppendJSON and
// ParseJSON have not been taught.
func TestSwiftKnowsEveryField(t *testing.T) {
	whole := reflect.ValueOf(full())
	for i := range whole.NumField() {
		if whole.Field(i).IsZero() {
			t.Errorf("the test's item lacks %s", whole.Type().Field(i).Name)
		}
		var one fact.Item
		reflect.ValueOf(&one).Elem().Field(i).Set(whole.Field(i))
		for _, item := range []fact.Item{one, full()} {
			data, err := encoded(t, item)
			if err != nil {
				t.Fatal(err)
			}
			if !same(t, item) || !parsedSame(t, data) {
				t.Errorf("left to encoding/json: %s", data)
			}
		}
	}
}

func TestSwiftLeavesTheUnusual(t *testing.T) {
	for _, item := range []fact.Item{
		{Path: `a"b`}, {Path: `a\b`}, {Path: "a\nb"}, {Path: "a\xffb"}, {Path: "a\u2028b"},
		{Score: 1e-7}, {Score: 1e21}, {Score: math.Inf(1)}, {Score: math.NaN()},
		{Identifiers: map[string]fact.Count{"a\"b": {}}},
	} {
		if same(t, item) {
			t.Errorf("%+v was not left to encoding/json", item)
		}
	}
	for _, data := range []string{
		``, `{}`, `null`, `{"path":"a","id":"b","size":0,"status":"read"}`, `{"id":"a\u0062","path":"","size":0,"status":"read"}`,
		`{"id":"a","path":"b","size":01,"status":"read"}`, `{"id":"a","path":"b","size":1,"status":"read"} `,
		`{"id":"a","path":"b","size":1,"status":"read","new":1}`, `{"id":"a","path":"b","size":1,"status":"read","score":1.}`,
		`{"id":"a","path":"b","size":1,"status":"read","score":1e3}`, `{"id":"a","path":"b","size":99999999999999999999,"status":"read"}`,
		`{"id":"a","path":"b","size":1,"status":"read","identifiers":{}}`, `{"id":"a","path":"b","size":1,"status":"read"`,
	} {
		if parsedSame(t, []byte(data)) {
			t.Errorf("%s was not left to encoding/json", data)
		}
	}
}

// FuzzSwift holds reading and writing equal to encoding/json.
func FuzzSwift(f *testing.F) {
	all, _ := encoded(f, full())
	f.Add(all)
	f.Add([]byte(`{"id":"a","path":"b","size":-0,"status":"read","records":-3,"score":0.5}`))
	f.Add([]byte(`{"id":"a","path":"b","size":1,"status":"read","identifiers":{"x":{"count":1,"distinct":1,"estimated":false},"x":{"count":2,"distinct":1,"estimated":true}}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		parsedSame(t, data)
		var item fact.Item
		if json.Unmarshal(data, &item) == nil {
			same(t, item)
		}
	})
}
