package content

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"io"
	"strings"

	"trustaudit/internal/audit"
	"trustaudit/internal/extract"
	"trustaudit/internal/probe/content/fact"
)

// mostRemembered bounds the facts that are kept of files in case their twins
// come.
const mostRemembered = 20_000

// digest is of a file's bytes and format.
type digest [sha256.Size]byte

// twins are the files of the same bytes: what is said of one is said of the next
// without reading it once more, under its own name. Shares are full of copies.
type twins struct {
	known map[digest][]remembered
	heads map[digest]bool // of large files, of which no more was read here
	kept  int             // facts
}

// remembered is a fact of a file or of what lies in it: an item has the rest of
// its raw path behind the file's own.
type remembered struct {
	fact   audit.Fact
	suffix string
}

// digest names the bytes of a document. Of a large one that is the first of its
// size and beginning it is not worth while.
func (t *twins) digest(ctx context.Context, doc extract.Document, format string) (d digest, ok bool, err error) {
	h := sha256.New()
	io.WriteString(h, format+"\x00")
	h.Write(binary.LittleEndian.AppendUint64(nil, uint64(doc.Size)))
	h.Write(doc.Head)
	h.Sum(d[:0])
	if int64(len(doc.Head)) == doc.Size {
		return d, true, nil
	}
	if !t.heads[d] {
		if t.heads == nil || len(t.heads) == mostRemembered {
			t.heads = map[digest]bool{}
		}
		t.heads[d] = true
		return digest{}, false, nil
	}
	if err := hashRest(ctx, h, doc); err != nil {
		return digest{}, false, err
	}
	h.Sum(d[:0])
	return d, true, nil
}

// hashRest hashes what follows the head of a document.
func hashRest(ctx context.Context, h hash.Hash, doc extract.Document) error {
	buf := make([]byte, stretch)
	for off := int64(len(doc.Head)); off < doc.Size; {
		if err := ctx.Err(); err != nil {
			return fmt.Errorf("hash file: %w", err)
		}
		n, err := doc.Data.ReadAt(buf[:min(stretch, doc.Size-off)], off)
		h.Write(buf[:n])
		off += int64(n)
		if err != nil && !errors.Is(err, io.EOF) || n == 0 {
			return fmt.Errorf("hash file: %w", err)
		}
	}
	return nil
}

// keep keeps what was said of a file.
func (t *twins) keep(m *memory) {
	if m == nil || m.spoilt {
		return
	}
	if t.known == nil || t.kept+len(m.facts) > mostRemembered {
		t.known, t.kept = map[digest][]remembered{}, 0
	}
	t.known[m.digest] = m.facts
	t.kept += len(m.facts)
}

// memory is what is said of a file while it is examined.
type memory struct {
	digest digest
	raw    string // of the file
	paths  map[string]string
	facts  []remembered
	spoilt bool // too much, or not to be told apart
}

func (m *memory) reveal(id, raw string) {
	if m == nil {
		return
	}
	if m.paths == nil {
		m.paths = map[string]string{}
	}
	m.paths[id] = raw
}

func (m *memory) add(a audit.Fact) {
	const most = 1000
	if m == nil {
		return
	}
	item, isItem := a.(fact.Item)
	suffix, ok := strings.CutPrefix(m.path(item), m.raw)
	if isItem && !ok || len(m.facts) == most {
		m.spoilt = true
	}
	if !m.spoilt {
		m.facts = append(m.facts, remembered{a, suffix})
	}
}

// path is the raw path of an item.
func (m *memory) path(item fact.Item) string {
	if raw, ok := m.paths[item.ID]; ok {
		return raw
	}
	if raw, err := base64.StdEncoding.DecodeString(item.PathBase64); err == nil && len(raw) > 0 {
		return string(raw)
	}
	return item.Path
}

// repeat says of the frame's file what was said of its twin.
func (f *frame) repeat(facts []remembered) error {
	raw, x := f.raw, f.x
	defer func() { f.raw = raw }()
	var last fact.Item
	for _, r := range facts {
		switch a := r.fact.(type) {
		case fact.Item:
			f.raw = raw + r.suffix
			if a.PathBase64, a.PathMasked = "", false; r.suffix == "" {
				a.Modified = f.item.Modified
			}
			x.name(f, &a)
			if err := x.reveal(f.raw, a); err != nil {
				return err
			}
			last = a
			if err := x.tell(event{fact: a}); err != nil {
				return fmt.Errorf("record item: %w", err)
			}
		case fact.Column:
			a.Item, a.Path = last.ID, last.Path
			if err := x.tell(event{fact: a}); err != nil {
				return fmt.Errorf("record column: %w", err)
			}
		}
	}
	return nil
}
