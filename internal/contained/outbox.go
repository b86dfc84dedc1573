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
	waitingRoom = 16 << 10
	// keptOutbox is how much room is kept.
	keptOutbox = 1 << 20
)

// outbox gathers what a child gives, over many files: to write is dear. Of a file
// of which something was written all is, once it is done, so that the parent
// takes no file for the one at hand that is not.
type outbox struct {
	link io.Writer
	one  []byte // the fact at hand

	mu      sync.Mutex
	waiting []byte
	told    bool // something of the file at hand was written
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

// begin says that what follows is of the next file.
func (o *outbox) begin() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.told = false
	return o.put(kindBegun, nil)
}

// done says that this was all of the file at hand.
func (o *outbox) done() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if err := o.put(kindDone, nil); err != nil || !o.told {
		return err
	}
	return o.write()
}

// send has a frame written, soon.
func (o *outbox) send(k kind, payload []byte) error {
	if len(payload) > mostFrame {
		return o.fail(errFrame)
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.put(k, payload)
}

// put is send. The lock must be held.
func (o *outbox) put(k kind, payload []byte) error {
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
		o.told = true
	}
	if o.waiting = o.waiting[:0]; cap(o.waiting) > keptOutbox {
		o.waiting = nil
	}
	return o.err
}
