// Package reporttest makes reports for the tests of the formats: what a trust
// may get, and what nobody should.
package reporttest

import (
	"fmt"
	"strings"
	"time"

	"trustaudit/internal/audit"
)

// All returns the reports by name: the kinds, an empty one and a nasty one.
func All() map[string]*audit.Report {
	return map[string]*audit.Report{
		"audit": Audit(), "empty": Empty(), "self-assessment": SelfAssessment(),
		"demonstration": Demonstration(), "nasty": Nasty(),
	}
}

const head = "9c41f0b2a7d35e6688e1c0ffee12ab34cd56ef7890ab12cd34ef56ab78cd90ef"

// base is a report of a scan that found nothing and read nothing.
func base() *audit.Report {
	ended := time.Date(2026, 11, 20, 16, 30, 5, 0, time.UTC)
	return &audit.Report{
		Schema: audit.ReportSchema, Renderer: audit.RenderersBuild, ID: head[:16],
		Title: "Statement of independent technical assessment", Kind: audit.IndependentAudit,
		Tool: audit.Tool{Name: "trustaudit", Version: "1.0.0"},
		Engagement: audit.EngagementPart{
			Reference: "ENG-2026-014",
			Client:    audit.Organisation{Name: "Ysbyty Ŵyl University Hospitals NHS Trust", ODSCode: "X9Z01"},
			Auditor:   audit.Auditor{Name: "Agnieszka Wójcik", Organisation: "Independent Assurance Ltd"},
			Authority: audit.Authority{Letter: "LoA/2026/77", SignedBy: "the chief information officer", Date: "2026-10-02"},
		},
		Edition: audit.EditionPart{
			ID: "dspt-caf-v9", Title: "CAF-aligned Data Security and Protection Toolkit, version 9, profile for NHS trusts",
			Year: "2026-27", Status: audit.EditionCurrent, Confidence: audit.RowInferred,
			LevelRule:  `Not achieved if any "not achieved" statement is true; else achieved if all "achieved" statements are true; else partially achieved if all "partially achieved" statements are true; else not achieved.`,
			StatusRule: "Standards met if every outcome is at or above the level that the profile requires.",
			Digest:     strings.Repeat("ab12", 16),
		},
		Run: audit.RunPart{
			Started: ended.Add(-31 * time.Hour), Ended: ended, Head: head, Blocks: 4210, Closed: true, Complete: true,
			Engagement: strings.Repeat("77fe", 16),
		},
		Conclusion: audit.Conclusion{Words: "The evidence holds no outcome below the required level, which does not prove that the standard is met; no finding is open."},
	}
}

// Empty is the report of a scan in whose scope nothing answered.
func Empty() *audit.Report {
	r := base()
	r.Engagement = audit.EngagementPart{Client: audit.Organisation{Name: "Trust"}}
	r.Edition = audit.EditionPart{ID: "dspt-caf-v9"}
	r.Run.Closed, r.Run.Complete = false, false
	return r
}

// Audit is the report of an audit with findings of every severity, all of the
// standard's outcomes and every verdict.
func Audit() *audit.Report {
	r := base()
	r.Warnings = []string{
		"The required level is not confirmed for 37 of 47 outcomes (33 inferred, 4 from memory): what rests on one of them says so.",
		"The claim for outcome Z9.z names no outcome of the edition.",
	}
	r.Run.Units, r.Run.Facts, r.Run.Contacts, r.Run.Refused, r.Run.BytesSent = 1312, 2_204_118, 611, 4, 90_233
	r.Engagement.NamedTests = []audit.NamedTest{{Test: "ftp-anonymous-login", Hosts: []string{"10.20.0.21"}}}
	r.Engagement.FollowUpOf = "ENG-2025-009"
	r.Sent = sent()
	scopeOf(r)
	r.Checks = checks()
	r.Findings = findings()
	r.Opinions = Opinions()
	for _, f := range r.Findings {
		tally(&r.Counts, f)
	}
	r.Conclusion = audit.Conclusion{
		Words: "The evidence holds 2 of 47 outcomes below the required level; 2 critical, 4 high, 5 medium and 1 low findings are open, 1 of them accepted as a risk; 3 outcomes are supported by the scan and 38 could not be assessed by it; not looked at: 217 things in scope.",
		Below: 2, Supported: 3, Untested: 38,
		Actions: []string{
			"Close this channel now, or put it behind TLS or SFTP, and then see to the files themselves. (ESTATE-CLEAR-CHANNEL-SERVES-PATIENT-DATA: 10.20.0.21:21)",
			"Remove the copies that nobody needs, and encrypt the others. (STORED-PATIENT-DATA: extracts/ and 4 more places)",
			"Turn on TLS at the listener and its senders. (CHANNEL-MLLP-CLEAR: 10.20.0.40:2575)",
		},
	}
	return r
}

