package weakseal_test

import (
	"testing"

	"trustaudit/checks/stored/weakseal"
	"trustaudit/internal/checktest"
)

func TestCheck(t *testing.T) { checktest.Run(t, &weakseal.Check, ".") }
