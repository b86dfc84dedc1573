package report_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"trustaudit/internal/audit"
	policy "trustaudit/internal/channel"
	contentfact "trustaudit/internal/probe/content/fact"
	discoverfact "trustaudit/internal/probe/discover/fact"
	tlsfact "trustaudit/internal/probe/tls/fact"
	volumefact "trustaudit/internal/probe/volume/fact"
	"trustaudit/internal/report"
)

const share, database = audit.Target("file:///srv/share"), audit.Target("sqlite:///srv/pas.db")

// surveyed is a survey that has seen a little of everything.
func surveyed() *report.Survey {
	s := report.NewSurvey()
	for _, f := range []contentfact.Item{
		{Status: contentfact.Read, Identifiable: true, Records: 7},
		{Status: contentfact.Read, Identifiable: true, TestData: true, Records: 2},
		{Status: contentfact.Partial, ByChildren: true, Reason: "1 of 1 members not read: 1 encrypted"},
		{Status: contentfact.Partial, Reason: "read up to 1 MiB"},
		{Status: contentfact.Partial, Reason: "too many members (10000 read)"},
		{Status: contentfact.Partial, Reason: "too many members (20000 read)"},
		{Status: contentfact.Sealed, Seal: "strong", Reason: "encrypted"},
		{Status: contentfact.Sealed, Seal: "weak", Reason: "encrypted"},
		{Status: contentfact.Skipped, Reason: "a picture"},
		{Status: contentfact.Unreadable},
	} {
		s.See(share, f)
	}
	s.See(database, contentfact.Item{Format: contentfact.TableFormat, Status: contentfact.Read})
	s.See(audit.Estate, volumefact.Volume{Store: string(share), Encrypted: true, How: "LUKS2"})
	s.See(audit.Estate, volumefact.Volume{Store: "file:///not/read"})
	s.See(audit.Estate, volumefact.Volume{Store: string(database)})
	for _, f := range []discoverfact.Host{{Answered: true}, {}, {Refused: "fragile (10.0.0.3)"}} {
		s.See("net:10.0.0.0/30", f)
	}
	return s
}

func TestInventory(t *testing.T) {
	want := []audit.InventoryRow{
		{Target: share, Items: 10, Read: 2, Partial: 4, Sealed: 2, Unreadable: 1, Skipped: 1, Identifiable: 2, TestData: 1, Records: 9, Volume: "encrypted: LUKS2"},
		{Target: database, Items: 1, Read: 1, Volume: "not encrypted by this machine"},
	}
	if diff := cmp.Diff(want, surveyed().Inventory()); diff != "" {
		t.Errorf("inventory (-want +got):\n%s", diff)
	}
}

// What counts as seen does so by the rule of the checks: a weak seal does not.
func TestCoverage(t *testing.T) {
	want := []audit.CoverageRow{
		{Target: share, Kind: "folder", What: "files and members", Coverage: audit.Coverage{Total: 10, Seen: 4, Unread: 6}},
		{Target: database, Kind: "database", What: "tables", Coverage: audit.Coverage{Total: 1, Seen: 1}},
		{Target: "net:10.0.0.0/30", Kind: "network", What: "addresses", Coverage: audit.Coverage{Total: 3, Seen: 2, Unread: 1}},
	}
	if diff := cmp.Diff(want, surveyed().Coverage()); diff != "" {
		t.Errorf("coverage (-want +got):\n%s", diff)
	}
}

