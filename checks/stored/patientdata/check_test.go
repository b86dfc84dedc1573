package patientdata_test

import (
	"testing"

	"trustaudit/checks/stored/patientdata"
	"trustaudit/internal/checktest"
)

func TestCheck(t *testing.T) { checktest.Run(t, &patientdata.Check, ".") }
