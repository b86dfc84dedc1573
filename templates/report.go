package templates

import "embed"

// ReportData holds what reports say in so many words (report/text.tmpl) and
// the HTML edition's template and style.
//
//go:embed report/*.tmpl report/*.css
var ReportData embed.FS
