package spoken

import "regexp"

// service is one that is known by what it says.
type service struct {
	name    string // what discovery calls it
	words   string // for the doc
	product string // what it is called, before what the first group of fits holds
	say     string // what is asked, in words
	send    []byte // nothing where it greets by itself
	// ports are where discovery asks, too; none where an answer to others' hellos shows it.
	ports   []uint16
	fits    *regexp.Regexp // of bytes, each of them as one character
	traits  []trait
	untold  string // why it cannot be told whether it encrypts
	further func(l *asker, conn *conversation, answer []byte) error
}

// match matches an answer as its bytes are, whether they are text or not.
func (s service) match(answer []byte) []string {
	runes := make([]rune, len(answer))
	for i, b := range answer {
		runes[i] = rune(b)
	}
	return s.fits.FindStringSubmatch(string(runes))
}

type trait struct{ name, value, detail string }

// clear is a service of which nothing travels encrypted.
func clear(detail string, more ...trait) []trait {
	return append([]trait{{encryption, "none", detail}}, more...)
}

// state is one that tells in clear how machines are, and perhaps takes orders for them.
func state(detail string) []trait { return []trait{{encryption, "none-state", detail}} }

func named(name string) (service, bool) {
	for _, s := range services() {
		if s.name == name {
			return s, true
		}
	}
	return service{}, false
}

// services are all that are known.
func services() []service {
	return []service{
		// Words and papers of patients.
		{name: "sip", words: "telephones (SIP)", say: "SIP OPTIONS to nobody", send: []byte(sipOptions), ports: []uint16{5060},
			fits:   regexp.MustCompile(`(?is)^SIP/2\.0 \d{3} .*\r\n\r\n`),
			traits: []trait{{encryption, "none-calls", "SIP"}}},
		{name: "rtsp", words: "cameras (RTSP)", say: "RTSP OPTIONS", send: []byte("OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n"), ports: []uint16{554, 8554},
			fits:   regexp.MustCompile(`(?is)^RTSP/1\.\d \d{3} .*\r\n\r\n`),
			traits: clear("pictures by RTSP"), further: describe},
		{name: "hylafax", words: "faxes (HylaFAX)", product: "HylaFAX", fits: regexp.MustCompile(`^220 .*HylaFAX.*Version (\d[\w.]*)`),
			traits: clear("faxes, by HylaFAX's protocol", trait{loginClear, "yes", "USER and PASS"})},
		{name: "sane", words: "scanners (SANE)", product: "SANE", say: "SANE INIT", send: []byte(sane), ports: []uint16{6566},
			fits:   regexp.MustCompile(`(?s)^\x00\x00\x00[\x00-\x0b]\x01..[\x03-\xff]`),
			traits: clear("scanned papers, by SANE's protocol")},
		{name: "ica", words: "remote desktops (ICA)", product: "Citrix ICA", fits: regexp.MustCompile(`^\x7f\x7fICA`),
			untold: "whether sessions are encrypted shows only in a session"},
		{name: "asterisk manager", words: "the manager of Asterisk", product: "Asterisk", fits: regexp.MustCompile(`^Asterisk Call Manager/(\d[\d.]*)`),
			traits: clear("orders to Asterisk", trait{loginClear, "yes", "Action: Login"})},
		{name: "irc", words: "talk (IRC)", fits: regexp.MustCompile(`^(?::\S+ (?:NOTICE|\d{3}) |NOTICE (?:AUTH|\*) )`), say: "PING trustaudit", send: []byte("PING trustaudit\r\n"),
			traits: clear("talk by IRC")},
		// Disks and data.
		{name: "nbd", words: "disks (NBD)", product: "NBD", fits: regexp.MustCompile(`(?s)^NBDMAGICIHAVEOPT..`), further: exports},
		{name: "iscsi", words: "disks (iSCSI)", product: "iSCSI", say: "iSCSI log-in of no known version", send: iscsi(), ports: []uint16{3260},
			fits:   regexp.MustCompile(`(?s)^\x23.{7}`),
			traits: clear("disks by iSCSI")},
		{name: "clickhouse", words: "ClickHouse", product: "ClickHouse", say: "GET / HTTP/1.0", send: []byte("GET / HTTP/1.0\r\n\r\n"),
			fits:   regexp.MustCompile(`(?s)^HTTP/1\.0 400 .*clickhouse-client`),
			traits: clear("ClickHouse answers in clear")},
		{name: "zookeeper", words: "ZooKeeper", product: "ZooKeeper", say: "srvr", send: []byte("srvr"), ports: []uint16{2181},
			fits:   regexp.MustCompile(`(?s)^(?:Zookeeper version: (\d[\d.]*)|srvr is not executed)`),
			traits: clear("ZooKeeper answers in clear"), further: status},
		{name: "cassandra", words: "Cassandra (CQL)", product: "Cassandra", say: "CQL STARTUP", send: []byte("\x04\x00\x00\x00\x01\x00\x00\x00\x16\x00\x01\x00\x0bCQL_VERSION\x00\x053.0.0"), ports: []uint16{9042},
			fits: regexp.MustCompile(`(?s)^\x84\x00..[\x02\x03].{4}`), traits: clear("Cassandra answers in clear"), further: cassandra},
		{name: "firebird", words: "Firebird", product: "Firebird", say: "Firebird connect of no known version", send: []byte(firebird), ports: []uint16{3050},
			fits: regexp.MustCompile(`^\x00\x00\x00\x04$`), untold: "whether sessions are encrypted shows only to those who log in (WireCrypt)"},
		// Screens.
		{name: "spice", words: "screens of virtual machines (SPICE)", product: "SPICE", say: "SPICE link", send: []byte(spice), ports: []uint16{5900, 5901, 5930},
			fits: regexp.MustCompile(`(?s)^REDQ.{8}[^\x12].{7}`), further: linked},
		{name: "xpra", words: "screens by Xpra", product: "Xpra", say: "trustaudit", send: []byte("trustaudit\r\n"),
			fits: regexp.MustCompile(`^disconnect: .*not an xpra client`), untold: "whether what is shown is encrypted shows only in a session"},
		// Messages and jobs.
		{name: "openwire", words: "ActiveMQ (OpenWire)", product: "ActiveMQ", fits: regexp.MustCompile(`(?s)^....\x01ActiveMQ`), traits: clear("messages by OpenWire")},
		{name: "stomp", words: "STOMP", say: "STOMP of no known version", send: []byte("STOMP\naccept-version:0.0\nhost:/\n\n\x00"), ports: []uint16{61613},
			fits:   regexp.MustCompile(`(?s)^\n*ERROR\n`),
			traits: clear("messages by STOMP")},
		{name: "beanstalkd", words: "beanstalkd", product: "beanstalkd", say: "trustaudit", send: []byte("trustaudit\r\n"),
			fits: regexp.MustCompile(`^UNKNOWN_COMMAND\r\n`), traits: clear("jobs for beanstalkd", trait{access, "anyone", "beanstalkd knows no log-in"})},
		{name: "gearman", words: "Gearman", product: "Gearman", say: "trustaudit", send: []byte("trustaudit\r\n"),
			fits: regexp.MustCompile(`^ERR UNKNOWN_COMMAND Unknown\+server\+command`), traits: clear("jobs for Gearman", trait{access, "anyone", "Gearman knows no log-in"})},
		{name: "ajp", words: "AJP", say: "AJP CPing", send: []byte("\x12\x34\x00\x01\x0a"), ports: []uint16{8009},
			fits: regexp.MustCompile(`^AB\x00\x01\x09`), traits: []trait{{encryption, "none-pages", "what a web server hands on by AJP"}}},
		// What every network has: nothing is judged of these here.
		{name: "dns", words: "name servers (DNS)", say: "DNS query for the root's name servers", send: []byte("\x00\x11tr\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\x01"), ports: []uint16{53},
			fits: regexp.MustCompile(`(?s)^..tr[\x80-\xff].{7}`)},
		{name: "ms rpc", words: "Windows' calls (MS RPC)", say: "MS RPC bind to the port mapper", send: []byte(msRPC), ports: []uint16{135},
			fits: regexp.MustCompile(`(?s)^\x05\x00[\x0c\x0d].\x10\x00\x00\x00`)},
		// How machines are.
		{name: "nut", words: "power supplies (NUT)", product: "NUT", say: "VER", send: []byte("VER\n"), ports: []uint16{3493},
			fits: regexp.MustCompile(`^(?:Network UPS Tools upsd (\d[\w.]*)|ERR [A-Z-]+\n)`), further: startTLS},
		{name: "epmd", words: "Erlang's port mapper", product: "epmd", say: "epmd NAMES", send: []byte("\x00\x01n"), ports: []uint16{4369},
			fits: regexp.MustCompile(`(?s)^\x00\x00\x11\x11(?:name \S+ at port \d+\n)*$`), traits: state("Erlang's port mapper names its nodes")},
		{name: "munin", words: "Munin", product: "Munin", fits: regexp.MustCompile(`^# munin node at `), traits: state("Munin")},
		{name: "checkmk", words: "Checkmk", product: "Checkmk", fits: regexp.MustCompile(`^<<<check_mk>>>`), traits: state("Checkmk")},
		{name: "gpsd", words: "gpsd", product: "gpsd", fits: regexp.MustCompile(`^\{"class":"VERSION","release":"([\w.]+)`), traits: state("gpsd")},
		{name: "mpd", words: "MPD", product: "MPD", fits: regexp.MustCompile(`^OK MPD (\d[\d.]*)\n`), traits: state("MPD")},
	}
}

