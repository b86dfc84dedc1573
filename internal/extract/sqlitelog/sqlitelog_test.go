package sqlitelog_test

import (
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	_ "modernc.org/sqlite"

	"trustaudit/internal/extract"
	"trustaudit/internal/extract/sqlitelog"
	"trustaudit/internal/extracttest"
)

// beside returns what lies beside a database in the middle of its work.
func beside(t testing.TB, suffix string, statements ...string) []byte {
	t.Helper()
	path := filepath.Join(t.TempDir(), "x.db")
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	for _, s := range statements {
		if _, err := db.Exec(s); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
	data, err := os.ReadFile(path + suffix)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

var patients = []string{
	"CREATE TABLE patients (nhs TEXT, name TEXT, no INTEGER, share REAL)",
	"INSERT INTO patients VALUES ('9990123456', 'Zoë Example', -7000, 1.5), ('9990123464', 'Bob Example', 9990123472, NULL)",
}

func wal(t testing.TB) []byte {
	return beside(t, "-wal", append([]string{"PRAGMA page_size=512", "PRAGMA journal_mode=WAL"}, patients...)...)
}

func journal(t testing.TB) []byte {
	return beside(t, "-journal", append(append([]string{"PRAGMA page_size=512", "PRAGMA cache_size=1"}, patients...),
		"BEGIN", "UPDATE patients SET nhs = '1'", "CREATE TABLE t (x)", "INSERT INTO t VALUES (zeroblob(20000))")...)
}

func TestConformance(t *testing.T) {
	want := []string{"9990123456", "Zoë Example", "-7000", "1.5", "9990123464", "9990123472"}
	extracttest.Run(t, sqlitelog.Format, []extracttest.Sample{
		{Name: "x.db-wal", Data: wal(t), Want: want},
		{Name: "x.db-journal", Data: journal(t), Want: want},
	})
}

// Values of rows that were deleted stand side by side.
func TestDeleted(t *testing.T) {
	data := beside(t, "-wal", "PRAGMA journal_mode=WAL", patients[0], patients[1], "PRAGMA wal_checkpoint(TRUNCATE)", "DELETE FROM patients")
	got := extracttest.Read(t, sqlitelog.Format, "x.db-wal", data)
	if all := strings.Join(got.Texts, ""); !strings.Contains(all, "9990123456 Zoë Example") || got.Err != nil {
		t.Errorf("%q, %v", all, got.Err)
	}
}

func TestWide(t *testing.T) {
	for _, encoding := range []string{"UTF-16le", "UTF-16be"} {
		data := beside(t, "-wal", append([]string{"PRAGMA encoding='" + encoding + "'", "PRAGMA journal_mode=WAL"}, patients...)...)
		got := extracttest.Read(t, sqlitelog.Format, "x.db-wal", data)
		if !strings.Contains(got.All(), "Zoë Example") {
			t.Errorf("%s: %q", encoding, got.All())
		}
	}
}

func TestDamaged(t *testing.T) {
	data := wal(t)
	got := extracttest.Read(t, sqlitelog.Format, "x.db-wal", data[:len(data)-100])
	if !errors.Is(got.Err, extract.ErrCorrupt) {
		t.Errorf("cut: %v", got.Err)
	}
}

func FuzzRead(f *testing.F) {
	f.Add(wal(f))
	f.Fuzz(func(t *testing.T, data []byte) { extracttest.Fuzz(t, sqlitelog.Format, "x.db-wal", data) })
}
