package xlsx_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"trustaudit/internal/extract/xlsx"
	"trustaudit/internal/extracttest"
)

func TestZZ(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 9))
	seed := sheet(heading + `<row><c r="C9" s="2"><v>1</v></c><c t="s"><v>99</v></c></row>`)
	var worst time.Duration
	for i := range 4000 {
		in := []byte(seed)
		for range 1 + rng.IntN(6) {
			switch rng.IntN(3) {
			case 0:
				in[rng.IntN(len(in))] = byte(rng.Uint32())
			case 1:
				a := rng.IntN(len(in)); b := a + rng.IntN(len(in)-a)
				in = append(in[:a:a], in[b:]...)
			case 2:
				a := rng.IntN(len(in)); b := a + rng.IntN(len(in)-a)
				in = append(in[:b:b], in[a:]...)
			}
			if len(in) == 0 { in = []byte("x") }
		}
		parts := append([]string{}, frame...)
		data := workbook(t, append(parts, "xl/worksheets/sheet1.xml", string(in))...)
		start := time.Now()
		timer := time.AfterFunc(5*time.Second, func() { panic("hang on " + string(in)) })
		extracttest.Fuzz(t, xlsx.Format, "x.xlsx", data)
		timer.Stop()
		if d := time.Since(start); d > worst { worst = d; t.Log(i, d, len(in)) }
	}
}
