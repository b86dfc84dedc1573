package patienttable_test

import (
	"testing"

	"trustaudit/checks/database/patienttable"
	"trustaudit/internal/checktest"
)

func TestCheck(t *testing.T) { checktest.Run(t, &patienttable.Check, ".") }
