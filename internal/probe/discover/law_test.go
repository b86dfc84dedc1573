package discover_test

import (
	"testing"
	"time"

	"trustaudit/internal/audit"
	"trustaudit/internal/probe/discover"
	"trustaudit/internal/probetest"
)

func TestLaws(t *testing.T) {
	probetest.Run(t, probetest.Config{
		Probe:   discover.Probe,
		Unit:    audit.Unit{Target: "net:host.example", Subject: "host.example"},
		Address: "host.example:80",
		Bound:   40 * time.Second,
	})
}
