package discover

import (
	"testing"

	"trustaudit/internal/audit"
)

// TestCareOf sees how ports are spoken to that an engagement may name.
func TestCareOf(t *testing.T) {
	for _, c := range []struct {
		port audit.Port
		want Care
	}{
		{audit.Port{Number: 443}, Ask},
		{audit.Port{Number: 20000}, Ask},
		{audit.Port{Number: 9099}, Ask},
		{audit.Port{Number: 9100}, Nothing},
		{audit.Port{Number: 9112}, Nothing},
		{audit.Port{Number: 9113}, Ask},
		{audit.Port{Number: 9100, Service: "http"}, Nothing}, // of every host, and others print there
		{audit.Port{Number: 443, Service: "printer"}, Nothing},
		{audit.Port{Number: 20000, Service: "mllp"}, TLSOnly},
		{audit.Port{Number: 502}, Nothing},
		{audit.Port{Number: 10016}, TLSOnly},
	} {
		if got := careOf(c.port); got != c.want {
			t.Errorf("%+v: %d, want %d", c.port, got, c.want)
		}
	}
}
