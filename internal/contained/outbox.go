package contained

import (
	"cmp"
	"io"
	"sync"
	"time"
)

const (
	// soon is how long facts wait for others to go along with.
	soon = 100 * time.Millisecond
	// waitingRoom is how many bytes of facts wait.
	waitingRoom = 32 << 10
	// keptOutbox is how much room is kept.
	keptOutbox = 1 << 20
)

// outbox gathers what a child gives.
type outbox struct {
	link io.Writer
	one  []byte // the fact at hand

	mu      sync.Mutex
	waiting []byte
	timer   *time.Timer
	armed   bool // it will be written soon
	err     error
}

// encode sends a fact, or what goes with one.
func (o *outbox) encode(k kind, value any) (err error) {
	if o.one, err = encode(o.one[:0], value); err == nil {
		return o.send(k, o.one)
	}
	return o.fail(err)
}

// fail keeps an error that nothing comes after.
func (o *outbox) fail(err error) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.err = cmp.Or(o.err, err)
	return o.err
}

// send has a frame written, soon.
func (o *outbox) send(k kind, payload []byte) error {
	if len(payload) > mostFrame {
		return o.fail(errFrame)
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.waiting = appendFrame(o.waiting, k, payload)
	if len(o.waiting) > waitingRoom {
		return o.write()
	}
	if !o.armed {
		o.arm()
	}
	return o.err
}

// arm has what waits written soon. An error stays.
func (o *outbox) arm() {
	o.armed = true
	if o.timer == nil {
		o.timer = time.AfterFunc(soon, func() { _ = o.flush() })
		return
	}
	o.timer.Reset(soon)
}

// flush writes what waits.
func (o *outbox) flush() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.armed = false; o.timer != nil {
		o.timer.Stop()
	}
	return o.write()
}

// write writes what waits. The lock must be held.
func (o *outbox) write() error {
	if len(o.waiting) > 0 && o.err == nil {
		_, o.err = o.link.Write(o.waiting)
	}
	if o.waiting = o.waiting[:0]; cap(o.waiting) > keptOutbox {
		o.waiting = nil
	}
	return o.err
}