// SelfAssessment is as Audit, by the trust itself.
func SelfAssessment() *audit.Report {
	r := Audit()
	r.Kind, r.Title = audit.SelfAssessment, "Technical self-assessment"
	r.Warnings = append([]string{"This is a self-assessment: nobody independent has examined it."}, r.Warnings...)
	r.Edition.Status = audit.EditionDraft
	return r
}

// Demonstration is as Audit, on made-up data.
func Demonstration() *audit.Report {
	r := Audit()
	r.Kind, r.Title = audit.Demonstration, "Demonstration of a technical assessment"
	r.Engagement.TestData = true
	r.Findings = r.Findings[:3]
	return r
}

func scopeOf(r *audit.Report) {
	share, pas := audit.Target("file:///srv/shares/departmental"), audit.Target("sqlite:///srv/pas/pas.db")
	r.Scope = audit.ScopePart{
		Stores:   []string{"departmental shares (file:///srv/shares/departmental)", "PAS extract (sqlite:///srv/pas/pas.db)"},
		Networks: []string{"10.20.0.0/24"}, Hosts: []string{"lis.example.invalid"},
		Exclude: []string{"10.20.0.99"}, Fragile: []string{"10.20.0.200 (infusion pumps' gateway)"},
		From: "2026-11-19T08:00:00Z", Until: "2026-11-21T18:00:00Z",
	}
	r.Coverage = []audit.CoverageRow{
		{Target: share, Kind: "folder", What: "files and members", Coverage: audit.Coverage{Total: 184_220, Seen: 184_007, Unread: 213}},
		{Target: pas, Kind: "database", What: "tables", Coverage: audit.Coverage{Total: 61, Seen: 61}},
		{Target: "net:10.20.0.0/24", Kind: "network", What: "addresses", Coverage: audit.Coverage{Total: 256, Seen: 252, Unread: 4}},
	}
	r.NotLookedAt = []audit.NotLookedAt{
		{Target: share, Reason: "unreadable: permission denied", Count: 180},
		{Target: share, Reason: "sealed: encrypted", Count: 33},
		{Target: "net:10.20.0.0/24", Reason: "not touched: fragile host", Count: 4},
	}
	r.Limits = []string{"cloud placeholders are recognised on Windows only"}
	r.Inventory = []audit.InventoryRow{
		{Target: share, Items: 184_220, Read: 183_974, Partial: 20, Sealed: 33, Unreadable: 180, Skipped: 13, Identifiable: 5_011, TestData: 12, Records: 1_204_330, Volume: "encrypted: LUKS2"},
		{Target: pas, Items: 61, Read: 61, Identifiable: 9, Records: 88_120},
	}
	r.Channels = []audit.ChannelRow{
		{Target: "tcp://10.20.0.21:21", Service: "FTP", Protection: "none: no TLS offered", State: audit.Fail, Grade: "open", Score: 0, Before: 0},
		{Target: "tcp://10.20.0.30:443", Service: "HTTPS", Protection: "TLS 1.0, TLS 1.1, TLS 1.2, TLS 1.3", State: audit.Fail, Grade: "weak", Score: 49, Before: 70,
			Caps: []audit.Cap{{From: 70, To: 49, Reason: "accepts TLS 1.0 (weak since March 2021, RFC 8996; RFC9325-3.1.1)", Setting: "ssl_protocols TLSv1.2 TLSv1.3;"}}},
		{Target: "tcp://10.20.0.31:443", Service: "HTTPS", Protection: "TLS 1.2, TLS 1.3", State: audit.StatePass, Grade: "sound", Score: 100, Before: 100},
		{Target: "tcp://10.20.0.40:2575", Service: "MLLP (as declared)", Protection: "none: no TLS offered", State: audit.Fail},
		{Target: "tcp://10.20.0.52:9100", Service: "unidentified", Protection: "no TLS seen", State: audit.Inconclusive},
	}
}

