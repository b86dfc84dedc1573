package scrambledcolumn_test

import (
	"testing"

	"trustaudit/checks/pseudonym/scrambledcolumn"
	"trustaudit/internal/checktest"
)

func TestCheck(t *testing.T) { checktest.Run(t, &scrambledcolumn.Check, ".") }
