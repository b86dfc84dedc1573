package journal

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"slices"
	"sync"

	"trustaudit/internal/audit"
)

// spillAt is how much of a block is held in memory; a larger one is put aside
// in a file until it is committed.
const spillAt = 4 << 20

var errEnded = errors.New("the block is committed or abandoned")

// scratch is what one block after another uses again.
type scratch struct {
	buf  bytes.Buffer
	json *json.Encoder
	hash hash.Hash
}

func newScratch() *scratch {
	s := &scratch{hash: sha256.New()}
	s.json = json.NewEncoder(&s.buf)
	s.json.SetEscapeHTML(false)
	return s
}

// encode adds the fact and a line feed.
func (s *scratch) encode(fact audit.Fact) error {
	if a, ok := fact.(audit.Appender); ok {
		if line, ok := a.AppendJSON(s.buf.AvailableBuffer()); ok {
			s.buf.Write(append(line, '\n'))
			return nil
		}
	}
	return s.json.Encode(fact)
}

// Block takes the facts of one unit. Its methods may be called from several
// goroutines, but the order of facts is then theirs.
type Block struct {
	w    *Writer
	unit *audit.Unit

	mu      sync.Mutex // guards what follows
	scratch *scratch
	spill   *os.File
	named   bool // the spill file could not be removed while it is open
	spilled int64
	facts   int64
	kinds   []string
	err     error
}

// Add takes one fact. After an error that concerns the disk the block is lost,
// and every further call returns that error.
func (b *Block) Add(fact audit.Fact) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.err != nil {
		return b.err
	}
	kind := fact.FactKind()
	known := slices.Contains(b.kinds, kind)
	if !known && !validKind(kind) {
		return fmt.Errorf("add fact: %q is no kind", kind)
	}
	buf := &b.scratch.buf
	start := buf.Len()
	buf.WriteString(kind)
	buf.WriteByte(' ')
	if err := b.scratch.encode(fact); err != nil {
		buf.Truncate(start)
		return fmt.Errorf("add fact %s: %w", kind, err)
	}
	if n := buf.Len() - start; n > maxLine {
		buf.Truncate(start)
		return fmt.Errorf("add fact %s: %d bytes are too many", kind, n)
	}
	if !known {
		b.kinds = append(b.kinds, kind)
	}
	b.facts++
	if buf.Len() >= spillAt {
		b.err = b.putAside()
	}
	return b.err
}

// putAside moves what is in memory to a file, which has no name from the start
// where the system allows it.
func (b *Block) putAside() error {
	if b.spill == nil {
		f, err := os.CreateTemp(b.w.dir, spillPrefix+"*")
		if err != nil {
			return fmt.Errorf("put block aside: %w", err)
		}
		b.spill, b.named = f, os.Remove(f.Name()) != nil
	}
	b.scratch.hash.Write(b.scratch.buf.Bytes())
	n, err := b.spill.Write(b.scratch.buf.Bytes())
	b.spilled += int64(n)
	b.scratch.buf.Reset()
	if err != nil {
		return fmt.Errorf("put block aside: %w", err)
	}
	return nil
}

// payload is a block that is being committed.
type payload Block

// WriteTo writes the whole payload.
func (b *payload) WriteTo(out io.Writer) (int64, error) {
	var n int64
	if b.spill != nil {
		var err error
		n, err = io.Copy(out, io.NewSectionReader(b.spill, 0, b.spilled))
		if err != nil {
			return n, err
		}
	}
	k, err := out.Write(b.scratch.buf.Bytes())
	return n + int64(k), err
}

// Commit puts the block into the journal as a whole; status is Done or Failed,
// reason says why it failed. It returns once the block would survive the death
// of the process. After an error nothing of the block is in the journal.
func (b *Block) Commit(status, reason string) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	defer b.end()
	if b.err != nil {
		return b.err
	}
	if status != Done && status != Failed {
		return fmt.Errorf("commit unit %s: status %q is neither done nor failed", b.unit.ID, status)
	}
	b.scratch.hash.Write(b.scratch.buf.Bytes())
	slices.Sort(b.kinds)
	l := headerLine{
		Kind: KindUnit, Unit: b.unit, Status: status, Reason: tidyReason(reason),
		Bytes: b.spilled + int64(b.scratch.buf.Len()), SHA256: sum(b.scratch.hash.Sum(nil)),
		Facts: b.facts, Kinds: b.kinds,
	}
	if err := b.w.append(&l, (*payload)(b)); err != nil {
		return fmt.Errorf("commit unit %s: %w", b.unit.ID, err)
	}
	return nil
}

// Abandon drops the block. It does nothing to one that has ended, so that it
// can be deferred.
func (b *Block) Abandon() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.end()
}

// end gives back what the block holds.
func (b *Block) end() {
	if b.spill != nil {
		b.spill.Close()
		if b.named {
			_ = os.Remove(b.spill.Name()) // or else by the next Open
		}
		b.spill = nil
	}
	if b.scratch != nil && b.scratch.buf.Cap() <= 2*spillAt {
		b.scratch.buf.Reset()
		b.scratch.hash.Reset()
		b.w.scratch.Put(b.scratch)
	}
	b.scratch = nil
	b.err = errEnded
}
