package contained

import (
	"bytes"
	"sync"
	"time"
)

// wholeFile is a file whose bytes came with the task.
type wholeFile struct {
	*bytes.Reader
	modified time.Time
}

func (f *wholeFile) Stat() (int64, time.Time, error) { return f.Size(), f.modified, nil }

func (f *wholeFile) Close() error { return nil }

// servedFile is a file that the parent reads for a child. The child asks for
// pieces of a size that makes the way there and back pay.
type servedFile struct {
	server *server
	off    int64

	mu    sync.Mutex // formats may read from more than one goroutine
	piece []byte     // read ahead
	at    int64      // where it begins
	cause cause      // what came after it
}

// ahead is how much is asked for at once.
const ahead = 64 << 10

func (f *servedFile) Read(p []byte) (int, error) {
	n, err := f.ReadAt(p, f.off)
	f.off += int64(n)
	if n > 0 {
		err = nil
	}
	return n, err
}

func (f *servedFile) ReadAt(p []byte, off int64) (int, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	done := 0
	for done < len(p) {
		at := off + int64(done)
		if in := at - f.at; in >= 0 && in < int64(len(f.piece)) {
			done += copy(p[done:], f.piece[in:])
			continue
		}
		if f.cause != none && at == f.at+int64(len(f.piece)) && len(f.piece) > 0 {
			return done, f.cause.err()
		}
		if err := f.fetch(at, len(p)-done); err != nil {
			return done, err
		}
		if len(f.piece) == 0 {
			return done, f.cause.err()
		}
	}
	return done, nil
}

// fetch asks the parent for a piece.
func (f *servedFile) fetch(at int64, wanted int) error {
	n := min(max(wanted, ahead), mostPiece)
	payload, err := f.server.ask(kindRead, piece{at, int64(n)}.payload(), kindBytes)
	if err != nil {
		return err
	}
	if len(payload) == 0 || len(payload) > n+1 {
		return errFrame
	}
	f.piece, f.at, f.cause = append(f.piece[:0], payload[1:]...), at, cause(payload[0])
	if len(f.piece) < n && f.cause == none {
		f.cause = ended
	}
	return nil
}

func (f *servedFile) Stat() (int64, time.Time, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	payload, err := f.server.ask(kindStat, nil, kindLook)
	if err != nil {
		return 0, time.Time{}, err
	}
	l, err := decode[look](payload)
	if err != nil {
		return 0, time.Time{}, err
	}
	return l.Size, time.Unix(l.Seconds, l.Nanos), l.Cause.err()
}

func (f *servedFile) Close() error { return nil }

// ask asks the parent for something and returns its answer.
func (s *server) ask(question kind, payload []byte, answer kind) ([]byte, error) {
	if err := s.out.send(question, payload); err != nil {
		return nil, err
	}
	if err := s.out.flush(); err != nil {
		return nil, err
	}
	for {
		k, said, err := s.frames.next()
		switch {
		case err != nil:
			return nil, err
		case k == kindTask: // sent ahead
			s.tasks = append(s.tasks, bytes.Clone(said))
		case k != answer:
			return nil, errFrame
		default:
			return said, nil
		}
	}
}
