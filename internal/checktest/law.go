package checktest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"

	"github.com/google/go-cmp/cmp"

	"trustaudit/internal/audit"
)

// reporter takes what breaks a law: a test, or a test of the laws.
type reporter interface {
	Helper()
	Errorf(format string, args ...any)
}

// headings are the sections of a check's doc, in order.
var headings = []string{"What it looks at", "Why it matters", "Remedy", "Limits"}

var words = regexp.MustCompile(`^[A-Z][A-Z0-9]*(-[A-Z0-9]+)+$`)

// declaration holds what the check says of itself.
func declaration(t reporter, check *audit.Check, d *audit.Decoder) {
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
		t.Errorf("needs no facts")
	}
	for _, kind := range check.Needs {
		if !d.Knows(kind) {
			t.Errorf("needs %s, which no probe emits", kind)
		}
	}
}

func needs(check *audit.Check, kind string) bool { return slices.Contains(check.Needs, kind) }

// shuffled holds that the order of facts does not show in the result.
func shuffled(t reporter, check *audit.Check, c Case, facts []seen, want audit.Result) {
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
func bounded(t reporter, check *audit.Check, c Case, d *audit.Decoder) {
	t.Helper()
	if len(c.Facts) == 0 {
		return
	}
	pass := audit.NewPass(check, c.Target, audit.Options{CountTestData: c.Options.CountTestData, Now: c.Options.Now})
	templates, err := newTemplates(c.Facts)
	m := mill{facts: c.Facts, templates: templates, decoder: d, fold: check.Judge(pass), pass: pass}
	err = errors.Join(err, m.feed(manyFacts))
	before := heap()
	if err = errors.Join(err, m.feed(2*manyFacts)); err != nil {
		t.Errorf("feed many facts: %v", err)
		return
	}
	if growth := int64(heap()) - int64(before); growth > maxGrowth {
		t.Errorf("the memory grew by %d bytes over %d facts", growth, 2*manyFacts)
	}
	m.fold.End()
	r := pass.Result()
	if len(r.Findings) > maxFindings {
		t.Errorf("%d facts led to %d findings", m.fed, len(r.Findings))
	}
	for _, f := range r.Findings {
		if len(f.Exemplars) > maxExemplars {
			t.Errorf("finding %s has %d exemplars", f.Locator, len(f.Exemplars))
		}
	}
}

// mill feeds the facts of a case to a fold again and again, each round about
// other places.
type mill struct {
	facts     []Fact
	templates [][]byte // of the facts' data, with mark for the place
	decoder   *audit.Decoder
	pass      *audit.Pass
	fold      audit.Fold
	fed       int
}

func (m *mill) feed(facts int) error {
	for end := m.fed + facts; m.fed < end; {
		place := []byte("p" + strconv.Itoa(m.fed/len(m.facts)))
		for i, f := range m.facts {
			fact, err := m.decoder.Decode(f.Kind, bytes.ReplaceAll(m.templates[i], []byte(mark), place))
			if err != nil {
				return err
			}
			m.pass.Origin = m.pass.Target
			if f.Target != "" {
				m.pass.Origin = f.Target
			}
			m.fold.See(fact)
			m.fed++
		}
	}
	return nil
}

func heap() uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// mark stands in a template where the place goes.
const mark = "#place#"

// newTemplates makes facts movable to other places, in the same way for those
// that belong together: their paths, items and endpoints are renamed.
func newTemplates(facts []Fact) ([][]byte, error) {
	templates := make([][]byte, len(facts))
	for i, f := range facts {
		var fields map[string]any
		if err := json.Unmarshal(f.Data, &fields); err != nil {
			return templates, fmt.Errorf("move fact %d: %w", i, err)
		}
		for _, key := range []string{"path", "endpoint", "address", "item", "id", "to"} {
			if old, ok := fields[key].(string); ok {
				fields[key] = move(key, old)
			}
		}
		moved, err := json.Marshal(fields)
		if err != nil {
			return templates, fmt.Errorf("move fact %d: %w", i, err)
		}
		templates[i] = moved
	}
	return templates, nil
}

func move(key, old string) string {
	if key == "path" {
		return mark + "/" + old
	}
	if rest, ok := strings.CutPrefix(old, "tcp://"); ok {
		return "tcp://" + mark + "." + rest
	}
	return mark + "." + old
}
