// Package mbox reads boxes of messages: mbox as Unix, Thunderbird, Eudora and
// exports write it. Each message is a record of its own; attachments are children.
package mbox

import (
	"bytes"
	"context"
	"path"
	"strings"

	"trustaudit/internal/extract"
	"trustaudit/internal/extract/charset"
	"trustaudit/internal/extract/eml"
)

// Format is the box of messages in one file.
var Format = extract.Format{Name: "mbox", Detect: detect, Read: read}

func detect(head []byte, name string) extract.Confidence {
	head = head[:min(len(head), 8<<10)]
	sure := extract.No
	switch strings.ToLower(path.Ext(name)) {
	case ".mbox", ".mbx":
		sure = extract.ByName
	}
	if bytes.HasPrefix(head, []byte("From ")) {
		if _, below, _ := bytes.Cut(head, []byte("\n")); eml.Begins(below) {
			sure = extract.ByContent
		}
	}
	if sure == extract.No || !charset.IsText(head) {
		return extract.No
	}
	return sure
}

func read(ctx context.Context, doc extract.Document, sink extract.Sink) error {
	return eml.Box(ctx, doc.Reader(), sink)
}
