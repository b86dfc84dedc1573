package pdf_test

import (
	"testing"

	"trustaudit/internal/extract/pdf"
	"trustaudit/internal/extracttest"
)

func FuzzRead(f *testing.F) {
	f.Add([]byte("%PDF-1.4\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n2 0 obj\n<</Type/Pages/Kids[3 0 R]/Count 1>>\nendobj\n3 0 obj\n<</Type/Page/Parent 2 0 R/Contents 4 0 R>>\nendobj\n4 0 obj\n<</Length 36>>\nstream\nBT /F1 12 Tf 72 700 Td (hello) Tj ET\nendstream\nendobj\ntrailer\n<</Root 1 0 R>>\n"))
	f.Fuzz(func(t *testing.T, in []byte) { extracttest.Fuzz(t, pdf.Format, "x.pdf", in) })
}
