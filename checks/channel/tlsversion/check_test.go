package tlsversion_test

import (
	"testing"

	"trustaudit/checks/channel/tlsversion"
	"trustaudit/internal/checktest"
)

func TestCheck(t *testing.T) { checktest.Run(t, &tlsversion.Check, ".") }
