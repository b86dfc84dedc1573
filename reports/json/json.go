// Package json renders a report as the data that every other edition is drawn
// from: the very bytes that the PDF embeds.
package json

import (
	"encoding/json"
	"fmt"
	"io"

	"trustaudit/internal/audit"
)

// Format writes indented JSON, fields in their order, for programs and for
// people who compare two reports line by line.
var Format = audit.Format{Name: "json", Extension: ".json", MediaType: "application/json", Render: Render}

// Render writes the report. Equal reports give equal bytes.
func Render(w io.Writer, r *audit.Report) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(r); err != nil {
		return fmt.Errorf("write report data: %w", err)
	}
	return nil
}
