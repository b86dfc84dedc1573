package cleartextservice_test

import (
	"testing"

	"trustaudit/checks/channel/cleartextservice"
	"trustaudit/internal/checktest"
)

func TestCheck(t *testing.T) { checktest.Run(t, &cleartextservice.Check, ".") }
