package contained

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"trustaudit/internal/content"
)

// mostAhead bounds the bytes of tasks that a child has not begun: they must fit
// into the link, or parent and child would wait for each other.
const mostAhead = 32 << 10

// Worker implements content.Contained over the children of a Pool. It is not for
// concurrent use.
//
// Files are handed to the child at once, and its answers are read when they are
// called for: the child goes from one file to the next without waiting, which is
// most of what a process of its own costs.
type Worker struct {
	pool  *Pool
	child *child // while there are files
	files []file // that were handed over, the first first
	ahead int    // bytes of tasks sent
}

// file is one that was handed over.
type file struct {
	content.Handed
	sent int // bytes of its task; 0 if the child has not got it
}

// Worker returns a Worker.
func (p *Pool) Worker() content.Contained { return &Worker{pool: p} }

// Hand implements content.Contained.
func (w *Worker) Hand(ctx context.Context, h content.Handed) {
	w.files = append(w.files, file{Handed: h})
	_ = w.send(ctx) // Next tells
}

// send sends what fits.
func (w *Worker) send(ctx context.Context) (err error) {
	if w.child == nil {
		if w.child, err = w.pool.take(ctx); err != nil {
			return err
		}
	}
	for i := range w.files {
		f := &w.files[i]
		if f.sent > 0 {
			continue
		}
		if i > 0 && w.ahead > mostAhead {
			return nil
		}
		if f.sent, err = w.child.hand(f.Handed); err != nil {
			return err
		}
		w.ahead += f.sent
	}
	return nil
}

// Next implements content.Contained.
func (w *Worker) Next(ctx context.Context) error {
	err := w.send(ctx)
	if w.child != nil { // what it told before it ended still counts
		err = w.converse(ctx)
	}
	if err != nil {
		w.lose()
	}
	w.ahead -= w.files[0].sent
	w.files[0].File.Close()
	w.files = w.files[:copy(w.files, w.files[1:])]
	if len(w.files) == 0 && w.child != nil {
		w.pool.give(w.child)
		w.child = nil
	}
	return err
}

// lose gives the child up. What it has not done another must begin with.
func (w *Worker) lose() {
	if w.child != nil {
		w.child.end()
		w.pool.give(nil)
		w.child = nil
	}
	for i := range w.files {
		w.files[i].sent = 0
	}
	w.ahead = 0
}

// Drop implements content.Contained.
func (w *Worker) Drop() {
	w.lose()
	for _, f := range w.files {
		f.File.Close()
	}
	w.files = w.files[:0]
}

// converse takes what the child has to tell of the first file, within its time.
func (w *Worker) converse(ctx context.Context) error {
	c := w.child
	var late atomic.Bool
	timer := time.AfterFunc(w.pool.config.Limits.ItemTime+grace, func() {
		late.Store(true)
		c.kill()
	})
	stop := context.AfterFunc(ctx, c.kill)
	t := talk{child: c, handed: w.files[0].Handed}
	err := t.run()
	timer.Stop()
	stop()
	if err == nil || t.fatal != nil {
		return err
	}
	c.end()
	switch {
	case ctx.Err() != nil:
		return fmt.Errorf("examine: %w", ctx.Err())
	case late.Load():
		return fmt.Errorf("examine: %w", context.DeadlineExceeded)
	case c.starved():
		return content.ErrMemory
	}
	return content.ErrCrashed
}
