// Package contained examines files in child processes: the same program,
// started anew, which is handed one file after another and gives nothing but
// facts back. A parser that crashes, hangs or eats memory there costs one item,
// which is told as not read, and the child is replaced.
//
// A child has no environment, no argument but its verb, and no file, socket or
// program of its own: what it needs comes over one link, and the system bars it
// from the rest as far as it can (see Lacks). It dies with its parent, is held to
// a limit of memory and time, and leaves no core dump. On Unix a file comes as a
// descriptor that was opened for reading alone; elsewhere, and from stores that
// are no local files, the parent reads for the child what it asks for.
//
// The parent believes a child nothing that it need not: a frame has a bound, a
// fact must have the form that every fact has, and that of the file itself must
// go by the name that the parent gave it. The raw path of a member whose path is
// masked is the one thing raw that a child gives; the parent seals it unread.
package contained

import (
	"context"
	"fmt"
	"os"
	"time"

	"trustaudit/internal/audit"
	"trustaudit/internal/content"
)

// Verb is the only argument of a child. A program that makes a Pool calls
// [Child.Serve] when it is started with it.
const Verb = "contained-child"

const (
	// defaultMemory is what a child may hold: four times what formats may hold,
	// and what identifying takes.
	defaultMemory = 320 << 20
	// recycledItems and recycledMemory are after how many items, and from which
	// size on, a child is replaced by a fresh one.
	recycledItems  = 20_000
	recycledMemory = 192 << 20
	// grace is the time in which a child whose item has reached its limit of time
	// may say so itself.
	grace = 2 * time.Second
)

// Config says what a Pool needs. Key and Now are required.
type Config struct {
	// Program is what is started with Verb; empty means this one.
	Program string
	Workers int // children at most
	Key     *audit.Key
	Limits  audit.Limits
	Now     time.Time
	Explain bool
	OCR     string // the program that reads pictures; empty when none does
	Memory  int64  // limit of a child in bytes; 0: the default
}

// Pool has children examine files. It starts them when they are needed, and may
// be used from several goroutines.
type Pool struct {
	config   Config
	settings []byte      // the frame that every child is told first
	slots    chan *child // one for each worker; nil where none was started yet
}

// New returns a Pool.
func New(c Config) (*Pool, error) {
	c.Limits = c.Limits.WithDefaults()
	if c.Memory == 0 {
		c.Memory = defaultMemory
	}
	if c.Program == "" {
		self, err := os.Executable()
		if err != nil {
			return nil, fmt.Errorf("find this program: %w", err)
		}
		c.Program = self
	}
	secret := c.Key.Secret()
	frame, err := frameOf(kindSettings, settings{
		Key: secret[:], Limits: c.Limits, Now: c.Now, Explain: c.Explain, OCR: c.OCR, Memory: c.Memory,
	})
	if err != nil {
		return nil, err
	}
	p := &Pool{config: c, settings: frame, slots: make(chan *child, max(c.Workers, 1))}
	for range cap(p.slots) {
		p.slots <- nil
	}
	return p, nil
}

// Close ends every child. No Worker may have files left.
func (p *Pool) Close() {
	for range cap(p.slots) {
		if c := <-p.slots; c != nil {
			c.end()
		}
	}
}

// take takes a child that is free, or starts one.
func (p *Pool) take(ctx context.Context) (*child, error) {
	select {
	case c := <-p.slots:
		if c != nil && !c.worn() {
			return c, nil
		}
		if c != nil {
			c.end()
		}
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	c, err := p.start(ctx)
	if err != nil {
		p.slots <- nil
		return nil, fmt.Errorf("%w: %w", content.ErrNoProcess, err)
	}
	return c, nil
}

// give gives a child back, or nil for one that has ended.
func (p *Pool) give(c *child) { p.slots <- c }
