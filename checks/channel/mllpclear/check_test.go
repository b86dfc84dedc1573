package mllpclear_test

import (
	"testing"

	"trustaudit/checks/channel/mllpclear"
	"trustaudit/internal/checktest"
)

func TestCheck(t *testing.T) { checktest.Run(t, &mllpclear.Check, ".") }
