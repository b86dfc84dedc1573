package tls

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// Record and handshake types.
const (
	recordChangeCipher = 20
	recordAlert        = 21
	recordHandshake    = 22
	recordApplication  = 23

	typeClientHello        = 1
	typeServerHello        = 2
	typeCertificate        = 11
	typeCertificateRequest = 13
	typeServerHelloDone    = 14
)

// What is read of an answer at most. A chain of certificates that a client
// would accept is a few kilobytes long.
const (
	maxMessage = 256 << 10
	maxRecords = 512
	maxRecord  = 16<<10 + 2048
	maxChain   = 8
)

// errForeign says that the answer is not TLS.
var errForeign = errors.New("the answer is not TLS")

// alert is a fatal alert.
type alert byte

func (a alert) Error() string {
	if name, ok := alertNames[a]; ok {
		return "alert: " + name
	}
	return fmt.Sprintf("alert %d", byte(a))
}

const (
	alertCloseNotify          alert = 0
	alertHandshakeFailure     alert = 40
	alertIllegalParameter     alert = 47
	alertProtocolVersion      alert = 70
	alertInsufficientSecurity alert = 71
	alertInternalError        alert = 80
	alertInappropriate        alert = 86
)

var alertNames = map[alert]string{
	alertCloseNotify: "close notify", 10: "unexpected message", alertHandshakeFailure: "handshake failure",
	alertIllegalParameter: "illegal parameter", 49: "access denied", 50: "decode error",
	alertProtocolVersion: "protocol version", alertInsufficientSecurity: "insufficient security",
	alertInternalError: "internal error", alertInappropriate: "inappropriate fallback",
	112: "unrecognised name",
}

// refuses says whether the alert is a clear no to what was offered. OpenSSL 3
// has an internal error when its security level forbids the version.
func (a alert) refuses() bool {
	switch a {
	case alertCloseNotify, alertHandshakeFailure, alertIllegalParameter, alertProtocolVersion,
		alertInsufficientSecurity, alertInternalError, alertInappropriate:
		return true
	}
	return false
}

// flight is what a server answers to an offer, as far as it is in clear.
type flight struct {
	version uint16 // 0: no ServerHello was read
	suite   uint16
	chain   [][]byte // DER, leaf first, at most maxChain
	asked   bool     // for a client certificate
	whole   bool     // read to its end
}

// readFlight reads the answer to a ClientHello: the ServerHello, and for
// versions before TLS 1.3 what follows it up to ServerHelloDone. What was read
// before an error is returned with it.
func readFlight(r io.Reader) (flight, error) {
	var f flight
	messages := handshake{records: r}
	for {
		kind, body, err := messages.next()
		if err != nil {
			return f, err
		}
		if f.version == 0 && kind != typeServerHello {
			return f, fmt.Errorf("handshake message %d before the ServerHello", kind)
		}
		if err := f.see(kind, body); err != nil {
			return f, err
		}
		if kind == typeServerHelloDone || f.version >= tls13.number {
			f.whole = true
			return f, nil
		}
	}
}

func (f *flight) see(kind byte, body []byte) error {
	switch kind {
	case typeServerHello:
		return f.serverHello(body)
	case typeCertificate:
		return f.certificates(body)
	case typeCertificateRequest:
		f.asked = true
	}
	return nil
}

var errServerHello = errors.New("the ServerHello is malformed")

// serverHello reads version, random, session id, suite, compression and
// extensions, of which only supported_versions matters here.
func (f *flight) serverHello(body []byte) error {
	if f.version != 0 || len(body) < 2+32+1 {
		return errServerHello
	}
	chosen := binary.BigEndian.Uint16(body)
	rest := body[2+32:]
	session := int(rest[0])
	if session > 32 || len(rest) < 1+session+3 {
		return errServerHello
	}
	rest = rest[1+session:]
	suite := binary.BigEndian.Uint16(rest)
	rest = rest[3:]
	if len(rest) > 0 {
		real, err := supportedVersion(rest)
		if err != nil {
			return err
		}
		if real != 0 {
			chosen = real
		}
	}
	if chosen < ssl30.number || chosen > tls13.number {
		return fmt.Errorf("the ServerHello names the unknown version 0x%04X", chosen)
	}
	f.version, f.suite = chosen, suite
	return nil
}

