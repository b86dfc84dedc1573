package content

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"syscall"

	"trustaudit/internal/extract"
	"trustaudit/internal/source"
)

// reason puts an error into words that cannot hold data: the words of an error
// that is not known are not repeated, for a parser may quote what it read.
func (f *frame) reason(err error) string {
	limits := f.x.config.Limits
	var errno syscall.Errno
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return fmt.Sprintf("time limit of %v reached%s", limits.ItemTime, f.left())
	case errors.Is(err, errExpansion):
		return fmt.Sprintf("limit of %d bytes unpacked reached%s", limits.Expansion, f.left())
	case errors.Is(err, errRatio):
		return fmt.Sprintf("limit of %d bytes unpacked for each byte reached%s", limits.Ratio, f.left())
	case errors.Is(err, errPanic), errors.Is(err, errBackward), errors.Is(err, errPlain),
		errors.Is(err, ErrCrashed), errors.Is(err, ErrMemory), errors.Is(err, ErrNoProcess):
		return known(err, errPanic, errBackward, errPlain, ErrCrashed, ErrMemory, ErrNoProcess)
	case errors.Is(err, extract.ErrSealed):
		return "encrypted"
	case errors.Is(err, extract.ErrPart):
		return extract.ErrPart.Error()
	case errors.Is(err, extract.ErrUnsupported):
		return "unsupported format"
	case errors.Is(err, extract.ErrNotLooked):
		return extract.ErrNotLooked.Error()
	case errors.Is(err, extract.ErrCorrupt), errors.Is(err, io.ErrUnexpectedEOF):
		return "corrupt"
	case errors.Is(err, source.ErrLocked):
		return source.ErrLocked.Error()
	case errors.Is(err, fs.ErrPermission):
		return "permission denied"
	case errors.Is(err, fs.ErrNotExist):
		return "vanished"
	case errors.Is(err, os.ErrDeadlineExceeded):
		return "timed out"
	case errors.As(err, &errno):
		return errno.Error()
	}
	return "read error"
}

// left says how much of the item was not read, as far as that is known.
func (f *frame) left() string {
	n := int64(0)
	switch {
	case f.file != nil:
		n = f.item.Size - f.file.far
	case f.unpacked != nil:
		n = f.declared - f.unpacked.n
	case f.depth > 0:
		n = f.declared
	}
	if n <= 0 {
		return ""
	}
	return fmt.Sprintf(": %d left", n)
}

func known(err error, list ...error) string {
	for _, k := range list {
		if errors.Is(err, k) {
			return k.Error()
		}
	}
	return "read error"
}

// openReason puts an error of opening into words. The source promises short
// words without a path; they are taken at that only when they hold none.
func (f *frame) openReason(err error) string {
	words := f.reason(err)
	if words != "read error" {
		return words
	}
	text := err.Error()
	if len(text) > 80 || strings.ContainsAny(text, `/\0123456789`) || strings.Contains(text, baseName(f.raw)) {
		return words
	}
	return text
}

func baseName(path string) string {
	return path[strings.LastIndexByte(path, '/')+1:]
}
