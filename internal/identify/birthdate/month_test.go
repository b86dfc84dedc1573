package birthdate

import (
	"slices"
	"strings"
	"testing"

	"trustaudit/internal/identify"
)

// TestMonthAt tries every word of three letters, and every month's name whole,
// short, cut, prolonged and spoilt, against a plain list.
func TestMonthAt(t *testing.T) {
	known := map[string]int{"sept": 9}
	words := []string{"", "m", "ma", "sept", "septe", "mayo", "marchioness"}
	for i, name := range months {
		known[name], known[name[:3]] = i+1, i+1
		for n := range len(name) + 1 {
			words = append(words, name[:n], name[:n]+"x")
		}
		for k := range len(name) {
			words = append(words, name[:k]+"q"+name[k+1:])
		}
	}
	for n := range 26 * 26 * 26 {
		words = append(words, string([]byte{byte('a' + n/676), byte('a' + n/26%26), byte('a' + n%26)}))
	}
	slices.Sort(words)
	for _, word := range slices.Compact(words) {
		for _, written := range []string{word, strings.ToUpper(word)} {
			c := identify.Context{Text: []byte("1 " + written)}
			month, length := monthAt(&c, 2)
			if month != known[word] || month > 0 && length != len(word) {
				t.Errorf("%q: month %d of %d letters, want %d", written, month, length, known[word])
			}
		}
	}
}