func sent() []audit.SentRow {
	hellos := []audit.SentKind{
		{Words: "ClientHello SSLv2", Times: 1}, {Words: "ClientHello SSLv3", Times: 1}, {Words: "ClientHello TLS 1.0", Times: 2}, {Words: "ClientHello TLS 1.1", Times: 2},
		{Words: "ClientHello TLS 1.2", Times: 23}, {Words: "ClientHello TLS 1.3", Times: 9}, {Words: "TLS 1.3 handshake"},
	}
	return []audit.SentRow{
		{Probe: "discover", Connections: 544, Bytes: 4_112, Kinds: []audit.SentKind{{Words: "ClientHello TLS 1.2", Times: 11}, {Words: "GET / HTTP/1.0", Times: 7}, {Words: "PTR records, of the name service", Times: 3}}},
		{Probe: "ftp", Connections: 3, Bytes: 51, Kinds: []audit.SentKind{{Words: "FEAT", Times: 1}, {Words: "AUTH TLS", Times: 1}, {Words: "QUIT", Times: 3}, {Words: "USER anonymous", Times: 1}, {Words: "PASS anonymous@"}}},
		{Probe: "sweep", Connections: 26},
		{Probe: "tls", Connections: 38, Bytes: 86_070, Kinds: hellos},
	}
}

// kind is what the findings of one check share.
type kind struct {
	check, title, excerpt, remedy string
	evidence                      audit.EvidenceKind
	bearing                       audit.Bearing
}

func kinds() map[string]kind {
	return map[string]kind{
		"estate": {"ESTATE-CLEAR-CHANNEL-SERVES-PATIENT-DATA", "A channel in clear serves a store that holds patient data", "FTP without TLS serves identifiable records",
			"Close this channel now, or put it behind TLS or SFTP, and then see to the files themselves.\n\nTake the passwords that were used over it as known, and change them.", "pii.message",
			audit.Bearing{Outcome: "B3.b", Indicator: "NA#2", Effect: audit.Refutes, Says: "Patient data is handed out or sent over a channel in clear."}},
		"file": {"STORED-PATIENT-DATA", "Patient data can be read in stored files", "date of birth, NHS number 999 ••• ••••, name, postcode",
			"Remove the copies that nobody needs, and encrypt the others or move them into a system that controls and records access.\n\n- Ask for each folder who put the data there and for what.\n- Encrypt archives with AES (256 bit) and keep the password apart.", "pii.file",
			audit.Bearing{Outcome: "B3.c", Indicator: "NA#2", Effect: audit.Refutes, Says: "Patient data can be read in stored files without any key."}},
		"table": {"DATABASE-PATIENT-TABLE", "Database tables hold patient data that is not encrypted", "NHS number 999 ••• ••••, name",
			"Encrypt the database or the columns that identify patients.", "pii.db",
			audit.Bearing{Outcome: "B3.c", Indicator: "A#2", Effect: audit.Caps, Cap: audit.PartiallyAchieved, Says: "Patient data lies unencrypted in database tables: access control is all that protects it."}},
		"mllp": {"CHANNEL-MLLP-CLEAR", "A listener takes clinical messages in clear", "does not answer an offer of TLS",
			"Turn on TLS at the listener and its senders, or lead the connection through a tunnel between the two machines.", "proto.cleartext",
			audit.Bearing{Outcome: "B3.b", Indicator: "NA#2", Effect: audit.Refutes, Says: "A link carries data with no protection against being read on the way."}},
		"tls": {"CHANNEL-TLS-VERSION", "A service accepts outdated versions of TLS", "accepts TLS 1.0, TLS_RSA_WITH_AES_128_CBC_SHA",
			"Switch off SSL, TLS 1.0 and TLS 1.1 at this service, and leave TLS 1.2 and TLS 1.3.", "tls.config",
			audit.Bearing{Outcome: "B4.b", Indicator: "A#4", Effect: audit.Caps, Cap: audit.PartiallyAchieved, Says: "Settings are not kept to a sound baseline: old protocol versions are left on."}},
		"pseudonym": {"PSEUDONYM-UNTESTED", "Pseudonyms have not been tried for reversal", "hex-64, 400 distinct", "", "pii.pseudonym", audit.Bearing{}},
	}
}

