package ole

import (
	"context"
	"errors"

	"trustaudit/internal/extract"
	"trustaudit/internal/extract/runs"
)

// Load opens a document. Of one whose tables cannot be made sense of it gives
// the runs of text, so that what can be seen in it is seen, and returns the
// error all the same.
func Load(ctx context.Context, doc extract.Document, sink extract.Sink) (*File, error) {
	f, err := Open(doc.Data)
	if !errors.Is(err, extract.ErrCorrupt) {
		return f, err
	}
	if found := runs.Read(ctx, doc, sink); !errors.Is(found, extract.ErrUnsupported) {
		err = errors.Join(err, found)
	}
	return nil, err
}