// TestChannelsAreGraded puts all that was seen of an endpoint into one grade, and
// shows what each cap did.
func TestChannelsAreGraded(t *testing.T) {
	s := report.NewSurvey()
	s.See("tcp://10.0.0.5:99", at(encryption("offered", "STARTTLS"), "10.0.0.5:99"))
	optional := policy.Seen{Service: "ftp", Traits: []policy.Trait{{Name: "encryption.required", Value: "no", Detail: "asks for a password in clear"}}}
	s.See("tcp://10.0.0.5:99", at(optional, "10.0.0.5:99"))
	s.See("tcp://10.0.0.5:99", at(policy.Seen{Service: "ftp", Traits: []policy.Trait{{Name: "access", Value: "anyone", Detail: "anonymous"}}}, "10.0.0.5:99"))
	row := s.Channels(nil)[0]
	if row.Grade != "open" || row.Before != 55 || row.Score != 19 || len(row.Caps) != 2 {
		t.Errorf("a service that lets anyone in: %+v", row)
	}
	s = report.NewSurvey()
	s.See("tcp://10.0.0.5:99", at(optional, "10.0.0.5:99"))
	row = s.Channels(nil)[0]
	if row.Grade != "weak" || row.Before != 80 || row.Score != 49 || len(row.Caps) != 1 || row.Caps[0].From != 80 || row.Caps[0].To != 49 || row.Caps[0].Reason == "" || row.Caps[0].Setting == "" {
		t.Errorf("a service that serves in clear as well: %+v", row)
	}
}

func TestChannels(t *testing.T) {
	accepted := []tlsfact.Version{{Name: "TLS 1.0"}, {Name: "TLS 1.2", Accepted: true}, {Name: "TLS 1.3", Accepted: true}}
	tests := []struct {
		name                string
		facts               []audit.Fact
		service, protection string
	}{
		{"TLS", []audit.Fact{discoverfact.Endpoint{Declared: "https"}, tlsfact.TLS{Spoken: true, Versions: accepted}}, "HTTPS", "TLS 1.2, TLS 1.3"},
		{"TLS of no version", []audit.Fact{tlsfact.TLS{Spoken: true}}, "TLS", "TLS, versions not told"},
		{"mail in TLS", []audit.Fact{discoverfact.Endpoint{Service: "tls", Inside: "imap"}, tlsfact.TLS{Spoken: true, Versions: accepted}}, "IMAP over TLS", "TLS 1.2, TLS 1.3"},
		{"FTP without", []audit.Fact{encryption("none", "refuses AUTH TLS")}, "FTP", "none: refuses AUTH TLS"},
		{"FTP not told", []audit.Fact{policy.Seen{Service: "ftp", Untold: []policy.Untold{{Name: "encryption", Reason: "no answer"}}}}, "FTP", "not told: no answer"},
		{"FTP with", []audit.Fact{encryption("offered", "AUTH TLS"), tlsfact.TLS{Spoken: true, Versions: accepted}}, "FTP", "on request: TLS 1.2, TLS 1.3"},
		{"FTP within", []audit.Fact{encryption("always", "")}, "FTP", "always"},
		{"FTP's log-in alone", []audit.Fact{policy.Seen{Service: "ftp", Traits: []policy.Trait{{Name: "access", Value: "anyone"}}}, discoverfact.Endpoint{Service: "ftp"}}, "FTP", "not tried: known by what it says"},
		{"MLLP without", []audit.Fact{policy.Seen{Service: "mllp", Traits: []policy.Trait{{Name: "mllp.encryption", Value: "none", Detail: "declared"}}}}, "MLLP", "none: declared"},
		{"MLLP by its port", []audit.Fact{policy.Seen{Service: "perhaps mllp", Untold: []policy.Untold{{Name: "mllp.encryption", Reason: "no TLS"}}}}, "perhaps MLLP", "not told: no TLS"},
		{"MLLP with", []audit.Fact{policy.Seen{Service: "mllp", Traits: []policy.Trait{{Name: "mllp.encryption", Value: "always"}}}, tlsfact.TLS{Spoken: true, Versions: accepted}}, "MLLP", "TLS 1.2, TLS 1.3"},
		{"pages in clear", []audit.Fact{encryption("none-pages", "HTTP")}, "FTP", "none: HTTP"},
		{"asked over UDP", []audit.Fact{policy.Seen{Service: "snmp", Traits: []policy.Trait{{Name: "snmp.version", Value: "3"}}}}, "SNMP", "not told"},
		{"greeting", []audit.Fact{discoverfact.Endpoint{Service: "telnet"}}, "Telnet", "not tried: known by what it says"},
		{"TLS expected", []audit.Fact{discoverfact.Endpoint{Service: "smtp"}, tlsfact.TLS{}}, "SMTP", "no TLS seen"},
		{"silent", []audit.Fact{discoverfact.Endpoint{Silent: true}, tlsfact.TLS{}}, "unidentified", "no TLS seen"},
		{"greets strangely", []audit.Fact{discoverfact.Endpoint{Greeting: "LIS 3.2 READY"}}, "unidentified", "no TLS seen; it says: LIS 3.2 READY"},
		{"died", []audit.Fact{discoverfact.Endpoint{Silent: true, Left: "it stopped answering at 10:00:00 UTC"}}, "unidentified", "it stopped answering at 10:00:00 UTC"},
		{"broken off", []audit.Fact{discoverfact.Endpoint{Silent: true}, tlsfact.TLS{Reason: "broken off"}}, "unidentified", "not told: broken off"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := report.NewSurvey()
			for _, f := range test.facts {
				s.See("tcp://10.0.0.5:99", at(f, "10.0.0.5:99"))
			}
			want := []audit.ChannelRow{{Target: "tcp://10.0.0.5:99", Service: test.service, Protection: test.protection, State: audit.Inconclusive}}
			got := s.Channels(nil)
			for i := range got { // grades have a test of their own
				got[i].Grade, got[i].Score, got[i].Before, got[i].Caps = "", 0, 0, nil
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("channels (-want +got):\n%s", diff)
			}
		})
	}
}

