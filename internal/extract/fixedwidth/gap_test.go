package fixedwidth

import (
	"strings"
	"testing"
)

func TestHasGap(t *testing.T) {
	for _, line := range []string{"  ", "a  b", "ab  c", "  a", " a  ", "ab   "} {
		if !hasGap([]byte(line)) {
			t.Errorf("%q: no gap", line)
		}
	}
	for _, line := range []string{"", " ", "a b c", "ab c d ", " a b", strings.Repeat("a ", 9)} {
		if hasGap([]byte(line)) {
			t.Errorf("%q: a gap", line)
		}
	}
}
