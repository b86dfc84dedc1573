package sign

import (
	"bytes"
	"crypto/sha256"
	"crypto/x509"
	"encoding/asn1"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"trustaudit/internal/audit"
	"trustaudit/internal/pdf"
)

// dataName is the attachment that a report is drawn from, and maxData what it
// may unpack to.
const (
	dataName = "report.json"
	maxData  = 128 << 20
)

// VerifyOptions say what to verify against.
type VerifyOptions struct {
	Roots *x509.CertPool // nil: nobody is trusted
	Now   time.Time
	// Render draws the report that the data describes, as it stood before it was
	// signed. It returns ErrOtherRenderer for data of another version.
	Render func(data []byte) ([]byte, error)
}

// Verify examines a report. A file that is no report, or a broken one, is not
// an error: the verdict says so.
func Verify(file []byte, o VerifyOptions) (*Verdict, error) {
	if o.Now.IsZero() {
		return nil, errors.New("verify report: no time was given")
	}
	sum := sha256.Sum256(file)
	v := &Verdict{
		Digest: hex.EncodeToString(sum[:]), Unchecked: unchecked(),
		Renders: RendersNotComparable, RendersDetail: "not examined",
	}
	doc, err := pdf.Parse(file)
	if err != nil {
		v.Damage = fmt.Errorf("%w: %w", errForeign, err).Error()
		return v, nil
	}
	layers, err := readLayers(doc)
	if err != nil {
		v.Signed = len(doc.Revisions) > 1
		v.Damage = err.Error()
		return v, nil
	}
	data, err := doc.Attachment(dataName, maxData)
	if err == nil {
		err = v.describe(data)
	}
	if err != nil {
		v.Damage = err.Error()
		return v, nil
	}
	if len(layers) == 0 {
		v.Damage = notSigned
		v.Distrust = notSigned
		return v, nil
	}
	v.Signed = true
	if err := v.examine(doc, layers, o); err != nil {
		v.Damage = err.Error()
		v.Trusted, v.Countersigned = false, false
		return v, nil
	}
	v.Intact, v.Certified = true, true
	v.render(doc, data, o.Render)
	return v, nil
}

// describe notes what the data says that the report is about.
func (v *Verdict) describe(data []byte) error {
	var d struct {
		Schema     string               `json:"schema"`
		Renderer   string               `json:"renderer"`
		ID         string               `json:"id"`
		Kind       audit.EngagementKind `json:"kind"`
		Engagement struct {
			Reference string             `json:"reference"`
			Client    audit.Organisation `json:"client"`
		} `json:"engagement"`
	}
	if err := json.Unmarshal(data, &d); err != nil {
		return fmt.Errorf("read embedded data: %w", err)
	}
	if d.Schema == "" || d.ID == "" {
		return errors.New("the embedded data is not that of a report")
	}
	v.About = About{
		Report: d.ID, Kind: d.Kind, Reference: d.Engagement.Reference,
		Client: d.Engagement.Client, Renderer: d.Renderer,
	}
	return nil
}

// examine opens every signature. An error means that the file is not intact.
func (v *Verdict) examine(doc *pdf.Document, layers []layer, o VerifyOptions) error {
	var problems []error
	for _, l := range layers {
		certs, err := l.open(doc.Bytes())
		if err != nil {
			return fmt.Errorf("signature %q: %w", l.field, err)
		}
		s := describeSignature(l, certs[0])
		err = distrust(certs, o.Roots, o.Now)
		if err == nil {
			err = implausible(l.at, certs[0], o.Now)
		}
		if err != nil {
			s.Distrust = err.Error()
			problems = append(problems, fmt.Errorf("signature %q: %w", l.field, err))
		} else {
			s.Trusted = true
		}
		if l.field == AuditorField {
			v.Signer = s
		} else {
			v.Countersigner = s
		}
	}
	v.Trusted = len(problems) == 0
	if !v.Trusted {
		v.Distrust = errors.Join(problems...).Error()
	}
	v.Countersigned = v.Countersigner != nil && v.Countersigner.Trusted &&
		v.Countersigner.Fingerprint != v.Signer.Fingerprint
	return nil
}

// open checks the signature value of a layer over the file.
func (l layer) open(file []byte) ([]*x509.Certificate, error) {
	if len(bytes.Trim(l.contents, "\x00")) == 0 {
		return nil, errors.New("the signature was blanked")
	}
	var raw asn1.RawValue
	padding, err := asn1.Unmarshal(l.contents, &raw)
	if err != nil {
		return nil, errors.New("the signature is not DER")
	}
	if len(bytes.Trim(padding, "\x00")) > 0 {
		return nil, errors.New("something is hidden behind the signature")
	}
	return openMessage(raw.FullBytes, file[:l.gap.start], file[l.gap.end:l.gap.length])
}

func describeSignature(l layer, cert *x509.Certificate) *Signature {
	s := &Signature{
		Field: l.field, Subject: cert.Subject.String(), Issuer: cert.Issuer.String(), Fingerprint: Fingerprint(cert),
		Name: l.name, Reason: l.reason, Location: l.location, Claimed: l.at,
	}
	if scheme, err := schemeFor(cert); err == nil {
		s.Algorithm = scheme.name
	}
	return s
}

// render draws the data again and compares it with the pages that were signed.
func (v *Verdict) render(doc *pdf.Document, data []byte, draw func([]byte) ([]byte, error)) {
	v.RendersDetail = ""
	if draw == nil {
		v.RendersDetail = "there is no renderer"
		return
	}
	again, err := draw(data)
	if errors.Is(err, ErrOtherRenderer) {
		v.RendersDetail = err.Error()
		return
	}
	if err != nil {
		v.Renders, v.RendersDetail = RendersDifferent, fmt.Sprintf("the data does not render: %v", err)
		return
	}
	equal, where, err := pdf.Equal(doc.Upto(1).Bytes(), again)
	switch {
	case err != nil:
		v.RendersDetail = fmt.Sprintf("compare with the data's rendering: %v", err)
	case equal:
		v.Renders = RendersSame
	default:
		v.Renders, v.RendersDetail = RendersDifferent, where
	}
}
