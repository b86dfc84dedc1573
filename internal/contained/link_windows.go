package contained

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"

	"golang.org/x/sys/windows"

	"trustaudit/internal/source"
)

// pipes make the link to a child that is about to be started: standard input
// and output. Files are read for it by the parent.
func pipes(c *exec.Cmd) (*parentLink, error) {
	theirIn, ourOut, err := pipe()
	if err != nil {
		return nil, err
	}
	ourIn, theirOut, err := pipe()
	if err != nil {
		return nil, errors.Join(err, theirIn.Close(), ourOut.Close())
	}
	c.Stdin, c.Stdout = theirIn, theirOut
	return &parentLink{in: ourIn, out: ourOut, theirs: []*os.File{theirIn, theirOut}}, nil
}

// pipe is os.Pipe with room for what is sent ahead.
func pipe() (from, to *os.File, err error) {
	var r, w windows.Handle
	if err := windows.CreatePipe(&r, &w, nil, linkRoom); err != nil {
		return nil, nil, fmt.Errorf("make pipes: %w", err)
	}
	return os.NewFile(uintptr(r), "link"), os.NewFile(uintptr(w), "link"), nil
}

// parentLink is the parent's end.
type parentLink struct {
	in, out *os.File
	theirs  []*os.File // ends for the child, closed once it has them
}

func (l *parentLink) started() {
	for _, f := range l.theirs {
		f.Close()
	}
	l.theirs = nil
}

func (l *parentLink) Read(p []byte) (int, error)  { return l.in.Read(p) }
func (l *parentLink) Write(p []byte) (int, error) { return l.out.Write(p) }
func (l *parentLink) Close() error                { return errors.Join(l.in.Close(), l.out.Close()) }

func hasDescriptor(source.File) bool { return false }

// pass is for systems that can pass descriptors.
func (l *parentLink) pass([]byte, source.File) error { return errFrame }

// childLink is the child's end.
type childLink struct {
	io.Reader
	io.Writer
}

func newChildLink(in, out *os.File) (*childLink, error) { return &childLink{in, out}, nil }

func (l *childLink) file() (source.File, error) { return nil, errFrame }