func finding(of string, n int, target audit.Target, locator string, severity audit.Severity, count int64) audit.ReportFinding {
	k := kinds()[of]
	f := audit.ReportFinding{
		Finding: audit.Finding{ID: audit.FindingID(k.check, target, locator), Locator: locator, Excerpt: k.excerpt, Severity: severity, Count: count},
		Check:   k.check, Title: k.title, Target: target, Remedy: k.remedy,
	}
	for i := range n {
		f.Exemplars = append(f.Exemplars, audit.Evidence{
			Locator: fmt.Sprintf("%sextract-%02d.csv", locator, i+1), Excerpt: k.excerpt, Count: max(1, count/int64(i+2)), Digest: fmt.Sprintf("%016x", i*7919),
		})
	}
	if k.bearing.Outcome != "" && severity > audit.Note {
		k.bearing.Evidence = k.evidence
		f.Bearings = []audit.Bearing{k.bearing}
	}
	return f
}

// weaknesses are findings of one endpoint, each with the setting that mends it.
func weaknesses(f audit.ReportFinding, settings ...string) audit.ReportFinding {
	for i, setting := range settings {
		trait := fmt.Sprintf("tls.version TLS 1.%d", i)
		f.Exemplars = append(f.Exemplars, audit.Evidence{
			Locator: f.Locator + " " + trait, Excerpt: fmt.Sprintf("accepts TLS 1.%d (weak since March 2021, RFC 8996; RFC9325-3.1.1)", i), Setting: setting, Count: 1,
		})
	}
	f.Excerpt = f.Exemplars[0].Excerpt
	return f
}

func findings() []audit.ReportFinding {
	share, pas := audit.Target("file:///srv/shares/departmental"), audit.Target("sqlite:///srv/pas/pas.db")
	all := []audit.ReportFinding{
		finding("estate", 0, audit.Estate, "10.20.0.21:21", audit.Critical, 1_204_330),
		finding("file", 20, share, "extracts/", audit.Critical, 1_100_212),
		finding("file", 9, share, "radiology/teaching/", audit.High, 4_120),
		finding("table", 0, pas, "main.patient", audit.High, 88_120),
		finding("mllp", 0, "tcp://10.20.0.40:2575", "10.20.0.40:2575", audit.High, 1),
		finding("file", 3, share, "clinics/letters/2025/", audit.High, 912),
		weaknesses(finding("tls", 0, "tcp://10.20.0.30:443", "10.20.0.30:443", audit.Medium, 2),
			"ssl_protocols TLSv1.2 TLSv1.3;", "every server block that listens at this port has the protocols of the first, so that the setting belongs into the one marked default_server"),
		finding("tls", 0, "tcp://10.20.0.31:443", "10.20.0.31:443", audit.Medium, 2),
		finding("tls", 0, "tcp://10.20.0.33:443", "10.20.0.33:443", audit.Medium, 1),
		finding("file", 1, share, "hr/", audit.Medium, 40),
		finding("file", 1, share, "archive/2019/", audit.Medium, 12),
		finding("tls", 0, "tcp://10.20.0.34:8443", "10.20.0.34:8443", audit.Low, 1),
		finding("pseudonym", 0, pas, "main.research_cohort: patient_hash", audit.Note, 400),
		finding("file", 1, share, "training/", audit.High, 60),
	}
	at := time.Date(2026, 11, 20, 17, 2, 0, 0, time.UTC)
	all[1].Adjudication = &audit.Adjudication{Finding: all[1].ID, Verdict: audit.Confirmed, By: "Agnieszka Wójcik", Reason: "Seen with the information asset owner on site.", At: at,
		Response: "The extracts are replaced by a pseudonymised feed.", Owner: "Head of information", Due: "2027-01-31"}
	all[6].Adjudication = &audit.Adjudication{Finding: all[6].ID, Verdict: audit.Accepted, By: "Agnieszka Wójcik", Reason: "An analyser that speaks TLS 1.0 alone is replaced in spring.", Until: "2027-04-30", At: at}
	all[13].Adjudication = &audit.Adjudication{Finding: all[13].ID, Verdict: audit.Dismissed, By: "Agnieszka Wójcik", Reason: "Published examples in training slides.", At: at}
	return all
}

