package pseudonymbeside_test

import (
	"testing"

	"trustaudit/checks/database/pseudonymbeside"
	"trustaudit/internal/checktest"
)

func TestCheck(t *testing.T) { checktest.Run(t, &pseudonymbeside.Check, ".") }
