package discover

import (
	"bytes"
	"encoding/binary"
	"io"
	"regexp"

	"trustaudit/internal/converse"
)

// maxGreeting bounds what is read of a greeting.
const maxGreeting = 2 << 10

// readGreeting reads what the service says by itself: up to the end of its
// first reply, the end of its time, or the bound.
func readGreeting(r io.Reader) []byte {
	buf := make([]byte, 0, maxGreeting)
	for len(buf) < cap(buf) {
		n, err := r.Read(buf[len(buf):cap(buf)])
		buf = buf[:len(buf)+n]
		if err != nil || complete(buf) {
			break
		}
	}
	return buf
}

var lastReplyLine = regexp.MustCompile(`(?m)^\d{3} .*\n`)

// complete says whether a greeting has come to an end that shows. The lines of
// a longer reply of FTP or SMTP begin with the code and a hyphen, but the last.
func complete(greeting []byte) bool {
	if len(greeting) > 3 && greeting[3] == '-' && bytes.HasPrefix(greeting, []byte("220")) {
		return lastReplyLine.Match(greeting)
	}
	return bytes.IndexByte(greeting, '\n') >= 0
}

// speaksFirst says whether what usually listens at the port greets by itself.
func speaksFirst(port uint16) bool {
	switch port {
	case 21, 22, 23, 25, 110, 119, 143, 587, 873, 2121, 2222, 3306, 4222, 5900, 5901:
		return true
	}
	return false
}

// sign is what a service is known by when it speaks first.
type sign struct {
	service string
	ports   []uint16 // where a weak sign suffices; empty: anywhere
	pattern *regexp.Regexp
}

// signs are tried in order: the first that fits names the service.
var signs = []sign{
	{"ssh", nil, regexp.MustCompile(`^(?:SSH-\d|Exceeded MaxStartups|Not allowed at this time)`)}, // the latter turn callers away
	{"ftp", nil, regexp.MustCompile(`(?is)^(220|421|530)[ -].*\bw?\w*ftpd?\b`)},
	{"lmtp", nil, regexp.MustCompile(`(?is)^(220|421)[ -].*\blmtp\b`)},
	{"smtp", nil, regexp.MustCompile(`(?is)^(220|421|554)[ -].*(\be?smtp\b|\bmail\b)`)},
	{"sieve", nil, regexp.MustCompile(`(?i)^"IMPLEMENTATION" "`)},
	{"mysql", nil, regexp.MustCompile(`(?s)^..\x00\x00\xff.*\b(MySQL|MariaDB) server`)}, // turns the machine away
	{"pop3", nil, regexp.MustCompile(`^\+OK\b`)},
	{"pop3", []uint16{110}, regexp.MustCompile(`^-ERR\b`)}, // before Redis, which says so too
	{"imap", nil, regexp.MustCompile(`(?i)^\* (OK|PREAUTH|BYE)\b`)},
	{"vnc", nil, regexp.MustCompile(`^RFB \d{3}\.\d{3}`)},
	{"telnet", nil, regexp.MustCompile(`(?s)^\xff[\xfb-\xfe]`)},
	// What comes unasked for, or at the wrong moment, DICOM answers with an abort.
	{"dicom", nil, regexp.MustCompile(`(?s)^\x07\x00\x00\x00\x00\x04\x00\x00[\x00\x02][\x00-\x06]$`)},
	// An engine that keeps its connections alive does so with frames.
	{"mllp", nil, regexp.MustCompile(`^\x0b(?:\x1c\r|MSH)`)},
	{"astm", nil, regexp.MustCompile(`^\x05+$`)}, // an instrument asks whether it may send
	{"rsync", nil, regexp.MustCompile(`^@RSYNCD:`)},
	// A server that answers a request in clear with 400 may want it in TLS.
	{"http", nil, regexp.MustCompile(`^HTTP/\d(?:\.\d)? (?:[1-35]\d\d|40[1-9]|4[1-9]\d)`)},
	{"nats", nil, regexp.MustCompile(`^INFO \{"`)},
	// A Kerberos server answers whatever is no request with an error of version 5.
	{"kerberos", nil, regexp.MustCompile(`(?s)^\x00\x00..\x7e.{1,3}\x30.{1,3}\xa0\x03\x02\x01\x05\xa1\x03\x02\x01\x1e`)},
	{"clickhouse", nil, regexp.MustCompile(`(?s)^(?:HTTP/1\.0 400 .*clickhouse-client|\x02.{4}\x10DB::)`)},
	{"hylafax", nil, regexp.MustCompile(`^220 .*HylaFAX`)},
	{"ica", nil, regexp.MustCompile(`^\x7f\x7fICA`)},
	{"asterisk manager", nil, regexp.MustCompile(`^Asterisk Call Manager/`)},
	{"irc", nil, regexp.MustCompile(`^(?::\S+ (?:NOTICE|\d{3}) |NOTICE (?:AUTH|\*) |ERROR :.*IRC)`)},
	{"nbd", nil, regexp.MustCompile(`^NBDMAGIC`)},
	{"openwire", nil, regexp.MustCompile(`(?s)^....\x01ActiveMQ`)},
	{"rtsp", nil, regexp.MustCompile(`^RTSP/1\.\d \d{3}`)},
	{"sip", nil, regexp.MustCompile(`^SIP/2\.0 \d{3}`)},
	{"cassandra", nil, regexp.MustCompile(`(?s)^[\x80-\x8f].{11,14}Invalid or unsupported protocol version`)},
	{"spice", nil, regexp.MustCompile(`^REDQ`)},
	{"xpra", nil, regexp.MustCompile(`^disconnect: connection failed, invalid packet header`)},
	{"gearman", nil, regexp.MustCompile(`^ERR UNKNOWN_COMMAND Unknown\+server\+command`)},
	{"beanstalkd", nil, regexp.MustCompile(`^UNKNOWN_COMMAND\r\n`)},
	{"nut", nil, regexp.MustCompile(`^ERR (?:UNKNOWN-COMMAND|INVALID-ARGUMENT|ACCESS-DENIED)\n`)},
	{"munin", nil, regexp.MustCompile(`^# munin node at `)},
	{"checkmk", nil, regexp.MustCompile(`^<<<check_mk>>>`)},
	{"gpsd", nil, regexp.MustCompile(`^\{"class":"VERSION"`)},
	{"mpd", nil, regexp.MustCompile(`^OK MPD \d`)},
	{"redis", nil, regexp.MustCompile(`^-(ERR|NOAUTH|DENIED)\b`)},
	{"ftp", []uint16{21}, regexp.MustCompile(`^\d{3}[ -]`)},
	{"smtp", []uint16{25, 587}, regexp.MustCompile(`^\d{3}[ -]`)},
	{"telnet", nil, regexp.MustCompile(`(?i)(?:^|\n)[^\n]{0,40}\b(?:log ?in|user ?name) ?: ?$`)},
	{"smb", nil, regexp.MustCompile(`^\x83\x00\x00\x01[\x80-\x8f]$`)}, // turns the machine away
	{"telnet", []uint16{23}, regexp.MustCompile(`(?i)(login|user ?name|password) ?:`)},
}

