// Package json renders a report as the data that every other edition is drawn
// from: the very bytes that the PDF embeds.
package json

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"

	"trustaudit/internal/audit"
)

// Format writes indented JSON, fields in their order, for programs and for
// people who compare two reports line by line.
var Format = audit.Format{Name: "json", Extension: ".json", MediaType: "application/json", Render: Render}

// Render writes the report. Equal reports give equal bytes, and so does a
// report that was read back from those bytes.
func Render(w io.Writer, r *audit.Report) error {
	data, err := encode(r)
	if err != nil {
		return fmt.Errorf("encode report data: %w", err)
	}
	// The encoder escapes the character that stands for bytes which are no
	// text, but not where the text itself has it: only once read back is the
	// form settled.
	if bytes.Contains(data, []byte(`\ufffd`)) {
		var back audit.Report
		if err := json.Unmarshal(data, &back); err != nil {
			return fmt.Errorf("read report data back: %w", err)
		}
		if data, err = encode(&back); err != nil {
			return fmt.Errorf("encode report data: %w", err)
		}
	}
	if _, err := w.Write(data); err != nil {
		return fmt.Errorf("write report data: %w", err)
	}
	return nil
}

func encode(r *audit.Report) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	err := e.Encode(r)
	return b.Bytes(), err
}
