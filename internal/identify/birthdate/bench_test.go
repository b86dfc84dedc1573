package birthdate

import (
	"testing"
	"time"

	"trustaudit/internal/identify"
)

// BenchmarkParse asks about what logs are full of.
func BenchmarkParse(b *testing.B) {
	for _, text := range []string{
		"12/03/1958 ", "1958-03-12 ", "12 March 1958 ", // dates
		"2026-11-21 10:15:30 INFO", "2026-11-21T10:15:30.123Z", "21/Nov/2026:10:15:30 +0000", "21/11/2026 10:15:30", // stamps
		"10:15:30.123 ", "20261121101530 ", "192.168.10.25 ", "10.0.0.12:80 ", "1 Ward ", "20261121 ",
	} {
		b.Run(text, func(b *testing.B) {
			c := &identify.Context{Text: []byte("x\n" + text + "and so it goes on"), Now: time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)}
			b.ReportAllocs()
			for b.Loop() {
				Kind.Parse(c, 2)
			}
		})
	}
}
