package main

import (
	"encoding/xml"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"trustaudit/internal/estatetest"
)

// nmapScripts are what it is asked to run: none of those that log in by guesses,
// subscribe, or belong to its default set by that alone. The sign has a script run
// where the port is not the usual one.
const nmapScripts = "+ssl-enum-ciphers,+ssl-cert,+sslv2,ssh2-enum-algos,sshv1,smb-protocols,smb2-security-mode,ftp-anon,+ldap-rootdse,+rdp-enum-encryption," +
	"vnc-info,+snmp-info,+snmp-sysdescr,+tftp-enum,nfs-showmount,rpcinfo,dicom-ping,mongodb-info,redis-info,memcached-info,couchdb-databases,docker-version," +
	"rsync-list-modules,x11-access,http-auth,http-auth-finder,+ipmi-version,+ipmi-cipher-zero,+ike-version,telnet-encryption"

// nmapRule says what an issue looks like in the output of a script, for one kind of
// service.
type nmapRule struct {
	service, script, words string
	find                   estatetest.Find
}

func nmapRules() []nmapRule {
	const open, remote, management = "CHANNEL-OPEN-ACCESS", "CHANNEL-REMOTE-DESKTOP", "CHANNEL-MANAGEMENT-PROTOCOL"
	rules := []nmapRule{
		{"ftp", "ftp-anon", "Anonymous FTP login allowed", estatetest.Find{Check: open, Trait: "access anyone"}},
		{"vnc", "vnc-info", `None \(1\)`, estatetest.Find{Check: open, Trait: "access anyone"}},
		{"vnc", "vnc-info", `(?s)VeNCrypt.*(VNC auth|Anonymous TLS)`, estatetest.Find{Check: "CHANNEL-ENCRYPTION-OPTIONAL", Trait: "encryption.required no"}},
		{"vnc", "vnc-info", `TLS.*Anon|Anonymous TLS`, estatetest.Find{Check: remote, Trait: "vnc.identity anonymous"}},
		{"redis", "redis-info", `Version`, estatetest.Find{Check: open, Trait: "access anyone"}},
		{"mongodb", "mongodb-info", `(?s)MongoDB Build info|Server status`, estatetest.Find{Check: open, Trait: "access anyone"}},
		{"memcached", "memcached-info", `Process ID|Uptime`, estatetest.Find{Check: open, Trait: "access anyone"}},
		{"x11", "x11-access", `access is granted`, estatetest.Find{Check: open, Trait: "access anyone"}},
		{"http", "docker-version", `ApiVersion|Version`, estatetest.Find{Check: open, Trait: "access anyone"}},
		{"http", "couchdb-databases", `\d+ = `, estatetest.Find{Check: open, Trait: "access anyone-reads"}},
		{"http", "http-auth", `(?i)Basic`, estatetest.Find{Check: "CHANNEL-LOGIN-CLEAR", Trait: "login.clear yes"}},
		{"http", "http-auth", `(?i)Digest`, estatetest.Find{Check: "CHANNEL-LOGIN-CLEAR", Trait: "login.clear proof"}},
		{"http", "http-auth-finder", `FORM`, estatetest.Find{Check: "CHANNEL-LOGIN-CLEAR", Trait: "login.clear yes"}},
		{"ldap", "ldap-rootdse", `namingContexts`, estatetest.Find{Check: open, Trait: "access anyone-reads"}},
		{"nfs", "nfs-showmount", `/`, estatetest.Find{Check: open, Trait: "access anyone-reads"}},
		{"rsync", "rsync-list-modules", `open`, estatetest.Find{Check: open, Trait: "access anyone-reads"}},
		{"tftp", "tftp-enum", `\S`, estatetest.Find{Check: open, Trait: "access anyone-reads"}},
		{"dicom", "dicom-ping", `Any AET is accepted`, estatetest.Find{Check: open, Trait: "dicom.title any"}},
		{"snmp", "snmp-sysdescr", `\S`, estatetest.Find{Check: open, Trait: "access anyone-reads"}},
		{"snmp", "snmp-sysdescr", `\S`, estatetest.Find{Check: management, Trait: "snmp.version 1"}},
		{"ipmi", "ipmi-cipher-zero", `VULNERABLE`, estatetest.Find{Check: management, Trait: "ipmi.cipher 0"}},
		{"ipmi", "ipmi-version", `UserAuth:.*null`, estatetest.Find{Check: management, Trait: "ipmi.proof none"}},
		{"ipmi", "ipmi-version", `UserAuth:.*password`, estatetest.Find{Check: management, Trait: "ipmi.proof password"}},
		{"ipmi", "ipmi-version", `UserAuth:.*md2`, estatetest.Find{Check: management, Trait: "ipmi.proof MD2"}},
		{"ipmi", "ipmi-version", `PassAuth:.*[ ,]null_user`, estatetest.Find{Check: management, Trait: "ipmi.user null"}},
		{"ike", "ike-version", `(?i)IKEv1|version 1`, estatetest.Find{Check: "CHANNEL-VPN-GATEWAY", Trait: "ike.version 1"}},
		{"rdp", "rdp-enum-encryption", `Native RDP: SUCCESS`, estatetest.Find{Check: remote, Trait: "rdp.security standard"}},
		{"smb", "smb-protocols", `SMBv1`, estatetest.Find{Check: "CHANNEL-SMB-VERSION", Trait: "smb.version SMB 1"}},
		{"smb", "smb2-security-mode", `not required`, estatetest.Find{Check: "CHANNEL-SMB-SIGNING", Trait: "smb.signing offered"}},
		{"ssh", "sshv1", `supports SSHv1`, estatetest.Find{Check: sshCheck, Trait: "ssh.protocol 1 and 2"}},
		{"ssh", "ssh2-enum-algos", `ssh-dss`, estatetest.Find{Check: sshCheck, Trait: "ssh.hostkey ssh-dss"}},
	}
	for trait, names := range map[string][]string{
		"ssh.kex ": {"diffie-hellman-group1-sha1", "diffie-hellman-group-exchange-sha1"}, "ssh.cipher ": {"3des-cbc", "aes128-cbc", "arcfour"}, "ssh.mac ": {"hmac-md5"},
	} {
		for _, name := range names {
			rules = append(rules, nmapRule{"ssh", "ssh2-enum-algos", name + `\s`, estatetest.Find{Check: sshCheck, Trait: trait + name}})
		}
	}
	return rules
}

