package checktest

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"trustaudit/internal/audit"
)

// headings are the sections of a check's doc, in order.
var headings = []string{"What it looks at", "Why it matters", "Remedy", "Limits"}

var words = regexp.MustCompile(`^[A-Z][A-Z0-9]*(-[A-Z0-9]+)+$`)

// declaration holds what the check says of itself.
func declaration(t *testing.T, check *audit.Check, d *audit.Decoder) {
	if !words.MatchString(check.ID) {
		t.Errorf("ID %q: write upper-case words joined by hyphens", check.ID)
	}
	if check.Title == "" || strings.ContainsAny(check.Title, "\n\r") || strings.HasSuffix(check.Title, ".") {
		t.Errorf("title %q: write one line, without a full stop", check.Title)
	}
	if first, _, _ := strings.Cut(check.Doc, "\n"); first != "# "+check.Title {
		t.Errorf("the doc begins with %q, want %q", first, "# "+check.Title)
	}
	at := 0
	for _, heading := range headings {
		i := strings.Index(check.Doc, "\n## "+heading+"\n")
		if i <= at {
			t.Errorf("the doc lacks the section %q in its place", heading)
			continue
		}
		at = i
		if check.Section(heading) == "" {
			t.Errorf("the section %q is empty", heading)
		}
	}
	if check.Evidence == "" || check.Severity < audit.Note || check.Severity > audit.Critical {
		t.Errorf("evidence %q and severity %d must both be set", check.Evidence, check.Severity)
	}
	if check.Reach != audit.ReachTarget && check.Reach != audit.ReachEstate {
		t.Errorf("reach %q is neither target nor estate", check.Reach)
	}
	if len(check.Needs) == 0 {
		t.Error("needs no facts")
	}
	for _, kind := range check.Needs {
		if !d.Knows(kind) {
			t.Errorf("needs %s, which no probe emits", kind)
		}
	}
}

func needs(check *audit.Check, kind string) bool { return slices.Contains(check.Needs, kind) }

// shuffled holds that the order of facts does not show in the result.
func shuffled(t *testing.T, check *audit.Check, c Case, facts []seen, want audit.Result) {
	t.Helper()
	random := rand.New(rand.NewPCG(1, 2))
	for range 8 {
		other := slices.Clone(facts)
		random.Shuffle(len(other), func(i, j int) { other[i], other[j] = other[j], other[i] })
		if diff := cmp.Diff(want, judge(check, c, other)); diff != "" {
			t.Errorf("another order of the facts leads to another result (-want +got):\n%s", diff)
			return
		}
	}
}

// Bounds of a result, and what the memory of a fold may grow by over as many
// facts.
const (
	manyFacts    = 10_000
	maxFindings  = 200
	maxExemplars = 20
	maxGrowth    = 3 << 20
)

// bounded feeds the case many times over, each time about other places, and
// holds the result to its bounds and the memory to stay flat.
func bounded(t *testing.T, check *audit.Check, c Case, d *audit.Decoder) {
	t.Helper()
	if len(c.Facts) == 0 {
		return
	}
	pass := audit.NewPass(check, c.Target, audit.Options{CountTestData: c.Options.CountTestData, Now: c.Options.Now})
	fold := check.Judge(pass)
	templates := make([][]byte, len(c.Facts))
	for i, f := range c.Facts {
		templates[i] = template(t, f.Data)
	}
	n := 0
	feed := func(facts int) {
		for end := n + facts; n < end; {
			for i, f := range c.Facts {
				fact, err := d.Decode(f.Kind, elsewhere(templates[i], n/len(c.Facts)))
				if err != nil {
					t.Fatal(err)
				}
				pass.Origin = c.Target
				if f.Target != "" {
					pass.Origin = f.Target
				}
				fold.See(fact)
				n++
			}
		}
	}
	feed(manyFacts)
	before := heap()
	feed(2 * manyFacts)
	if growth := int64(heap()) - int64(before); growth > maxGrowth {
		t.Errorf("the memory grew by %d bytes over %d facts", growth, 2*manyFacts)
	}
	fold.End()
	r := pass.Result()
	if len(r.Findings) > maxFindings {
		t.Errorf("%d facts led to %d findings", n, len(r.Findings))
	}
	for _, f := range r.Findings {
		if len(f.Exemplars) > maxExemplars {
			t.Errorf("finding %s has %d exemplars", f.Locator, len(f.Exemplars))
		}
	}
}

func heap() uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// mark stands in a template where the number of the place goes.
const mark = "#place#"

// template is a fact whose paths, items and endpoints are to be renamed.
func template(t *testing.T, data json.RawMessage) []byte {
	t.Helper()
	var fields map[string]any
	if err := json.Unmarshal(data, &fields); err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"path", "endpoint", "address", "item", "id", "to"} {
		old, ok := fields[key].(string)
		if !ok {
			continue
		}
		joint := "."
		if key == "path" {
			joint = "/"
		}
		rest, tcp := strings.CutPrefix(old, "tcp://")
		fields[key] = mark + joint + rest
		if tcp {
			fields[key] = "tcp://" + mark + joint + rest
		}
	}
	moved, err := json.Marshal(fields)
	if err != nil {
		t.Fatal(err)
	}
	return moved
}

// elsewhere moves a fact to the nth other place, in the same way for facts that
// belong together.
func elsewhere(template []byte, n int) []byte {
	return bytes.ReplaceAll(template, []byte(mark), []byte("p"+strconv.Itoa(n)))
}