func tally(c *audit.Counts, f audit.ReportFinding) {
	if a := f.Adjudication; a != nil && a.Verdict == audit.Dismissed {
		c.Dismissed++
		return
	} else if a != nil && a.Verdict == audit.Accepted {
		c.Accepted++
	}
	switch f.Severity {
	case audit.Critical:
		c.Critical++
	case audit.High:
		c.High++
	case audit.Medium:
		c.Medium++
	case audit.Low:
		c.Low++
	default:
		c.Note++
	}
}

func checks() []audit.CheckSummary {
	var all []audit.CheckSummary
	for i, name := range []string{"estate", "file", "mllp", "pseudonym", "table", "tls"} {
		k := kinds()[name]
		all = append(all, audit.CheckSummary{ID: k.check, Title: k.title, Evidence: k.evidence, Reach: audit.ReachTarget, Fail: int64(i), Pass: 3, Inconclusive: int64(i % 2), NotApplicable: 2})
	}
	return all
}

// Opinions are 47 outcomes of every standing.
func Opinions() []audit.Opinion {
	required := []audit.Level{audit.Achieved, audit.PartiallyAchieved, audit.PartiallyAchieved, audit.NotAchieved}
	confidence := []audit.Confidence{audit.RowConfirmed, audit.RowInferred, audit.RowInferred, audit.RowMemory}
	titles := []string{"Board direction", "Roles and responsibilities", "Policy, process and procedure implementation", "Data in transit", "Using and sharing information for other purposes"}
	var all []audit.Opinion
	for i := range 47 {
		objective := string(rune('A' + i/10))
		o := audit.Opinion{
			Outcome: fmt.Sprintf("%s%d.%c", objective, i%10/3+1, 'a'+i%3), Title: titles[i%len(titles)], Objective: objective,
			Principle: fmt.Sprintf("%s%d", objective, i%10/3+1), Required: required[i%4], Confidence: confidence[i%4], Standing: audit.NotAssessed,
		}
		if i%5 == 0 {
			o.Claimed = audit.Achieved
		}
		switch i {
		case 4, 13:
			o.Standing, o.Proposed = audit.Refuted, audit.NotAchieved
			o.Required = audit.PartiallyAchieved
			o.Because = because(audit.Refutes, "NA#2")
			o.Caveats = []string{"The required level is inferred, not confirmed (CAF v3.2 baseline).", "STORED-PATIENT-DATA left 213 of 184,220 unread on 1 target."}
		case 7, 19, 23, 31:
			o.Standing, o.Proposed = audit.Capped, audit.PartiallyAchieved
			o.Because = because(audit.Caps, "A#1")
		case 9, 11, 40:
			o.Standing = audit.Supported
			o.Because = because(audit.Supports, "A#3")[:1]
		case 45:
			o.Assessed, o.Assessor, o.Reason = audit.Achieved, "Agnieszka Wójcik", "Minutes of the board and interviews with three members."
		}
		all = append(all, o)
	}
	return all
}

func because(effect audit.Effect, indicator string) []audit.Because {
	return []audit.Because{
		{Check: "STORED-PATIENT-DATA", Target: "file:///srv/shares/departmental", State: audit.Fail, Indicator: indicator, Effect: effect, Says: "Patient data can be read in stored files without any key."},
		{Check: "CHANNEL-MLLP-CLEAR", Target: "tcp://10.20.0.40:2575", State: audit.Fail, Indicator: indicator, Effect: effect, Says: "A link carries data with no protection against being read on the way."},
		{Check: "CHANNEL-FTP-CLEAR", Target: "tcp://10.20.0.21:21", State: audit.Fail, Indicator: indicator, Effect: effect, Says: "A link carries data with no protection against being read on the way."},
	}
}

