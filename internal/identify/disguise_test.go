package identify_test

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"slices"
	"testing"
)

// TestDisguised scans columns of numbers that were only disguised, and of others.
func TestDisguised(t *testing.T) {
	shifted := func(ten []byte, by byte) string {
		b := slices.Clone(ten)
		for i := range b {
			b[i] = '0' + (b[i]-'0'+by)%10
		}
		return string(b)
	}
	for name, tt := range map[string]struct {
		disguise func(ten []byte) string
		want     bool
	}{
		"base 64":     {base64.StdEncoding.EncodeToString, true},
		"hexadecimal": {hex.EncodeToString, true},
		"shifted":     {func(ten []byte) string { return shifted(ten, 3) }, true},
		"shifted far": {func(ten []byte) string { return shifted(ten, 9) }, true},
		"backwards": {func(ten []byte) string {
			b := slices.Clone(ten)
			slices.Reverse(b)
			return string(b)
		}, true},
		"shuffled": {func(ten []byte) string {
			b := slices.Clone(ten)
			b[0], b[3], b[5], b[8] = b[5], b[8], b[3], b[0]
			return string(b)
		}, false},
		"base 64 of other things": {func(ten []byte) string { return base64.StdEncoding.EncodeToString(append(ten[:9:9], 'x')) }, false},
	} {
		t.Run(name, func(t *testing.T) {
			s := newScanner()
			s.Table("", []string{"pseudo_id", "specialty"})
			for i := range uint64(60) {
				ten := valid(4_100_000_000 + i*i*654_321)
				s.Row([][]byte{[]byte(tt.disguise(ten)), []byte("ENT")})
			}
			if got := s.Finish().Identifiable; got != tt.want {
				t.Errorf("identifiable: %t", got)
			}
		})
	}
}

// valid returns the first number from v on that passes its check digit.
func valid(v uint64) []byte {
	for ; ; v++ {
		sum, rest := uint64(0), v
		for weight := uint64(1); weight <= 10; weight++ {
			sum += rest % 10 * weight
			rest /= 10
		}
		if sum%11 == 0 {
			return fmt.Append(nil, v)
		}
	}
}
