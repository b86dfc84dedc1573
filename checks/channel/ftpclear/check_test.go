package ftpclear_test

import (
	"testing"

	"trustaudit/checks/channel/ftpclear"
	"trustaudit/internal/checktest"
)

func TestCheck(t *testing.T) { checktest.Run(t, &ftpclear.Check, ".") }
