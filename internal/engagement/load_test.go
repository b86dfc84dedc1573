package engagement

import (
	"errors"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"trustaudit/internal/audit"
)

const sound = `engagement: RXX-2026-01
kind: audit
client: {name: Example NHS Trust, ods_code: RXX}
auditor: {name: A. Auditor, organisation: Auditors Ltd}
authority: {letter: EX/2026/7, signed_by: C. Guardian, date: 2026-11-02}
standard: {edition: dspt-caf-v8}
scope:
  stores:
    - {name: letters, path: share/letters, served_by: ["10.0.0.5:21", "PAS.example.:445"]}
    - {name: pas, url: "sqlite:///srv/pas.db"}
  networks: [10.0.0.0/24, "2001:db8::/120"]
  hosts: [10.0.1.7, PAS.example.]
  exclude: [10.0.0.9, 10.0.0.128/28]
  fragile: [pump.example]
  ports: [443, 21, "2575=mllp", "8000-8002=http"]
  window: {from: 2026-11-21T08:00:00+01:00, until: 2026-11-28T06:00:00Z}
  rate: 12.5
  per_host: 2
named_tests:
  - {test: ftp-anonymous, hosts: [10.0.0.5, pas.example]}
count_test_data: true
sampling_seed: 42
follow_up_of: RXX-2025-01
flows:
  - {from: letters, to: "PAS.example.:021", medium: ftp, protection: none, data: letters}
claims:
  B3.b: achieved
  A2.b: not_achieved
attestations:
  - {outcome: A2.b, level: partially_achieved, by: A. Auditor, reason: seen, date: 2026-11-20}
limits: {depth: 4, expansion: 4GiB, members: 1000, item_time: 10m, item_bytes: 512 MiB, ratio: 500, pages: 100}
key: {seal: recipient, recipient: age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p}
credentials:
  - {name: pas, env: PAS_LOGIN}
  - {name: archive, prompt: true}
ocr: off
`

