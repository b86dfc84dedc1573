package sign

import (
	"crypto/rand"
	"crypto/x509"
	"errors"
	"maps"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"trustaudit/internal/audit"
	"trustaudit/internal/pdf"
)

// now is the true time, because other programs check certificates against it.
var now = time.Now().UTC().Truncate(time.Second)

// people are the identities of the tests. Keys are not secret and made anew.
type people struct {
	authority, stranger    *Authority
	auditor, trust, forger *Identity
	rsa                    *Identity
}

var cast = sync.OnceValue(func() people {
	must := func(err error) {
		if err != nil {
			panic(err)
		}
	}
	var p people
	var err error
	p.authority, err = NewAuthority(Subject{Name: "Demonstration Root", Organisation: "trustaudit"}, now, rand.Reader)
	must(err)
	p.stranger, err = NewAuthority(Subject{Name: "Stranger Root"}, now, rand.Reader)
	must(err)
	p.auditor, err = p.authority.Issue(Subject{Name: "A. Auditor", Organisation: "Audit Ltd", Email: "auditor@example.invalid"})
	must(err)
	p.trust, err = p.authority.Issue(Subject{Name: "Siân Chief", Organisation: "Ysbyty Ŵyl Demo Trust"})
	must(err)
	p.rsa, err = p.authority.Issue(Subject{Name: "R. Auditor", Key: RSA3072})
	must(err)
	p.forger, err = p.stranger.Issue(Subject{Name: "A. Auditor", Organisation: "Audit Ltd"})
	must(err)
	return p
})

func prepared(t testing.TB) []byte {
	t.Helper()
	data, err := os.ReadFile("testdata/prepared.pdf")
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func auditorOptions() Options {
	return Options{
		Field: AuditorField, Name: "A. Auditor", Reason: "I audited this trust", Location: "Caerdydd (Cardiff)", At: now,
		Lines: []string{"Digitally signed by A. Auditor", "Audit Ltd, for Ysbyty Ŵyl Demo Trust", "21 November 2026 12:00 UTC"},
	}
}

func later(d time.Duration) Options {
	o := auditorOptions()
	o.At = now.Add(d)
	return o
}

func trustOptions() Options {
	return Options{Field: CountersignatureField, Name: "Siân Chief", Reason: "Received", At: now.Add(time.Hour)}
}

func signed(t testing.TB, file []byte, id *Identity, o Options) []byte {
	t.Helper()
	out, err := Sign(file, id, o)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func certified(t testing.TB) []byte { return signed(t, prepared(t), cast().auditor, auditorOptions()) }

func countersigned(t testing.TB) []byte {
	return signed(t, certified(t), cast().trust, trustOptions())
}

func pool(certs ...*x509.Certificate) *x509.CertPool {
	p := x509.NewCertPool()
	for _, c := range certs {
		p.AddCert(c)
	}
	return p
}

// verifyOptions trust the demonstration root and render the sample's data.
func verifyOptions(t testing.TB) VerifyOptions {
	original := prepared(t)
	return VerifyOptions{Roots: pool(cast().authority.Root), Now: now, Render: func(data []byte) ([]byte, error) {
		doc, err := pdf.Parse(original)
		if err != nil {
			return nil, err
		}
		want, err := doc.Attachment(dataName, maxData)
		if err != nil {
			return nil, err
		}
		if string(want) != string(data) {
			return nil, errors.New("other data")
		}
		return original, nil
	}}
}

func verified(t testing.TB, file []byte, o VerifyOptions) *Verdict {
	t.Helper()
	v, err := Verify(file, o)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestSignAndVerify(t *testing.T) {
	both := certified(t)
	tests := map[string]struct {
		file                     []byte
		problem                  Problem
		intact, trusted, counter bool
	}{
		"certified":         {both, NoProblem, true, true, false},
		"countersigned":     {countersigned(t), NoProblem, true, true, true},
		"RSA":               {signed(t, prepared(t), cast().rsa, auditorOptions()), NoProblem, true, true, false},
		"twice the auditor": {signed(t, both, cast().auditor, trustOptions()), NoProblem, true, true, false},
		"stranger counters": {signed(t, both, cast().forger, trustOptions()), Untrusted, true, false, false},
		"stranger":          {signed(t, prepared(t), cast().forger, auditorOptions()), Untrusted, true, false, false},
		"unsigned":          {prepared(t), Untrusted, false, false, false},
		"no PDF":            {[]byte("%PDF-1.7\n"), Altered, false, false, false},
		"empty":             {nil, Altered, false, false, false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			v := verified(t, test.file, verifyOptions(t))
			if v.Problem() != test.problem || v.Intact != test.intact || v.Trusted != test.trusted || v.Countersigned != test.counter {
				t.Errorf("problem %s\n%s", v.Problem(), strings.Join(v.Words(), "\n"))
			}
		})
	}
}

func TestVerdictTellsWhoAndWhat(t *testing.T) {
	v := verified(t, countersigned(t), verifyOptions(t))
	want := &Signature{
		Field: AuditorField, Subject: "CN=A. Auditor,O=Audit Ltd", Issuer: "CN=Demonstration Root,O=trustaudit",
		Fingerprint: cast().auditor.Fingerprint(), Algorithm: "ECDSA P-256 with SHA-256", Trusted: true,
		Name: "A. Auditor", Reason: "I audited this trust", Location: "Caerdydd (Cardiff)", Claimed: now,
	}
	if d := cmp.Diff(want, v.Signer); d != "" {
		t.Error(d)
	}
	if v.Countersigner.Name != "Siân Chief" || v.Countersigner.Fingerprint != cast().trust.Fingerprint() {
		t.Errorf("countersigner = %+v", v.Countersigner)
	}
	about := About{
		Report: "5f2c9a1e77b0", Kind: audit.Demonstration, Reference: "DEMO-1", Renderer: "1",
		Client: audit.Organisation{Name: "Ysbyty Ŵyl Demo Trust", ODSCode: "X9Z01"},
	}
	if d := cmp.Diff(about, v.About); d != "" {
		t.Error(d)
	}
	words := strings.Join(v.Words(), "\n")
	for _, want := range []string{"GOOD", "DEMONSTRATION", "Countersigned: yes", "Pages = data:  same"} {
		if !strings.Contains(words, want) {
			t.Errorf("words lack %q:\n%s", want, words)
		}
	}
}

func TestVerifyRenders(t *testing.T) {
	tests := map[string]struct {
		render  func([]byte) ([]byte, error)
		renders Rendering
		problem Problem
	}{
		"other version": {func([]byte) ([]byte, error) { return nil, ErrOtherRenderer }, RendersNotComparable, NotComparable},
		"no renderer":   {nil, RendersNotComparable, NotComparable},
		"fails":         {func([]byte) ([]byte, error) { return nil, errors.New("bad data") }, RendersDifferent, Altered},
		"other pages": {func([]byte) ([]byte, error) {
			doc, err := pdf.Parse(prepared(t))
			if err != nil {
				return nil, err
			}
			u := doc.Update()
			page := doc.Pages()[0]
			u.Set(page, pdf.Dict{"Type": pdf.Name("Page")})
			return u.Rewrite()
		}, RendersDifferent, Altered},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			o := verifyOptions(t)
			o.Render = test.render
			v := verified(t, certified(t), o)
			if v.Renders != test.renders || v.Problem() != test.problem {
				t.Errorf("renders %s (%s), problem %s", v.Renders, v.RendersDetail, v.Problem())
			}
		})
	}
}

