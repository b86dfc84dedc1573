package number_test

import (
	"testing"

	"trustaudit/internal/extract/number"
)

func TestPlain(t *testing.T) {
	for in, want := range map[string]string{
		"9.990123456E9": "9990123456", "9990123456.0": "9990123456", "9990123456": "9990123456",
		"1.5": "1.5", "1e400": "1e400", "-2.0E3": "-2000", "": "", "true": "true", "Dr E": "Dr E", "1e16": "1e16", "NaN": "NaN",
	} {
		if got := string(number.Plain([]byte(in))); got != want {
			t.Errorf("Plain(%q) = %q, want %q", in, got, want)
		}
	}
}