// Nasty is a report with very long words, letters of many scripts, characters
// that do not print, and 300 findings.
func Nasty() *audit.Report {
	r := SelfAssessment()
	long := strings.Repeat("Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch", 6)
	odd := "Zażółć gęślą jaźń Ŵŷ \u202egnp.exe\u202c \x00\x1b[31m 漢字 🏥 العربية \xff\xfe {nb} {{.}} (a\\b) <script>alert(1)</script>"
	r.Engagement.Client.Name = "Gŵyl " + long
	r.Engagement.Auditor.Name = odd
	r.Engagement.Authority.Letter = long + odd
	r.Title = strings.Repeat("Statement of independent technical assessment ", 5)
	r.ID = strings.Repeat("f00d", 40)
	r.Run.Head = strings.Repeat("f00d", 100)
	r.Edition.Title = strings.Repeat("An edition with a long name ", 20)
	r.Conclusion.Words = strings.Repeat("The evidence holds much below the required level; ", 30)
	for i := range 40 {
		r.Warnings = append(r.Warnings, fmt.Sprint("Reservation ", i, " ", odd, strings.Repeat(" and more", i*5)))
		r.NotLookedAt = append(r.NotLookedAt, audit.NotLookedAt{Target: audit.Target("file:///" + long), Reason: odd, Count: 1 << 62})
		r.Conclusion.Actions = append(r.Conclusion.Actions, strings.Repeat("Do this at once. ", 30))
		r.Limits = append(r.Limits, odd)
	}
	r.Findings = nil
	r.Counts = audit.Counts{Critical: 1 << 60, High: 123_456_789, Medium: 1_000_000, Low: 3, Note: 4, Dismissed: 1 << 62, Accepted: 1 << 62}
	for i := range 300 {
		f := finding([]string{"file", "tls", "table"}[i%3], i%25, audit.Target("file:///srv/"+long), fmt.Sprintf("%03d/%s/%s", i, strings.Repeat("deep folder/", i%40), odd), audit.Severity(5-i/60), int64(i)*1_000_003)
		switch i % 7 {
		case 1:
			f.Remedy = strings.Repeat("A remedy that goes on and on. ", 20*(i%9)) + long
		case 2:
			f.Adjudication = &audit.Adjudication{Finding: f.ID, Verdict: audit.Accepted, By: odd, Reason: strings.Repeat(odd, 5), Until: "not a date", Response: long, Owner: long, Due: "2027-99-99"}
		case 3:
			f.Title = long
		}
		r.Findings = append(r.Findings, f)
	}
	r.Channels = append(r.Channels, audit.ChannelRow{Target: audit.Target("tcp://" + long), Service: long, Protection: odd, State: "odd"})
	r.Coverage = append(r.Coverage, audit.CoverageRow{Target: audit.Target(odd), Kind: long, What: odd, Coverage: audit.Coverage{Total: 1 << 62, Seen: 1 << 61, Unread: 1 << 61}})
	r.Opinions[3].Title, r.Opinions[3].Standing = long, "odd"
	r.Sent = append(r.Sent, audit.SentRow{Probe: long, Connections: 1 << 62, Bytes: 1 << 62, Kinds: []audit.SentKind{{Words: odd, Times: 1 << 62, Unlisted: true}, {Words: long}}})
	return r
}

// Many is a report with n findings.
func Many(n int) *audit.Report {
	r := Audit()
	r.Findings = make([]audit.ReportFinding, 0, n)
	for i := range n {
		f := finding([]string{"file", "tls", "table", "mllp"}[i%4], i%20, "file:///srv/shares/departmental", fmt.Sprintf("folder-%05d/", i), audit.Severity(5-i*5/n), int64(n-i))
		r.Findings = append(r.Findings, f)
	}
	return r
}
