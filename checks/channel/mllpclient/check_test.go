package mllpclient_test

import (
	"testing"

	"trustaudit/checks/channel/mllpclient"
	"trustaudit/internal/checktest"
)

func TestCheck(t *testing.T) { checktest.Run(t, &mllpclient.Check, ".") }
