package sign

import (
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"

	"trustaudit/internal/audit"
)

// Rendering says whether the signed pages are what the embedded data renders to.
type Rendering string

// The renderings.
const (
	RendersSame          Rendering = "same"
	RendersDifferent     Rendering = "differs"
	RendersNotComparable Rendering = "not comparable"
)

// ErrOtherRenderer is what a render function returns for data that another
// version of the renderer drew: the pages cannot be compared, which is no
// evidence of forgery.
var ErrOtherRenderer = errors.New("drawn by another version of the renderer")

// Problem is the worst thing to be said of a report.
type Problem string

// The problems, the worst first.
const (
	Altered       Problem = "altered"
	Untrusted     Problem = "untrusted" // also: not signed at all
	NotComparable Problem = "not comparable"
	NoProblem     Problem = "none"
)

// Verdict answers separately what can be asked of a report. Every answer that
// was not reached is the unfavourable one.
type Verdict struct {
	Digest        string     `json:"digest"` // SHA-256 of the file
	Intact        bool       `json:"intact"`
	Damage        string     `json:"damage,omitempty"` // why it is not intact
	Signed        bool       `json:"signed"`
	Certified     bool       `json:"certified"`
	Signer        *Signature `json:"signer,omitempty"` // the auditor
	Trusted       bool       `json:"trusted"`          // all who signed
	Distrust      string     `json:"distrust,omitempty"`
	Countersigned bool       `json:"countersigned"` // by somebody else, who is trusted
	Countersigner *Signature `json:"countersigner,omitempty"`
	Renders       Rendering  `json:"renders"`
	RendersDetail string     `json:"renders_detail,omitempty"`
	About         About      `json:"about"`
	Unchecked     []string   `json:"unchecked"` // what was not asked, and is therefore not answered
}

// unchecked lists what this verifier does not ask.
func unchecked() []string {
	return []string{
		"whether a certificate was revoked",
		"when it was signed (there is no time stamp)",
		"whether a later signature was cut off (a register would tell)",
	}
}

// About is what the embedded data says that the report is about.
type About struct {
	Report    string               `json:"report"` // its ID
	Kind      audit.EngagementKind `json:"kind"`
	Reference string               `json:"reference"`
	Client    audit.Organisation   `json:"client"`
	Renderer  string               `json:"renderer"`
}

// Signature is one signature and whose it is. What the certificate states
// stands apart from what the signer claims.
type Signature struct {
	Field       string    `json:"field"`
	Subject     string    `json:"subject"`
	Issuer      string    `json:"issuer"`
	Fingerprint string    `json:"fingerprint"` // SHA-256 of the certificate
	Algorithm   string    `json:"algorithm"`
	Trusted     bool      `json:"trusted"`
	Distrust    string    `json:"distrust,omitempty"`
	Name        string    `json:"claimed_name,omitempty"`
	Reason      string    `json:"claimed_reason,omitempty"`
	Location    string    `json:"claimed_location,omitempty"`
	Claimed     time.Time `json:"claimed_time"`
}

// notSigned is the damage of a report that nobody signed.
const notSigned = "it is not signed"

// Problem returns the worst thing to be said of the report.
func (v *Verdict) Problem() Problem {
	switch {
	case v.Damage == notSigned:
		return Untrusted
	case !v.Intact || v.Renders == RendersDifferent:
		return Altered
	case !v.Trusted || !v.Certified:
		return Untrusted
	case v.Renders != RendersSame:
		return NotComparable
	}
	return NoProblem
}

// Words returns the verdict in lines for people.
func (v *Verdict) Words() []string {
	lines := append([]string{v.headline()}, v.kindWords()...)
	if v.About.Report != "" {
		lines = append(lines, fmt.Sprintf("Report:        %s, reference %s", v.About.Report, v.About.Reference),
			fmt.Sprintf("About:         %s (%s)", v.About.Client.Name, v.About.Client.ODSCode))
	}
	lines = append(lines, "Intact:        "+answer(v.Intact, v.Damage),
		"Certified:     "+answer(v.Certified, ""))
	if v.Signer != nil {
		lines = append(lines, v.Signer.words("Signed by:     ")...)
	}
	if v.Countersigner != nil {
		lines = append(lines, v.Countersigner.words("Second by:     ")...)
	}
	lines = append(lines,
		"Trusted:       "+answer(v.Trusted, v.Distrust),
		"Countersigned: "+v.countersignedWords(),
		"Pages = data:  "+string(v.Renders))
	if v.RendersDetail != "" {
		lines[len(lines)-1] += ": " + v.RendersDetail
	}
	lines = append(lines, "SHA-256:       "+v.Digest, "Not checked:   "+strings.Join(v.Unchecked, "; ")+".")
	for i, line := range lines {
		lines[i] = strings.Map(printable, line)
	}
	return lines
}

// printable keeps names in a hostile file from steering the reader's terminal.
func printable(r rune) rune {
	if unicode.IsPrint(r) {
		return r
	}
	return unicode.ReplacementChar
}

func (v *Verdict) headline() string {
	switch v.Problem() {
	case Altered:
		return "ALTERED: do not rely on this file."
	case Untrusted:
		if !v.Signed {
			return "NOT SIGNED: nobody vouches for this file."
		}
		return "NOT TRUSTED: the file is intact, but who signed it is not known to be who they say."
	case NotComparable:
		return "INTACT AND TRUSTED, but its pages could not be compared with its data."
	case NoProblem:
	}
	if !v.Countersigned {
		return "GOOD: intact, signed and trusted; certified by the auditor, NOT countersigned."
	}
	return "GOOD: intact, signed and trusted; certified by the auditor and countersigned."
}

func (v *Verdict) kindWords() []string {
	switch v.About.Kind {
	case audit.IndependentAudit:
		return []string{"Kind:          independent audit"}
	case audit.SelfAssessment:
		return []string{"Kind:          SELF-ASSESSMENT by the trust itself. It is not an independent audit."}
	case audit.Demonstration:
		return []string{"Kind:          DEMONSTRATION with synthetic data. It says nothing of a real trust."}
	}
	return []string{"Kind:          not known. Do not take it for an audit."}
}

func (v *Verdict) countersignedWords() string {
	switch {
	case v.Countersigned:
		return "yes"
	case v.Countersigner == nil:
		return "no"
	case v.Signer != nil && v.Signer.Fingerprint == v.Countersigner.Fingerprint:
		return "no: both signatures are the auditor's"
	}
	return "no: the second signature is not trusted"
}

func (s *Signature) words(label string) []string {
	const indent = "               "
	return []string{
		label + s.Subject,
		indent + "issued by " + s.Issuer,
		indent + "certificate " + s.Fingerprint,
		indent + fmt.Sprintf("claims to be %q at %s", s.Name, s.Claimed.UTC().Format(time.RFC3339)),
	}
}

func answer(yes bool, why string) string {
	switch {
	case yes:
		return "yes"
	case why == "":
		return "no"
	}
	return "no: " + why
}
