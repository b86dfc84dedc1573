package unreached_test

import (
	"testing"

	"trustaudit/checks/network/unreached"
	"trustaudit/internal/checktest"
)

func TestCheck(t *testing.T) { checktest.Run(t, &unreached.Check, ".") }