// supportedVersion returns the version in the extension of that name, or 0.
func supportedVersion(extensions []byte) (uint16, error) {
	if len(extensions) < 2 || int(binary.BigEndian.Uint16(extensions)) != len(extensions)-2 {
		return 0, errServerHello
	}
	rest := extensions[2:]
	for len(rest) > 0 {
		if len(rest) < 4 {
			return 0, errServerHello
		}
		kind, size := binary.BigEndian.Uint16(rest), int(binary.BigEndian.Uint16(rest[2:]))
		rest = rest[4:]
		if size > len(rest) {
			return 0, errServerHello
		}
		if kind == extSupportedVersions && size == 2 {
			return binary.BigEndian.Uint16(rest), nil
		}
		rest = rest[size:]
	}
	return 0, nil
}

var errCertificates = errors.New("the certificate message is malformed")

// certificates reads the Certificate message of versions before TLS 1.3.
func (f *flight) certificates(body []byte) error {
	if f.chain != nil || len(body) < 3 || uint24(body) != len(body)-3 {
		return errCertificates
	}
	for rest := body[3:]; len(rest) > 0; {
		if len(rest) < 3 || uint24(rest) > len(rest)-3 {
			return errCertificates
		}
		size := uint24(rest)
		if len(f.chain) < maxChain {
			f.chain = append(f.chain, rest[3:3+size])
		}
		rest = rest[3+size:]
	}
	return nil
}

func uint24(b []byte) int { return int(b[0])<<16 | int(b[1])<<8 | int(b[2]) }

// handshake reads handshake messages out of records.
type handshake struct {
	records io.Reader
	read    int // records so far
	pending []byte
}

// next returns the next handshake message. The body is valid for good.
func (h *handshake) next() (byte, []byte, error) {
	for len(h.pending) < 4 {
		if err := h.record(); err != nil {
			return 0, nil, err
		}
	}
	kind, size := h.pending[0], uint24(h.pending[1:])
	if size > maxMessage {
		what := fmt.Sprintf("handshake message %d", kind)
		if kind == typeCertificate {
			what = "the certificate chain"
		}
		return 0, nil, fmt.Errorf("%s of %.1f MiB is longer than the %d KiB that are read", what, float64(size)/(1<<20), maxMessage>>10)
	}
	for len(h.pending) < 4+size {
		if err := h.record(); err != nil {
			return 0, nil, err
		}
	}
	body := h.pending[4 : 4+size : 4+size]
	h.pending = h.pending[4+size:]
	return kind, body, nil
}

// record adds the next handshake record to what is pending. An alert that ends
// the connection is returned as an error; warnings are passed over.
func (h *handshake) record() error {
	for h.read < maxRecords {
		h.read++
		var head [5]byte
		if n, err := io.ReadFull(h.records, head[:]); err != nil {
			if n > 0 && !plausible(head[:n]) {
				return errForeign
			}
			return err
		}
		size := int(binary.BigEndian.Uint16(head[3:]))
		if !plausible(head[:]) || size > maxRecord {
			return errForeign
		}
		body := make([]byte, size)
		if _, err := io.ReadFull(h.records, body); err != nil {
			return err
		}
		switch {
		case head[0] == recordHandshake:
			h.pending = append(h.pending, body...)
			return nil
		case head[0] == recordAlert && size == 2 && (body[0] == 2 || alert(body[1]) == alertCloseNotify):
			return alert(body[1])
		}
	}
	return fmt.Errorf("the answer does not end within %d records", maxRecords)
}

// plausible says whether b can begin a TLS record.
func plausible(b []byte) bool {
	return b[0] >= recordChangeCipher && b[0] <= recordApplication && (len(b) < 2 || b[1] == 3)
}
