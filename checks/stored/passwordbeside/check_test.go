package passwordbeside_test

import (
	"testing"

	"trustaudit/checks/stored/passwordbeside"
	"trustaudit/internal/checktest"
)

func TestCheck(t *testing.T) { checktest.Run(t, &passwordbeside.Check, ".") }
