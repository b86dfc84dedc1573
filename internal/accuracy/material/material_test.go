package material

import "testing"

func TestShow(t *testing.T) {
	for f := range Positives(1, 1) {
		t.Logf("%+v\n%s", f, f.Data)
	}
	for f := range Negatives(1, 1) {
		t.Logf("%+v\n%s", f, f.Data)
	}
}
