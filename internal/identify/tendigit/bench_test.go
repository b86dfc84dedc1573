package tendigit

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"trustaudit/internal/identify"
)

// BenchmarkParse asks about one place after another, in the order of chance.
func BenchmarkParse(b *testing.B) {
	number := func(r *rand.Rand) uint64 {
		for {
			if v := 4000000000 + r.Uint64N(1e9); Valid(v) {
				return v
			}
		}
	}
	grouped := func(v uint64) string { return fmt.Sprintf("%03d %03d %04d", v/1e7, v/1e4%1e3, v%1e4) }
	for _, bench := range []struct {
		name string
		kind string
		text func(r *rand.Rand) string
	}{
		{"plain", "nhs", func(r *rand.Rand) string { return fmt.Sprintf(" %010d ", number(r)) }},
		{"grouped", "nhs", func(r *rand.Rand) string { return " " + grouped(number(r)) + "  " }},
		{"random", "nhs", func(r *rand.Rand) string { return fmt.Sprintf(" %010d ", r.Uint64N(1e10)) }},
		{"random grouped", "nhs", func(r *rand.Rand) string { return " " + grouped(r.Uint64N(1e10)) + "  " }},
		{"epoch", "nhs", func(r *rand.Rand) string { return fmt.Sprintf(" %010d ", 1.6e9+r.Uint64N(2e8)) }},
		{"epoch as CHI", "chi", func(r *rand.Rand) string { return fmt.Sprintf(" %010d ", 1.6e9+r.Uint64N(2e8)) }},
		{"another scheme's", "hc", func(r *rand.Rand) string { return fmt.Sprintf(" %010d ", number(r)) }},
		{"time stamp", "nhs", func(r *rand.Rand) string { return fmt.Sprintf(" 20261121%06d ", r.IntN(1e6)) }},
		{"no-break spaces", "nhs", func(r *rand.Rand) string {
			v := number(r)
			return fmt.Sprintf(" %03d\u00a0%03d\u00a0%04d ", v/1e7, v/1e4%1e3, v%1e4)
		}},
	} {
		b.Run(bench.name, func(b *testing.B) {
			r := rand.New(rand.NewPCG(1, 1))
			const places = 4096
			var text []byte
			var at [places]int
			for i := range at {
				at[i] = len(text) + 1
				text = append(text, bench.text(r)...)
			}
			c := &identify.Context{Text: text}
			parse := kinds[bench.kind].Parse
			b.ReportAllocs()
			i := 0
			for b.Loop() {
				parse(c, at[i%places])
				i++
			}
		})
	}
}
