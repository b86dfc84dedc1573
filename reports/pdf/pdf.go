package pdf

import (
	"bytes"
	stdjson "encoding/json"
	"errors"
	"fmt"
	"io"

	"trustaudit/internal/audit"
	"trustaudit/reports/json"
	"trustaudit/reports/wording"
)

// Format is the edition that is signed.
var Format = audit.Format{Name: "pdf", Extension: ".pdf", MediaType: "application/pdf", Render: Render}

// Render draws the report and makes it ready to be signed. It draws what it
// embeds, read back: the pages are a pure function of the attached data.
func Render(w io.Writer, r *audit.Report) error {
	if r == nil {
		return errors.New("draw report: there is none")
	}
	var data bytes.Buffer
	if err := json.Render(&data, r); err != nil {
		return fmt.Errorf("draw report: %w", err)
	}
	var embedded audit.Report
	if err := stdjson.Unmarshal(data.Bytes(), &embedded); err != nil {
		return fmt.Errorf("draw report: read its data back: %w", err)
	}
	s, err := drawReport(&embedded)
	if err != nil {
		return fmt.Errorf("draw report: %w", err)
	}
	var raw bytes.Buffer
	if err := s.pdf.Output(&raw); err != nil {
		return fmt.Errorf("draw report: %w", err)
	}
	out, err := finalise(raw.Bytes(), finish{
		Data: data.Bytes(), Title: legible(embedded.Title + ": " + embedded.Engagement.Client.Name),
		Author: legible(embedded.Engagement.Auditor.Name), Created: embedded.Run.Ended.UTC(),
		Fields: s.fields, Spare: true,
	})
	if err != nil {
		return err
	}
	if _, err := w.Write(out); err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	return nil
}

// drawReport draws every page, and the spare one that the finaliser drops.
func drawReport(r *audit.Report) (*sheet, error) {
	s, err := newSheet(r)
	if err != nil {
		return nil, err
	}
	for _, section := range []func(*sheet, *audit.Report){
		drawCertificate, drawSummary, drawScope, drawFindings, drawOutcomes, drawMethod, drawDeclaration, drawCheck,
	} {
		section(s, r)
	}
	s.frame(wording.Bands(r))
	s.spare()
	return s, s.pdf.Error()
}
