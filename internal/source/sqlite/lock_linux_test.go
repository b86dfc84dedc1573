package sqlite_test

import (
	"context"
	"errors"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"trustaudit/internal/source"
	"trustaudit/internal/source/sqlite"
)

// TestLocked holds a lock as another program would: Linux tells of locks within
// one process too.
func TestLocked(t *testing.T) {
	tests := []struct {
		name  string
		begin string
		want  []string
	}{
		{"exclusive", "BEGIN EXCLUSIVE", []string{"x.db: locked by another program"}},
		{"reserved", "BEGIN IMMEDIATE", []string{"main.t: "}},
		{"shared", "BEGIN", []string{"main.t: "}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "x.db")
			db := writer(t, path)
			run(t, db, "CREATE TABLE t (x)", test.begin)
			if test.name == "shared" {
				run(t, db, "SELECT * FROM t")
			}
			src, err := sqlite.Opener.Open(context.Background(), source.Config{URL: storeURL(path)})
			if err != nil {
				t.Fatal(err)
			}
			defer src.Close()
			var got []string
			for item, err := range src.Items(context.Background()) {
				if err != nil {
					t.Fatal(err)
				}
				got = append(got, item.Path+": "+item.Refused)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("items (-want +got):\n%s", diff)
			}
		})
	}
}

// TestLockedSince takes the lock after the tables were listed.
func TestLockedSince(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.db")
	db := writer(t, path)
	run(t, db, "CREATE TABLE t (x)")
	src, err := sqlite.Opener.Open(context.Background(), source.Config{URL: storeURL(path)})
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	for item, err := range src.Items(context.Background()) {
		if err != nil {
			t.Fatal(err)
		}
		run(t, db, "BEGIN EXCLUSIVE")
		if _, err := item.Rows(context.Background()); !errors.Is(err, source.ErrLocked) {
			t.Errorf("error %v, want %v", err, source.ErrLocked)
		}
	}
}
