package identify_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"trustaudit/internal/audit"
	"trustaudit/internal/identify"
	"trustaudit/internal/identify/all"
	"trustaudit/internal/identify/nhsnumber"
)

var now = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

func newScanner() *identify.Scanner {
	return identify.NewScanner(identify.Config{Kinds: all.Kinds(), Key: audit.NewKey([32]byte{7}), Now: now})
}

// testNumber returns the nth valid number of the unissued range from 900 on.
func testNumber(r *rand.Rand) uint64 {
	for {
		stem := 900000000 + r.Uint64N(99999999)
		for check := range uint64(10) {
			if v := stem*10 + check; nhsnumber.Valid(v) {
				return v
			}
		}
	}
}

// letter writes a clinic letter of about two kilobytes.
func letter(r *rand.Rand, b *bytes.Buffer) {
	n := testNumber(r)
	fmt.Fprintf(b, "Northfold Teaching Hospitals NHS Trust\nClinic date: %02d/03/2026\n\nDear Doctor\n\nRe: Mrs Ada Canary, DOB %02d/%02d/19%02d, NHS Number: %03d %03d %04d\n37 The Crescent, Exeter, EX4 8AG\n\n",
		1+r.IntN(28), 1+r.IntN(28), 1+r.IntN(12), 20+r.IntN(79), n/1e7, n/1e4%1e3, n%1e4)
	for range 12 {
		b.WriteString("I reviewed this pleasant patient in clinic today, who reports improved symptoms since starting treatment. Blood pressure 138/82, pulse 74 regular. ")
	}
	b.WriteString("\n\nYours sincerely\n\nDr A. Whitcombe\nTel 01632 960909\n")
}

func benchText(b *testing.B, data []byte) {
	s := newScanner()
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		s.Reset()
		s.Text(data)
		s.Finish()
	}
}

func BenchmarkLetter(b *testing.B) {
	var text bytes.Buffer
	letter(rand.New(rand.NewPCG(1, 1)), &text)
	benchText(b, text.Bytes())
}

func BenchmarkLetters(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 2))
	var text bytes.Buffer
	for range 500 {
		letter(r, &text)
	}
	benchText(b, text.Bytes())
}

func BenchmarkLogs(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 3))
	var text bytes.Buffer
	for range 10000 {
		fmt.Fprintf(&text, "2026-11-%02d 10:%02d:%02d INFO worker-%d request=%d finished in %d ms, epoch %d\n",
			1+r.IntN(28), r.IntN(60), r.IntN(60), r.IntN(32), r.Uint64N(1e10), r.IntN(9000), 1760000000+r.IntN(1e7))
	}
	benchText(b, text.Bytes())
}

func BenchmarkDigitRuns(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 4))
	var text bytes.Buffer
	for range 100000 {
		fmt.Fprintf(&text, "%010d ", r.Uint64N(1e10))
	}
	benchText(b, text.Bytes())
}

func BenchmarkCapitals(b *testing.B) {
	benchText(b, bytes.Repeat([]byte("Mr Mr A B Ad Da EX4 8 Mrs X. Grace Dr ZZ9 9Z "), 20000))
}

func BenchmarkTable(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 5))
	var rows [][][]byte
	size := 0
	for range 5000 {
		cells := []string{"Canary", "Ada", fmt.Sprintf("%02d/%02d/19%02d", 1+r.IntN(28), 1+r.IntN(12), 20+r.IntN(79)), "F",
			fmt.Sprint(testNumber(r)), fmt.Sprintf("%d The Crescent, Exeter", 1+r.IntN(99)), fmt.Sprintf("EX%d %dAG", 1+r.IntN(20), r.IntN(10)), "Type 2 diabetes mellitus", fmt.Sprintf("INV%08d", r.IntN(1e8))}
		var row [][]byte
		for _, c := range cells {
			row = append(row, []byte(c))
			size += len(c) + 1
		}
		rows = append(rows, row)
	}
	s := newScanner()
	b.SetBytes(int64(size))
	b.ReportAllocs()
	for b.Loop() {
		s.Reset()
		s.Table("", []string{"Surname", "Forename", "DOB", "Sex", "NHS Number", "Address", "Postcode", "Diagnosis", "Invoice"})
		for _, row := range rows {
			s.Row(row)
		}
		s.Finish()
	}
}

func BenchmarkMask(b *testing.B) {
	s := newScanner()
	b.ReportAllocs()
	for b.Loop() {
		s.Mask("clinics/2026/cardiology/letter_000123.txt")
	}
}
