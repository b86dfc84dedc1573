package ppt

import (
	"bytes"
	"compress/flate"
	"compress/zlib"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"unicode/utf8"

	"trustaudit/internal/extract"
	"trustaudit/internal/extract/codepage"
	"trustaudit/internal/extract/ole/crypt"
)

const (
	maxText    = 4 << 20  // of one text
	maxOutline = 16 << 20 // of the texts that wait for their slides
	maxSlides  = 1 << 18
)

// presentation is a presentation while it is read. Texts of the outline stand
// apart from the slides that show them, and are brought together: a name in a
// title and a number in a box are one slide's.
type presentation struct {
	ctx  context.Context
	sink extract.Sink
	in   records
	key  *crypt.Key // if it is encrypted

	persist map[int64]uint32    // which slide begins where
	outline map[uint32][]string // the texts of each
	held    int
	slide   uint32 // of the outline, or of the drawing, at hand
	objects int
	out     []byte
}

// survey reads what says which slide is where, and the outline.
func (p *presentation) survey() error {
	return p.in.walk(p.in.all(), 0, func(rec record) (bool, error) {
		switch rec.kind {
		case recDocument:
			return true, p.err()
		case recSlideList:
			p.slide = 0
			return true, nil
		case recPersist:
			return false, p.places(rec)
		case recSlidePersist:
			b, err := p.in.body(rec, 4)
			if p.slide = 0; len(b) == 4 {
				p.slide = binary.LittleEndian.Uint32(b)
			}
			return false, err
		case recTextHeader:
			p.outline[p.slide] = append(p.outline[p.slide], "")
		case recTextChars, recTextBytes:
			text, err := p.text(rec)
			return false, errors.Join(err, p.hold(text))
		}
		return false, nil
	})
}

// hold keeps a text of the outline for its slide.
func (p *presentation) hold(text []byte) error {
	if p.held += len(text); p.held > maxOutline {
		return p.sink.Text(append(text, '\n'))
	}
	texts := p.outline[p.slide]
	if len(texts) == 0 {
		texts = append(texts, "")
		p.outline[p.slide] = texts
	}
	texts[len(texts)-1] += string(text)
	return nil
}

func (p *presentation) err() error {
	if err := p.ctx.Err(); err != nil {
		return fmt.Errorf("read presentation: %w", err)
	}
	return nil
}

// places reads a directory of where the document's objects begin.
func (p *presentation) places(rec record) error {
	b, err := p.in.body(rec, maxText)
	for len(b) >= 4 && err == nil {
		first := binary.LittleEndian.Uint32(b)
		n := first >> 20
		first &= 1<<20 - 1
		for b = b[4:]; n > 0 && len(b) >= 4 && len(p.persist) < maxSlides; n-- {
			p.persist[int64(binary.LittleEndian.Uint32(b))] = first
			first++
			b = b[4:]
		}
	}
	return err
}

// text decodes a text record.
func (p *presentation) text(rec record) ([]byte, error) {
	b, err := p.in.body(rec, maxText)
	if rec.size > maxText {
		p.sink.Partial("a text is longer than any slide's")
	}
	var text []byte
	if rec.kind == recTextBytes { // the lower halves of sixteen bits
		for _, c := range b {
			text = utf8.AppendRune(text, rune(c))
		}
	} else {
		text = codepage.Wide(nil, b)
	}
	for i, c := range text {
		if c < ' ' && c != '\t' { // ends of paragraphs and lines, places of fields
			text[i] = '\n'
		}
	}
	return text, err
}

// read gives the slides and all else that holds text, in the order of the file.
func (p *presentation) read() error {
	p.slide = 0
	err := p.in.walk(p.in.all(), 0, func(rec record) (bool, error) {
		switch rec.kind {
		case recSlide, recNotes, recMaster, recDocument:
			if err := p.end(); err != nil {
				return false, err
			}
			p.slide = p.persist[rec.at-headerSize]
			return true, p.err()
		case recSlideList, recEncryption:
			return false, nil // was read before
		case recOutlineRef:
			return false, p.refer(rec)
		case recTextChars, recTextBytes:
			text, err := p.text(rec)
			p.line(text)
			return false, errors.Join(err, p.spill())
		case recString:
			return false, p.string(rec)
		case recObject:
			return false, p.object(rec)
		}
		return true, nil
	})
	if err != nil && !errors.Is(err, extract.ErrCorrupt) {
		return err
	}
	if ended := p.end(); ended != nil {
		return ended
	}
	if err == nil && p.in.broken {
		err = fmt.Errorf("read records: not within what they are in: %w", extract.ErrCorrupt)
	}
	return errors.Join(err, p.rest())
}

