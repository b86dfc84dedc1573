package discover

import "testing"

func FuzzClassify(f *testing.F) {
	f.Add([]byte("220 (vsFTPd 3.0.3)\r\n"), uint16(21))
	f.Add([]byte("\x0a\x00\x00\x00\x0a8.0.36\x00\x01\x02"), uint16(3306))
	f.Add([]byte("\xff\xfd\x18"), uint16(23))
	f.Fuzz(func(t *testing.T, greeting []byte, port uint16) {
		_, line := classify(greeting, port)
		if len(line) > 200 {
			t.Fatalf("kept %d bytes", len(line))
		}
		for _, r := range line {
			if r < 0x20 || r > 0x7e {
				t.Fatalf("kept %q", line)
			}
		}
		complete(greeting)
	})
}

func TestClassify(t *testing.T) {
	for _, c := range []struct {
		greeting string
		port     uint16
		want     string
	}{
		{"220 mail.example LMTP Dovecot ready.\r\n", 24, "lmtp"},
		{"220 mail.example ESMTP Postfix\r\n", 2525, "smtp"},
		{"220 host.example\r\n", 25, "smtp"},
		{"220 host.example\r\n", 2525, ""},
		{"\r\nMedServer II\r\nPathology line 4\r\n\r\nlogin: ", 2001, "telnet"},
		{"Exceeded MaxStartups\r\n", 2022, "ssh"},
		{"Not allowed at this time\r\n", 2022, "ssh"},
		{"please login: first\r\n", 2001, ""},
		{"\x83\x00\x00\x01\x81", 445, "smb"},
		{"\"IMPLEMENTATION\" \"Dovecot Pigeonhole\"\r\n", 4190, "sieve"},
		{"\x46\x00\x00\x00\xff\x6a\x04Host '10.0.0.5' is not allowed to connect to this MariaDB server", 3306, "mysql"},
		{"INFO {\"server_id\":\"N\"} \r\n", 20422, "nats"},
		{"HTTP/1.1 404 Not Found\r\n", 8080, "http"},
		{"HTTP/1.1 400 Bad Request\r\n", 8080, ""},
		{"+OK ready\r\n", 110, "pop3"},
		{"-ERR too many callers\r\n", 110, "pop3"},
		{"* OK ready\r\n", 143, "imap"},
		{"\x85\x00\x00\x00\x00\x00\x00\x00\x5d\x00\x00\x00\x0a\x00\x57Invalid or unsupported protocol version (22)", 29042, "cassandra"},
		{"\x84\x00\x00\x00\x00\x00\x00\x5d\x00\x00\x00\x0a\x00\x57Invalid or unsupported protocol version (22)", 29042, "cassandra"},
		{"REDQ\x02\x00\x00\x00\x02\x00\x00\x00", 25930, "spice"},
		{"disconnect: connection failed, invalid packet header, SSL packet??\n", 24500, "xpra"},
		{"\x07\x00\x00\x00\x00\x04\x00\x00\x02\x02", 4243, "dicom"},
		{"\x07\x00\x00\x00\x00\x04\x00\x00\x02\x02\x00", 4243, ""},
		{"\x0b\x1c\r", 2578, "mllp"},
		{"\x0bMSH|^~\\&|", 2578, "mllp"},
		{"\x05", 4000, "astm"},
		{"HTTP/1.0 400 Bad Request\r\n\r\nPort 9000 is for clickhouse-client program.\r\n", 9000, "clickhouse"},
		{"\x02e\x00\x00\x00\x10DB::NetException/DB::", 9000, "clickhouse"},
		{"220 fax server (HylaFAX (tm) Version 6.0.7) ready.\r\n", 4559, "hylafax"},
		{"\x7f\x7fICA\x00", 1494, "ica"},
		{"Asterisk Call Manager/5.0.2\r\n", 5038, "asterisk manager"},
		{":irc.trust.test 451 * :Connection not registered\r\n", 6667, "irc"},
		{"ERROR :\"Oops, HTTP request received? This is IRC!\"\r\n", 6667, "irc"},
		{"NBDMAGICIHAVEOPT\x00\x03", 10809, "nbd"},
		{"\x00\x00\x01R\x01ActiveMQ\x00", 61616, "openwire"},
		{"RTSP/1.0 400 Bad Request\r\nCSeq: 0\r\n\r\n", 8554, "rtsp"},
		{"SIP/2.0 400 Bad Request\r\n", 5070, "sip"},
		{"ERR UNKNOWN_COMMAND Unknown+server+commandGET\r\n", 4730, "gearman"},
		{"UNKNOWN_COMMAND\r\n", 11300, "beanstalkd"},
		{"ERR UNKNOWN-COMMAND\n", 3493, "nut"},
		{"ERR unknown\n", 3493, ""},
		{"# munin node at node.trust.test\n", 4949, "munin"},
		{"<<<check_mk>>>\nVersion: 2.1\n", 6556, "checkmk"},
		{"{\"class\":\"VERSION\",\"release\":\"3.22\"}\r\n", 2947, "gpsd"},
		{"OK MPD 0.23.5\n", 6600, "mpd"},
		{"-DENIED Redis is running in protected mode\r\n", 6379, "redis"},
	} {
		if got, _ := classify([]byte(c.greeting), c.port); got != c.want {
			t.Errorf("%q at port %d: %q, want %q", c.greeting, c.port, got, c.want)
		}
	}
}
