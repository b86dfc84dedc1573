package identify

import "testing"

func TestOrdinal(t *testing.T) {
	tests := []struct {
		before string
		want   int
	}{
		{"", 0},
		{"x ", 0},
		{"1 22 333 ", 3},
		{"1 22\n333 ", 1},
		{"12345678 ", 1},
		{"abcdefg12345 ", 1},
		{"1 2 3 4 5 6 7 8 9 1 2 3 4 5 6 ", ordinals - 1},
	}
	for _, tt := range tests {
		if got := ordinal([]byte(tt.before+"9990000018"), len(tt.before)); got != tt.want {
			t.Errorf("after %q: got %d, want %d", tt.before, got, tt.want)
		}
	}
}
