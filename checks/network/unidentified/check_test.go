package unidentified_test

import (
	"testing"

	"trustaudit/checks/network/unidentified"
	"trustaudit/internal/checktest"
)

func TestCheck(t *testing.T) { checktest.Run(t, &unidentified.Check, ".") }
