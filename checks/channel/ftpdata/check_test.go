package ftpdata_test

import (
	"testing"

	"trustaudit/checks/channel/ftpdata"
	"trustaudit/internal/checktest"
)

func TestCheck(t *testing.T) { checktest.Run(t, &ftpdata.Check, ".") }
