package identify_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"
)

// TestHostile holds that memory stays bounded whatever comes: tables of many
// columns whose cells come and go, more columns than are kept, endless words,
// endless runs, a line without end.
func TestHostile(t *testing.T) {
	r := rand.New(rand.NewPCG(6, 6))
	s := newScanner()
	tests := map[string]func(){
		"sparse table": func() {
			s.Table("", nil)
			for range 20_000 {
				row := make([][]byte, 150)
				for i := range row {
					if r.IntN(3) == 0 {
						row[i] = fmt.Appendf(nil, "%02d/%02d/19%02d", 1+r.IntN(28), 1+r.IntN(12), r.IntN(99))
					}
				}
				row[0] = fmt.Append(nil, testNumber(r))
				s.Row(row)
			}
		},
		"wide table": func() {
			row := make([][]byte, 20_000)
			for i := range row {
				row[i] = []byte("EX4 8AG")
			}
			s.Table("", make([]string, 5000))
			for range 20 {
				s.Row(row)
			}
		},
		"long cell":   func() { s.Row([][]byte{bytes.Repeat([]byte("Mrs Canary 12/03/1958 "), 100_000)}) },
		"capitals":    func() { s.Text(bytes.Repeat([]byte("A"), 4<<20)) },
		"digits":      func() { s.Text(bytes.Repeat([]byte("9"), 4<<20)) },
		"words":       func() { s.Text(bytes.Repeat([]byte("NHS "), 1<<20)) },
		"postcodes":   func() { s.Text(bytes.Repeat([]byte("EX48AG "), 1<<19)) },
		"one line":    func() { s.Text(bytes.Repeat([]byte(fill("NHS {A},")), 1<<18)) },
		"many tables": func() { manyTables(s.Table, s.Row) },
		"long name":   func() { s.Mask(strings.Repeat("9434765919a", 6000)) },
		"many names":  func() { s.Mask(strings.Repeat("Mrs_", 20_000)) },
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for name, run := range tests {
		s.Reset()
		run()
		sum := s.Finish()
		if len(sum.Columns) > 512 {
			t.Errorf("%s: %d columns", name, len(sum.Columns))
		}
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	if grown := int64(after.HeapAlloc) - int64(before.HeapAlloc); grown > 64<<20 {
		t.Errorf("the scanner keeps %d MiB", grown>>20)
	}
	s.Reset()
}

func manyTables(table func(string, []string), row func([][]byte)) {
	for i := range 3000 {
		table(fmt.Sprint(i), []string{"DOB", "Postcode"})
		row([][]byte{[]byte("12/03/1958"), []byte("EX4 8AG")})
	}
}
