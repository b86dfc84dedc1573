package identify_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"trustaudit/internal/identify/nhsnumber"
)

// drawn returns a function that draws numbers from a range, valid or not.
func drawn(from, to uint64, valid bool) func(*rand.Rand) uint64 {
	return func(r *rand.Rand) uint64 {
		for {
			if v := from + r.Uint64N(to-from); !valid || nhsnumber.Valid(v) {
				return v
			}
		}
	}
}

// scottish draws a CHI number that nobody need have.
func scottish(r *rand.Rand) uint64 {
	for {
		date := (1+r.Uint64N(28))*10000 + (1+r.Uint64N(12))*100 + 40 + r.Uint64N(60)
		if v := date*10000 + r.Uint64N(10000); nhsnumber.Valid(v) {
			return v
		}
	}
}

// mixed draws now from the one, now from the other.
func mixed(one, other func(*rand.Rand) uint64) func(*rand.Rand) uint64 {
	return func(r *rand.Rand) uint64 {
		if r.IntN(2) == 0 {
			return one(r)
		}
		return other(r)
	}
}

// TestTenDigits holds how the three numbers are told from one another and from
// others.
func TestTenDigits(t *testing.T) {
	test, irish := drawn(9000000000, 9999999999, true), drawn(3200000000, 3999999999, true)
	isbn := drawn(0, 2000000000, true)
	r := rand.New(rand.NewPCG(9, 9))
	chi := scottish(r)
	born := fmt.Sprintf("%02d/%02d/19%02d", chi/1e8, chi/1e6%100, chi/1e4%100)
	nine := strings.ReplaceAll(list(40, func(r *rand.Rand) uint64 {
		for {
			if v := scottish(r); v < 1e9 {
				return v
			}
		}
	}), "\n0", "\n")
	for _, tt := range []struct {
		name, text string
		records    int64
	}{
		{"column of CHI numbers", "rows:" + list(40, scottish), 40},
		{"column of H&C numbers", "rows:" + list(40, irish), 40},
		{"column of two schemes", "rows:" + list(60, mixed(test, scottish)), 60},
		{"column of CHI numbers, a nought lost", "rows:" + nine[1:], 40},
		{"list of CHI numbers, none of which is a time", list(40, func(r *rand.Rand) uint64 {
			for {
				if v := scottish(r); v > 1900000000 {
					return v
				}
			}
		}), 40},
		{"column of mobiles without their nought", "rows:" + list(200, drawn(7100000000, 7999999999, false)), 0},
		{"list of mobiles", list(200, drawn(7100000000, 7999999999, false)), 0},
		{"column of random numbers that begin with dates", "rows:" + list(200, drawn(100000000, 3199999999, false)), 0},
		{"column of ISBNs", "rows:" + list(100, isbn), 0},
		{"column of random nine digits", "rows:" + list(200, drawn(100000000, 999999999, false)), 0},
		{"few random numbers beside names", "csv:Permit,Name\n" + beside(list(8, drawn(100000000, 3999999999, false)), "Ann Hughes"), 0},
		{"CHI number", fmt.Sprintf("CHI number: %010d", chi), 1},
		{"CHI number in halves", fmt.Sprintf("CHI: %06d %04d", chi/1e4, chi%1e4), 1},
		{"CHI number and date of birth", fmt.Sprintf("%010d %s", chi, born), 1},
		{"CHI number and another date", fmt.Sprintf("%010d 04/07/2019", chi), 0},
		{"CHI number and the date of a clinic", fmt.Sprintf("CHI number: %010d\nClinic date: 04/07/2019", chi), 1},
		{"H&C number", fmt.Sprintf("H&C No: %d", irish(r)), 1},
		{"glued", fill("NHSNo:{A}DOB"), 1},
		{"in a path", fill("GET /patients/nhs/{a}/letters"), 1},
		{"full stop", fill("NHS No.{a}"), 1},
		{"quoted over two lines", strings.Replace(fill("> The NHS number is {A}"), " ", "\n> ", 1), 1},
		{"wrapped by a quotation", func() string {
			head, tail, _ := strings.Cut(fill("NHS number {A}"), "number ")
			return head + "number " + strings.Replace(tail, " ", "\n> ", 1)
		}(), 1},
		{"slashes, called a number", strings.ReplaceAll(fill("NHS No: {A}"), " ", "/"), 1},
		{"slashes beside a name", "Heather Robinson " + strings.ReplaceAll(fill("{A}"), " ", "/"), 0},
		{"a spreadsheet's float", "csv:NHS Number\n" + exponent(fill("{a}")) + "\n", 1},
		{"rounded", "csv:NHS Number\n9.43477E+09\n", 0},
		{"rounded beside a name", "csv:NHS Number,Surname,Title\n9.43477E+09,Canary,Mrs\n", 0},
		{"filled with noughts", fill("csv:NHS Number\n000{a}\n"), 1},
		{"telephone with noughts", "csv:Name,X\nAnn Hughes,07700900123\n", 0},
		{"date and time", "Report of 2403121534 for Ann Hughes", 0},
		{"sequence", "NHS Number: 9876543210", 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := newScanner()
			if sum := scanText(s, tt.text); sum.Records != tt.records {
				t.Errorf("records = %d (score %.2f, %v), want %d\n%.200s", sum.Records, sum.Score, sum.Identifiers, tt.records, tt.text)
			}
		})
	}
}

// beside adds a cell to every line.
func beside(list, cell string) string { return strings.ReplaceAll(list, "\n", ","+cell+"\n") }

// exponent writes ten digits as a spreadsheet does: 9.434765919E9.
func exponent(number string) string {
	return number[:1] + "." + strings.TrimRight(number[1:], "0") + "E9"
}
