package journal

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"trustaudit/internal/audit"
)

// Bounds on what is written and read, so that a hostile journal cannot make a
// reader grow without end.
const (
	maxHeader = 64 << 10
	maxLine   = 64 << 20 // of a payload: one fact or record
	maxReason = 2 << 10
	maxBlocks = 999_999_999_999 // what fits an index line
)

// The kinds of block that the journal itself knows. Other records are told
// apart by their kind alone.
const (
	KindUnit     = "unit"     // the facts of one unit
	KindFinished = "finished" // every unit is done
	KindClosed   = "closed"   // nothing follows
)

// How a unit ended.
const (
	Done   = "done"
	Failed = "failed"
)

// sum is a SHA-256, in lower-case hexadecimal when written.
type sum [sha256.Size]byte

func (s sum) MarshalText() ([]byte, error) { return hex.AppendEncode(nil, s[:]), nil }

func (s *sum) UnmarshalText(text []byte) error {
	if len(text) != 2*len(s) {
		return fmt.Errorf("read hash: %d digits, not %d", len(text), 2*len(s))
	}
	_, err := hex.Decode(s[:], text)
	return err
}

func (s sum) String() string { return hex.EncodeToString(s[:]) }

// headerLine is a header as it is written.
type headerLine struct {
	N      int64       `json:"n"`
	Kind   string      `json:"kind"`
	At     time.Time   `json:"at"`
	Prev   sum         `json:"prev"`
	Bytes  int64       `json:"bytes"`
	SHA256 sum         `json:"sha256"`
	Unit   *audit.Unit `json:"unit,omitempty"`
	Status string      `json:"status,omitempty"`
	Reason string      `json:"reason,omitempty"`
	Facts  int64       `json:"facts,omitempty"`
	Kinds  []string    `json:"kinds,omitempty"`
}

// encode returns the line without its line feed.
func (l *headerLine) encode() ([]byte, error) {
	line, err := json.Marshal(l)
	if err != nil {
		return nil, fmt.Errorf("encode header: %w", err)
	}
	if len(line) >= maxHeader {
		return nil, fmt.Errorf("encode header: %d bytes are more than the %d allowed", len(line), maxHeader)
	}
	return line, nil
}

// parseHeader reads a header line and refuses whatever encode would not have
// written: unknown or repeated fields, other spellings, values out of range.
func parseHeader(line []byte) (*headerLine, error) {
	if !bytes.HasPrefix(line, []byte(headerStart)) {
		return nil, errors.New("not a header")
	}
	var l headerLine
	if err := json.Unmarshal(line, &l); err != nil {
		return nil, fmt.Errorf("read header: %w", err)
	}
	if err := l.check(); err != nil {
		return nil, err
	}
	again, err := l.encode()
	if err != nil {
		return nil, err
	}
	if !bytes.Equal(line, again) {
		return nil, errors.New("read header: not in its only spelling")
	}
	return &l, nil
}

const headerStart = `{"n":`

func (l *headerLine) check() error {
	isUnit := l.Kind == KindUnit
	switch {
	case l.N < 1 || l.N > maxBlocks || l.Bytes < 0 || l.Facts < 0:
		return errors.New("read header: a number is out of range")
	case !validKind(l.Kind):
		return errors.New("read header: no kind")
	case isUnit != (l.Unit != nil):
		return errors.New("read header: a unit block names its unit, no other block does")
	case isUnit != (l.Status != ""), isUnit && l.Status != Done && l.Status != Failed:
		return errors.New("read header: a unit is done or failed")
	case !isUnit && (l.Facts != 0 || l.Kinds != nil || l.Reason != ""):
		return errors.New("read header: only a unit block has facts and a reason")
	}
	return nil
}

// validKind reports whether a kind can stand before a space on a line.
func validKind(kind string) bool {
	if kind == "" || len(kind) > 200 {
		return false
	}
	for i := range len(kind) {
		if kind[i] <= ' ' || kind[i] >= 0x7f {
			return false
		}
	}
	return true
}

// tidy makes a unit safe for a header: text that is not UTF-8 would not
// survive JSON.
func tidy(u audit.Unit) *audit.Unit {
	valid := func(s string) string { return strings.ToValidUTF8(s, "\uFFFD") }
	u.ID, u.Probe, u.Subject = valid(u.ID), valid(u.Probe), valid(u.Subject)
	u.Target = audit.Target(valid(string(u.Target)))
	return &u
}

func tidyReason(reason string) string {
	return strings.ToValidUTF8(reason[:min(len(reason), maxReason)], "\uFFFD")
}

// Header describes one block.
type Header struct {
	N      int64
	Kind   string
	At     time.Time
	Unit   *audit.Unit // of a unit block, else nil; not to be changed
	Status string      // Done or Failed, of a unit block
	Reason string      // of a failed unit
	Facts  int64
	Kinds  []string // of its facts, sorted; not to be changed
	Bytes  int64    // of payload

	offset int64 // of the payload
	sum    sum   // of the payload
}

// Has reports whether the block holds facts of a kind.
func (h *Header) Has(kind string) bool {
	for _, k := range h.Kinds {
		if k == kind {
			return true
		}
	}
	return false
}
