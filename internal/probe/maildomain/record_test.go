package maildomain

import "testing"

func TestSPF(t *testing.T) {
	for record, want := range map[string]string{
		"v=spf1 -all": "fail", "v=spf1 ip4:192.0.2.0/24 ~ALL": "softfail", "v=spf1 all": "pass-all", "v=spf1 +all": "pass-all",
		"v=spf1 ip4:0.0.0.0/0 -all": "pass-all", "v=spf1 ip6:::/0 -all": "pass-all", "v=spf1 -ip4:0.0.0.0/0 ~all": "softfail", "v=spf1 -all +all": "fail",
		"v=spf1 ?all": "neutral", "v=spf1 mx": "neutral",
		"v=spf1 a mx include:a include:b include:c include:d include:e include:f include:g exists:h ptr -all": "invalid",
		"v=spf1 a mx/24 a:b include:a include:b include:c include:d include:e include:f include:g -all":       "fail",
	} {
		if got := parseSPF(record).value(); got != want {
			t.Errorf("%s: %s, want %s", record, got, want)
		}
	}
}

func TestSPFOfNobody(t *testing.T) {
	for record, want := range map[string]bool{"v=spf1 -all": true, "v=spf1 exp=e.example -all": true, "v=spf1 ~all": false, "v=spf1 mx -all": false, "v=spf1 ip4:192.0.2.1 -all": false} {
		if got := parseSPF(record).nobody(); got != want {
			t.Errorf("%s: %v, want %v", record, got, want)
		}
	}
}

func TestDMARC(t *testing.T) {
	for _, c := range []struct {
		record string
		below  bool
		want   string
	}{
		{"v=DMARC1; p=reject; rua=mailto:x@trust.example", false, "reject"},
		{"v=DMARC1;p=Quarantine ;sp=none", false, "quarantine"},
		{"v=DMARC1;p=quarantine;sp=none", true, "watch"},
		{"v=DMARC1; p=none", true, "watch"},
		{"v=DMARC1", false, "invalid"},
		{"v=DMARC1; p=quarantine; pct=0", false, "partly"},
		{"v=DMARC1; p=quarantine; pct=100", false, "quarantine"},
		{"v=DMARC1; p=reject; pct=0", false, "reject"},
	} {
		if got, _ := parseDMARC(c.record, c.below); got != c.want {
			t.Errorf("%s: %s, want %s", c.record, got, c.want)
		}
	}
	if _, detail := parseDMARC("v=DMARC1; p=reject; pct=20", false); detail != "for 20 % of it" {
		t.Errorf("detail %q", detail)
	}
}

func TestOrganisation(t *testing.T) {
	for domain, want := range map[string]string{
		"trust.nhs.uk": "trust.nhs.uk", "mail.trust.nhs.uk": "trust.nhs.uk", "nhs.net": "nhs.net", "a.b.nhs.net": "nhs.net", "mail.trust.uk": "trust.uk",
	} {
		if got := organisation(domain); got != want {
			t.Errorf("%s: %s, want %s", domain, got, want)
		}
	}
}

func FuzzRecords(f *testing.F) {
	f.Add("v=spf1 -all")
	f.Add("v=DKIM1; k=rsa; p=AAAA")
	f.Fuzz(func(_ *testing.T, record string) {
		if len(record) > 0 && record[0] == 'v' {
			parseSPF(record)
		}
		parseDMARC(record, true)
		parseDKIM(record)
		parseMode([]byte(record))
	})
}