// firebird asks to connect to nothing, for nobody, in no version of the protocol.
const firebird = "\x00\x00\x00\x01\x00\x00\x00\x13\x00\x00\x00\x03\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"

// spice asks for the main channel of version 2.2, which is where a ticket would be
// asked for.
const spice = "REDQ\x02\x00\x00\x00\x02\x00\x00\x00\x12\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x12\x00\x00\x00"

// sipOptions asks what nobody can do, and may be handed on to no other machine.
const sipOptions = "OPTIONS sip:nobody@invalid SIP/2.0\r\nVia: SIP/2.0/TCP trustaudit.invalid:5060;branch=z9hG4bKtrustaudit\r\nMax-Forwards: 0\r\n" +
	"From: <sip:trustaudit@invalid>;tag=trustaudit\r\nTo: <sip:nobody@invalid>\r\nCall-ID: trustaudit@invalid\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n"

// msRPC asks for the interface by which Windows tells where its services are (version
// 3, in the usual form of data); nothing is asked of it.
const msRPC = "\x05\x00\x0b\x03\x10\x00\x00\x00\x48\x00\x00\x00\x01\x00\x00\x00\xb8\x10\xb8\x10\x00\x00\x00\x00\x01\x00\x00\x00\x00\x00\x01\x00" +
	"\x08\x83\xaf\xe1\x1f\x5d\xc9\x11\x91\xa4\x08\x00\x2b\x14\xa0\xfa\x03\x00\x00\x00" +
	"\x04\x5d\x88\x8a\xeb\x1c\xc9\x11\x9f\xe8\x08\x00\x2b\x10\x48\x60\x02\x00\x00\x00"
