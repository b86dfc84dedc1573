package x11_test

import (
	"testing"
	"time"

	"trustaudit/internal/audit"
	"trustaudit/internal/probe/x11"
	"trustaudit/internal/probetest"
)

func TestLaws(t *testing.T) {
	probetest.Run(t, probetest.Config{
		Probe:   x11.Probe,
		Unit:    audit.Unit{Target: "tcp://host.example:6000"},
		Address: "host.example:6000",
		Bound:   9 * time.Second,
	})
}
