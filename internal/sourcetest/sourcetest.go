// Package sourcetest is the conformance suite of sources: what every kind of
// store promises, held against a real one.
package sourcetest

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"trustaudit/internal/source"
)

// Store is a store to hold a source against. Nothing else may touch it
// meanwhile.
type Store struct {
	Opener source.Opener
	Config source.Config
	Folder string // that holds the store and all beside it: nothing in it may change
	Want   []Item // what the walk yields, in order; at least two
}

// Item is what a test expects of one.
type Item struct {
	Path    string
	Group   string
	Refused string
	Skipped bool
	Content string // of a file; of a table the cells, each row closed by a newline, cells parted by "|"
}

// Run holds the source against its promises.
func Run(t *testing.T, store Store) {
	t.Helper()
	t.Run("items", store.items)
	t.Run("same order twice", store.twice)
	t.Run("opened later and elsewhere", store.later)
	t.Run("cancelled", store.cancelled)
	t.Run("walk given up", store.givenUp)
	t.Run("closed", store.closed)
	t.Run("missing", store.missing)
}

// guard fails the test if it leaves the store changed or a handle open.
func (s Store) guard(t *testing.T) {
	t.Helper()
	tree, handles := snapshot(t, s.Folder), openHandles()
	t.Cleanup(func() {
		if diff := cmp.Diff(tree, snapshot(t, s.Folder)); diff != "" {
			t.Errorf("the store was changed (-before +after):\n%s", diff)
		}
		if now := openHandles(); now > handles {
			t.Errorf("%d handles left open", now-handles)
		}
	})
}

func (s Store) open(t *testing.T) source.Source {
	t.Helper()
	src, err := s.Opener.Open(context.Background(), s.Config)
	if err != nil {
		t.Fatalf("open: %v", err)
	}
	return src
}

func (s Store) items(t *testing.T) {
	s.guard(t)
	src := s.open(t)
	defer src.Close()
	var got []Item
	for item, err := range src.Items(context.Background()) {
		if err != nil {
			t.Fatalf("walk: %v", err)
		}
		checkItem(t, item)
		got = append(got, seen(t, item))
	}
	if diff := cmp.Diff(s.Want, got); diff != "" {
		t.Errorf("items (-want +got):\n%s", diff)
	}
}

func checkItem(t *testing.T, item source.Item) {
	t.Helper()
	set := 0
	for _, is := range []bool{item.File != nil, item.Rows != nil, item.Refused != ""} {
		if is {
			set++
		}
	}
	if set != 1 {
		t.Errorf("item %q has %d of File, Rows and Refused, want one", item.Path, set)
	}
	if item.Skipped && item.Refused == "" {
		t.Errorf("item %q is skipped without a reason", item.Path)
	}
}

func (s Store) twice(t *testing.T) {
	s.guard(t)
	first, second := s.paths(t), s.paths(t)
	if diff := cmp.Diff(first, second); diff != "" {
		t.Errorf("two walks differ (-first +second):\n%s", diff)
	}
	unique := map[string]bool{}
	for _, path := range first {
		if unique[path] {
			t.Errorf("item %q was yielded twice", path)
		}
		unique[path] = true
	}
}

func (s Store) paths(t *testing.T) []string {
	t.Helper()
	src := s.open(t)
	defer src.Close()
	var paths []string
	for item, err := range src.Items(context.Background()) {
		if err != nil {
			t.Fatalf("walk: %v", err)
		}
		paths = append(paths, item.Path)
	}
	return paths
}

// later opens every item after the walk has ended, last first, each in a
// goroutine of its own.
func (s Store) later(t *testing.T) {
	s.guard(t)
	src := s.open(t)
	defer src.Close()
	var items []source.Item
	for item, err := range src.Items(context.Background()) {
		if err != nil {
			t.Fatalf("walk: %v", err)
		}
		items = append(items, item)
	}
	got := make([]Item, len(items))
	done := make(chan bool)
	for i := len(items) - 1; i >= 0; i-- {
		go func() {
			defer func() { done <- true }()
			got[i] = seen(t, items[i])
		}()
	}
	for range items {
		<-done
	}
	if diff := cmp.Diff(s.Want, got); diff != "" {
		t.Errorf("items (-want +got):\n%s", diff)
	}
}

func (s Store) cancelled(t *testing.T) {
	s.guard(t)
	src := s.open(t)
	defer src.Close()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	n, ended := 0, false
	for _, err := range src.Items(ctx) {
		if ended {
			t.Fatal("the walk went on after its error")
		}
		if err != nil {
			if !errors.Is(err, context.Canceled) {
				t.Fatalf("the walk ended with %v, want context.Canceled", err)
			}
			ended = true
			continue
		}
		n++
		cancel()
	}
	if n != 1 || !ended {
		t.Errorf("%d items after the cancellation of the first, error %v; want 1 and an error", n, ended)
	}
}

