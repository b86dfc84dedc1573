package grid_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"trustaudit/internal/extract/grid"
)

func TestShown(t *testing.T) {
	for _, tt := range []struct {
		id       int
		code     string
		from1904 bool
		value    string
		want     string
	}{
		{value: "9.990123456E9", want: "9990123456"},
		{value: "12.50", want: "12.50"},
		{id: 14, value: "18264", want: "1950-01-01"},
		{id: 14, value: "18264", from1904: true, want: "1954-01-02"},
		{id: 14, value: "59", want: "1900-02-28"},
		{id: 14, value: "61", want: "1900-03-01"},
		{id: 22, value: "36526.5", want: "2000-01-01 12:00:00"},
		{id: 22, value: "36526.9999999", want: "2000-01-02 00:00:00"},
		{id: 14, value: "0.5", want: "0.5"},
		{id: 14, value: "NaN", want: "NaN"},
		{id: 14, value: "2958466", want: "2958466"},
		{code: `[Red]dd\/mm\/yyyy`, value: "18264", want: "1950-01-01"},
		{code: `"day "0`, value: "7", want: "7"},
		{code: `\d0`, value: "7", want: "7"},
		{code: "0000000000", value: "101501234", want: "0101501234"},
		{code: `000\ 000\ 0000`, value: "101501234", want: "0101501234"},
		{code: "000-00", value: "1234567", want: "1234567"},
		{code: "00.00", value: "7", want: "7"},
		{code: "0000", value: "-7", want: "-7"},
		{code: "0000", value: "", want: ""},
		{code: "#,##0", value: "7", want: "7"},
	} {
		s := grid.Styles{From1904: tt.from1904}
		s.Add(0, "")
		s.Add(tt.id, tt.code)
		if got := s.Shown(1, []byte(tt.value)); string(got) != tt.want {
			t.Errorf("%q in format %d %q is %q, want %q", tt.value, tt.id, tt.code, got, tt.want)
		}
	}
	var none grid.Styles
	for _, style := range []int{-1, 0, 7} {
		if got := none.Shown(style, []byte("1.0")); string(got) != "1" {
			t.Errorf("style %d: %q", style, got)
		}
	}
}

func TestStrings(t *testing.T) {
	var s grid.Strings
	text := func(i int) string { return strings.Repeat(fmt.Sprint(i), i%40) }
	const some = 300_000 // more than one chunk of either kind
	for i := range some {
		if err := s.Add([]byte(text(i))); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Add(make([]byte, 1<<20)); err != nil { // longer than a chunk
		t.Fatal(err)
	}
	for _, i := range []int{0, 1, 39, 262_143, 262_144, some - 1} {
		if got, ok := s.At(i); !ok || string(got) != text(i) {
			t.Errorf("string %d is %q, want %q", i, got, text(i))
		}
	}
	if got, ok := s.At(some); !ok || len(got) != 1<<20 {
		t.Errorf("the long string has %d bytes", len(got))
	}
	for _, i := range []int{-1, some + 1} {
		if _, ok := s.At(i); ok {
			t.Errorf("there is a string %d", i)
		}
	}
}

// Once a string was refused all are, for their numbers would be wrong.
func TestStringsFull(t *testing.T) {
	var s grid.Strings
	if err := s.Add(make([]byte, 64<<20)); !errors.Is(err, grid.ErrFull) {
		t.Errorf("err %v", err)
	}
	if err := s.Add([]byte("a")); !errors.Is(err, grid.ErrFull) || s.Len() != 0 {
		t.Errorf("err %v, %d strings", err, s.Len())
	}
}
