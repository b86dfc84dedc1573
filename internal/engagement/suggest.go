package engagement

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
)

// places says where each key of the file stands, to help one that stands in
// the wrong place.
func places() map[string]string {
	all := map[string]string{}
	for place, keys := range map[string][]string{
		"":              topKeys(),
		"scope":         scopeKeys(),
		"client":        {"ods_code"},
		"authority":     {"letter", "signed_by"},
		"standard":      {"edition"},
		"scope.window":  {"from", "until"},
		"scope.stores":  {"path", "url", "served_by"},
		"limits":        limitKeys(),
		"key":           {"seal", "recipient"},
		"named_tests":   {"test"},
		"attestations":  {"outcome", "level"},
		"flows[]":       {"medium", "protection"},
		"credentials[]": {"env", "prompt"},
	} {
		for _, key := range keys {
			all[key] = place
		}
	}
	return all
}

// suggest says what to write instead of an unknown key.
func suggest(key, section string, keys []string) string {
	if near := nearest(key, keys); near != "" {
		return fmt.Sprintf("did you mean %q?", near)
	}
	if place, ok := places()[key]; ok && place != section {
		if place == "" {
			return "it belongs at the left margin, outside every other key"
		}
		return fmt.Sprintf("it belongs under %s", strings.TrimSuffix(place, "[]"))
	}
	return "write one of " + strings.Join(keys, ", ") + ", or take it out"
}

// nearest returns the word of the list that a misspelling was meant for, or "".
func nearest(word string, list []string) string {
	best, bestDistance := "", 3
	word = plain(word)
	for _, w := range list {
		distance := editDistance(word, plain(w))
		if distance < bestDistance && distance*3 <= max(len(w), len(word)) {
			best, bestDistance = w, distance
		}
	}
	return best
}

// plain takes out what people vary in a key without meaning to.
func plain(word string) string {
	return strings.Map(func(r rune) rune {
		if r == '-' || r == '_' || r == ' ' {
			return -1
		}
		return unicode.ToLower(r)
	}, word[:min(len(word), 64)])
}

// editDistance counts insertions, deletions, replacements and swaps of
// neighbours.
func editDistance(a, b string) int {
	var before []int
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		next := make([]int, len(b)+1)
		next[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			next[j] = slices.Min([]int{row[j] + 1, next[j-1] + 1, row[j-1] + cost})
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				next[j] = min(next[j], before[j-2]+1)
			}
		}
		before, row = row, next
	}
	return row[len(b)]
}
