package discover

import (
	"cmp"
	"net/netip"
	"slices"
	"strings"

	"trustaudit/internal/audit"
)

// Port is a port of the shipped list, with what usually listens there.
type Port struct {
	Number uint16
	Usual  string
	Care   Care
}

// Care is how a port is spoken to when it says nothing by itself.
type Care int

// The cares. Whatever arrives at a printer is printed, and what listens for
// clinical messages is offered TLS and nothing else.
const (
	Ask     Care = iota
	Usual        // what is usual at the port: the machine is a printer, or silent at most ports
	TLSOnly      // messages for patients' care may be taken there
	Nothing      // whatever arrives is printed, logged or run
)

// Ports returns the shipped list: where hospitals' services usually listen.
func Ports() []Port {
	return []Port{
		{21, "FTP", Ask}, {22, "SSH", Ask}, {23, "Telnet", Usual}, {25, "SMTP", Ask}, {43, "whois", Ask}, {53, "DNS", Ask},
		{79, "finger", Ask}, {80, "HTTP", Ask}, {81, "HTTP", Ask}, {88, "Kerberos", Ask}, {104, "DICOM", TLSOnly}, {105, "DICOM", TLSOnly},
		{110, "POP3", Ask}, {111, "rpcbind", Ask}, {113, "ident", Ask}, {119, "NNTP", Ask}, {135, "MS RPC", Ask}, {139, "NetBIOS", Ask}, {143, "IMAP", Ask},
		{389, "LDAP", Ask}, {443, "HTTPS", Ask}, {445, "SMB", Ask}, {465, "SMTP over TLS", Ask}, {512, "rexec", Nothing}, {513, "rlogin", Nothing},
		{514, "rsh or syslog", Nothing}, {515, "LPD", Nothing}, {543, "klogin", Nothing}, {548, "AFP", Ask}, {554, "RTSP", Ask}, {587, "SMTP submission", Ask},
		{593, "RPC over HTTP", Ask}, {631, "IPP", Ask}, {636, "LDAP over TLS", Ask}, {873, "rsync", Ask}, {990, "FTP over TLS", Ask}, {992, "Telnet over TLS", Ask},
		{993, "IMAP over TLS", Ask}, {995, "POP3 over TLS", Ask}, {1080, "SOCKS", Ask}, {1433, "SQL Server", Ask}, {1434, "SQL Server", Ask}, {1521, "Oracle", Ask},
		{1723, "PPTP", Ask}, {1883, "MQTT", Ask}, {1972, "Caché or IRIS", Ask}, {2049, "NFS", Ask}, {2121, "FTP", Ask}, {2222, "SSH", Ask}, {2375, "Docker", Ask},
		{2376, "Docker over TLS", Ask}, {2379, "etcd", Ask}, {2484, "Oracle over TLS", Ask}, {2575, "MLLP", TLSOnly}, {2576, "MLLP", TLSOnly}, {2761, "DICOM ISCL", TLSOnly},
		{2762, "DICOM over TLS", TLSOnly}, {3000, "HTTP", Ask}, {3128, "HTTP proxy", Ask}, {3260, "iSCSI", Ask}, {3268, "LDAP (global catalogue)", Ask},
		{3269, "LDAP over TLS (global catalogue)", Ask}, {3306, "MySQL", Ask}, {3389, "RDP", Ask}, {4190, "ManageSieve", Ask}, {4222, "NATS", Ask},
		{4242, "DICOM", TLSOnly}, {4443, "HTTPS", Ask}, {4899, "Radmin", Ask}, {5000, "HTTP", Ask}, {5060, "SIP", Ask}, {5061, "SIP over TLS", Ask}, {5222, "XMPP", Ask},
		{5269, "XMPP", Ask}, {5357, "WSD", Ask}, {5432, "PostgreSQL", Ask}, {5631, "pcAnywhere", Ask}, {5671, "AMQP over TLS", Ask}, {5672, "AMQP", Ask},
		{5800, "VNC over HTTP", Ask}, {5900, "VNC", Ask}, {5901, "VNC", Ask}, {5984, "CouchDB", Ask}, {5985, "WinRM", Ask}, {5986, "WinRM over TLS", Ask}, {6000, "X11", Ask},
		{6379, "Redis", Ask}, {6443, "Kubernetes", Ask}, {6661, "MLLP (Mirth)", TLSOnly}, {6662, "MLLP (Mirth)", TLSOnly}, {7001, "HTTP (WebLogic)", Ask}, {8000, "HTTP", Ask},
		{8008, "HTTP", Ask}, {8042, "HTTP (Orthanc)", Ask}, {8080, "HTTP", Ask}, {8081, "HTTP", Ask}, {8443, "HTTPS", Ask}, {8444, "HTTPS", Ask}, {8883, "MQTT over TLS", Ask}, {8888, "HTTP", Ask},
		{9000, "HTTP", Ask}, {9090, "HTTP", Ask}, {9092, "Kafka", Ask}, {9100, "printer", Nothing}, {9101, "printer", Nothing}, {9102, "printer", Nothing}, {9200, "Elasticsearch", Ask},
		{9443, "HTTPS", Ask}, {10000, "HTTP", Ask}, {10001, "serial server (laboratory)", TLSOnly}, {11112, "DICOM", TLSOnly}, {11211, "memcached", Ask}, {15672, "RabbitMQ", Ask},
		{27017, "MongoDB", Ask}, {50000, "Db2", Ask}, {51773, "Caché or IRIS", Ask}, {52773, "HTTP (IRIS)", Ask}, {57772, "HTTP (Ensemble)", Ask},
	}
}