// classify names the service that said greeting on the port, and returns what
// of the greeting may be kept. Of a binary greeting nothing is.
func classify(greeting []byte, port uint16) (service, line string) {
	if version, ok := mysqlVersion(greeting); ok {
		return "mysql", converse.Clean(version)
	}
	// The patterns speak of bytes; bytes above 0x7f are given as code points.
	text := latin1(greeting)
	for _, s := range signs {
		if s.fits(text, port) {
			service = s.service
			break
		}
	}
	if bytes.ContainsFunc(greeting, isControl) {
		return service, ""
	}
	return service, converse.Clean(greeting)
}

func (s sign) fits(text string, port uint16) bool {
	for _, p := range s.ports {
		if p == port {
			return s.pattern.MatchString(text)
		}
	}
	return len(s.ports) == 0 && s.pattern.MatchString(text)
}

func latin1(b []byte) string {
	runes := make([]rune, len(b))
	for i, c := range b {
		runes[i] = rune(c)
	}
	return string(runes)
}

// isControl tells the bytes that no line of text holds. Invalid UTF-8 counts.
func isControl(r rune) bool {
	return r < 0x20 && r != '\r' && r != '\n' && r != '\t' && r != '\f' || r == 0x7f || r == 0xfffd
}

// mysqlVersion reads the version out of MySQL's initial handshake packet:
// length, sequence 0, protocol 10, version, NUL.
func mysqlVersion(b []byte) ([]byte, bool) {
	if len(b) < 6 || b[3] != 0 || b[4] != 10 {
		return nil, false
	}
	size := int(binary.LittleEndian.Uint16(b)) | int(b[2])<<16
	version, _, ok := bytes.Cut(b[5:], []byte{0})
	return version, ok && size < maxGreeting && len(version) < size
}