// issuedFor issues a certificate for another purpose.
func issuedFor(t *testing.T, change func(*x509.Certificate)) *Identity {
	t.Helper()
	key, err := P256.generate(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := leaf(Subject{Name: "Other purpose"}, now)
	change(template)
	cert, err := issue(template, cast().authority.Root, key.Public(), cast().authority.key, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return &Identity{Certificate: cert, Signer: key}
}

func TestVerifyTrust(t *testing.T) {
	self, err := SelfSigned(Subject{Name: "Self"}, now, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	bySelf := signed(t, prepared(t), self, auditorOptions())
	backdated := crafted(t, prepared(t), AuditorField, cast().auditor, func(_ *pdf.Document, _ *pdf.Update, value pdf.Dict) {
		value["M"] = pdf.Date(now.AddDate(-1, 0, 0))
	})
	byServer := crafted(t, prepared(t), AuditorField, issuedFor(t, func(c *x509.Certificate) {
		c.ExtKeyUsage, c.UnknownExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}, nil
	}), nil)
	byNobody := crafted(t, prepared(t), AuditorField, issuedFor(t, func(c *x509.Certificate) {
		c.KeyUsage = x509.KeyUsageKeyAgreement
	}), nil)
	plain := signed(t, prepared(t), issuedFor(t, func(c *x509.Certificate) {
		c.KeyUsage, c.ExtKeyUsage, c.UnknownExtKeyUsage = 0, nil, nil
	}), auditorOptions())
	tests := map[string]struct {
		file  []byte
		roots *x509.CertPool
		now   time.Time
		want  string // part of the distrust; empty: trusted
	}{
		"no anchors":      {certified(t), nil, now, "no trust anchors"},
		"empty anchors":   {certified(t), pool(), now, "none of the trust anchors"},
		"other anchor":    {certified(t), pool(cast().stranger.Root), now, "none of the trust anchors"},
		"expired":         {certified(t), pool(cast().authority.Root), now.AddDate(3, 0, 0), "nothing proves"},
		"not yet valid":   {certified(t), pool(cast().authority.Root), now.AddDate(-1, 0, 0), "nothing proves"},
		"tomorrow":        {signed(t, prepared(t), cast().auditor, later(48*time.Hour)), pool(cast().authority.Root), now, "in the future"},
		"before its time": {backdated, pool(cast().authority.Root), now, "when the certificate was not valid"},
		"no usage named":  {plain, pool(cast().authority.Root), now, ""},
		"server key":      {byServer, pool(cast().authority.Root), now, "extended key usage"},
		"no use":          {byNobody, pool(cast().authority.Root), now, "key usage"},
		"self, given":     {bySelf, pool(self.Certificate), now, ""},
		"self, not given": {bySelf, pool(cast().authority.Root), now, "none of the trust anchors"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			o := verifyOptions(t)
			o.Roots, o.Now = test.roots, test.now
			v := verified(t, test.file, o)
			if !v.Intact || v.Trusted != (test.want == "") || !strings.Contains(v.Distrust, test.want) {
				t.Errorf("trusted %v: %s (%s)", v.Trusted, v.Distrust, v.Damage)
			}
		})
	}
}

func TestVerifyNeedsTime(t *testing.T) {
	if _, err := Verify(nil, VerifyOptions{}); err == nil {
		t.Error("verified without a time")
	}
}

// broken is a certified report with another value of the same shape as its
// signature's.
func broken(t *testing.T) []byte {
	t.Helper()
	other, err := signMessage(cast().auditor, []byte("other content"))
	if err != nil {
		t.Fatal(err)
	}
	return withContents(t, certified(t), other)
}

func withoutData(t *testing.T) []byte {
	t.Helper()
	doc := parsed(t, prepared(t))
	u := doc.Update()
	ref, _ := doc.Trailer()["Root"].(pdf.Ref)
	root := maps.Clone(doc.Root())
	delete(root, "Names")
	u.Set(ref, root)
	file, err := u.Rewrite()
	if err != nil {
		t.Fatal(err)
	}
	return file
}

func TestSignRefuses(t *testing.T) {
	with := func(change func(*Options)) Options {
		o := auditorOptions()
		change(&o)
		return o
	}
	wrongUse := *cast().auditor
	server := *wrongUse.Certificate
	server.ExtKeyUsage, server.UnknownExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}, nil
	wrongUse.Certificate = &server
	me := cast().auditor
	tests := map[string]struct {
		file []byte
		id   *Identity
		o    Options
		want string
	}{
		"no such field":  {prepared(t), me, with(func(o *Options) { o.Field = "chair" }), `no signature field "chair"`},
		"counter first":  {prepared(t), me, trustOptions(), `next field to sign is "auditor"`},
		"twice":          {certified(t), me, auditorOptions(), `next field to sign is "countersignature"`},
		"third":          {countersigned(t), me, auditorOptions(), "both fields are signed"},
		"no time":        {prepared(t), me, with(func(o *Options) { o.At = time.Time{} }), "no time"},
		"expired":        {prepared(t), me, with(func(o *Options) { o.At = now.AddDate(4, 0, 0) }), "valid from"},
		"control":        {prepared(t), me, with(func(o *Options) { o.Reason = "a\nb" }), "cannot be shown"},
		"long":           {prepared(t), me, with(func(o *Options) { o.Name = strings.Repeat("x", 257) }), "too long"},
		"many lines":     {prepared(t), me, with(func(o *Options) { o.Lines = make([]string, 9) }), "more than 8 lines"},
		"server key":     {prepared(t), &wrongUse, auditorOptions(), "extended key usage"},
		"broken first":   {broken(t), cast().trust, trustOptions(), "changed after it was signed"},
		"no data":        {withoutData(t), me, auditorOptions(), "attachment"},
		"no PDF":         {[]byte("no"), me, auditorOptions(), "parse PDF"},
		"trailing bytes": {append(prepared(t), ' '), me, auditorOptions(), "parse PDF"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if _, err := Sign(test.file, test.id, test.o); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error = %v, want it to say %q", err, test.want)
			}
		})
	}
}

func TestSignLeavesTheFileAsItWas(t *testing.T) {
	before := prepared(t)
	kept := slices.Clone(before)
	after := signed(t, before, cast().auditor, auditorOptions())
	if !slices.Equal(before, kept) || !slices.Equal(after[:len(before)], before) {
		t.Error("signing changed what was there")
	}
}
