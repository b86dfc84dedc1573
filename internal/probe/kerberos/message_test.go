package kerberos

import (
	"testing"

	"trustaudit/internal/ber"
)

// failure is a server's error.
func failure(code uint32) []byte {
	return ber.Value(tagError, ber.Value(ber.Sequence, field(0, ber.Int(5)), field(1, ber.Int(30)), field(6, ber.Int(code))))
}

func TestVerdict(t *testing.T) {
	for _, c := range []struct {
		name        string
		answer      []byte
		given, told bool
	}{
		{"a ticket", []byte{tagReply, 0}, true, true},
		{"wants proof", failure(errNeedsProof), true, true},
		{"does not do it", failure(errUnsupported), false, true},
		{"knows nobody", failure(6), false, false},
		{"locked", failure(18), false, false},
		{"cut off", failure(14)[:8], false, false},
		{"nothing", nil, false, false},
	} {
		if given, told := verdict(c.answer); given != c.given || told != c.told {
			t.Errorf("%s: %v, %v", c.name, given, told)
		}
	}
}

func TestRealmOf(t *testing.T) {
	for named, want := range map[string]string{"TRUST.EXAMPLE": "TRUST.EXAMPLE", "<unspecified realm>": "", "A B": "", "": "", "TRUST": "TRUST", ".": ""} {
		answer := ber.Value(tagError, ber.Value(ber.Sequence, field(6, ber.Int(61)), field(9, ber.Value(tagGeneral, []byte(named)))))
		if got := realmOf(answer); got != want {
			t.Errorf("%q: %q", named, got)
		}
	}
}

func FuzzVerdict(f *testing.F) {
	f.Add(failure(25))
	f.Fuzz(func(_ *testing.T, answer []byte) {
		verdict(answer)
		realmOf(answer)
	})
}
