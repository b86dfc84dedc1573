package contained

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"os/exec"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// startTime is how long a child may take until it is confined.
	startTime = 30 * time.Second
	// watchEvery is how often a child's memory is looked at. What it can grow by in
	// the meantime the system bounds.
	watchEvery = 50 * time.Millisecond
	// endTime is how long a child's last words are waited for.
	endTime = time.Second
)

// child is a contained process, as the parent has it.
type child struct {
	cmd    *exec.Cmd
	link   *parentLink
	frames frames
	hold   hold // what the system ties it to the parent with
	items  int
	memory int64 // limit

	ended  chan struct{}
	ending sync.Once
	words  lastWords
	rss    atomic.Int64 // when it was looked at last
	over   atomic.Bool  // it was killed for its memory
}

// start starts a child and waits until it is confined.
func (p *Pool) start(ctx context.Context) (*child, error) {
	c := &child{ended: make(chan struct{}), memory: p.config.Memory}
	c.cmd = exec.Command(p.config.Program, Verb)
	c.cmd.Env = []string{} // nothing, rather than this process's
	c.cmd.Dir = root
	c.cmd.Stderr = &c.words
	c.cmd.WaitDelay = endTime
	c.cmd.SysProcAttr = attributes()
	link, err := pipes(c.cmd)
	if err != nil {
		return nil, err
	}
	c.link = link
	c.frames = frames{from: bufio.NewReaderSize(link, 64<<10)}
	err = c.cmd.Start()
	link.started()
	if err != nil {
		link.Close()
		return nil, fmt.Errorf("start child: %w", err)
	}
	go c.wait()
	late := time.AfterFunc(startTime, c.kill)
	defer late.Stop()
	defer context.AfterFunc(ctx, c.kill)()
	if c.hold, err = tie(c.cmd.Process, p.config.Memory); err == nil {
		err = c.greet(p.settings)
	}
	if err != nil {
		c.end()
		return nil, err
	}
	go c.watch(p.config.Memory)
	return c, nil
}

// wait waits for the process's end. How it ended tells nothing that matters.
func (c *child) wait() {
	_ = c.cmd.Wait()
	close(c.ended)
}

// kill ends the process at once.
func (c *child) kill() {
	_ = c.cmd.Process.Kill() // it may have ended by itself
}

// end ends the process and lets go of it.
func (c *child) end() {
	c.ending.Do(func() {
		c.kill()
		<-c.ended
		c.link.Close()
		c.hold.release()
	})
}

// worn reports whether a fresh child should take this one's place.
func (c *child) worn() bool { return c.items >= recycledItems || c.rss.Load() > recycledMemory }

// starved reports whether the process ended for want of memory. It must have
// ended.
func (c *child) starved() bool {
	return c.over.Load() || c.words.memory || c.rss.Load() > c.memory/4*3
}

// watch kills the process when it holds more than the limit.
func (c *child) watch(limit int64) {
	meter := meterOf(c.cmd.Process.Pid)
	if meter == nil {
		return
	}
	defer meter.close()
	tick := time.NewTicker(watchEvery)
	defer tick.Stop()
	for {
		select {
		case <-c.ended:
			return
		case <-tick.C:
		}
		rss, err := meter.resident()
		if err != nil {
			continue // it is about to end
		}
		c.rss.Store(rss)
		if rss > limit {
			c.over.Store(true)
			c.kill()
			return
		}
	}
}

// lastWords listens to a child's standard error for one thing, whether it died
// for want of memory, and forgets all else: a parser's last words may hold data.
type lastWords struct {
	heard  int
	tail   []byte
	memory bool
}

// What Go says at the end.
const (
	outOfMemory = "out of memory"
	noThread    = "new OS thread" // there was no room for its stack
)

// listened bounds what of a child's last words is listened to.
const listened = 64 << 10

func (w *lastWords) Write(p []byte) (int, error) {
	if !w.memory && w.heard < listened {
		both := append(w.tail, p...)
		w.memory = bytes.Contains(both, []byte(outOfMemory)) || bytes.Contains(both, []byte(noThread))
		w.tail = bytes.Clone(both[max(0, len(both)-len(outOfMemory)):])
		w.heard += len(p)
	}
	return len(p), nil
}
