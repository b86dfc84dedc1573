package ppt

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"

	"trustaudit/internal/extract"
	"trustaudit/internal/extract/ole"
	"trustaudit/internal/extract/ole/crypt"
	"trustaudit/internal/extract/seal"
)

// encrypted is the mark of a presentation that is, in the user's stream.
const encrypted = "\xdf\xc4\xd1\xf3"

// open settles how the presentation is encrypted, if it is, and opens it if that
// takes no secret.
func (p *presentation) open(f *ole.File) error {
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
	info, object, err := p.encryption(int64(binary.LittleEndian.Uint32(b[edit:])))
	open := false
	if err == nil {
		var key crypt.Key
		key, open = info.Open()
		p.key, found = &key, info.Seal
	} else if !errors.Is(err, extract.ErrCorrupt) && !errors.Is(err, extract.ErrUnsupported) {
		return err
	}
	if err := p.sink.Seal(found); err != nil {
		return err
	}
	if !open {
		return fmt.Errorf("open presentation: %w", extract.ErrSealed)
	}
	return p.decrypt(object)
}

// encryption finds how the presentation is encrypted: the last editing says
// where the directory of objects is, and which of them it is.
func (p *presentation) encryption(edit int64) (info crypt.Info, object uint32, err error) {
	const beforeAt, directoryAt, objectAt = 8, 12, 28
	for edits := 0; edit > 0 && edits < maxEdits; edits++ {
		rec, err := p.in.header(edit)
		if err != nil {
			return crypt.Info{}, 0, err
		}
		b, err := p.in.body(rec, objectAt+4)
		if err == nil && (rec.kind != recUserEdit || len(b) < objectAt) {
			err = fmt.Errorf("read last edit: %w", extract.ErrCorrupt)
		}
		if err != nil {
			return crypt.Info{}, 0, err
		}
		if len(b) >= objectAt+4 && object == 0 {
			object = binary.LittleEndian.Uint32(b[objectAt:])
		}
		if rec, err = p.in.header(int64(binary.LittleEndian.Uint32(b[directoryAt:]))); err != nil {
			return crypt.Info{}, 0, err
		}
		if err := p.places(rec); err != nil {
			return crypt.Info{}, 0, err
		}
		edit = int64(binary.LittleEndian.Uint32(b[beforeAt:]))
	}
	for at, id := range p.persist {
		if id != object {
			continue
		}
		rec, err := p.in.header(at)
		if err != nil {
			return crypt.Info{}, 0, err
		}
		b, err := p.in.body(rec, maxText)
		if err != nil {
			return crypt.Info{}, 0, err
		}
		info, err = crypt.Parse(b)
		return info, object, err
	}
	return crypt.Info{}, 0, fmt.Errorf("find encryption: %w", extract.ErrCorrupt)
}

// maxEdits bounds the savings of a presentation that are followed backwards.
const maxEdits = 1000

// decrypt has the stream read in clear from here on. The objects of the directory
// are encrypted one by one, each with the key of its own number; that which says
// how is not.
func (p *presentation) decrypt(except uint32) error {
	var spans []crypt.Span
	end := int64(0)
	for _, at := range slices.Sorted(maps.Keys(p.persist)) {
		id := p.persist[at]
		if id == except || at < end {
			continue
		}
		var h [headerSize]byte
		one := p.key.Spans(p.in.r, []crypt.Span{{At: at, Size: headerSize, Block: id}})
		if n, err := one.ReadAt(h[:], at); n < len(h) {
			if err = cut(err); errors.Is(err, extract.ErrCorrupt) {
				continue // its place is no place: what is read says so
			}
			return fmt.Errorf("read object: %w", err)
		}
		size := headerSize + int64(binary.LittleEndian.Uint32(h[4:]))
		spans = append(spans, crypt.Span{At: at, Size: size, Block: id})
		end = at + size
	}
	p.in = records{ctx: p.in.ctx, r: p.key.Spans(p.in.r, spans), size: p.in.size}
	return nil
}

// pictures is the stream of pictures in clear: the parts of each picture's header
// and the picture are encrypted one by one, all with the same key.
func (p *presentation) pictures(r io.ReaderAt, size int64) (io.ReaderAt, error) {
	if p.key == nil {
		return r, nil
	}
	const idSize, linesSize, kindAt = 16, 34, 2
	var spans []crypt.Span
	for at := int64(0); at+headerSize <= size && len(spans) < maxSlides; {
		var h [headerSize]byte
		parts := []crypt.Span{{At: at, Size: headerSize}}
		if n, err := p.key.Spans(r, parts).ReadAt(h[:], at); n < len(h) {
			if err = cut(err); !errors.Is(err, extract.ErrCorrupt) {
				return nil, fmt.Errorf("read pictures: %w", err)
			}
			break
		}
		ids := 1 + int(h[0]>>4&1)
		before := int64(1)
		if kind := binary.LittleEndian.Uint16(h[kindAt:]); kind >= 0xf01a && kind <= 0xf01c {
			before = linesSize
		}
		next := at + headerSize
		end := next + int64(binary.LittleEndian.Uint32(h[4:]))
		for range ids {
			parts = append(parts, crypt.Span{At: next, Size: idSize})
			next += idSize
		}
		parts = append(parts, crypt.Span{At: next, Size: before})
		if next += before; next < end {
			parts = append(parts, crypt.Span{At: next, Size: end - next})
		}
		spans = append(spans, parts...)
		at = max(end, next)
	}
	return p.key.Spans(r, spans), nil
}
