package corpus

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestTally holds that what the writer says it planted is what regular
// expressions see, and nothing beside it.
func TestTally(t *testing.T) {
	number := regexp.MustCompile(`\b[0-9]{3}[ -]?[0-9]{3}[ -]?[0-9]{4}\b`)
	count := func(text []byte, pattern string) int64 {
		return int64(len(regexp.MustCompile(pattern).FindAll(text, -1)))
	}
	for name, mix := range map[string]Mix{"dense": Dense(), "sparse": Sparse()} {
		t.Run(name, func(t *testing.T) {
			var b bytes.Buffer
			told, err := mix.Write(&b, 3, 2_000_000)
			if err != nil {
				t.Fatal(err)
			}
			text := b.Bytes()
			seen := Tally{
				Bytes:     int64(len(text)),
				NINOs:     count(text, `\b[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?[0-9]{2} ?[0-9]{2} ?[0-9]{2} ?[A-D]\b`),
				Postcodes: count(text, `\b[A-Z]{1,2}[0-9][A-Z0-9]? ?[0-9][A-Z]{2}\b`),
				Dates:     count(text, `\b[0-9]{1,2}/[0-9]{1,2}/[0-9]{4}\b`),
			}
			for _, m := range number.FindAll(text, -1) {
				seen.TenDigits++
				digits := strings.NewReplacer(" ", "", "-", "").Replace(string(m))
				if passes(digits) {
					seen.Valid++
				}
				if digits[0] == '9' {
					seen.Planted++
				}
			}
			if diff := cmp.Diff(told, seen); diff != "" {
				t.Errorf("told (-), seen (+):\n%s", diff)
			}
		})
	}
}

// TestDensity holds what the docs of the mixes promise.
func TestDensity(t *testing.T) {
	tests := []struct {
		name     string
		of       func(Tally) float64
		mix      Mix
		from, to float64
	}{
		{"dense: bytes for a ten-digit number", func(t Tally) float64 { return float64(t.Bytes) / float64(t.TenDigits) }, Dense(), 103, 113},
		{"dense: share of NHS numbers", func(t Tally) float64 { return float64(t.Planted) / float64(t.TenDigits) }, Dense(), 0.38, 0.42},
		{"sparse: bytes for an NHS number", func(t Tally) float64 { return float64(t.Bytes) / float64(t.Planted) }, Sparse(), 3000, 3400},
		{"sparse: share of NHS numbers", func(t Tally) float64 { return float64(t.Planted) / float64(t.TenDigits) }, Sparse(), 1, 1},
	}
	for _, tt := range tests {
		told, err := tt.mix.Write(io.Discard, 5, 4_000_000)
		if err != nil {
			t.Fatal(err)
		}
		if got := tt.of(told); got < tt.from || got > tt.to {
			t.Errorf("%s: %.3f, want %g to %g", tt.name, got, tt.from, tt.to)
		}
	}
}

func TestSameSeedSameBytes(t *testing.T) {
	write := func(seed uint64) string {
		var b bytes.Buffer
		if _, err := Dense().Write(&b, seed, 300_000); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	first, again := write(1), write(1)
	if first != again {
		t.Error("the same seed wrote other bytes")
	}
	if first == write(2) {
		t.Error("another seed wrote the same bytes")
	}
}

func TestValid(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for range 100_000 {
		if v := r.Uint64N(1e10); Valid(v) != passes(fmt.Sprintf("%010d", v)) {
			t.Fatalf("%010d: %v", v, Valid(v))
		}
	}
}

// passes is the check as the NHS data dictionary words it.
func passes(digits string) bool {
	sum := 0
	for i := range 9 {
		sum += int(digits[i]-'0') * (10 - i)
	}
	switch check := 11 - sum%11; check {
	case 10:
		return false
	case 11:
		return digits[9] == '0'
	default:
		return int(digits[9]-'0') == check
	}
}

func BenchmarkWrite(b *testing.B) {
	for name, mix := range map[string]Mix{"dense": Dense(), "sparse": Sparse()} {
		b.Run(name, func(b *testing.B) {
			const size = 8 << 20
			b.SetBytes(size)
			for i := 0; b.Loop(); i++ {
				if _, err := mix.Write(io.Discard, uint64(i), size); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func ExampleMix_Write() {
	told, err := Sparse().Write(io.Discard, 1, 1000)
	fmt.Println(told.Planted > 0, err)
	// Output: true <nil>
}
