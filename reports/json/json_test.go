package json

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"

	"trustaudit/internal/audit"
	"trustaudit/reports/reporttest"
)

var update = flag.Bool("update", false, "write the golden file")

func render(t *testing.T, r *audit.Report) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := Render(&b, r); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestGolden: the form is what other programs, and the verifier of a later
// release, rely on.
func TestGolden(t *testing.T) {
	const path = "testdata/audit.json"
	got := render(t, reporttest.Audit())
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), string(got)); d != "" {
		t.Errorf("the data has another form (-golden +now):\n%s", d)
	}
}

// TestReadsBack: a report read from its data gives the same data, whatever
// stands in it.
func TestReadsBack(t *testing.T) {
	for name, r := range reporttest.All() {
		t.Run(name, func(t *testing.T) {
			first := render(t, r)
			var back audit.Report
			if err := json.Unmarshal(first, &back); err != nil {
				t.Fatal(err)
			}
			if again := render(t, &back); !bytes.Equal(first, again) {
				t.Error("read back, it gives other bytes")
			}
			if !json.Valid(first) {
				t.Error("it is no JSON")
			}
		})
	}
}
