package identify_test

import (
	"bytes"
	"testing"

	"trustaudit/internal/bench/corpus"
	"trustaudit/internal/identify"
	"trustaudit/internal/identify/birthdate"
	"trustaudit/internal/identify/nhsnumber"
	"trustaudit/internal/identify/postcode"
)

// BenchmarkCorpus reads the text of the benchmark command with fewer and with
// all kinds.
func BenchmarkCorpus(b *testing.B) {
	const size = 32 << 20
	for name, mix := range map[string]corpus.Mix{"dense": corpus.Dense(), "sparse": corpus.Sparse()} {
		var text bytes.Buffer
		if _, err := mix.Write(&text, 1, size); err != nil {
			b.Fatal(err)
		}
		for which, kinds := range map[string][]identify.Kind{"nhs": {nhsnumber.Kind}, "three": {nhsnumber.Kind, postcode.Kind, birthdate.Kind}} {
			b.Run(name+"/"+which, func(b *testing.B) { benchFind(b, kinds, text.Bytes()) })
		}
		b.Run(name+"/all", func(b *testing.B) { benchText(b, text.Bytes()) })
	}
}

func benchFind(b *testing.B, kinds []identify.Kind, text []byte) {
	f, w, found := identify.NewFinder(kinds), new(identify.Sweep), 0
	c := identify.Context{Text: text, Now: now}
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		f.Find(&c, w, 0, len(text), func(_ uint8, _ int, m identify.Match) int { found++; return m.End })
	}
	b.ReportMetric(float64(found)/float64(b.N), "matches")
}