// encryption is what a probe of FTP saw of encryption.
func encryption(value, detail string) policy.Seen {
	return policy.Seen{Service: "ftp", Traits: []policy.Trait{{Name: "encryption", Value: value, Detail: detail}}}
}

// at puts a fact at an endpoint.
func at(fact audit.Fact, endpoint string) audit.Fact {
	switch f := fact.(type) {
	case discoverfact.Endpoint:
		f.Address = endpoint
		return f
	case policy.Seen:
		f.Endpoint = endpoint
		return f
	case tlsfact.TLS:
		f.Endpoint = endpoint
		return f
	}
	return fact
}

// The worst result on an endpoint is the state of its channel; those of other
// targets do not touch it.
func TestChannelState(t *testing.T) {
	s := report.NewSurvey()
	for i := range 3 {
		s.See("net:10.0.0.0/30", discoverfact.Endpoint{Address: fmt.Sprintf("10.0.0.%d:22", 3-i)})
	}
	var got []audit.State
	for _, row := range s.Channels([]audit.Result{
		{Target: "tcp://10.0.0.1:22", State: audit.StatePass}, {Target: "tcp://10.0.0.1:22", State: audit.Fail}, {Target: "tcp://10.0.0.1:22", State: audit.Inconclusive},
		{Target: "tcp://10.0.0.2:22", State: audit.StatePass}, {Target: audit.Estate, State: audit.Fail},
	}) {
		got = append(got, row.State)
	}
	if diff := cmp.Diff([]audit.State{audit.Fail, audit.StatePass, audit.Inconclusive}, got); diff != "" {
		t.Errorf("states (-want +got):\n%s", diff)
	}
}

// A host where no UDP service answered has no row for it.
func TestChannelsNobodyThere(t *testing.T) {
	s := report.NewSurvey()
	s.See("udp://10.0.0.5:69", policy.Seen{Endpoint: "udp/10.0.0.5:69", Service: "tftp"})
	if rows := s.Channels(nil); len(rows) > 0 {
		t.Errorf("rows %+v", rows)
	}
}
