// Package content is the probe of folders and files: what they hold, whether
// it identifies anybody, and how it is sealed. Package trustaudit/internal/content
// does the work; this one feeds it a unit's items.
package content

import (
	"context"
	"fmt"

	"trustaudit/internal/audit"
	"trustaudit/internal/content"
	formats "trustaudit/internal/extract/all"
	kinds "trustaudit/internal/identify/all"
	"trustaudit/internal/probe"
	"trustaudit/internal/probe/content/fact"
)

const doc = `Reads the files of a folder, of archives in it and of databases met as files, and looks for data that identifies patients.

It sends nothing over the network. Files are opened for reading only; nothing is written, locked or fetched from a cloud store. What is kept is counts, masks and keyed digests, never a value.`

// Probe reads files.
var Probe = probe.Probe{
	Name:    "content",
	Doc:     doc,
	Phase:   audit.Observe,
	Applies: func(t audit.Target) bool { return t.Scheme() == "file" },
	Observe: Observe,
	Facts:   []audit.Fact{fact.Item{}, fact.Column{}},
}

// Observe examines the unit's items one after another.
func Observe(ctx context.Context, s *probe.Session) error {
	b := benchOf(s)
	b.session = s
	err := b.each(ctx, s)
	// What was handed over is settled in any case: it is this unit's.
	if settled := b.examiner.Settle(ctx); err == nil && settled != nil {
		err = fmt.Errorf("examine items: %w", settled)
	}
	return err
}

func (b *bench) each(ctx context.Context, s *probe.Session) error {
	for item, err := range s.Items {
		if err != nil {
			return fmt.Errorf("list items: %w", err)
		}
		if err := b.examiner.Examine(ctx, item); err != nil {
			return fmt.Errorf("examine item: %w", err)
		}
	}
	return nil
}

// bench is an examiner that serves one unit after another: making one costs as
// much as a dozen small files.
type bench struct {
	session  *probe.Session // of the unit at hand
	examiner *content.Examiner
}

// benchOf returns the bench that an earlier unit left, or a new one.
func benchOf(s *probe.Session) *bench {
	if s.Scratch != nil {
		if b, ok := (*s.Scratch).(*bench); ok {
			return b
		}
	}
	b := &bench{}
	config := content.Config{
		Target:  s.Unit.Target,
		Key:     s.Key,
		Limits:  s.Limits,
		Now:     s.Now(),
		Formats: formats.Formats(),
		Kinds:   kinds.Kinds(),
		Emit:    func(f audit.Fact) error { return b.session.Emit(f) },
		Reveal:  func(id, raw string) error { return b.session.Reveal(id, raw) },
	}
	if s.Contain != nil {
		config.Contained = s.Contain()
	}
	b.examiner = content.New(config)
	if s.Scratch != nil {
		*s.Scratch = b
	}
	return b
}
