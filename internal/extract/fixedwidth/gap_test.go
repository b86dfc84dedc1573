package fixedwidth

import (
	"strings"
	"testing"
)

// A gap is found wherever it stands, and nothing else is taken for one.
func TestHasGap(t *testing.T) {
	for length := range 40 {
		line := []byte(strings.Repeat("a ", length)[:length])
		if hasGap(line) {
			t.Errorf("%q has no gap", line)
		}
		for at := 0; at+2 <= length; at++ {
			gapped := []byte(strings.Repeat("a!\xa0", length)[:length])
			gapped[at], gapped[at+1] = ' ', ' '
			if !hasGap(gapped) {
				t.Errorf("%q has a gap", gapped)
			}
		}
	}
}
