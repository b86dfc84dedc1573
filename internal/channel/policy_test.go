package channel

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"trustaudit/internal/audit"
)

// small is a policy of a few rows.
func small(t *testing.T, more ...string) *Policy {
	t.Helper()
	rows := []string{
		"# a remark", "",
		"clause\tC1\tA clause\tA standard",
		"trait\tdoor\tCHECK-DOOR\tencryption\twhether the door is shut",
		"trait\tguard\tCHECK-GUARD\taccess\twho stands there",
		"rule\tdoor\topen\topen\thigh\t100\tC1\t-\tstands open: {detail}",
		"rule\tdoor\told-*\tacceptable\tnote\t20\tC1\t2019, C1\tis old: {value}",
		"rule\tdoor\t<3\tweak\tmedium\t50\t-\t-\tis {value} thick",
		"rule\tdoor\t9\tsound\tnone\t0\t-\t-\tis thick",
		"rule\tguard\tnobody\tweak\tmedium\t60\t-\t-\tis not guarded",
		"rule\tguard\t*\tsound\tnone\t0\t-\t-\tis guarded",
		"remedy\tdoor\topen\tmaker a\tshut=yes",
		"remedy\tdoor\t*\t*\tshut it",
	}
	p, err := read(map[string]string{"a.tsv": strings.Join(append(rows, more...), "\n")})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestJudge(t *testing.T) {
	p := small(t)
	for _, c := range []struct {
		trait   Trait
		product string
		want    Verdict
	}{
		{Trait{"door", "open", "seen"}, "Maker A 2.1", Verdict{Known: true, Facet: "encryption", Grade: Open, Severity: audit.High, Points: 100, Clauses: []string{"C1"}, Reason: "stands open: seen", Remedy: "shut=yes"}},
		{Trait{"door", "OPEN", ""}, "Maker B", Verdict{Known: true, Facet: "encryption", Grade: Open, Severity: audit.High, Points: 100, Clauses: []string{"C1"}, Reason: "stands open: ", Remedy: "shut it"}},
		{Trait{"door", "old-oak", ""}, "", Verdict{Known: true, Facet: "encryption", Grade: Acceptable, Severity: audit.Note, Points: 20, Clauses: []string{"C1"}, Since: "2019, C1", Reason: "is old: old-oak", Remedy: "shut it"}},
		{Trait{"door", "2", ""}, "", Verdict{Known: true, Facet: "encryption", Grade: Weak, Severity: audit.Medium, Points: 50, Reason: "is 2 thick", Remedy: "shut it"}},
		{Trait{"door", "3", ""}, "", Verdict{Facet: "encryption", Grade: Sound}},
		{Trait{"guard", "a dog", ""}, "", Verdict{Known: true, Facet: "access", Grade: Sound, Reason: "is guarded"}},
		{Trait{"window", "open", ""}, "", Verdict{Grade: Sound}},
	} {
		c.want.Trait = c.trait
		if diff := cmp.Diff(c.want, p.Judge(c.trait, c.product, "")); diff != "" {
			t.Errorf("%v of %q (-want +got):\n%s", c.trait, c.product, diff)
		}
	}
}

func TestFits(t *testing.T) {
	for _, c := range []struct {
		pattern, value string
		want           bool
	}{
		{"a", "A", true}, {"a", "ab", false}, {"a*", "ab", true}, {"*b", "ab", true}, {"a*c", "abc", true}, {"ab*bc", "abc", false},
		{"*md5*", "hmac-md5-96", true}, {"*md5*", "hmac-sha1", false}, {"*", "", true}, {"<10", "9", true}, {"<10", "10", false}, {"<10", "x", false}, {"<x", "1", false},
	} {
		if got := fits(c.pattern, c.value); got != c.want {
			t.Errorf("%q fits %q: %v", c.pattern, c.value, got)
		}
	}
}

// TestGrade sees that each facet loses what its worst trait costs, once, and that
// every cap shows what it did.
func TestGrade(t *testing.T) {
	p := small(t)
	door := func(values ...string) Seen {
		s := Seen{Endpoint: "h:1", Service: "gate"}
		for _, v := range values {
			s.Has("door", v, "")
		}
		return s
	}
	guard := Seen{Endpoint: "h:1"}
	guard.Has("guard", "nobody", "")
	for _, c := range []struct {
		name          string
		seen          []Seen
		grade         Grade
		before, score int
		caps          []string
	}{
		{"nothing", nil, Ungraded, 0, 0, nil},
		{"nothing that the policy knows", []Seen{{Endpoint: "h:1", Traits: []Trait{{Name: "window"}}}}, Ungraded, 0, 0, nil},
		{"of no worth that is known", []Seen{door("3")}, Ungraded, 0, 0, nil},
		{"sound", []Seen{door("9")}, Sound, 100, 100, nil},
		{"old", []Seen{door("old-oak")}, Acceptable, 92, 79, []string{"92 to 79"}},
		{"twice as old costs as much", []Seen{door("old-oak", "old-elm")}, Acceptable, 92, 79, []string{"92 to 79"}},
		{"old and thin", []Seen{door("old-oak", "2")}, Weak, 80, 49, []string{"80 to 79", "79 to 49"}},
		{"thin and not guarded", []Seen{door("2"), guard}, Weak, 65, 49, []string{"65 to 49"}},
		{"open", []Seen{door("open")}, Open, 60, 19, []string{"60 to 19"}},
	} {
		g := p.Grade(c.seen...)
		var caps []string
		for _, one := range g.Caps {
			caps = append(caps, fmt.Sprintf("%d to %d", one.From, one.To))
		}
		if g.Grade != c.grade || g.Before != c.before || g.Score != c.score || !slices.Equal(caps, c.caps) {
			t.Errorf("%s: %s, %d before caps, %d after %v", c.name, g.Grade, g.Before, g.Score, caps)
		}
	}
}

func TestReadRefuses(t *testing.T) {
	for name, row := range map[string]string{
		"a row of no kind":        "rules\tx",
		"too few columns":         "clause\tC9\tA clause",
		"a clause twice":          "clause\tC1\tA clause\tA standard",
		"a trait twice":           "trait\tdoor\tCHECK\taccess\twords",
		"a facet of no kind":      "trait\troof\tCHECK\tbeauty\twords",
		"a rule without a trait":  "rule\troof\tflat\tweak\tlow\t10\t-\t-\tis flat",
		"a grade of no kind":      "rule\tdoor\tred\tugly\tlow\t10\t-\t-\tis red",
		"a severity of no kind":   "rule\tdoor\tred\tweak\tbad\t10\t-\t-\tis red",
		"points that are none":    "rule\tdoor\tred\tweak\tlow\tten\t-\t-\tis red",
		"a clause nobody defines": "rule\tdoor\tred\tweak\tlow\t10\tC9\t-\tis red",
	} {
		rows := "clause\tC1\tA clause\tA standard\ntrait\tdoor\tCHECK\taccess\twords\n" + row
		if _, err := read(map[string]string{"a.tsv": rows}); err == nil {
			t.Errorf("%s is taken", name)
		}
	}
}

// TestShipped holds the policy of the binary to what all of it is promised to be.
func TestShipped(t *testing.T) {
	p := Shipped()
	used := map[string]bool{}
	for name, rules := range p.rules {
		for _, r := range rules {
			for _, c := range r.clauses {
				used[c] = true
			}
			switch {
			case r.reason == "":
				t.Errorf("%s %v: a rule says nothing", name, r.values)
			case r.points < 0 || r.points > 100:
				t.Errorf("%s %v costs %d per cent", name, r.values, r.points)
			case (r.grade == Open || r.grade == Weak) && (r.severity < audit.Low || r.points == 0 || len(r.clauses) == 0):
				t.Errorf("%s %v is %s, with the severity %s, %d points and the clauses %v", name, r.values, r.grade, r.severity, r.points, r.clauses)
			case r.grade == Sound && r.severity > audit.Note:
				t.Errorf("%s %v is sound, and a finding", name, r.values)
			}
			// What every service shares has a setting for each service: see TestSettings.
			family, _, _ := strings.Cut(name, ".")
			shared := slices.Contains([]string{"encryption", "access", "login"}, family)
			for _, value := range r.values {
				if r.severity >= audit.Low && !shared && p.remedy(Trait{Name: name, Value: value}, "", family) == "" {
					t.Errorf("%s %s is a finding that nothing mends", name, value)
				}
			}
		}
	}
	for name := range p.traits {
		if len(p.rules[name]) == 0 {
			t.Errorf("trait %s has no rule", name)
		}
	}
	for id := range p.Clauses {
		if !used[id] {
			t.Errorf("clause %s is used by no rule", id)
		}
	}
	for _, r := range p.remedies {
		known := slices.ContainsFunc(p.names(), func(name string) bool { return fits(r.trait, name) })
		if !known || r.words == "" {
			t.Errorf("a setting for %q, which is no trait, or without words: %q", r.trait, r.words)
		}
	}
}

func (p *Policy) names() (all []string) {
	for name := range p.traits {
		all = append(all, name)
	}
	return all
}

// told are the values of shared traits that can be told of each service, and that
// are findings.
var told = map[string]string{
	"ftp": "encryption none|encryption.required no|access anyone|login.clear yes|login.clear optional", "tftp": "encryption none|access anyone-reads", "rsync": "encryption none|access anyone-reads",
	"afp": "encryption none|access anyone|login.clear yes", "nfs": "encryption none|encryption.required no|access anyone-reads|access every-host",
	"smb":  "encryption none|encryption.required no|access anyone-reads|access anyone-lists|login.clear yes",
	"smtp": "encryption none|encryption.required no|login.clear yes|login.clear optional", "submission": "encryption none|encryption.required no|login.clear yes|login.clear optional",
	"lmtp": "encryption none|encryption.required no", "imap": "encryption none|encryption.required no|access anyone|login.clear yes|login.clear optional",
	"pop3": "encryption none|encryption.required no|login.clear yes|login.clear optional", "sieve": "encryption none|encryption.required no|login.clear yes|login.clear optional",
	"xmpp": "encryption none|encryption.required no|login.clear yes|login.clear optional", "ldap": "encryption none|encryption.required no|access anyone-reads|login.clear yes|login.clear optional",
	"postgresql": "encryption none|encryption.required no|access anyone|login.clear yes|login.clear optional", "mysql": "encryption none|encryption.required no", "mariadb": "encryption none|encryption.required no",
	"sqlserver": "encryption none|encryption.required no", "mongodb": "encryption none|encryption.required no|access anyone",
	"redis": "encryption none|access anyone|login.clear yes", "memcached": "encryption none|access anyone|login.clear yes",
	"mqtt": "encryption none|access anyone|login.clear yes", "amqp": "encryption none|login.clear yes", "kafka": "encryption none|access anyone-lists",
	"nats": "encryption none|encryption.required no|access anyone|login.clear yes|login.clear optional", "dicom": "encryption none",
	"vnc": "encryption none|encryption.required no|access anyone|login.clear yes", "x11": "encryption none|access anyone",
	"telnet": "encryption none|encryption.required no|access anyone|login.clear yes", "snmp": "encryption none|access anyone-reads", "ipmi": "encryption none|access anyone",
	"http":  "encryption none|encryption none-pages|encryption none-refusals|encryption none-proxy|encryption none-messages|access anyone|access anyone-reads|access anyone-lists|login.clear yes|login.clear proof",
	"https": "access anyone|access anyone-reads|access anyone-lists", "raw printing": "encryption none-assumed", "lpd": "encryption none-assumed", "syslog": "encryption none-assumed",
	"astm": "encryption none-assumed", "rexec": "encryption none-assumed", "rlogin": "encryption none-assumed", "rsh": "encryption none-assumed", "rsh or syslog": "encryption none-assumed",
}

// TestSettings sees that there is a setting for each, whatever the product.
func TestSettings(t *testing.T) {
	p := Shipped()
	for service, list := range told {
		for trait := range strings.SplitSeq(list, "|") {
			name, value, _ := strings.Cut(trait, " ")
			if v := p.Judge(Trait{Name: name, Value: value}, "", service); !v.Known || v.Grade == Sound || v.Remedy == "" {
				t.Errorf("%s of %s: %+v", trait, service, v)
			}
		}
	}
}

// TestOwnSettings sees that a service's own settings come first, whatever a machine
// calls itself.
func TestOwnSettings(t *testing.T) {
	v := Shipped().Judge(Trait{Name: "access", Value: "anyone-reads"}, "Linux redis01 and its nginx", "snmp")
	if !strings.Contains(v.Remedy, "SNMP") {
		t.Errorf("an agent of SNMP is to be mended by %q", v.Remedy)
	}
	if v := Shipped().Judge(Trait{Name: "tls.version", Value: "TLS 1.0"}, "Postfix", "smtp"); !strings.Contains(v.Remedy, "smtpd") {
		t.Errorf("TLS of mail is to be mended by %q", v.Remedy)
	}
}

// TestSettingsOfProducts sees that each product gets a setting of its own, whatever else
// serves the same protocol.
func TestSettingsOfProducts(t *testing.T) {
	const samba, directory389 = "Samba Team (https://www.samba.org)", "389 Project 389-Directory/2.3.1"
	for _, c := range []struct{ trait, value, product, service, want string }{
		{"tls.version", "TLS 1.0", samba, "ldap", "tls priority"},
		{"tls.version", "TLS 1.0", directory389, "ldap", "sslVersionMin"},
		{"encryption.required", "no", samba, "ldap", "ldap server require strong auth"},
		{"encryption.required", "no", samba, "smb", "server smb encrypt"},
		{"login.clear", "optional", directory389, "ldap", "nsslapd-require-secure-binds"},
		{"encryption", "none", "PgBouncer", "postgresql", "client_tls_sslmode"},
		{"ssh.cipher", "3des-cbc", "mod_sftp", "ssh", "SFTPCiphers"},
	} {
		v := Shipped().Judge(Trait{Name: c.trait, Value: c.value}, c.product, c.service)
		if !strings.Contains(v.Remedy, c.want) {
			t.Errorf("%s of %s: %q", c.trait, c.product, v.Remedy)
		}
	}
}

// TestUnruled sees that a value without a rule is not taken for a sound one.
func TestUnruled(t *testing.T) {
	pass := audit.NewPass(&audit.Check{ID: "CHANNEL-CLEARTEXT-SERVICE"}, "tcp://h:1", audit.Options{})
	fold := Judge(pass)
	fold.See(Seen{Endpoint: "h:1", Traits: []Trait{{Name: "encryption", Value: "perhaps"}}})
	fold.End()
	if got := pass.Result().State; got != audit.Inconclusive {
		t.Errorf("a value that no rule knows is %v", got)
	}
}
