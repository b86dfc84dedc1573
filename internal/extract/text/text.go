// Package text reads plain text: letters, notes, logs, and whatever else is
// made of characters and has no format of its own. A form feed ends a record.
package text

import (
	"bytes"
	"context"

	"trustaudit/internal/extract"
	"trustaudit/internal/extract/charset"
)

// Format is plain text.
var Format = extract.Format{Name: "text", Detect: detect, Read: read}

func detect(head []byte, _ string) extract.Confidence {
	if charset.IsText(head) {
		return extract.Fallback
	}
	return extract.No
}

func read(_ context.Context, doc extract.Document, sink extract.Sink) error {
	if mailParts(doc.Head) {
		sink.Partial("encoded parts of a message not decoded")
	}
	var s charset.Stream
	s.Reset(doc)
	for {
		if err := pages(s.Bytes(), sink); err != nil {
			return err
		}
		s.Advance(len(s.Bytes()))
		if s.EOF() {
			return nil
		}
		if _, err := s.More(); err != nil {
			return err
		}
	}
}

// pages gives text to the sink, with a break at each form feed.
func pages(b []byte, sink extract.Sink) error {
	for {
		i := bytes.IndexByte(b, '\f')
		if i < 0 {
			break
		}
		if err := sink.Text(b[:i]); err != nil {
			return err
		}
		if err := sink.Break(); err != nil {
			return err
		}
		b = b[i+1:]
	}
	if len(b) == 0 {
		return nil
	}
	return sink.Text(b)
}

// mailParts recognises a message with a part in base64: its text would pass
// for read though the part was not.
func mailParts(head []byte) bool {
	return bytes.Contains(head, []byte("Content-Transfer-Encoding: base64"))
}
