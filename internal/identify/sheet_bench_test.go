package identify_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"
)

// sheet is rows as a spreadsheet or a database gives them.
type sheet struct {
	headings []string
	rows     [][][]byte
	size     int64
}

func (s *sheet) add(cells ...string) {
	row := make([][]byte, len(cells))
	for i, cell := range cells {
		row[i] = []byte(cell)
		s.size += int64(len(cell)) + 1
	}
	s.rows = append(s.rows, row)
}

func someDay(r *rand.Rand) string {
	return time.Date(1920, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, r.IntN(100*365)).Format("02/01/2006")
}

// patients is a list of what a hospital keeps of its patients.
func patients(r *rand.Rand, rows int) *sheet {
	s := &sheet{headings: []string{"NHS Number", "Surname", "Forename", "Date of Birth", "Address", "Postcode",
		"Ward", "Admitted", "Consultant", "Tariff", "Notes", "Episode"}}
	surnames := []string{"Canary", "O'Neill", "Smith-Jones", "Khan", "Whitcombe", "Evans", "McAllister"}
	forenames := []string{"Ada", "Grace", "Mohammed", "Siân", "Peter", "Elizabeth"}
	for i := range rows {
		s.add(fmt.Sprint(testNumber(r)), surnames[r.IntN(len(surnames))], forenames[r.IntN(len(forenames))], someDay(r),
			fmt.Sprintf("%d The Crescent, Exeter", 1+r.IntN(99)), fmt.Sprintf("EX%d %dAG", 1+r.IntN(20), r.IntN(10)),
			fmt.Sprintf("Ward %dB", r.IntN(12)), someDay(r), "Dr A Whitcombe", fmt.Sprintf("%d.%02d", r.IntN(9000), r.IntN(100)),
			fmt.Sprintf("Reviewed in clinic, reports improved symptoms; BP 13%d/82, pulse 74 regular.", r.IntN(10)), fmt.Sprint(1_000_000+i))
	}
	return s
}

// numbers is a list without headings of numbers that are nobody's.
func numbers(r *rand.Rand, rows int) *sheet {
	s := &sheet{}
	for range rows {
		s.add(fmt.Sprintf("Testname%d", r.IntN(50_000)), fmt.Sprintf("Testname%d", r.IntN(50_000)),
			fmt.Sprint(9_000_000_000+r.Int64N(1_000_000_000)), someDay(r))
	}
	return s
}

// stock is a list of goods: most tables are of no people.
func stock(r *rand.Rand, rows int) *sheet {
	s := &sheet{headings: []string{"id", "created_at", "sku", "description", "quantity", "price", "warehouse", "status", "token"}}
	for i := range rows {
		s.add(fmt.Sprint(i), fmt.Sprintf("2026-03-%02d %02d:%02d:00", 1+r.IntN(28), r.IntN(24), r.IntN(60)), fmt.Sprintf("INV%08d", r.IntN(1e8)),
			"Bolt, stainless, 40 mm", fmt.Sprint(r.IntN(500)), fmt.Sprintf("%d.%02d", r.IntN(900), r.IntN(100)), "North", "shipped",
			fmt.Sprintf("%016x", r.Uint64()))
	}
	return s
}

func BenchmarkSheet(b *testing.B) {
	const rows = 20_000
	for name, make := range map[string]func(*rand.Rand, int) *sheet{"patients": patients, "numbers": numbers, "stock": stock} {
		t := make(rand.New(rand.NewPCG(1, 6)), rows)
		b.Run(name, func(b *testing.B) {
			s := newScanner()
			b.SetBytes(t.size)
			b.ReportAllocs()
			for b.Loop() {
				s.Reset()
				s.Table("", t.headings)
				for _, row := range t.rows {
					s.Row(row)
				}
				s.Finish()
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(t.rows)*len(t.rows[0])), "ns/cell")
		})
	}
}