// nmapNames are how it calls services, where not by our name.
func nmapNames() map[string]string {
	return map[string]string{
		"smb": "netbios-ssn|microsoft-ds", "sqlserver": "ms-sql-s", "xmpp": "xmpp|jabber", "x11": "X11", "nfs": "nfs", "rdp": "ms-wbt-server", "dicom": "dicom|acr-nema", "mllp": "hl7",
	}
}

func nmap() peer {
	knowsOfTLS := knowsTLS("tls.version", "tls.suite", "tls.forward_secrecy", "tls.finite_field", "tls.certificate.key", "tls.certificate.signature",
		"tls.certificate.validity", "tls.certificate.trust self-signed", "tls.compression")
	return peer{
		name: "nmap", atOnce: 16,
		args: func(one *estatetest.Instance) []string {
			port := strconv.Itoa(one.Port)
			args := []string{"-Pn", "-n", "-sV", "--script", nmapScripts, "--script-args", "smbport=" + port, "-p", port, "-oX", "-", one.Host}
			if one.UDP {
				return append([]string{"-sU"}, args...)
			}
			return args
		},
		read: readNmap,
		knows: func(f estatetest.Find, of string) bool {
			if f.Trait == inClear {
				return true // by the service's name
			}
			return knowsOfTLS(f, of) || slices.ContainsFunc(nmapRules(), func(r nmapRule) bool { return r.service == of && r.find == f })
		},
	}
}

type nmapScript struct {
	ID     string `xml:"id,attr"`
	Output string `xml:"output,attr"`
}

// readNmap reads its XML.
func readNmap(said []byte, of string) []estatetest.Find {
	var doc struct {
		Port struct {
			Service struct {
				Name   string `xml:"name,attr"`
				Method string `xml:"method,attr"`
				Tunnel string `xml:"tunnel,attr"`
			} `xml:"service"`
			Scripts []nmapScript `xml:"script"`
		} `xml:"host>ports>port"`
		Scripts []nmapScript `xml:"host>hostscript>script"`
	}
	if xml.Unmarshal(said, &doc) != nil {
		return nil
	}
	var out []estatetest.Find
	name := nmapNames()[of]
	if name == "" {
		name = regexp.QuoteMeta(of)
	}
	service := doc.Port.Service
	if clear := service.Method == "probed" && service.Tunnel == ""; clear && of != "tls" && of != "ssh" && of != "" && regexp.MustCompile("^(?:"+name+")").MatchString(service.Name) {
		out = append(out, estatetest.Find{Check: "CHANNEL-CLEARTEXT-SERVICE", Trait: inClear})
	}
	var spoken spokenTLS
	for _, script := range append(doc.Port.Scripts, doc.Scripts...) {
		spoken.nmap(script)
		for _, r := range nmapRules() {
			if r.service == of && r.script == script.ID && regexp.MustCompile(r.words).MatchString(script.Output) && !slices.Contains(out, r.find) {
				out = append(out, r.find)
			}
		}
	}
	return append(out, spoken.finds()...)
}

var (
	nmapVersion  = regexp.MustCompile(`(?m)^ +(SSLv3|TLSv1\.\d): *$`)
	nmapSuite    = regexp.MustCompile(`(?m)^ +(TLS_\S+)(?: \(dh (\d+)\))?`)
	nmapKey      = regexp.MustCompile(`Public Key type: rsa\s+Public Key bits: (\d+)`)
	nmapNotAfter = regexp.MustCompile(`Not valid after: +(\S+)`)
	nmapParties  = regexp.MustCompile(`(?m)^(Subject|Issuer): (.*)$`)
)

// nmap takes what its scripts for TLS say. A certificate's dates and names are for
// the reader to compare, and count as told.
func (t *spokenTLS) nmap(script nmapScript) {
	said := script.Output
	switch script.ID {
	case "sslv2":
		if strings.Contains(said, "SSLv2 supported") {
			t.versions = append(t.versions, "SSLv2")
		}
	case "ssl-enum-ciphers":
		for _, m := range nmapVersion.FindAllStringSubmatch(said, -1) {
			t.versions = append(t.versions, strings.Replace(m[1], "TLSv", "TLS ", 1))
		}
		for _, m := range nmapSuite.FindAllStringSubmatch(said, -1) {
			t.suites = append(t.suites, m[1])
			t.field(m[2])
		}
	case "ssl-cert":
		if m := nmapKey.FindStringSubmatch(said); m != nil {
			t.key, _ = strconv.Atoi(m[1])
		}
		if strings.Contains(said, "Signature Algorithm: "+sha1Signature) {
			t.signature = sha1Signature
		}
		if m := nmapNotAfter.FindStringSubmatch(said); m != nil {
			until, err := time.Parse("2006-01-02T15:04:05", m[1])
			t.expired = err == nil && until.Before(time.Now())
		}
		names := nmapParties.FindAllStringSubmatch(said, -1)
		t.self = len(names) == 2 && names[0][2] == names[1][2]
	}
}
