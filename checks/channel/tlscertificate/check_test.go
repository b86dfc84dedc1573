package tlscertificate_test

import (
	"testing"

	"trustaudit/checks/channel/tlscertificate"
	"trustaudit/internal/checktest"
)

func TestCheck(t *testing.T) { checktest.Run(t, &tlscertificate.Check, ".") }
