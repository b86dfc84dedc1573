// Package part knows files that continue others, by their names: the later
// volumes of an archive or a disk image, and pieces of a file that was split. They
// have no beginning by which anything could read them, so that they say where it
// is; what is text in them is read all the same.
package part

import (
	"context"
	"errors"
	"fmt"
	"path"
	"strconv"
	"strings"

	"trustaudit/internal/extract"
	"trustaudit/internal/extract/charset"
	"trustaudit/internal/extract/runs"
)

// Format is a file that continues another.
var Format = extract.Format{Name: "part", Plain: true, Detect: detect, Read: read}

// detect goes by the name. A piece of a text is text, and read as such.
func detect(head []byte, name string) extract.Confidence {
	if continues(name) && len(head) > 0 && !charset.IsText(head) {
		return extract.ByName
	}
	return extract.No
}

// continues reports whether the name is that of a file after the first in its
// sequence: archive.7z.002, archive.z02, archive.r00, archive.part2.rar,
// image.E02.
func continues(name string) bool {
	ext := path.Ext(name)
	stem := strings.TrimSuffix(name, ext)
	ext = strings.ToLower(ext)
	if ext == ".rar" {
		number, marked := strings.CutPrefix(strings.ToLower(path.Ext(stem)), ".part")
		n, err := strconv.Atoi(number)
		return marked && err == nil && n > 1
	}
	if len(ext) != 4 || stem == "" {
		return false
	}
	letters := strings.TrimRight(ext[1:], digits)
	n, err := strconv.Atoi(ext[1+len(letters):])
	switch {
	case err != nil:
		return false
	case letters == "r", letters == "s":
		return true // the first has the archive's own name
	case letters == "":
		return n > 1 && !isNumber(path.Ext(stem)) // not the last number of a UID
	}
	return (letters == "z" || letters == "e") && n > 1
}

const digits = "0123456789"

func isNumber(ext string) bool { return len(ext) > 1 && strings.Trim(ext[1:], digits) == "" }

func read(ctx context.Context, doc extract.Document, sink extract.Sink) error {
	sink.Partial("its beginning is in another file")
	err := runs.Read(ctx, doc, sink)
	switch {
	case errors.Is(err, extract.ErrUnsupported):
		return fmt.Errorf("read from its beginning: %w", extract.ErrPart)
	case err == nil:
		sink.Partial(extract.ErrPart.Error())
	}
	return err
}
