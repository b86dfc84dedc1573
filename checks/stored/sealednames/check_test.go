package sealednames_test

import (
	"testing"

	"trustaudit/checks/stored/sealednames"
	"trustaudit/internal/checktest"
)

func TestCheck(t *testing.T) { checktest.Run(t, &sealednames.Check, ".") }
