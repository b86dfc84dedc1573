// Package ocr has the text in a picture read by a program that is installed here,
// Tesseract: the picture goes in and the text comes out over pipes, and nothing
// is written to disk.
package ocr

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"time"
)

const (
	// pictureTime is how long one picture may take.
	pictureTime = 2 * time.Minute
	// mostText bounds what is believed to stand in one picture.
	mostText = 16 << 20
	// endTime is how long the program's pipes may outlive it.
	endTime = time.Second
)

// Program is the path of Tesseract.
type Program string

// Find looks for Tesseract among the programs that are installed. It returns
// the empty Program when there is none.
func Find() Program {
	path, err := exec.LookPath("tesseract")
	if err != nil {
		return ""
	}
	return Program(path)
}

// Read reads the text in a picture (PNG, JPEG, TIFF, BMP, WebP, PNM).
func (p Program) Read(ctx context.Context, picture io.Reader) (text []byte, err error) {
	ctx, cancel := context.WithTimeout(ctx, pictureTime)
	defer cancel()
	out := &bounded{}
	c := exec.CommandContext(ctx, string(p), "stdin", "stdout")
	c.Env = []string{"OMP_THREAD_LIMIT=1"} // workers are as many as there are processors
	c.Stdin, c.Stdout, c.Stderr = picture, out, nothing{}
	c.SysProcAttr = attributes()
	c.WaitDelay = endTime
	switch err := c.Run(); {
	case ctx.Err() != nil:
		return out.text.Bytes(), fmt.Errorf("read picture: %w", ctx.Err())
	case out.cut:
		return out.text.Bytes(), fmt.Errorf("read picture: %w", errLong)
	case err != nil:
		return out.text.Bytes(), fmt.Errorf("read picture: %w", err)
	}
	return out.text.Bytes(), nil
}

var errLong = errors.New("more text than a picture can hold")

// bounded keeps text up to a bound.
type bounded struct {
	text bytes.Buffer
	cut  bool
}

func (b *bounded) Write(p []byte) (int, error) {
	if b.text.Len()+len(p) > mostText {
		b.cut = true
		return 0, errLong
	}
	return b.text.Write(p)
}

// nothing takes what nobody wants: a contained process has no /dev/null.
type nothing struct{}

func (nothing) Write(p []byte) (int, error) { return len(p), nil }
