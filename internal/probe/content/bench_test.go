package content_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"trustaudit/internal/audit"
	"trustaudit/internal/engagement"
	"trustaudit/internal/probe"
	"trustaudit/internal/probe/content"
	"trustaudit/internal/source"
	"trustaudit/internal/source/file"
)

// letters writes n small files, of which one in eight holds a patient.
func letters(b testing.TB, n int) string {
	b.Helper()
	folder := b.TempDir()
	random := rand.New(rand.NewPCG(1, 1))
	words := strings.Fields("the clinic review of your treatment shows good progress and we would like to see you again in spring with results")
	for i := range n {
		var text strings.Builder
		if i%8 == 0 {
			text.WriteString("Dear Mrs Canary\nNHS No: 943 476 5919\nDate of birth: 03/04/1961\n\n")
		}
		for text.Len() < 2000 {
			text.WriteString(words[random.IntN(len(words))])
			text.WriteString(" ")
		}
		name := filepath.Join(folder, fmt.Sprintf("%03d", i/500), fmt.Sprintf("letter%06d.txt", i))
		if i%500 == 0 {
			if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
				b.Fatal(err)
			}
		}
		if err := os.WriteFile(name, []byte(text.String()), 0o644); err != nil {
			b.Fatal(err)
		}
	}
	return folder
}

// BenchmarkFolder walks and reads a folder of small files in units of 32 with
// two workers: all of a scan but the journal.
func BenchmarkFolder(b *testing.B) {
	const n = 20_000
	url, err := engagement.StoreURL(letters(b, n), "")
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		src, err := file.Opener.Open(b.Context(), source.Config{URL: url})
		if err != nil {
			b.Fatal(err)
		}
		units := make(chan []source.Item)
		var workers sync.WaitGroup
		for range 2 {
			workers.Go(func() {
				var scratch any
				for items := range units {
					s := session(items)
					s.Scratch = &scratch
					if err := content.Observe(b.Context(), s); err != nil {
						b.Error(err)
					}
				}
			})
		}
		var unit []source.Item
		for item, err := range src.Items(b.Context()) {
			if err != nil {
				b.Fatal(err)
			}
			if unit = append(unit, item); len(unit) == 32 {
				units <- unit
				unit = nil
			}
		}
		units <- unit
		close(units)
		workers.Wait()
		src.Close()
	}
	b.ReportMetric(n*float64(b.N)/b.Elapsed().Seconds(), "files/s")
}

func session(items []source.Item) *probe.Session {
	return &probe.Session{
		Unit: audit.Unit{Target: "file:///share"},
		Key:  audit.NewKey([32]byte{1}),
		Now:  func() time.Time { return time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC) },
		Items: func(yield func(source.Item, error) bool) {
			for _, item := range items {
				if !yield(item, nil) {
					return
				}
			}
		},
		Emit:   func(audit.Fact) error { return nil },
		Reveal: func(string, string) error { return nil },
	}
}
