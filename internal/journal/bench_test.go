package journal

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

// realistic is like what the content probe emits of a file.
type realistic struct {
	ID          string           `json:"id"`
	Path        string           `json:"path"`
	Size        int64            `json:"size"`
	Modified    string           `json:"modified"`
	Format      string           `json:"format"`
	Status      string           `json:"status"`
	Records     int64            `json:"records,omitempty"`
	Identifiers map[string]count `json:"identifiers,omitempty"`
	Score       float64          `json:"score,omitempty"`
}

type count struct {
	Count    int64 `json:"count"`
	Distinct int64 `json:"distinct"`
}

func (realistic) FactKind() string { return "test.item/1" }

func realisticFact(i int) realistic {
	return realistic{
		ID: fmt.Sprintf("%016x", i*7919), Path: fmt.Sprintf("department/ward %d/letters/letter-%06d.txt", i%40, i), Size: int64(i),
		Modified: "2026-03-01T10:11:12Z", Format: "text", Status: "read", Records: 1, Score: 7.25,
		Identifiers: map[string]count{"nhs-number": {1, 1}, "postcode": {1, 1}},
	}
}

func BenchmarkAdd(b *testing.B) {
	_, w := create(b)
	facts := make([]realistic, 1000)
	for i := range facts {
		facts[i] = realisticFact(i)
	}
	b.ReportAllocs()
	block := w.Begin(unitOf(1))
	for i := 0; b.Loop(); i++ {
		if i%200 == 199 {
			must(b, block.Commit(Done, ""))
			block = w.Begin(unitOf(i))
		}
		must(b, block.Add(facts[i%1000]))
	}
	block.Abandon()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "facts/s")
}

func BenchmarkAppend(b *testing.B) {
	_, w := create(b)
	for b.Loop() {
		must(b, w.Append("contact", map[string]string{"host": "10.0.0.1", "what": "connect"}))
	}
}

// large makes a journal of n facts, 200 in a block.
func large(b *testing.B, n int) (string, int64) {
	b.Helper()
	dir, w := create(b)
	for i := 0; i < n; i += 200 {
		block := w.Begin(unitOf(i))
		for k := range 200 {
			if k%4 == 3 {
				must(b, block.Add(column{Name: "name"}))
			} else {
				must(b, block.Add(realisticFact(i+k)))
			}
		}
		must(b, block.Commit(Done, ""))
	}
	must(b, w.Close())
	info, err := os.Stat(filepath.Join(dir, journalName))
	must(b, err)
	return dir, info.Size()
}

func BenchmarkVerify(b *testing.B) {
	dir, size := large(b, 400_000)
	b.SetBytes(size)
	for b.Loop() {
		if v, err := Verify(dir); err != nil || !v.Intact() {
			b.Fatal(err, v.Defects)
		}
	}
}

func BenchmarkOpenReader(b *testing.B) {
	dir, _ := large(b, 400_000)
	b.ReportAllocs()
	for b.Loop() {
		r, err := OpenReader(dir)
		must(b, err)
		must(b, r.Close())
	}
}

func BenchmarkFacts(b *testing.B) {
	dir, size := large(b, 400_000)
	for name, want := range map[string]func(string) bool{
		"all": every, "skip most": func(kind string) bool { return kind == "test.column/2" },
	} {
		b.Run(name, func(b *testing.B) {
			r, err := OpenReader(dir)
			must(b, err)
			defer r.Close()
			b.SetBytes(size)
			for b.Loop() {
				for _, h := range r.Headers() {
					must(b, r.Facts(h, want, func(string, []byte) error { return nil }))
				}
			}
		})
	}
}
