// Package ppt reads presentations of PowerPoint 97 to 2003: slides, notes,
// comments, masters, what earlier savings left in the file, properties, and the
// files and pictures in them.
package ppt

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strings"

	"trustaudit/internal/extract"
	"trustaudit/internal/extract/ole"
	"trustaudit/internal/extract/ole/crypt"
	"trustaudit/internal/extract/ole/drawing"
	"trustaudit/internal/extract/seal"
)

// Format is the presentation of PowerPoint 97 to 2003.
var Format = extract.Format{Name: "ppt", Detect: detect, Read: read}

const mainStream = "PowerPoint Document"

func detect(head []byte, name string) extract.Confidence {
	if !ole.Is(head) {
		return extract.No
	}
	names := ole.Streams(head)
	switch {
	case slices.ContainsFunc(names, func(n string) bool { return strings.EqualFold(n, mainStream) }):
		return extract.BySignature
	case len(names) == 0 && (strings.HasSuffix(strings.ToLower(name), ".ppt") || strings.HasSuffix(strings.ToLower(name), ".pps")):
		return extract.ByContent
	}
	return extract.No
}

func read(ctx context.Context, doc extract.Document, sink extract.Sink) error {
	f, err := ole.Load(ctx, doc, sink)
	if err != nil {
		return err
	}
	return Read(ctx, f, sink)
}

// Read reads a presentation out of a compound file.
func Read(ctx context.Context, f *ole.File, sink extract.Sink) error {
	e := f.Root().Stream(mainStream)
	if e == nil {
		return fmt.Errorf("find presentation: %w", extract.ErrCorrupt)
	}
	s, err := f.Open(e)
	if err != nil {
		return err
	}
	p := &presentation{
		ctx: ctx, sink: sink, in: records{ctx: ctx, r: s, size: s.Size()},
		persist: make(map[int64]uint32), outline: make(map[uint32][]string),
	}
	if err := p.sealed(f); err != nil {
		return err
	}
	broken := p.survey()
	if broken == nil || errors.Is(broken, extract.ErrCorrupt) {
		broken = errors.Join(broken, p.read())
	}
	if broken != nil && !errors.Is(broken, extract.ErrCorrupt) {
		return broken
	}
	if e := f.Root().Stream("Pictures"); e != nil {
		s, err := f.Open(e)
		if err != nil {
			return err
		}
		if err := drawing.Pictures(ctx, s, s.Size(), sink); err != nil {
			return err
		}
	}
	if err := f.Properties(f.Root(), sink); err != nil {
		return err
	}
	return broken
}

// encrypted is the mark of a presentation that is, in the user's stream.
const encrypted = "\xdf\xc4\xd1\xf3"

// sealed reports how the presentation is encrypted, if it is. Its slides are
// encrypted one by one; PowerPoint has no password that everybody knows.
func (p *presentation) sealed(f *ole.File) error {
	const mark, edit = 12, 16
	user := f.Root().Stream("Current User")
	if user == nil {
		return nil
	}
	b, err := f.ReadAll(user, edit+4)
	if err != nil && !errors.Is(err, extract.ErrCorrupt) {
		return err
	}
	if len(b) < edit+4 || string(b[mark:edit]) != encrypted {
		return nil
	}
	found := seal.Of("Office CryptoAPI", "RC4", 0)
	info, err := p.encryption(int64(binary.LittleEndian.Uint32(b[edit:])))
	if err == nil {
		found = info.Seal
	} else if !errors.Is(err, extract.ErrCorrupt) && !errors.Is(err, extract.ErrUnsupported) {
		return err
	}
	if err := p.sink.Seal(found); err != nil {
		return err
	}
	return fmt.Errorf("open presentation: %w", extract.ErrSealed)
}

// encryption finds how the presentation is encrypted: the last editing says
// where the directory of objects is, and which of them it is.
func (p *presentation) encryption(edit int64) (crypt.Info, error) {
	const directoryAt, objectAt = 12, 28
	rec, err := p.in.header(edit)
	if err != nil {
		return crypt.Info{}, err
	}
	b, err := p.in.body(rec, objectAt+4)
	if err == nil && len(b) < objectAt+4 {
		err = fmt.Errorf("read last edit: %w", extract.ErrCorrupt)
	}
	if err != nil {
		return crypt.Info{}, err
	}
	if rec, err = p.in.header(int64(binary.LittleEndian.Uint32(b[directoryAt:]))); err != nil {
		return crypt.Info{}, err
	}
	if err := p.places(rec); err != nil {
		return crypt.Info{}, err
	}
	object := binary.LittleEndian.Uint32(b[objectAt:])
	for at, id := range p.persist {
		if id != object {
			continue
		}
		if rec, err = p.in.header(at); err != nil {
			return crypt.Info{}, err
		}
		b, err := p.in.body(rec, maxText)
		if err != nil {
			return crypt.Info{}, err
		}
		return crypt.Parse(b)
	}
	return crypt.Info{}, fmt.Errorf("find encryption: %w", extract.ErrCorrupt)
}