func (s Store) givenUp(t *testing.T) {
	s.guard(t)
	src := s.open(t)
	for range src.Items(context.Background()) {
		break
	}
	if err := src.Close(); err != nil {
		t.Errorf("close: %v", err)
	}
}

// closed holds that a closed source opens nothing more, and says so.
func (s Store) closed(t *testing.T) {
	s.guard(t)
	src := s.open(t)
	var items []source.Item
	for item := range src.Items(context.Background()) {
		items = append(items, item)
	}
	if err := src.Close(); err != nil {
		t.Errorf("close: %v", err)
	}
	for _, item := range items {
		switch {
		case item.File != nil:
			if f, err := item.File(); err == nil {
				f.Close()
				t.Errorf("item %q opened though its source is closed", item.Path)
			}
		case item.Rows != nil:
			if rows, err := item.Rows(context.Background()); err == nil {
				rows.Close()
				t.Errorf("item %q opened though its source is closed", item.Path)
			}
		}
	}
}

func (s Store) missing(t *testing.T) {
	s.guard(t)
	src, err := s.Opener.Open(context.Background(), source.Config{URL: s.Config.URL + "-9434765919"})
	if err == nil {
		src.Close()
		t.Fatal("a store that is not there opened")
	}
	if digits(err.Error()) >= 10 {
		t.Errorf("the error repeats the store's path: %v", err)
	}
}

func digits(s string) int {
	n := 0
	for _, r := range s {
		if r >= '0' && r <= '9' {
			n++
		}
	}
	return n
}

// seen opens the item and reads it to its end.
func seen(t *testing.T, item source.Item) Item {
	got := Item{Path: item.Path, Group: item.Group, Refused: item.Refused, Skipped: item.Skipped}
	var err error
	switch {
	case item.File != nil:
		got.Content, err = readFile(item)
	case item.Rows != nil:
		got.Content, err = readRows(item)
	}
	if err != nil {
		t.Errorf("item %q: %v", item.Path, err)
	}
	return got
}

func readFile(item source.Item) (string, error) {
	f, err := item.File()
	if err != nil {
		return "", fmt.Errorf("open: %w", err)
	}
	defer f.Close()
	data, err := io.ReadAll(f)
	if err != nil {
		return "", fmt.Errorf("read: %w", err)
	}
	size, modified, err := f.Stat()
	if err != nil || size != int64(len(data)) || modified.IsZero() {
		return "", fmt.Errorf("stat: size %d of %d, modified %v, error %w", size, len(data), modified, err)
	}
	again := make([]byte, len(data)+1)
	if n, err := f.ReadAt(again, 0); n != len(data) || err != io.EOF || string(again[:n]) != string(data) {
		return "", fmt.Errorf("read at 0: %d bytes of %d, error %w; want all, and io.EOF", n, len(data), err)
	}
	return string(data), nil
}

func readRows(item source.Item) (string, error) {
	rows, err := item.Rows(context.Background())
	if err != nil {
		return "", fmt.Errorf("open: %w", err)
	}
	defer rows.Close()
	out := ""
	for {
		cells, err := rows.Next()
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return out, fmt.Errorf("read: %w", err)
		}
		if len(cells) != len(rows.Columns()) {
			return out, fmt.Errorf("a row of %d cells in a table of %d columns", len(cells), len(rows.Columns()))
		}
		for i, cell := range cells {
			if i > 0 {
				out += "|"
			}
			out += string(cell)
		}
		out += "\n"
	}
}

// state is what must not change of a file.
type state struct {
	Mode     fs.FileMode
	Size     int64
	Modified time.Time
	Sum      [32]byte
}

// snapshot takes the state of everything below the folder.
func snapshot(t *testing.T, folder string) map[string]state {
	t.Helper()
	tree := map[string]state{}
	err := filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			if d != nil && d.IsDir() { // an unreadable folder of the test's own making
				return fs.SkipDir
			}
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		s := state{Mode: info.Mode(), Size: info.Size(), Modified: info.ModTime()}
		if info.Mode().IsRegular() {
			if data, err := os.ReadFile(path); err == nil {
				s.Sum = sha256.Sum256(data)
			}
		}
		tree[path] = s
		return nil
	})
	if err != nil {
		t.Fatalf("look at the store: %v", err)
	}
	return tree
}

// openHandles counts the process's open files, where the system tells.
func openHandles() int {
	if runtime.GOOS != "linux" {
		return 0
	}
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return 0
	}
	return len(entries)
}