func TestLoad(t *testing.T) {
	path := filepath.Join(t.TempDir(), "engagement.yaml")
	if err := os.WriteFile(path, []byte(sound), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := Load(path, now)
	if err != nil {
		t.Fatal(err)
	}
	share, err := StoreURL(filepath.Join(filepath.Dir(path), "share", "letters"), "")
	if err != nil {
		t.Fatal(err)
	}
	want := audit.Engagement{
		Reference: "RXX-2026-01", Kind: audit.IndependentAudit,
		Client:    audit.Organisation{Name: "Example NHS Trust", ODSCode: "RXX"},
		Auditor:   audit.Auditor{Name: "A. Auditor", Organisation: "Auditors Ltd"},
		Authority: audit.Authority{Letter: "EX/2026/7", SignedBy: "C. Guardian", Date: "2026-11-02"},
		Edition:   "dspt-caf-v8",
		Scope: audit.Scope{
			Stores: []audit.Store{
				{Name: "letters", URL: share, ServedBy: []string{"10.0.0.5:21", "pas.example:445"}},
				{Name: "pas", URL: "sqlite:///srv/pas.db"},
			},
			Networks: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/24"), netip.MustParsePrefix("2001:db8::/120")},
			Hosts:    []string{"10.0.1.7", "pas.example"},
			Exclude:  []string{"10.0.0.9", "10.0.0.128/28"},
			Fragile:  []string{"pump.example"},
			Ports: []audit.Port{{Number: 21}, {Number: 443}, {Number: 2575, Service: "mllp"},
				{Number: 8000, Service: "http"}, {Number: 8001, Service: "http"}, {Number: 8002, Service: "http"}},
			Window: audit.Window{From: time.Date(2026, 11, 21, 7, 0, 0, 0, time.UTC), Until: time.Date(2026, 11, 28, 6, 0, 0, 0, time.UTC)},
			Rate:   12.5, PerHost: 2,
		},
		NamedTests:    []audit.NamedTest{{Test: "ftp-anonymous", Hosts: []string{"10.0.0.5", "pas.example"}}},
		CountTestData: true, WithoutOCR: true, SamplingSeed: "42", FollowUpOf: "RXX-2025-01",
		Flows:        []audit.Flow{{From: share, To: "pas.example:21", Medium: "ftp", Protection: "none", Data: "letters", Declared: true}},
		Claims:       []audit.Claim{{Outcome: "A2.b", Level: audit.NotAchieved}, {Outcome: "B3.b", Level: audit.Achieved}},
		Attestations: []audit.Attestation{{Outcome: "A2.b", Level: audit.PartiallyAchieved, By: "A. Auditor", Reason: "seen", Date: "2026-11-20"}},
		Limits:       audit.Limits{Depth: 4, Expansion: 4 << 30, Members: 1000, ItemTime: 10 * time.Minute, ItemBytes: 512 << 20, Ratio: 500, Pages: 100},
	}
	comparePrefix := cmp.Comparer(func(a, b netip.Prefix) bool { return a == b })
	if diff := cmp.Diff(want, f.Engagement, comparePrefix); diff != "" {
		t.Errorf("engagement (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(KeySeal{Seal: SealRecipient, Recipient: "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p"}, f.Key); diff != "" {
		t.Errorf("key (-want +got):\n%s", diff)
	}
	if len(f.Credentials) != 2 || f.Credentials[0].Name != "archive" || f.Credentials[1].env != "PAS_LOGIN" {
		t.Errorf("credentials: %+v", f.Credentials)
	}
	if len(f.Notes) != 1 || !strings.Contains(f.Notes[0], `line 9: "share/letters" is relative to the engagement file: `+share) {
		t.Errorf("notes: %q", f.Notes)
	}
}

const least = `engagement: R1
kind: self-assessment
client: {name: Example}
standard: {edition: dspt-caf-v8}
scope:
  hosts: [10.0.0.5]
`

func TestDefaults(t *testing.T) {
	f := mustParse(t, least)
	if f.Scope.Rate != 250 || f.Scope.PerHost != 1 || f.Key.Seal != SealPassphrase || f.Limits != (audit.Limits{}) || f.Notes != nil {
		t.Errorf("got %+v", f)
	}
}

func mustParse(t *testing.T, text string) *File {
	t.Helper()
	f, err := parse("e.yaml", "/base", []byte(text), now)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestDigest(t *testing.T) {
	base := mustParse(t, sound).Digest
	same := []string{
		sound + "# a remark\n",
		strings.Replace(sound, "2026-11-28T06:00:00Z", "2026-11-28T07:00:00+01:00", 1),
		strings.Replace(sound, "env: PAS_LOGIN", "env: OTHER", 1),
		strings.Replace(sound, "path: share/letters", "path: ./share//letters/", 1),
	}
	for i, text := range same {
		if got := mustParse(t, text).Digest; got != base {
			t.Errorf("the same engagement %d has another digest", i)
		}
	}
	for _, pair := range [][2]string{{"RXX-2026-01", "RXX-2026-02"}, {"10.0.0.0/24", "10.0.0.0/25"}, {"rate: 12.5", "rate: 12"},
		{"count_test_data: true", "count_test_data: false"}, {"share/letters", "share/letter"}, {"2575=mllp", "2575"}} {
		if got := mustParse(t, strings.Replace(sound, pair[0], pair[1], 1)).Digest; got == base {
			t.Errorf("%s for %s leaves the digest as it was", pair[1], pair[0])
		}
	}
	if len(base) != 64 {
		t.Errorf("digest %q", base)
	}
}

// TestRefusals changes one line of a sound file (or adds lines to it) and
// wants one problem, at its line, that says what to write.
func TestRefusals(t *testing.T) {
	tests := []struct {
		name, old, new string
		want           string // line:column: beginning of the message
		write          string // what the message tells to write
	}{
		{"unknown key", "count_test_data: true", "count_testdata: true", `21:1: unknown key "count_testdata" in the file`, `did you mean "count_test_data"?`},
		{"unknown key below", "  per_host: 2", "  perhost: 2", `18:3: unknown key "perhost" in scope`, `did you mean "per_host"?`},
		{"key in the wrong place", "count_test_data: true", "window: {}", `21:1: unknown key "window" in the file`, "it belongs under scope"},
		{"key too deep", "  per_host: 2", "  claims: {}", `18:3: unknown key "claims" in scope`, "left margin"},
		{"key of nothing", "count_test_data: true", "zzz: true", `21:1: unknown key "zzz"`, "write one of engagement, kind,"},
		{"key twice", "count_test_data: true", "kind: audit", `21:1: key "kind" stands twice in the file`, "first written in line 2"},
		{"key twice below", "{name: pas, url", "{name: pas, name: pas, url", `10:19: key "name" stands twice in scope.stores[2]`, ""},
		{"kind", "kind: audit", "kind: audti", `2:7: kind is "audti"`, "did you mean audit?"},
		{"kind of nothing", "kind: audit", "kind: pentest", `2:7: kind is "pentest"`, "write audit, self-assessment or demonstration"},
		{"no reference", "engagement: RXX-2026-01", "engagement:", "1:12: engagement is missing", "write engagement: a reference such as"},
		{"no letter", "letter: EX/2026/7, ", "", "5:12: authority.letter is missing", "without one, write kind: self-assessment"},
		{"letter to come", "date: 2026-11-02}", "date: 2026-12-02}", "5:62: authority.date is 2026-12-02, which is still to come", ""},
		{"ODS code in small letters", "ods_code: RXX", "ods_code: rxx", `3:45: client.ods_code is "rxx"`, "write it in capitals, RXX"},
		{"ODS code of wrong shape", "ods_code: RXX", "ods_code: R-X", `3:45: client.ods_code is "R-X", which has not the shape`, "3 to 10 capitals"},
		{"edition", "dspt-caf-v8", "DSPT 8", `6:21: standard.edition is "DSPT 8"`, "such as dspt-caf-v8"},
		{"bad CIDR", "10.0.0.0/24,", "10.0.0.0/42,", `11:14: scope.networks: "10.0.0.0/42" is not a network`, "write it as 10.0.0.0/24"},
		{"CIDR with host bits", "10.0.0.0/24,", "10.0.0.5/24,", `11:14: scope.networks: "10.0.0.5/24" has bits beyond`, "write 10.0.0.0/24 for the network, or 10.0.0.5/32"},
		{"one address as a network", "10.0.0.0/24,", "10.0.0.5,", `11:14: scope.networks: "10.0.0.5" is one address`, "write 10.0.0.5/32, or list it as a host"},
		{"wide IPv6 network", "2001:db8::/120", "2001:db8::/64", `11:27: scope.networks: network 2001:db8::/64 cannot be walked`, "/112 or longer"},
		{"wide IPv4 network", "10.0.0.0/24,", "0.0.0.0/0,", `11:14: scope.networks: network 0.0.0.0/0 is too wide`, "/8 or longer"},
		{"host with a port", "[10.0.1.7,", "['10.0.1.7:21',", `12:11: scope.hosts: "10.0.1.7:21" holds a port`, "write 10.0.1.7 here"},
		{"host that is a network", "[10.0.1.7,", "[10.0.1.0/28,", `12:11: scope.hosts: "10.0.1.0/28" is a network`, "under networks"},
		{"host that is a URL", "[10.0.1.7,", "[ftp://10.0.1.7,", `12:11: scope.hosts: "ftp://10.0.1.7" is a URL`, "the host alone"},
		{"host in disguise", "[10.0.1.7,", "[0x7f.1,", `12:11: scope.hosts: "0x7f.1" is a number`, "10.0.0.5"},
		{"exclusion", "pump.example", "pump_é.example", `14:13: scope.fragile: "pump_é.example" is not a host name in ASCII`, "xn--"},
		{"port", "[443,", "[443x,", `15:11: scope.ports: "443x" is neither`, "write 21, or 2575=mllp"},
		{"port out of range", "[443,", "[65536,", `15:11: scope.ports: "65536" is neither`, ""},
		{"range backwards", "8000-8002", "8002-8000", `15:33: scope.ports: "8002-8000=http" is neither`, ""},
		{"port twice", "[443,", "[8001,", `15:34: scope.ports: port 8001 stands already in line 15`, ""},
		{"window in the past", "2026-11-28T06", "2026-11-21T09", "16:52: the window is in the past, it is now 2026-11-21T12:00:00Z", "agree a new window"},
		{"window backwards", "from: 2026-11-21", "from: 2026-12-21", "16:52: the window ends before it begins", "later than the from"},
		{"window without a zone", "2026-11-28T06:00:00Z", "2026-11-28 06:00", `16:52: scope.window.until is "2026-11-28 06:00"`, "2026-12-01T18:00:00Z"},
		{"rate", "rate: 12.5", "rate: 0", `17:9: scope.rate is "0"`, "above 0"},
		{"rate to a host", "rate: 12.5", "host_rate: -1", `17:14: scope.host_rate is "-1"`, "above 0"},
		{"rate below", "rate: 12.5", "rate: -3", `17:9: scope.rate is "-3"`, "above 0"},
		{"rate of no number", "rate: 12.5", "rate: .nan", `17:9: scope.rate is ".nan"`, "above 0"},
		{"too many per host", "per_host: 2", "per_host: 5", `18:13: scope.per_host is "5"`, "from 1 to 4"},
		{"unknown test", "test: ftp-anonymous", "test: ftp-brute", `20:12: named_tests[1].test is "ftp-brute"`, "write dicom-associate, fhir-count, ftp-anonymous, ike-aggressive, ipmi-session, kerberos-request, ldap-anonymous, mllp-empty-frame, mqtt-anonymous, smb-guest, smtp-relay, snmp-public, tftp-read or x11-connect"},
		{"test without hosts", ", hosts: [10.0.0.5, pas.example]", "", "20:5: named_tests[1] names no host", "hosts: [10.0.0.5]"},
		{"test outside the scope", "hosts: [10.0.0.5, pas", "hosts: [10.9.0.5, pas", "20:34: named_tests[1]: 10.9.0.5 is not in the scope", "add it under scope.hosts"},
		{"flag", "count_test_data: true", "count_test_data: yes please", `21:18: count_test_data is "yes please"`, "write true or false"},
		{"flow", ", medium: ftp", "", "25:5: flows[1].medium is missing", "write medium: ftp"},
		{"claim", "B3.b: achieved", "B3.b: acheived", `27:9: claims.B3.b is "acheived"`, "did you mean achieved?"},
		{"claim of nothing", "B3.b: achieved", "B3b: achieved", `27:3: claims: "B3b" is not the name of an outcome`, "B3.b"},
		{"claim twice", "A2.b: not", "B3.b: not", `28:3: key "B3.b" stands twice in claims`, "line 27"},
		{"attestation", "level: partially_achieved", "level: partly", `30:28: attestations[1].level is "partly"`, "not_achieved, partially_achieved or achieved"},
		{"attestation without a reason", "reason: seen, ", "", "30:5: attestations[1].reason is missing", "what it rests on"},
		{"limit", "expansion: 4GiB", "expansion: 4GB", `31:31: limits.expansion is "4GB"`, "512MiB or 4GiB"},
		{"limit too large", "expansion: 4GiB", "expansion: 99999999999TiB", `31:31: limits.expansion is "99999999999TiB"`, ""},
		{"limit of time", "item_time: 10m", "item_time: 10", `31:63: limits.item_time is "10"`, "such as 10m"},
		{"seal", "seal: recipient,", "seal: none,", `32:13: key.seal is "none"`, "write passphrase, recipient or unattended"},
		{"recipient", "recipient: age1ql3", "recipient: age1xl3", "32:35: key.recipient is not an age recipient", "begins with age1"},
		{"recipient in vain", "seal: recipient,", "seal: unattended,", "32:36: key.recipient goes with seal: recipient alone", ""},
		{"credential from nowhere", ", env: PAS_LOGIN", "", "34:12: credentials[1] comes from 0 places", "exactly one of env: VARIABLE"},
		{"credential that is no name", "env: PAS_LOGIN", "env: hunter2!", "34:22: credentials[1].env is not the name of a variable", "never the secret"},
		{"credential file that is missing", "env: PAS_LOGIN", "file: /nonexistent/x", "34:23: credentials[1].file: the file does not exist", "or use env or prompt"},
		{"credential twice", "name: archive", "name: pas", "35:12: credentials[2] has the same name as the entry in line 34", ""},
		{"password", "count_test_data: true", "password: hunter2", `21:1: "password": secrets never stand in an engagement file`, "env: VARIABLE"},
		{"password below", "{name: pas, env: PAS_LOGIN}", "{name: pas, env: PAS_LOGIN, DB_Passwd: hunter2}", `34:33: "DB_Passwd": secrets never stand`, ""},
		{"token where nothing is read", "limits: {", "limits: {apiToken: hunter2, ", `31:10: "apiToken": secrets never stand`, ""},
		{"store with a password", "sqlite:///srv/pas.db", "sqlite://sa:hunter2@h/pas.db", "10:24: a URL holds a user and a password", "under credentials"},
		{"store with a user", "sqlite:///srv/pas.db", "sqlite://sa@h/pas.db", "10:24: scope.stores[2].url: the URL holds a user", "under credentials"},
		{"store of an unknown kind", "sqlite:///srv/pas.db", "ftp://h/pas.db", `10:24: scope.stores[2].url: stores of the kind "ftp" are not known`, "sqlite:PATH"},
		{"store with no place", `, url: "sqlite:///srv/pas.db"`, "", "10:7: scope.stores[2] has no place", "path: /srv/letters"},
		{"store with two places", `url: "sqlite`, `path: /x, url: "sqlite`, "10:34: scope.stores[2] has a path and a url", "leave one"},
		{"store twice", `"sqlite:///srv/pas.db"`, "./share/letters", "10:24: scope.stores[2] has the same url as the entry in line 9", ""},
		{"store's name twice", "name: pas, url", "name: letters, url", "10:14: scope.stores[2] has the same name as the entry in line 9", ""},
		{"channel without a port", `"10.0.0.5:21", "PAS`, `"10.0.0.5", "PAS`, `9:56: scope.stores[1].served_by: "10.0.0.5" is not a host and a port`, "10.0.0.5:445"},
		{"stores that are no list", "  hosts: [10.0.1.7, PAS.example.]", "  hosts: 10.0.1.7", "12:10: scope.hosts must be a list", "hosts: [10.0.0.5]"},
		{"scope that is no mapping", "client: {name: Example NHS Trust, ods_code: RXX}", "client: Example", "3:9: client must be a list of keys and values", "name: …"},
		{"a list for a value", "sampling_seed: 42", "sampling_seed: [42]", "22:16: sampling_seed must be a single value", ""},
		{"several lines", "sampling_seed: 42", `sampling_seed: "a\nb"`, "22:16: sampling_seed must be one line", ""},
		{"tab", "  per_host: 2", "\tper_host: 2", "18:1: the line is indented with a tab", "write spaces"},
		{"second document", "count_test_data: true", "---", "21:1: a second document begins here", "take out the line ---"},
		{"anchor", "client: {", "client: &c {", "3:9: the file uses an anchor", "write the value out"},
		{"alias", "sampling_seed: 42", "sampling_seed: *c", "0:0: this is not YAML: unknown anchor", ""},
		{"tag", "sampling_seed: 42", "sampling_seed: !!str 42", "22:16: the file uses a type tag", "the value alone"},
		{"not YAML", "sampling_seed: 42", "sampling_seed: [42", "", "this is not YAML"},
		{"placeholder", "sampling_seed: 42", "sampling_seed: <any words>", "22:16: a placeholder is still here", "fill in any words"},
		{"private key", "sampling_seed: 42", "sampling_seed: AGE-SECRET-KEY-1XXXX", "22:16: a private key stands in the file", "take it out"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if !strings.Contains(sound, tt.old) {
				t.Fatalf("the sound file has no %q", tt.old)
			}
			_, err := parse("e.yaml", "/base", []byte(strings.Replace(sound, tt.old, tt.new, 1)), now)
			var invalid *Error
			if !errors.As(err, &invalid) || !errors.Is(err, ErrInvalid) {
				t.Fatalf("got %v, want an *Error", err)
			}
			if tt.want == "" {
				if !strings.Contains(err.Error(), tt.write) {
					t.Errorf("got %v", err)
				}
				return
			}
			if len(invalid.Problems) != 1 {
				t.Fatalf("%d problems, want 1:\n%v", len(invalid.Problems), err)
			}
			p := invalid.Problems[0]
			got := fmt.Sprintf("%d:%d: %s", p.Line, p.Column, p.Message)
			if !strings.HasPrefix(got, tt.want) || !strings.Contains(got, tt.write) {
				t.Errorf("got  %s\nwant %s … %s", got, tt.want, tt.write)
			}
			if strings.Contains(got, "hunter2") {
				t.Errorf("the message repeats a secret: %s", got)
			}
		})
	}
}

func TestEmptyScope(t *testing.T) {
	for _, text := range []string{"scope:\n", "scope: {}\n", "", "scope: {rate: 5, networks: []}\n", "scope: {hosts: [], stores: ~}\n"} {
		_, err := parse("e.yaml", "/base", []byte(strings.Split(least, "scope:")[0]+text), now)
		if err == nil || !strings.Contains(err.Error(), "scope") || !strings.Contains(err.Error(), "empty") {
			t.Errorf("%q: got %v", text, err)
		}
	}
}

func TestEmptyFile(t *testing.T) {
	for _, text := range []string{"", "# a remark\n", "---\n", "~\n", "\ufeff"} {
		_, err := parse("e.yaml", "/base", []byte(text), now)
		if err == nil || err.Error() != "e.yaml: the file is empty: `trustaudit init` writes one to start from" {
			t.Errorf("%q: got %v", text, err)
		}
	}
}

// TestManyProblems wants them all at once, by line, within bounds.
func TestManyProblems(t *testing.T) {
	text := least
	for i := range 40 {
		text += fmt.Sprintf("unknown%d: x\n", i)
	}
	text = strings.Replace(text, "kind: self", "kind: shelf", 1)
	_, err := parse("e.yaml", "/base", []byte(text), now)
	var invalid *Error
	if !errors.As(err, &invalid) || len(invalid.Problems) != 20 || invalid.More != 21 || invalid.Problems[0].Line != 2 || invalid.Problems[19].Line != 25 {
		t.Fatalf("got %v", err)
	}
	lines := strings.Split(err.Error(), "\n")
	if len(lines) != 21 || lines[20] != "e.yaml: and 21 more" {
		t.Errorf("got %v", err)
	}
}

// TestZeroNow reads the engagement of a run that exists, after its window.
func TestZeroNow(t *testing.T) {
	text := strings.Replace(sound, "2026-11-28T06", "2026-11-21T09", 1)
	if _, err := parse("e.yaml", "/base", []byte(text), time.Time{}); err != nil {
		t.Error(err)
	}
}

func TestLoadUnreadable(t *testing.T) {
	dir := t.TempDir()
	large := filepath.Join(dir, "large")
	if err := os.WriteFile(large, make([]byte, maxFile+1), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{filepath.Join(dir, "none.yaml"), dir, large} {
		if _, err := Load(path, now); err == nil || errors.Is(err, ErrInvalid) || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: got %v", path, err)
		}
	}
}

func TestNotes(t *testing.T) {
	open := strings.Replace(sound, "  window: {from: 2026-11-21T08:00:00+01:00, until: 2026-11-28T06:00:00Z}\n", "", 1)
	notes := mustParse(t, open).Notes
	if len(notes) != 2 || !strings.Contains(notes[1], "the window has no end") {
		t.Errorf("an audit without a window: %q", notes)
	}
	if notes := mustParse(t, least).Notes; notes != nil {
		t.Errorf("a self-assessment without a window: %q", notes)
	}
}

func TestForPaths(t *testing.T) {
	c := PathsConfig{Paths: []string{"share", "/srv/x", "./share/", "sqlite:/srv/pas.db"}, Base: "/base", CountTestData: true}
	f, err := ForPaths(c)
	if err != nil {
		t.Fatal(err)
	}
	want := []audit.Store{{Name: "path 1", URL: "file:///base/share"}, {Name: "path 2", URL: "file:///srv/x"}, {Name: "path 3", URL: "sqlite:///srv/pas.db"}}
	if diff := cmp.Diff(want, f.Scope.Stores); diff != "" {
		t.Errorf("stores (-want +got):\n%s", diff)
	}
	if f.Kind != audit.SelfAssessment || f.Edition != "dspt-caf-v8" || f.Key.Seal != SealUnattended || !f.CountTestData ||
		f.Scope.Networks != nil || f.Scope.Hosts != nil {
		t.Errorf("got %+v", f)
	}
	again, err := ForPaths(c)
	if err != nil || again.Digest != f.Digest || f.Digest == "" {
		t.Errorf("the same paths have digests %q and %q", f.Digest, again.Digest)
	}
	for _, paths := range [][]string{nil, {""}, {"ftp://h/x"}, {"~/x"}} {
		if _, err := ForPaths(PathsConfig{Paths: paths, Base: "/base"}); err == nil {
			t.Errorf("%q were taken", paths)
		}
	}
}

func FuzzLoad(f *testing.F) {
	f.Add([]byte(sound))
	f.Add([]byte(least))
	f.Add([]byte(Template()))
	f.Add([]byte("a: &a [*a, *a]\n"))
	f.Add([]byte("scope: {stores: [{name: x, path: 'C:\\x'}], ports: [1-65535]}\nclaims: {B3.b: [1]}\n? [a]\n: b"))
	f.Add([]byte("\xff\xfe\x00a"))
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := parse("e.yaml", "/base", data, now)
		var invalid *Error
		switch {
		case err == nil:
			if len(file.Scope.Stores)+len(file.Scope.Networks)+len(file.Scope.Hosts) == 0 {
				t.Error("an empty scope was taken")
			}
			if file.Scope.Rate <= 0 || file.Scope.PerHost < 1 || file.Scope.PerHost > 4 || file.Digest == "" {
				t.Errorf("got %+v", file)
			}
		case !errors.As(err, &invalid):
			t.Errorf("got %v, want an *Error", err)
		case len(invalid.Problems) == 0 || len(invalid.Problems) > 20:
			t.Errorf("%d problems", len(invalid.Problems))
		}
	})
}

