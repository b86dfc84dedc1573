package namedpath_test

import (
	"testing"

	"trustaudit/checks/stored/namedpath"
	"trustaudit/internal/checktest"
)

func TestCheck(t *testing.T) { checktest.Run(t, &namedpath.Check, ".") }
