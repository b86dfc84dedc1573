package content_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"trustaudit/internal/audit"
	"trustaudit/internal/content"
	"trustaudit/internal/extract/all"
	kinds "trustaudit/internal/identify/all"
	"trustaudit/internal/source"
)

// osFile is a source.File over the local file system.
type osFile struct{ *os.File }

func (f osFile) Stat() (int64, time.Time, error) {
	info, err := f.File.Stat()
	if err != nil {
		return 0, time.Time{}, err
	}
	return info.Size(), info.ModTime(), nil
}

// BenchmarkSmallFiles examines a folder of 2 KB letters: the common share.
func BenchmarkSmallFiles(b *testing.B) {
	const files = 4000
	dir := b.TempDir()
	letter := "Dear Mrs Example,\n\nThank you for attending the clinic on 3 March 2025. Your NHS number is 999 012 3456.\n"
	for len(letter) < 2000 {
		letter += "We discussed the results of the examination and agreed to meet again in six months.\n"
	}
	var items []source.Item
	for i := range files {
		path := filepath.Join(dir, fmt.Sprintf("letter_%05d.txt", i))
		if err := os.WriteFile(path, []byte(letter), 0o600); err != nil {
			b.Fatal(err)
		}
		items = append(items, source.Item{Path: "letters/" + filepath.Base(path), File: func() (source.File, error) {
			f, err := os.Open(path)
			return osFile{f}, err
		}})
	}
	x := content.New(content.Config{
		Target: "file:///bench", Key: audit.NewKey([32]byte{1}), Now: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC),
		Formats: all.Formats(), Kinds: kinds.Kinds(),
		Emit: func(audit.Fact) error { return nil },
	})
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		if err := x.Examine(context.Background(), items[i%files]); err != nil {
			b.Fatal(err)
		}
		i++
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "files/s")
}
