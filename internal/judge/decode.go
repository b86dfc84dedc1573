package judge

import (
	"runtime"
	"sync"

	"trustaudit/internal/audit"
	"trustaudit/internal/journal"
	"trustaudit/internal/run"
)

// aheadFacts bounds a unit that is decoded ahead as a whole. A larger one is
// decoded when it is its turn, one fact at a time.
const aheadFacts = 4096

// ahead is a unit that is being decoded.
type ahead struct {
	unit  *journal.Header
	facts []audit.Fact
	err   error
	ready chan struct{} // closed when facts or err is there
}

// decode shows the wanted facts of a target in unit order. Decoding is most of
// the work of judging: it is done ahead, by as many goroutines as there are
// processors, while the folds see one fact at a time.
func (j *judging) decode(t *run.Target, see func(audit.Fact)) error {
	workers := runtime.GOMAXPROCS(0)
	queue := make(chan *ahead, workers)     // to be decoded
	ordered := make(chan *ahead, 2*workers) // in unit order
	stop := make(chan struct{})
	var group sync.WaitGroup
	defer group.Wait()
	defer close(stop)
	group.Go(func() { plan(t, queue, ordered, stop) })
	for range workers {
		group.Go(func() {
			for a := range queue {
				a.err = j.unit(a.unit, func(f audit.Fact) { a.facts = append(a.facts, f) })
				close(a.ready)
			}
		})
	}
	for a := range ordered {
		if a.ready == nil {
			if err := j.unit(a.unit, see); err != nil {
				return err
			}
			continue
		}
		<-a.ready
		if a.err != nil {
			return a.err
		}
		for _, fact := range a.facts {
			see(fact)
		}
	}
	return nil
}

// plan hands out the units of a target.
func plan(t *run.Target, queue, ordered chan<- *ahead, stop <-chan struct{}) {
	defer close(ordered)
	defer close(queue)
	for i := range t.Units {
		a := &ahead{unit: &t.Units[i]}
		if a.unit.Facts <= aheadFacts {
			a.ready = make(chan struct{})
			a.facts = make([]audit.Fact, 0, a.unit.Facts)
			select {
			case queue <- a:
			case <-stop:
				return
			}
		}
		select {
		case ordered <- a:
		case <-stop:
			return
		}
	}
}

// unit decodes the wanted facts of one unit.
func (j *judging) unit(h *journal.Header, see func(audit.Fact)) error {
	return j.run.UnitFacts(h, j.wants, func(raw run.Raw) error {
		fact, err := j.Decoder.Decode(raw.Kind, raw.Data)
		if err == nil {
			see(fact)
		}
		return err
	})
}
