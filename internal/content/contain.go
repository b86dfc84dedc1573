package content

import (
	"context"
	"errors"

	"trustaudit/internal/audit"
	"trustaudit/internal/identify"
	"trustaudit/internal/probe/content/fact"
	"trustaudit/internal/source"
)

// What becomes of a contained process.
var (
	ErrCrashed   = errors.New("parser crashed")
	ErrMemory    = errors.New("memory limit reached")
	ErrNoProcess = errors.New("not read: no contained process could be started")
)

// Contain has a file examined in a contained process. Without an error all of
// its facts were emitted, its own last. An error says why its own was not:
// one of those above, that of the context, or what Emit or Reveal returned.
type Contain func(context.Context, Handed) error

// Handed is a file that is handed to a contained process.
type Handed struct {
	Target audit.Target
	Path   string // raw
	File   source.File
	// Named has the id and the paths that the file's own fact goes by.
	Named fact.Item
	// Where the facts go: as in Config. Reveal is told of members alone.
	Emit    func(audit.Fact) error
	Reveal  func(id, raw string) error
	Explain func(item fact.Item, records []identify.Record)
}

// contain has the frame's file examined in a contained process, and concludes
// only if that did not come to its end. The facts of members that came before
// stay.
func (f *frame) contain(ctx context.Context) {
	x := f.x
	h := Handed{
		Target: x.config.Target, Path: f.raw, File: f.top, Explain: x.config.Explain,
		Emit: func(a audit.Fact) error {
			f.got = true
			x.fatal = x.config.Emit(a)
			return x.fatal
		},
		Reveal: func(id, raw string) error {
			if x.config.Reveal != nil {
				x.fatal = x.config.Reveal(id, raw)
			}
			return x.fatal
		},
	}
	x.name(f, &h.Named)
	err := x.config.Contain(ctx, h)
	switch f.away = err == nil || x.fatal != nil; {
	case !f.away:
		f.conclude(err)
	case x.fatal == nil:
		x.fatal = x.reveal(f, h.Named)
	}
}
