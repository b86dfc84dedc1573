package ftp_test

import (
	"testing"
	"time"

	"trustaudit/internal/audit"
	"trustaudit/internal/probe/ftp"
	"trustaudit/internal/probetest"
)

func TestLaws(t *testing.T) {
	probetest.Run(t, probetest.Config{
		Probe:   ftp.Probe,
		Unit:    audit.Unit{Target: "tcp://host.example:21"},
		Address: "host.example:21",
		Bound:   40 * time.Second,
	})
}
