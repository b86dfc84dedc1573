package content

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"slices"
	"unicode/utf8"

	"trustaudit/internal/identify"
	"trustaudit/internal/probe/content/fact"
)

// emit concludes a frame's item: what was identified, under which name.
func (x *Examiner) emit(f *frame) error {
	if x.fatal != nil {
		return x.fatal
	}
	var sum identify.Summary
	if err := f.guard(func() error { sum = f.scan.Finish(); return nil }); err != nil {
		f.item.Status = fact.Unreadable
		f.item.Reason = joinReasons(f.item.Reason, errPanic.Error())
		sum = identify.Summary{}
	}
	item := f.item
	item.Identifiable, item.TestData = sum.Identifiable, sum.TestData
	item.Records, item.Score, item.Excerpt = sum.Records, sum.Score, sum.Excerpt
	item.Identifiers, item.Clinical = counts(sum.Identifiers), slices.Contains(sum.Flags, "clinical")
	x.name(f, &item)
	x.fatal = x.reveal(f.raw, item)
	if x.fatal == nil {
		x.fatal = x.send(f, item, sum)
	}
	return x.fatal
}

// name gives the item its id and the path it goes by.
func (x *Examiner) name(f *frame, item *fact.Item) {
	masked, found := f.scan.Mask(f.raw)
	item.ID = x.id(f.raw, found)
	item.Path, item.PathMasked = lossy(masked), found
	if !found && !utf8.ValidString(f.raw) {
		item.PathBase64 = base64.StdEncoding.EncodeToString([]byte(f.raw))
	}
}

// reveal keeps the raw path of an item whose path is masked.
func (x *Examiner) reveal(raw string, item fact.Item) error {
	if !item.PathMasked || x.config.Reveal == nil {
		return nil
	}
	if err := x.config.Reveal(item.ID, raw); err != nil {
		return fmt.Errorf("keep locator: %w", err)
	}
	return nil
}

// id names an item in the same way in every run over it. Where the path is kept
// in clear there is nothing to hide in its digest; a masked one needs the key.
func (x *Examiner) id(raw string, masked bool) string {
	if masked {
		return x.config.Key.DigestString("item", string(x.config.Target)+"\x00"+raw)
	}
	x.scratch = append(append(x.scratch[:0], "item\x00"...), x.config.Target...)
	x.scratch = append(append(x.scratch, 0), raw...)
	sum := sha256.Sum256(x.scratch)
	var id [16]byte
	hex.Encode(id[:], sum[:8])
	return string(id[:])
}

// lossy replaces every byte that is not UTF-8.
func lossy(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	return string([]rune(s))
}

func counts(in map[string]identify.Count) map[string]fact.Count {
	if len(in) == 0 {
		return nil
	}
	out := make(map[string]fact.Count, len(in))
	for kind, c := range in {
		out[kind] = fact.Count{Count: c.Count, Distinct: c.Distinct, Estimated: c.Estimated}
	}
	return out
}

func (x *Examiner) send(f *frame, item fact.Item, sum identify.Summary) error {
	if err := x.tell(event{fact: item}); err != nil {
		return fmt.Errorf("record item: %w", err)
	}
	if x.config.Explain != nil && len(sum.Explained) > 0 {
		if err := x.tell(event{records: f.masked(sum.Explained)}); err != nil {
			return err
		}
	}
	for _, c := range sum.Columns {
		err := x.tell(event{fact: fact.Column{
			Item: item.ID, Path: item.Path, Format: item.Format,
			Index: c.Index, Name: lossy(f.scan.MaskName(c.Name)),
			Rows: c.Rows, Distinct: c.Distinct,
			Kind: c.Kind, Share: c.Share, Shape: c.Shape,
			Tested: c.Tested, Scrambled: c.Scrambled, Sketch: c.Sketch,
		}})
		if err != nil {
			return fmt.Errorf("record column: %w", err)
		}
	}
	return nil
}

// masked masks the headings that explained records name.
func (f *frame) masked(records []identify.Record) []identify.Record {
	for _, r := range records {
		for i := range r.Addends {
			a := &r.Addends[i]
			a.Column = lossy(f.scan.MaskName(a.Column))
		}
	}
	return records
}
