//go:build unix

package contained

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"time"

	"golang.org/x/sys/unix"

	"trustaudit/internal/source"
)

// pipes make the link to a child that is about to be started: a pair of
// sockets, over which descriptors can be passed. The child has it as standard
// input; what it prints goes nowhere.
func pipes(c *exec.Cmd) (*parentLink, error) {
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM, 0)
	if err != nil {
		return nil, fmt.Errorf("make sockets: %w", err)
	}
	for _, fd := range fds {
		unix.CloseOnExec(fd)
	}
	theirs := os.NewFile(uintptr(fds[1]), "link")
	c.Stdin = theirs
	return &parentLink{fd: fds[0], theirs: theirs}, nil
}

// parentLink is the parent's end. Its calls block, and so does a thread for each
// child at work: waiting for many small answers in turn costs Go's poller much
// more than that.
type parentLink struct {
	fd     int
	theirs *os.File // the child's end, closed once it has it
}

func (l *parentLink) started() { l.theirs.Close() }

func (l *parentLink) Read(p []byte) (int, error) { return readLink(l.fd, p) }

func (l *parentLink) Write(p []byte) (int, error) { return writeLink(l.fd, p) }

// Close closes the end: no call may be under way.
func (l *parentLink) Close() error { return unix.Close(l.fd) }

func readLink(fd int, p []byte) (int, error) {
	for {
		n, err := unix.Read(fd, p)
		switch {
		case err == unix.EINTR:
		case err != nil:
			return 0, fmt.Errorf("read link: %w", err)
		case n == 0:
			return 0, io.EOF
		default:
			return n, nil
		}
	}
}

func writeLink(fd int, p []byte) (int, error) {
	for done := 0; done < len(p); {
		n, err := unix.SendmsgN(fd, p[done:], nil, nil, unix.MSG_NOSIGNAL)
		if err != nil && err != unix.EINTR {
			return done, fmt.Errorf("write link: %w", err)
		}
		done += max(n, 0)
	}
	return len(p), nil
}

// described is a file that has a descriptor.
type described interface{ Fd() uintptr }

// hasDescriptor reports whether a file can be passed as such.
func hasDescriptor(f source.File) bool {
	_, ok := f.(described)
	return ok
}

// pass writes a frame, and with its first byte the descriptor of a file.
func (l *parentLink) pass(frame []byte, f source.File) error {
	rights := unix.UnixRights(int(f.(described).Fd()))
	for {
		n, err := unix.SendmsgN(l.fd, frame, rights, nil, unix.MSG_NOSIGNAL)
		if err == unix.EINTR {
			continue
		}
		if err != nil {
			return fmt.Errorf("pass file: %w", err)
		}
		_, err = l.Write(frame[n:])
		return err
	}
}

// childLink is the child's end. It reads with recvmsg, since a descriptor that
// comes while it reads otherwise is lost.
type childLink struct {
	fd     int
	passed []int // descriptors not yet taken
	room   []byte
}

// newChildLink is over standard input; a socket carries both ways.
func newChildLink(in, _ *os.File) (*childLink, error) {
	return &childLink{fd: int(in.Fd()), room: make([]byte, unix.CmsgSpace(4))}, nil
}

func (l *childLink) Read(p []byte) (int, error) {
	for {
		n, got, _, _, err := unix.Recvmsg(l.fd, p, l.room, 0)
		if err == unix.EINTR {
			continue
		}
		if err != nil {
			return 0, fmt.Errorf("read link: %w", err)
		}
		if got > 0 {
			if err := l.take(l.room[:got]); err != nil {
				return 0, err
			}
		}
		if n == 0 {
			return 0, io.EOF
		}
		return n, nil
	}
}

func (l *childLink) take(room []byte) error {
	messages, err := unix.ParseSocketControlMessage(room)
	if err != nil {
		return fmt.Errorf("read link: %w", err)
	}
	for _, m := range messages {
		fds, err := unix.ParseUnixRights(&m)
		if err != nil {
			return fmt.Errorf("read link: %w", err)
		}
		l.passed = append(l.passed, fds...)
	}
	return nil
}

func (l *childLink) Write(p []byte) (int, error) { return writeLink(l.fd, p) }

// file takes the descriptor that was passed first.
func (l *childLink) file() (source.File, error) {
	if len(l.passed) == 0 {
		return nil, errFrame
	}
	fd := l.passed[0]
	l.passed = l.passed[:copy(l.passed, l.passed[1:])]
	return &passedFile{fd: fd}, nil
}

// passedFile is a file whose descriptor was passed. The offset of the descriptor
// is the parent's as well: it is left alone.
type passedFile struct {
	fd  int
	off int64
}

func (f *passedFile) Read(p []byte) (int, error) {
	n, err := f.read(p, f.off)
	f.off += int64(n)
	if n == 0 && err == nil && len(p) > 0 {
		return 0, io.EOF
	}
	return n, err
}

// read reads what one call gives.
func (f *passedFile) read(p []byte, off int64) (int, error) {
	for {
		n, err := unix.Pread(f.fd, p[:min(len(p), 1<<30)], off)
		if err == unix.EINTR {
			continue
		}
		return max(n, 0), err
	}
}

func (f *passedFile) ReadAt(p []byte, off int64) (int, error) {
	done := 0
	for done < len(p) {
		n, err := f.read(p[done:], off+int64(done))
		done += n
		if err != nil {
			return done, err
		}
		if n == 0 {
			return done, io.EOF
		}
	}
	return done, nil
}

func (f *passedFile) Stat() (int64, time.Time, error) {
	var st unix.Stat_t
	if err := unix.Fstat(f.fd, &st); err != nil {
		return 0, time.Time{}, err
	}
	return st.Size, time.Unix(st.Mtim.Unix()), nil
}

func (f *passedFile) Close() error { return unix.Close(f.fd) }
