package contained

import (
	"bytes"
	"encoding/json"
	"regexp"
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

// shapes of short words.
type shapes struct{ id, token, modified *regexp.Regexp }

func newShapes() shapes {
	return shapes{
		id:       regexp.MustCompile(`^[0-9a-f]{16}$`),
		token:    regexp.MustCompile(`^[A-Za-z0-9+._/ -]{0,64}$`),
		modified: regexp.MustCompile(`^[-+0-9T:Z]{0,40}$`),
	}
}

// item decodes and checks the fact of an item.
func (s *shapes) item(payload []byte) (fact.Item, error) {
	item, err := decode[fact.Item](payload)
	if err != nil {
		return item, err
	}
	statuses := []fact.Status{fact.Read, fact.Partial, fact.Sealed, fact.Unreadable, fact.Skipped}
	grades := []string{"", string(extract.SealWeak), string(extract.SealStrong)}
	sound := s.id.MatchString(item.ID) && s.tokens(item.Format, item.SealCipher, item.SealKDF) &&
		s.modified.MatchString(item.Modified) && slices.Contains(statuses, item.Status) && slices.Contains(grades, item.Seal) &&
		len(item.Reason) <= mostWords && len(item.SealDetail) <= mostWords && shown(item.Excerpt) && len(item.Content) <= mostToken &&
		item.Size >= 0 && item.Records >= 0 && len(item.Identifiers) <= mostKinds
	for name, c := range item.Identifiers {
		sound = sound && s.tokens(name) && c.Count >= 0 && c.Distinct >= 0
	}
	if !sound {
		return item, errFrame
	}
	return item, nil
}

// column decodes and checks the fact of a column.
func (s *shapes) column(payload []byte) (fact.Column, error) {
	c, err := decode[fact.Column](payload)
	if err != nil {
		return c, err
	}
	lowest := c.Sketch.Lowest
	ascending := slices.IsSorted(lowest) && len(slices.Compact(slices.Clone(lowest))) == len(lowest)
	if !s.id.MatchString(c.Item) || !s.tokens(c.Format, c.Kind, c.Shape, c.Tested) || c.Index < 0 || c.Rows < 0 || c.Distinct < 0 ||
		len(lowest) > audit.SketchSize || !ascending {
		return c, errFrame
	}
	return c, nil
}

// records decodes and checks what explains an item.
func (s *shapes) records(payload []byte) ([]identify.Record, error) {
	records, err := decode[[]identify.Record](payload)
	if err != nil || len(records) > mostRecords {
		return nil, errFrame
	}
	for _, r := range records {
		for _, a := range r.Addends {
			if !s.tokens(a.Kind, a.Signal) {
				return nil, errFrame
			}
		}
	}
	return records, nil
}

func (s *shapes) tokens(words ...string) bool {
	return !slices.ContainsFunc(words, func(w string) bool { return !s.token.MatchString(w) })
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
