package untested_test

import (
	"testing"

	"trustaudit/checks/pseudonym/untested"
	"trustaudit/internal/checktest"
)

func TestCheck(t *testing.T) { checktest.Run(t, &untested.Check, ".") }