// telling are the ports that show best whether there is a host at all, in order.
func telling() []uint16 { return []uint16{443, 445, 22, 80, 135, 3389, 2575, 1433} }

// Telling returns the ports that are knocked at to see whether there is a host: of
// those that are looked at the telling ones first, n at the most.
func Telling(scope audit.Scope, n int) []uint16 {
	var out []uint16
	for _, p := range ports(scope) {
		out = append(out, p.Number)
	}
	slices.SortStableFunc(out, func(a, b uint16) int { return cmp.Compare(rank(a), rank(b)) })
	return out[:min(n, len(out))]
}

// rank is a port's place among the telling ones, or behind them.
func rank(port uint16) int {
	if i := slices.Index(telling(), port); i >= 0 {
		return i
	}
	return len(telling())
}

// ports are those to look at: what the engagement says, or the shipped list.
// Each is there once, in ascending order.
func ports(scope audit.Scope) []audit.Port {
	list := slices.Clone(scope.Ports)
	if len(list) == 0 {
		for _, p := range Ports() {
			list = append(list, audit.Port{Number: p.Number})
		}
	}
	slices.SortStableFunc(list, func(a, b audit.Port) int { return int(a.Number) - int(b.Number) })
	return slices.CompactFunc(list, func(a, b audit.Port) bool { return a.Number == b.Number })
}

// careful are the services that an engagement declares and that are not asked what
// they are.
func careful() map[string]Care {
	return map[string]Care{"printer": Nothing, "print": Nothing, "printing": Nothing, "pdl-datastream": Nothing, "label": Nothing, "zpl": Nothing, "klogin": Nothing, "kshell": Nothing, "mllp": TLSOnly, "hl7": TLSOnly, "dicom": TLSOnly, "dicom-tls": TLSOnly, "pacs": TLSOnly, "astm": TLSOnly, "lis": TLSOnly, "raw": Nothing, "jetdirect": Nothing, "lpd": Nothing, "syslog": Nothing, "rexec": Nothing, "rlogin": Nothing, "rsh": Nothing}
}

// span is a range of ports.
type span struct {
	first, last uint16
	care        Care
}

// unlisted are ports off the shipped list that an engagement may name. Those of
// printers are in their makers' manuals: the first of a print server and its siblings
// (HP, Kyocera, Zebra, Star and many more; nmap leaves them out, too), the lines of
// servers with several (Intermate, Linksys), and makers' own (SATO, Emulex and Xerox,
// Lexmark, Zebra's mobile printers, DEC).
func unlisted() []span {
	return []span{
		{9100, 9112, Nothing}, {29100, 29100, Nothing}, {39100, 39100, Nothing}, {49100, 49100, Nothing}, {4010, 4010, Nothing}, {4020, 4020, Nothing}, {4030, 4030, Nothing},
		{1024, 1024, Nothing}, {2501, 2501, Nothing}, {5503, 5503, Nothing}, {9400, 9400, Nothing}, {9600, 9600, Nothing}, {6101, 6101, Nothing}, {6869, 6869, Nothing},
		{35, 35, Nothing}, {3910, 3910, Nothing}, // any port for printing, and the one for requests to print
		{544, 544, Nothing}, {601, 601, Nothing}, // kshell, and syslog over TCP
		{2101, 2116, TLSOnly}, {4001, 4016, TLSOnly}, {10001, 10016, TLSOnly}, // lines of serial servers: Digi, Moxa, Lantronix
		{6514, 6514, TLSOnly}, // syslog over TLS
		// Controllers of buildings, plant and laboratories, some of which stop at what they
		// do not know: S7, Modbus, GE's own, IEC 104, Niagara, EtherNet/IP.
		{102, 102, Nothing}, {502, 502, Nothing}, {1911, 1911, Nothing}, {2404, 2404, Nothing}, {18245, 18246, Nothing}, {44818, 44818, Nothing},
	}
}

// careOf is how a port is spoken to, by what the engagement says of it and by the
// lists: the most careful of all. At Telnet's port some label printers print, too.
func careOf(port audit.Port) Care {
	care := careful()[port.Service]
	for _, p := range Ports() {
		if p.Number == port.Number {
			care = max(care, p.Care)
		}
	}
	for _, s := range unlisted() {
		if s.first <= port.Number && port.Number <= s.last {
			care = max(care, s.care)
		}
	}
	return care
}

// isPrinter says whether the trust's register calls a machine a printer.
func isPrinter(assets []audit.Asset, host string) bool {
	address, _ := netip.ParseAddr(host)
	return slices.ContainsFunc(assets, func(a audit.Asset) bool {
		if !slices.Contains(a.Addresses, address) && !slices.Contains(a.Names, strings.ToLower(host)) {
			return false
		}
		words := a.Kind + " " + strings.Join(a.Names, " ")
		return strings.Contains(words, "printer") || strings.Contains(words, "multifunction") || a.Kind == "mfd" || a.Kind == "mfp"
	})
}
