package row_test

import (
	"context"
	"fmt"
	"testing"

	"trustaudit/internal/extract"
	"trustaudit/internal/extract/row"
	"trustaudit/internal/extracttest"
)

// No document has files without end; those beyond are counted.
func TestFiles(t *testing.T) {
	format := extract.Format{Read: func(_ context.Context, _ extract.Document, sink extract.Sink) error {
		f := row.Files{Sink: sink}
		defer f.End()
		for i := range 1005 {
			if err := f.Give(fmt.Sprint(i), []byte{byte(i)}); err != nil {
				return err
			}
		}
		return nil
	}}
	got := extracttest.Read(t, format, "x", []byte("x"))
	if len(got.Kids) != 1000 || got.Kids[7].Name != "7" || got.Kids[7].Data != "\x07" {
		t.Errorf("%d files", len(got.Kids))
	}
	if len(got.Reasons) != 1 || got.Reasons[0] != "5 binary values not read" {
		t.Errorf("reasons %q", got.Reasons)
	}
}
