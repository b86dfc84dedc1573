package ooxml

import (
	"context"
	"slices"
	"strings"

	"trustaudit/internal/extract"
	"trustaudit/internal/extract/ole"
	"trustaudit/internal/extract/ole/crypt"
	"trustaudit/internal/extract/parts"
)

// isSealed tells a compound file around an encrypted document. Whose document
// it is only its name says.
func isSealed(head []byte) extract.Confidence {
	names := ole.Streams(head)
	switch {
	case slices.ContainsFunc(names, func(n string) bool { return strings.EqualFold(n, "EncryptedPackage") }):
		return extract.ByContent
	case len(names) == 0: // they stand further back
		return extract.ByName
	}
	return extract.No
}

// openSealed opens the document within a compound file, if that takes no
// secret, and says to the sink how it is encrypted.
func openSealed(ctx context.Context, doc extract.Document, sink extract.Sink) (*parts.Package, error) {
	f, err := ole.Open(doc.Data)
	if err != nil {
		return nil, err
	}
	s, open, err := crypt.Package(f)
	if s != (extract.Seal{}) {
		if err := sink.Seal(s); err != nil {
			return nil, err
		}
	}
	if err != nil {
		return nil, err
	}
	return parts.Open(ctx, extract.Document{Name: doc.Name, Size: open.Size(), Data: open}, sink)
}
