package run_test

import (
	"crypto/rand"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"trustaudit/internal/audit"
	"trustaudit/internal/journal"
	"trustaudit/internal/run"
	"trustaudit/internal/sign"
)

// journalled writes a journal of the given records and opens it.
func journalled(t *testing.T, records map[string]any) (*run.Run, error) {
	t.Helper()
	dir := t.TempDir()
	w, err := journal.Create(dir, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Append(journal.KindOpened, journal.Opened{Tool: "test"}); err != nil {
		t.Fatal(err)
	}
	for kind, record := range records {
		if err := w.Append(kind, record); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return run.Open(dir)
}

// A word on a finding counts only as it was signed.
func TestSignedWords(t *testing.T) {
	id, err := sign.SelfSigned(sign.Subject{Name: "A. Auditor"}, time.Now(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	other, err := sign.SelfSigned(sign.Subject{Name: "B. Other"}, time.Now(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	good := audit.Adjudication{Finding: "f00", Verdict: audit.Confirmed, By: "A. Auditor", Reason: "seen", At: time.Now().UTC(), Key: id.Fingerprint()}
	data, err := json.Marshal(good)
	if err != nil {
		t.Fatal(err)
	}
	if good.Signature, err = sign.SignRecord(id, data); err != nil {
		t.Fatal(err)
	}
	changed, unsigned, foreign := good, good, good
	changed.Verdict = audit.Dismissed
	unsigned.Signature = nil
	foreign.Key = other.Fingerprint()
	for name, test := range map[string]struct {
		word audit.Adjudication
		good bool
	}{"good": {good, true}, "changed": {changed, false}, "unsigned": {unsigned, false}, "another key named": {foreign, false}} {
		r, err := journalled(t, map[string]any{journal.KindAdjudication: test.word})
		if (err == nil) != test.good {
			t.Errorf("%s: %v", name, err)
		}
		if err == nil {
			if len(r.Adjudications) != 1 {
				t.Errorf("%s: %d adjudications", name, len(r.Adjudications))
			}
			r.Close()
		} else if !strings.Contains(err.Error(), "f00") {
			t.Errorf("%s: the error does not name the finding: %v", name, err)
		}
	}
}

func TestUnfinished(t *testing.T) {
	r, err := journalled(t, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if r.Complete() || r.Finished != nil {
		t.Error("a run without its last record is complete")
	}
	done, err := journalled(t, map[string]any{journal.KindFinished: journal.Finished{At: time.Now()}})
	if err != nil {
		t.Fatal(err)
	}
	defer done.Close()
	if !done.Complete() {
		t.Error("a finished run is not complete")
	}
}

func TestNotARun(t *testing.T) {
	dir := t.TempDir()
	w, err := journal.Create(dir, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Append("plan", journal.Plan{}); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if r, err := run.Open(dir); err == nil {
		r.Close()
		t.Error("a journal that does not say what was run was read as a run")
	}
}