// TestLargeFilesEnd reads the worst that fits into the bound on a file.
func TestLargeFilesEnd(t *testing.T) {
	fill := func(line func(i int) string) string {
		var b strings.Builder
		for i := 0; b.Len() < maxFile-64; i++ {
			b.WriteString(line(i))
		}
		return b.String()
	}
	tests := map[string]string{
		"unknown keys":   fill(func(i int) string { return fmt.Sprintf("k%d: x\n", i) }),
		"keys twice":     fill(func(int) string { return "kind: audit\n" }),
		"hosts":          least + fill(func(i int) string { return fmt.Sprintf("    - h%d\n", i) }),
		"claims":         "claims:\n" + fill(func(i int) string { return fmt.Sprintf("  A%d.b: achieved\n", i) }),
		"ports":          "scope:\n  ports:\n" + fill(func(int) string { return "    - 1-65535\n" }),
		"stores":         "scope:\n  stores:\n" + fill(func(int) string { return "    - {name: x, path: y}\n" }),
		"tests":          "scope: {hosts: [a]}\nnamed_tests:\n- test: smb-guest\n  hosts:\n" + fill(func(i int) string { return fmt.Sprintf("  - h%d\n", i) }),
		"deep lists":     strings.Repeat("[", 9000) + strings.Repeat("]", 9000),
		"too deep lists": strings.Repeat("[", maxFile),
		"deep mappings":  strings.Repeat("{a: ", 9000),
		"tabs":           fill(func(int) string { return "\ta: b\n" }),
		"documents":      fill(func(int) string { return "---\na: b\n" }),
		"one long key":   strings.Repeat("a", maxFile-8) + ": b\n",
		"one long ? key": "? " + strings.Repeat("a ", maxFile/2-8) + "\n: b\n",
		"one long value": "engagement: " + strings.Repeat("a", maxFile-16),
	}
	for name, text := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := parse("e.yaml", "/base", []byte(text), now)
			if err == nil || len(err.Error()) > 20*(maxText+1000) {
				t.Errorf("got an error of %d bytes", len(fmt.Sprint(err)))
			}
		})
	}
}
