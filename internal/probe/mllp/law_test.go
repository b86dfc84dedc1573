package mllp_test

import (
	"testing"
	"time"

	"trustaudit/internal/audit"
	"trustaudit/internal/probe/mllp"
	"trustaudit/internal/probetest"
)

func TestLaws(t *testing.T) {
	probetest.Run(t, probetest.Config{
		Probe:   mllp.Probe,
		Unit:    audit.Unit{Target: "tcp://host.example:2575"},
		Address: "host.example:2575",
		Bound:   40 * time.Second,
	})
}