// refer gives the outline's text that a box on the slide shows.
func (p *presentation) refer(rec record) error {
	b, err := p.in.body(rec, 4)
	if err != nil || len(b) < 4 {
		return err
	}
	texts := p.outline[p.slide]
	if i := binary.LittleEndian.Uint32(b); int64(i) < int64(len(texts)) {
		p.line([]byte(texts[i]))
		texts[i] = ""
	}
	return nil
}

// string gives a name or a comment.
func (p *presentation) string(rec record) error {
	b, err := p.in.body(rec, maxText)
	if text := codepage.Wide(nil, b); !bytes.HasPrefix(text, []byte("___PPT")) {
		p.line(text)
	}
	return errors.Join(err, p.spill())
}

func (p *presentation) line(text []byte) {
	if text = bytes.TrimSpace(text); len(text) > 0 {
		p.out = append(append(p.out, text...), '\n')
	}
}

// spill gives what a slide has so far, if it is more than slides have.
func (p *presentation) spill() error {
	if len(p.out) < maxText {
		return nil
	}
	b := p.out
	p.out = p.out[:0]
	return p.sink.Text(b)
}

// end ends a slide.
func (p *presentation) end() error {
	for _, text := range p.outline[p.slide] {
		p.line([]byte(text))
	}
	delete(p.outline, p.slide)
	if len(p.out) == 0 {
		return nil
	}
	err := p.sink.Text(p.out)
	if p.out = p.out[:0]; err != nil {
		return err
	}
	return p.sink.Break()
}

// rest gives the outline's texts of which no slide was found.
func (p *presentation) rest() error {
	for _, p.slide = range slices.Sorted(maps.Keys(p.outline)) {
		if err := p.end(); err != nil {
			return err
		}
	}
	return nil
}

// object gives an embedded file: mostly a compound file, mostly compressed.
func (p *presentation) object(rec record) error {
	p.objects++
	const compressed = 1
	name, size := fmt.Sprintf("object%d", p.objects), rec.size
	body := io.NewSectionReader(p.in.r, rec.at, max(0, min(rec.size, p.in.size-rec.at)))
	if rec.instance != compressed {
		return p.sink.Child(extract.Child{Name: name, Size: size, Open: func() (io.ReadCloser, error) {
			return struct {
				*io.SectionReader
				io.Closer
			}{body, io.NopCloser(nil)}, nil
		}})
	}
	return p.sink.Child(extract.Child{Name: name, Size: -1, Open: func() (io.ReadCloser, error) {
		var length [4]byte
		if _, err := io.ReadFull(body, length[:]); err != nil {
			return nil, fmt.Errorf("read object: %w", cut(err))
		}
		z, err := zlib.NewReader(body)
		if err != nil {
			return nil, fmt.Errorf("unpack object: %w", corrupt(err))
		}
		return &unpacked{z, int64(binary.LittleEndian.Uint32(length[:]))}, nil
	}})
}

// unpacked reads what was compressed. Where the checksum at its end is missing,
// as some writers leave it, all of it may have been read before.
type unpacked struct {
	io.ReadCloser
	left int64
}

func (u *unpacked) Read(p []byte) (int, error) {
	n, err := u.ReadCloser.Read(p)
	u.left -= int64(n)
	switch {
	case err == nil, errors.Is(err, io.EOF):
		return n, err
	case u.left <= 0 && errors.Is(corrupt(err), extract.ErrCorrupt):
		return n, io.EOF
	}
	return n, fmt.Errorf("unpack object: %w", corrupt(err))
}

// corrupt is what an error of unpacking means.
func corrupt(err error) error {
	if _, ok := errors.AsType[flate.CorruptInputError](err); ok {
		return extract.ErrCorrupt
	}
	for _, e := range []error{zlib.ErrHeader, zlib.ErrChecksum, zlib.ErrDictionary, io.ErrUnexpectedEOF, io.EOF} {
		if errors.Is(err, e) {
			return extract.ErrCorrupt
		}
	}
	return err
}
