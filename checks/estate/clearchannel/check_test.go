package clearchannel_test

import (
	"testing"

	"trustaudit/checks/estate/clearchannel"
	"trustaudit/internal/checktest"
)

func TestCheck(t *testing.T) { checktest.Run(t, &clearchannel.Check, ".") }
