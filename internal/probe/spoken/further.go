package spoken

import (
	"encoding/binary"
	"regexp"
	"strings"

	"trustaudit/internal/probe/talk"
)

type (
	asker        = talk.Look
	conversation = talk.Conn
)

// What is asked further.
const (
	sayDescribe = "RTSP DESCRIBE of /"
	sayExports  = "NBD list of exports"
	sayStartTLS = "STARTTLS"
)

// sane begins a conversation with a scanner's server without a name: the code of INIT,
// an older version of the protocol, and an empty string.
const sane = "\x00\x00\x00\x00\x01\x00\x00\x02\x00\x00\x00\x01\x00"

// iscsi is a log-in request that no target can accept: of a version that there is not.
func iscsi() []byte {
	request := make([]byte, 48)
	copy(request, "\x43\x81\xff\xff") // log in, to the full phase; versions from 255 to 255
	return request
}

// status tells what it means that ZooKeeper answers those who did not log in.
func status(l *asker, _ *conversation, _ []byte) error {
	if l.Seen.Product == "ZooKeeper" {
		l.Seen.Lacks(access, "it does not tell its state")
		return nil
	}
	l.Seen.Has(access, "anyone-lists", "it tells its state without a log-in")
	return nil
}

var rtspStatus = regexp.MustCompile(`(?is)^RTSP/1\.\d (\d{3}) `)

// describe asks a camera what there is to see at its root, and so whether it asks
// who one is.
func describe(l *asker, conn *conversation, _ []byte) error {
	l.Asked = append(l.Asked, access)
	if err := conn.Send(sayDescribe, []byte("DESCRIBE rtsp://"+l.Address+"/ RTSP/1.0\r\nCSeq: 2\r\nAccept: application/sdp\r\n\r\n")); err != nil {
		return err
	}
	head, err := conn.Until("\r\n\r\n")
	if err != nil {
		return err
	}
	switch m := rtspStatus.FindStringSubmatch(head); {
	case m == nil:
		return errAnother
	case m[1] == "200":
		l.Seen.Has(access, "anyone-reads", "it describes its pictures to those who did not log in")
	case m[1] == "401", m[1] == "403":
		l.Seen.Has(access, "login", "")
		switch challenge := strings.ToLower(head); {
		case strings.Contains(challenge, "www-authenticate: basic"):
			l.Seen.Has(loginClear, "yes", "Basic authentication")
		case strings.Contains(challenge, "www-authenticate: digest"):
			l.Seen.Has(loginClear, "proof", "Digest authentication")
		}
	default:
		l.Seen.Lacks(access, "its pictures have an address of their own, which is not guessed")
	}
	return nil
}

// The answers of NBD to a question for its exports.
const (
	nbdReply    = 0x3e889045565a9
	nbdServer   = 2
	nbdDone     = 1
	nbdPolicy   = 1<<31 + 2
	nbdTLSFirst = 1<<31 + 5
)

// exports asks a server of disks which there are, which also shows whether it wants
// TLS first.
func exports(l *asker, conn *conversation, _ []byte) error {
	l.Asked = append(l.Asked, encryption, access)
	if err := conn.Send(sayExports, []byte("\x00\x00\x00\x01IHAVEOPT\x00\x00\x00\x03\x00\x00\x00\x00")); err != nil {
		return err
	}
	head, err := conn.Next(16)
	if err != nil {
		return err
	}
	if binary.BigEndian.Uint64(head) != nbdReply {
		return errAnother
	}
	switch kind := binary.BigEndian.Uint32(head[12:]); kind {
	case nbdTLSFirst:
		l.Seen.Has(encryption, "offered", "")
		l.Seen.Has(required, "yes", "")
		l.Seen.Lacks(access, "it tells that within TLS alone")
		return nil
	case nbdServer, nbdDone:
		l.Seen.Has(access, "anyone-lists", "it names its disks without a log-in")
	case nbdPolicy:
		l.Seen.Lacks(access, "it does not name its disks")
	default:
		l.Seen.Lacks(access, "it answers in a way that is not known")
	}
	l.Seen.Has(encryption, "none", "disks by NBD")
	return nil
}

// startTLS asks whether the server of a power supply could change to TLS.
func startTLS(l *asker, conn *conversation, _ []byte) error {
	l.Asked = append(l.Asked, encryption)
	if err := conn.Send(sayStartTLS, []byte("STARTTLS\n")); err != nil {
		return err
	}
	line, err := conn.Line()
	if err != nil {
		return err
	}
	if strings.HasPrefix(line, "OK") {
		l.Seen.Has(encryption, "offered", "")
		l.Seen.Lacks(required, "whether it serves others in clear shows only in a log-in")
		return nil
	}
	l.Seen.Has(encryption, "none-state", "power supplies, and their orders, by NUT")
	return nil
}

// cassandra tells by its answer to a start-up whether it asks who one is.
func cassandra(l *asker, _ *conversation, answer []byte) error {
	const ready = 2
	if answer[4] == ready {
		l.Seen.Has(access, "anyone", "it begins a session without a log-in")
		return nil
	}
	l.Seen.Has(access, "login", "")
	l.Seen.Has(loginClear, "yes", "a name and a password by Cassandra")
	return nil
}

// linked tells by a server's answer whether screens are shown in clear. Whether a
// password is asked for shows only to those who go on.
func linked(l *asker, _ *conversation, answer []byte) error {
	const needSecured = 5
	if binary.LittleEndian.Uint32(answer[16:]) == needSecured {
		l.Seen.Has(encryption, "offered", "")
		l.Seen.Has(required, "yes", "")
	} else {
		l.Seen.Has(encryption, "none", "screens by SPICE")
	}
	l.Seen.Lacks(access, "whether a password is asked for shows only to those who go on")
	return nil
}
