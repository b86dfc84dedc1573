package nhsnumber_test

import (
	"testing"

	"trustaudit/internal/identify"
	"trustaudit/internal/identify/chinumber"
	"trustaudit/internal/identify/hcnumber"
	"trustaudit/internal/identify/nhsnumber"
)

// TestKinds holds that each number is of one kind.
func TestKinds(t *testing.T) {
	kinds := []identify.Kind{nhsnumber.Kind, chinumber.Kind, hcnumber.Kind}
	for text, want := range map[string]string{"943 476 5919": "nhs-number", "010158 0002": "chi-number", "3201234567": "hc-number", "8001234568": ""} {
		got := ""
		for _, k := range kinds {
			if _, ok := k.Find(&identify.Context{Text: []byte(text)}, 0); ok {
				got += k.Name
			}
		}
		if got != want {
			t.Errorf("%s is of %q, want %q", text, got, want)
		}
	}
}
