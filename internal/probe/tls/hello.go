package tls

import (
	"bytes"
	"crypto/ecdh"
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"net/netip"
	"strings"
)

// version is a protocol version that is offered on a connection of its own.
type version struct {
	name   string
	number uint16
}

// say is how the offer of a version is announced.
func (v version) say() string { return "ClientHello " + v.name }

// The versions that are offered. SSLv2 is not: its hello is another protocol.
var (
	ssl30 = version{"SSLv3", 0x0300}
	tls10 = version{"TLS 1.0", 0x0301}
	tls11 = version{"TLS 1.1", 0x0302}
	tls12 = version{"TLS 1.2", 0x0303}
	tls13 = version{"TLS 1.3", 0x0304}
)

// Extension numbers.
const (
	extServerName          = 0
	extSupportedGroups     = 10
	extPointFormats        = 11
	extSignatureAlgorithms = 13
	extSupportedVersions   = 43
	extKeyShare            = 51
	extRenegotiation       = 0xff01
)

const (
	groupX25519 = 0x001d
	groupP256   = 0x0017
	groupP384   = 0x0018
	groupP521   = 0x0019
)

// mllpEnd ends a message of MLLP. A listener may read an offer of TLS as the
// beginning of a message; it must never read the end of one.
var mllpEnd = []byte{0x1c, 0x0d}

// clientHello returns one record that offers v, and no other version, to host.
func clientHello(v version, host string) ([]byte, error) {
	for range 16 {
		hello, err := tryClientHello(v, host)
		if err != nil || !bytes.Contains(hello, mllpEnd) {
			return hello, err
		}
	}
	return nil, fmt.Errorf("offer %s: every hello holds the end of an MLLP message", v.name)
}

func tryClientHello(v version, host string) ([]byte, error) {
	random := make([]byte, 64) // the client random and, for TLS 1.3, a session id
	if _, err := rand.Read(random); err != nil {
		return nil, fmt.Errorf("offer %s: %w", v.name, err)
	}
	body := binary.BigEndian.AppendUint16(nil, min(v.number, tls12.number))
	body = append(body, random[:32]...)
	if v == tls13 {
		body = appendList8(body, random[32:])
	} else {
		body = append(body, 0)
	}
	body = appendList16(body, offeredSuites(v))
	body = append(body, 1, 0) // no compression
	if v != ssl30 {
		extensions, err := extensionsFor(v, host)
		if err != nil {
			return nil, err
		}
		body = appendList16(body, extensions)
	}
	message := append([]byte{typeClientHello, 0}, binary.BigEndian.AppendUint16(nil, uint16(len(body)))...)
	message = append(message, body...)
	record := []byte{recordHandshake, 3, byte(min(v.number, tls10.number))}
	return appendList16(record, message), nil
}

func offeredSuites(v version) []byte {
	list := suites12
	if v == tls13 {
		list = suites13
	}
	var out []byte
	for _, s := range list {
		if v == ssl30 && strings.HasPrefix(s.name, "TLS_ECDH") {
			continue // needs an extension, which SSLv3 has not
		}
		out = binary.BigEndian.AppendUint16(out, s.number)
	}
	return out
}

func extensionsFor(v version, host string) ([]byte, error) {
	var out []byte
	if _, err := netip.ParseAddr(host); err != nil && host != "" {
		name := appendList16([]byte{0}, []byte(host))
		out = appendExtension(out, extServerName, appendList16(nil, name))
	}
	out = appendExtension(out, extSupportedGroups,
		appendList16(nil, uint16s(groupX25519, groupP256, groupP384, groupP521)))
	if v.number >= tls12.number {
		out = appendExtension(out, extSignatureAlgorithms, appendList16(nil, uint16s(
			0x0403, 0x0503, 0x0603, 0x0807, 0x0804, 0x0805, 0x0806,
			0x0401, 0x0501, 0x0601, 0x0203, 0x0201, 0x0202)))
	}
	if v != tls13 {
		out = appendExtension(out, extPointFormats, []byte{1, 0})
		return appendExtension(out, extRenegotiation, []byte{0}), nil
	}
	key, err := ecdh.X25519().GenerateKey(rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("offer %s: %w", v.name, err)
	}
	share := appendList16(uint16s(groupX25519), key.PublicKey().Bytes())
	out = appendExtension(out, extKeyShare, appendList16(nil, share))
	return appendExtension(out, extSupportedVersions, appendList8(nil, uint16s(tls13.number))), nil
}

func uint16s(numbers ...uint16) []byte {
	var out []byte
	for _, n := range numbers {
		out = binary.BigEndian.AppendUint16(out, n)
	}
	return out
}

func appendExtension(out []byte, number uint16, data []byte) []byte {
	return appendList16(binary.BigEndian.AppendUint16(out, number), data)
}

func appendList8(out, data []byte) []byte {
	return append(append(out, byte(len(data))), data...)
}

func appendList16(out, data []byte) []byte {
	return append(binary.BigEndian.AppendUint16(out, uint16(len(data))), data...)
}
