package contained

import (
	"bytes"
	"encoding/json"
	"slices"
	"unicode/utf8"

	"trustaudit/internal/audit"
	"trustaudit/internal/extract"
	"trustaudit/internal/identify"
	"trustaudit/internal/probe/content/fact"
)

// A child has read what somebody else wrote, and may by now be his. What it says
// is taken only in the form that a fact of an examined item can have.

const (
	mostWords   = 4 << 10 // of a reason, or of a seal in words
	mostToken   = 64      // of the name of a format or kind
	mostExcerpt = 80      // runes
	mostDigits  = 3       // shown by an excerpt
	mostKinds   = 64
	mostRecords = 64 // explained of one item
)

// itemOf decodes and checks the fact of an item.
func itemOf(payload []byte) (fact.Item, error) {
	item, err := decode[fact.Item](payload)
	if err != nil {
		return item, err
	}
	statuses := []fact.Status{fact.Read, fact.Partial, fact.Sealed, fact.Unreadable, fact.Skipped}
	grades := []string{"", string(extract.SealWeak), string(extract.SealStrong)}
	sound := isID(item.ID) && tokens(item.Format, item.SealCipher, item.SealKDF) &&
		len(item.Modified) <= mostToken && slices.Contains(statuses, item.Status) && slices.Contains(grades, item.Seal) &&
		len(item.Reason) <= mostWords && len(item.SealDetail) <= mostWords && shown(item.Excerpt) &&
		item.Size >= 0 && item.Records >= 0 && len(item.Identifiers) <= mostKinds
	for name, c := range item.Identifiers {
		sound = sound && tokens(name) && c.Count >= 0 && c.Distinct >= 0
	}
	if !sound {
		return item, errFrame
	}
	return item, nil
}

// columnOf decodes and checks the fact of a column.
func columnOf(payload []byte) (fact.Column, error) {
	c, err := decode[fact.Column](payload)
	if err != nil {
		return c, err
	}
	lowest := c.Sketch.Lowest
	ascending := slices.IsSorted(lowest) && len(slices.Compact(slices.Clone(lowest))) == len(lowest)
	if !isID(c.Item) || !tokens(c.Format, c.Kind, c.Shape, c.Tested) || c.Index < 0 || c.Rows < 0 || c.Distinct < 0 ||
		len(lowest) > audit.SketchSize || !ascending {
		return c, errFrame
	}
	return c, nil
}

// recordsOf decodes and checks what explains an item.
func recordsOf(payload []byte) ([]identify.Record, error) {
	records, err := decode[[]identify.Record](payload)
	if err != nil || len(records) > mostRecords {
		return nil, errFrame
	}
	for _, r := range records {
		for _, a := range r.Addends {
			if !tokens(a.Kind, a.Signal) {
				return nil, errFrame
			}
		}
	}
	return records, nil
}

// isID reports whether a word is sixteen hexadecimal digits.
func isID(word string) bool {
	for i := range len(word) {
		if ch := word[i]; (ch < '0' || ch > '9') && (ch < 'a' || ch > 'f') {
			return false
		}
	}
	return len(word) == 16
}

// tokens reports whether words are such as formats, ciphers and kinds go by.
func tokens(words ...string) bool {
	for _, w := range words {
		if len(w) > mostToken {
			return false
		}
		for i := range len(w) {
			if ch := w[i]; ch < ' ' || ch > '~' {
				return false
			}
		}
	}
	return true
}

// shown reports whether an excerpt is as masked as every excerpt is.
func shown(excerpt string) bool {
	digits := 0
	for _, ch := range excerpt {
		if ch >= '0' && ch <= '9' {
			digits++
		}
	}
	return digits <= mostDigits && utf8.RuneCountInString(excerpt) <= mostExcerpt
}

// decode reads JSON that holds one value and nothing that is not known.
func decode[T any](payload []byte) (value T, err error) {
	if p, ok := any(value).(audit.Parser); ok {
		if f, ok := p.ParseJSON(payload); ok {
			return f.(T), nil
		}
	}
	d := json.NewDecoder(bytes.NewReader(payload))
	d.DisallowUnknownFields()
	if d.Decode(&value) != nil || d.More() {
		return value, errFrame
	}
	return value, nil
}

// encode is the other way round.
func encode(b []byte, value any) ([]byte, error) {
	if a, ok := value.(audit.Appender); ok {
		if out, ok := a.AppendJSON(b); ok {
			return out, nil
		}
	}
	out, err := json.Marshal(value)
	return append(b, out...), err
}
