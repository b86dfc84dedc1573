//go:build unix

package contained

import (
	"errors"
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
	err = unix.SetNonblock(fds[0], true)
	for _, fd := range fds {
		unix.CloseOnExec(fd)
		err = errors.Join(err, unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_SNDBUF, linkRoom))
	}
	theirs := os.NewFile(uintptr(fds[1]), "link")
	if err != nil {
		return nil, errors.Join(fmt.Errorf("make sockets: %w", err), unix.Close(fds[0]), theirs.Close())
	}
	c.Stdin = theirs
	return &parentLink{File: os.NewFile(uintptr(fds[0]), "link"), theirs: theirs}, nil
}

// parentLink is the parent's end.
type parentLink struct {
	*os.File
	theirs *os.File // the child's end, closed once it has it
}

func (l *parentLink) started() { l.theirs.Close() }

// described is a file that has a descriptor.
type described interface{ Fd() uintptr }

// hasDescriptor reports whether a file can be passed as such.
func hasDescriptor(f source.File) bool {
	_, ok := f.(described)
	return ok
}

// pass writes a frame, and with its first byte the descriptor of a file.
func (l *parentLink) pass(frame []byte, f source.File) error {
	raw, err := l.SyscallConn()
	if err != nil {
		return fmt.Errorf("pass file: %w", err)
	}
	rights := unix.UnixRights(int(f.(described).Fd()))
	sent := 0
	var failed error
	err = raw.Write(func(fd uintptr) bool {
		sent, failed = unix.SendmsgN(int(fd), frame, rights, nil, unix.MSG_NOSIGNAL)
		return failed != unix.EAGAIN && failed != unix.EINTR
	})
	if err := errors.Join(err, failed); err != nil {
		return fmt.Errorf("pass file: %w", err)
	}
	_, err = l.Write(frame[sent:])
	return err
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

func (l *childLink) Write(p []byte) (int, error) {
	for done := 0; done < len(p); {
		n, err := unix.Write(l.fd, p[done:])
		if err != nil && err != unix.EINTR {
			return done, fmt.Errorf("write link: %w", err)
		}
		done += max(n, 0)
	}
	return len(p), nil
}

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
