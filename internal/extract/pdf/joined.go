package pdf

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"

	"trustaudit/internal/extract"
	"trustaudit/internal/extract/pdf/object"
)

const (
	headerMark = "%PDF-"
	endMark    = "%%EOF"
	gap        = 64 // bytes between the end of a document and the next, at most
	window     = 256 << 10
	maxJoined  = 1000
)

// joined finds documents that were written one behind another into one file, of
// which programs show the last alone: where each begins, if there are several. A
// document within another has no end before its beginning.
func joined(ctx context.Context, doc extract.Document) ([]int64, error) {
	starts := []int64{0}
	buf := make([]byte, min(window, max(doc.Size, 1)))
	const overlap = len(endMark) + gap + len(headerMark)
	for off := int64(0); off < doc.Size; {
		if err := ctx.Err(); err != nil {
			return nil, fmt.Errorf("find documents: %w", err)
		}
		n, err := doc.Data.ReadAt(buf[:min(int64(len(buf)), doc.Size-off)], off)
		b := buf[:n]
		for i := bytes.Index(b, []byte(headerMark)); i >= 0; {
			if at := off + int64(i); at > starts[len(starts)-1] && behindEnd(b[:i]) && len(starts) < maxJoined {
				starts = append(starts, at)
			}
			next := bytes.Index(b[i+1:], []byte(headerMark))
			if next < 0 {
				break
			}
			i += 1 + next
		}
		if errors.Is(err, io.EOF) || n <= overlap {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("find documents: %w", err)
		}
		off += int64(n - overlap)
	}
	return starts, nil
}

// behindEnd reports whether nothing but space follows the end of a document.
func behindEnd(b []byte) bool {
	b = bytes.TrimRight(b[max(0, len(b)-gap-len(endMark)):], "\x00\t\n\f\r \x1a")
	return bytes.HasSuffix(b, []byte(endMark))
}

// readJoined gives documents that follow one another as files of their own. Where
// one is none by itself, as when a program wrote a header before each change, they
// are read as one, and false is returned.
func readJoined(ctx context.Context, doc extract.Document, starts []int64, sink extract.Sink) (bool, error) {
	parts := make([]*io.SectionReader, len(starts))
	for i, start := range starts {
		end := doc.Size
		if i+1 < len(starts) {
			end = starts[i+1]
		}
		parts[i] = io.NewSectionReader(doc.Data, start, end-start)
		if !whole(ctx, parts[i]) {
			return false, ctx.Err()
		}
	}
	for i, part := range parts {
		err := sink.Child(extract.Child{Name: fmt.Sprintf("document-%d.pdf", i+1), Size: part.Size(), Open: func() (io.ReadCloser, error) {
			return struct {
				*io.SectionReader
				io.Closer
			}{part, io.NopCloser(nil)}, nil
		}})
		if err != nil {
			return true, err
		}
	}
	return true, nil
}

// whole reports whether a part of a file is a document by itself.
func whole(ctx context.Context, part *io.SectionReader) bool {
	head := make([]byte, min(headerWithin, part.Size()))
	n, _ := part.ReadAt(head, 0) // what cannot be read cannot be opened
	f, err := object.Open(ctx, extract.Document{Size: part.Size(), Head: head[:n], Data: part})
	if f == nil || errors.Is(err, extract.ErrSealed) {
		return f != nil
	}
	if err != nil || f.Dict(f.Dict(f.Trailer.Get("Root")).Get("Pages")) == nil {
		return false
	}
	count := 0
	err = f.Pages(func(object.Page) error { count++; return nil })
	return err == nil && count > 0 && f.Damaged == 0
}
