package sign

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"time"
	"unicode"

	"trustaudit/internal/pdf"
)

// The fields that a report is prepared with.
const (
	AuditorField          = "auditor"          // certifies: nothing but the other field may change after it
	CountersignatureField = "countersignature" // the trust's
)

// reserved is the room for a signature: enough for a chain and, later, for a
// time stamp.
const reserved = 16 << 10

// maxText bounds each text of a signature.
const maxText = 256

// Options say what a signature states beside who made it.
type Options struct {
	Field    string // AuditorField or CountersignatureField
	Name     string
	Reason   string
	Location string
	At       time.Time // as the signer claims; a time stamp would prove it
	Lines    []string  // shown in the box; by default name, reason and time
}

func (o Options) lines() []string {
	if len(o.Lines) > 0 {
		return o.Lines
	}
	lines := []string{"Signed by " + o.Name}
	if o.Reason != "" {
		lines = append(lines, o.Reason)
	}
	return append(lines, o.At.UTC().Format("2 January 2006 15:04 UTC"))
}

func (o Options) check(id *Identity) error {
	if o.At.IsZero() {
		return errors.New("no time of signing was given")
	}
	if o.At.Before(id.Certificate.NotBefore) || o.At.After(id.Certificate.NotAfter) {
		return fmt.Errorf("the certificate is valid from %s to %s, not on %s",
			id.Certificate.NotBefore.Format(time.DateOnly), id.Certificate.NotAfter.Format(time.DateOnly), o.At.Format(time.DateOnly))
	}
	if len(o.lines()) > maxBoxLines {
		return fmt.Errorf("more than %d lines for the box", maxBoxLines)
	}
	for _, text := range append([]string{o.Name, o.Reason, o.Location}, o.lines()...) {
		if err := checkText(text); err != nil {
			return err
		}
	}
	return unfit(id.Certificate)
}

func checkText(text string) error {
	if n := len([]rune(text)); n > maxText {
		return fmt.Errorf("a text of %d characters is too long: at most %d", n, maxText)
	}
	for _, r := range text {
		if !unicode.IsPrint(r) {
			return errors.New("a text holds a character that cannot be shown")
		}
	}
	return nil
}

// Sign signs a prepared report in one of its fields and returns the longer
// file. The auditor signs first and thereby certifies the report; the
// countersignature comes second.
func Sign(report []byte, id *Identity, o Options) ([]byte, error) {
	if err := o.check(id); err != nil {
		return nil, fmt.Errorf("sign report: %w", err)
	}
	doc, err := pdf.Parse(report)
	if err != nil {
		return nil, fmt.Errorf("sign report: %w", err)
	}
	layers, err := readLayers(doc)
	if err != nil {
		return nil, fmt.Errorf("sign report: %w", err)
	}
	if err := worthSigning(doc, layers); err != nil {
		return nil, fmt.Errorf("sign report: %w", err)
	}
	l := layer{field: o.Field, name: o.Name, reason: o.Reason, location: o.Location, at: o.At}
	if l.slot, err = freeSlot(doc, o.Field, len(layers)); err != nil {
		return nil, fmt.Errorf("sign report: %w", err)
	}
	l.box = newBox(doc, doc.Dict(l.slot), o.lines())
	signed, err := l.seal(doc, id)
	if err != nil {
		return nil, fmt.Errorf("sign report: %w", err)
	}
	return signed, nil
}

// worthSigning refuses a report that could not be verified afterwards: one
// without data, or with a signature that does not hold.
func worthSigning(doc *pdf.Document, layers []layer) error {
	data, err := doc.Attachment(dataName, maxData)
	if err != nil {
		return err
	}
	if err := new(Verdict).describe(data); err != nil {
		return err
	}
	for _, l := range layers {
		if _, err := l.open(doc.Bytes()); err != nil {
			return fmt.Errorf("signature %q: %w", l.field, err)
		}
	}
	return nil
}

// seal appends the layer to the document and puts its signature in.
func (l layer) seal(doc *pdf.Document, id *Identity) ([]byte, error) {
	l.contents = make([]byte, reserved)
	file, err := l.settle(doc)
	if err != nil {
		return nil, err
	}
	der, err := signMessage(id, file[:l.gap.start], file[l.gap.end:])
	if err != nil {
		return nil, err
	}
	if len(der) > reserved {
		return nil, fmt.Errorf("the signature takes %d bytes, of which %d are reserved", len(der), reserved)
	}
	hex.Encode(file[l.gap.start+1:], der)
	return file, nil
}

// settle finds the byte range of the layer, which stands inside what it
// measures, and returns the file.
func (l *layer) settle(doc *pdf.Document) ([]byte, error) {
	empty := append(append([]byte{'<'}, bytes.Repeat([]byte{'0'}, 2*reserved)...), '>')
	for range 8 {
		file := l.append(doc)
		at := bytes.Index(file[len(doc.Bytes()):], empty)
		if at < 0 {
			return nil, errors.New("the room for the signature was not found")
		}
		start := len(doc.Bytes()) + at
		found := gap{start, start + len(empty), len(file)}
		if found == l.gap {
			return file, nil
		}
		l.gap = found
	}
	return nil, errors.New("the byte range does not settle")
}
