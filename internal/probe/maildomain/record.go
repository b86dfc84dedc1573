package maildomain

import (
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// spf is what a record of SPF says.
type spf struct {
	all       byte // of what nothing else fits: + - ~ ?; 0 where the record does not say
	redirect  string
	questions int // that the reader has to put to DNS, at least
	senders   int // terms that permit some to send
}

// maxQuestions is how many questions a record may ask of its reader.
const maxQuestions = 10

func parseSPF(record string) spf {
	var p spf
	for _, term := range strings.Fields(strings.ToLower(record))[1:] {
		qualifier := byte('+')
		if strings.IndexByte("+-~?", term[0]) >= 0 {
			qualifier, term = term[0], term[1:]
		}
		name, _, _ := strings.Cut(term, ":")
		name, _, _ = strings.Cut(name, "/")
		if name != "all" && !strings.Contains(name, "=") && qualifier != '-' {
			p.senders++
		}
		switch {
		case name == "all" && p.all == 0: // what follows is never read
			p.all = qualifier
		case p.all == 0 && qualifier == '+' && strings.HasPrefix(term, "ip") && strings.HasSuffix(term, "/0"):
			p.all = qualifier
		case strings.HasPrefix(term, "redirect="):
			p.redirect = strings.TrimSuffix(strings.TrimPrefix(term, "redirect="), ".")
			p.questions++
		case slices.Contains([]string{"include", "a", "mx", "ptr", "exists"}, name):
			p.questions++
		}
	}
	if p.all != 0 {
		p.redirect = "" // is then not followed
	}
	return p
}

// nobody says whether the record permits nobody at all to send.
func (p spf) nobody() bool { return p.all == '-' && p.senders == 0 }

// value is the policy's word for it.
func (p spf) value() string {
	switch {
	case p.questions > maxQuestions:
		return "invalid"
	case p.all == '-':
		return "fail"
	case p.all == '~':
		return "softfail"
	case p.all == '+':
		return "pass-all"
	}
	return "neutral"
}

func (p spf) detail() string {
	if p.questions > maxQuestions {
		return "it asks more questions of its reader than the ten that are allowed"
	}
	return ""
}

// tags are the name=value pairs of a record.
func tags(record string) map[string]string {
	all := map[string]string{}
	for pair := range strings.SplitSeq(record, ";") {
		name, value, ok := strings.Cut(pair, "=")
		if ok {
			all[strings.ToLower(strings.TrimSpace(name))] = strings.TrimSpace(value)
		}
	}
	return all
}

// parseDMARC gives what others shall do with forgeries; of a domain below that of
// the record, if it says so.
func parseDMARC(record string, below bool) (value, detail string) {
	t := tags(record)
	policy := strings.ToLower(t["p"])
	if sub := strings.ToLower(t["sp"]); below && sub != "" {
		policy = sub
	}
	percent, err := strconv.ParseUint(t["pct"], 10, 8)
	partly := err == nil && percent < 100
	if partly {
		detail = fmt.Sprintf("for %d %% of it", percent)
	}
	switch {
	case policy == "none":
		return "watch", detail
	case policy == "quarantine" && partly: // the rest is delivered; of what is not rejected the rest is quarantined
		return "partly", detail
	case policy == "quarantine", policy == "reject":
		return policy, detail
	}
	return "invalid", "it has no policy that is known"
}

// parseDKIM gives what a record says of a key, and how long that is where its
// length says something.
func parseDKIM(record string) (value string, bits int) {
	t := tags(record)
	key, ok := t["p"]
	if !ok {
		return "unreadable", 0
	}
	if key == "" {
		return "revoked", 0
	}
	if kind := strings.ToLower(t["k"]); kind != "" && kind != "rsa" {
		return "present", 0
	}
	der, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(key), ""))
	if err != nil {
		return "unreadable", 0
	}
	if public, err := x509.ParsePKIXPublicKey(der); err == nil {
		if k, ok := public.(*rsa.PublicKey); ok {
			return "present", k.N.BitLen()
		}
	}
	if k, err := x509.ParsePKCS1PublicKey(der); err == nil {
		return "present", k.N.BitLen()
	}
	return "unreadable", 0
}

var (
	served  = regexp.MustCompile(`^HTTP/1\.[01] 200\b`)
	version = regexp.MustCompile(`(?m)^version:[ \t]*STSv1[ \t]*\r?$`)
	asks    = regexp.MustCompile(`(?m)^mode:[ \t]*(enforce|testing|none)[ \t]*\r?$`)
	lasts   = regexp.MustCompile(`(?m)^max_age:[ \t]*[0-9]{1,10}[ \t]*\r?$`)
	hosts   = regexp.MustCompile(`(?m)^mx:[ \t]*[^ \t\r\n]+[ \t]*\r?$`)
)

// parseMode gives the mode of a policy of MTA-STS as it was served; "" for what is
// none by RFC 8461, section 3.2.
func parseMode(said []byte) string {
	mode := asks.FindSubmatch(said)
	if !served.Match(said) || !version.Match(said) || mode == nil || !lasts.Match(said) {
		return ""
	}
	if string(mode[1]) != "none" && !hosts.Match(said) {
		return ""
	}
	return string(mode[1])
}

// organisation is the domain that an organisation registered, of which a domain is
// part: the last two labels, or three where the second is a registry's of the UK.
func organisation(domain string) string {
	labels := strings.Split(domain, ".")
	keep := 2
	registries := []string{"nhs", "co", "org", "gov", "ac", "ltd", "plc", "me", "net", "sch", "police", "mod"}
	if n := len(labels); n > 2 && labels[n-1] == "uk" && slices.Contains(registries, labels[n-2]) {
		keep = 3
	}
	return strings.Join(labels[max(len(labels)-keep, 0):], ".")
}
