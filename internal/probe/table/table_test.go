package table_test

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"trustaudit/internal/audit"
	"trustaudit/internal/engagement"
	"trustaudit/internal/probe"
	"trustaudit/internal/probe/content/fact"
	"trustaudit/internal/probe/table"
	"trustaudit/internal/source"
	"trustaudit/internal/source/sqlite"
)

// TestTables reads a database through the probe: a table of patients, one of
// pseudonyms, and one that is not readable.
func TestTables(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pas.db")
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	run := func(query string, args ...any) {
		t.Helper()
		if _, err := db.Exec(query, args...); err != nil {
			t.Fatal(err)
		}
	}
	run("CREATE TABLE patient (nhs_number TEXT, surname TEXT, date_of_birth DATE, postcode TEXT)")
	run("CREATE TABLE research (pid TEXT, score INTEGER)")
	run("CREATE VIRTUAL TABLE search USING fts5(body, content='')")
	for i := range 50 {
		run("INSERT INTO patient VALUES (?, 'Canary', ?, 'LS1 4AP')", nhsNumber(i), fmt.Sprintf("19%02d-04-03", 40+i))
		run("INSERT INTO research VALUES (?, ?)", fmt.Sprintf("%064x", i*7919+1<<40), i)
	}
	items, columns := observe(t, path)
	if got := items["main.patient"]; got.Status != fact.Read || !got.Identifiable || !got.TestData || got.Records != 50 {
		t.Errorf("main.patient: %+v, want 50 identifiable records of test data", got)
	}
	if got := items["main.research"]; got.Status != fact.Read || got.Identifiable {
		t.Errorf("main.research: %+v, want nothing identifiable", got)
	}
	if got := items["main.search"]; got.Status != fact.Skipped || got.Reason == "" {
		t.Errorf("main.search: %+v, want skipped, with a reason", got)
	}
	for path, want := range map[string]string{"main.patient": "nhs-number", "main.research": "hex-64"} {
		if !strings.Contains(columns[path], want) {
			t.Errorf("columns of %s: %q, want one of %s", path, columns[path], want)
		}
	}
}

// nhsNumber returns a valid number of the unissued range 900.
func nhsNumber(i int) string {
	for n := 900_000_000 + i*13; ; n++ {
		sum := 0
		for k, d := range fmt.Sprint(n) {
			sum += int(d-'0') * (10 - k)
		}
		if check := (11 - sum%11) % 11; check < 10 {
			return fmt.Sprintf("%d%d", n, check)
		}
	}
}

// observe reads the database and returns its items, and what is said of the
// columns of each, by path.
func observe(t *testing.T, path string) (items map[string]fact.Item, columns map[string]string) {
	t.Helper()
	url, err := engagement.StoreURL("sqlite:"+path, "")
	if err != nil {
		t.Fatal(err)
	}
	src, err := sqlite.Opener.Open(context.Background(), source.Config{URL: url})
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	items, columns = map[string]fact.Item{}, map[string]string{}
	err = table.Probe.Observe(context.Background(), &probe.Session{
		Unit:  audit.Unit{Target: "sqlite:///pas.db"},
		Key:   audit.NewKey([32]byte{1}),
		Now:   func() time.Time { return time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC) },
		Items: src.Items(context.Background()),
		Emit: func(f audit.Fact) error {
			switch f := f.(type) {
			case fact.Item:
				items[f.Path] = f
			case fact.Column:
				columns[f.Path] += f.Kind + f.Shape + " "
			}
			return nil
		},
		Reveal: func(string, string) error { return nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	return items, columns
}
