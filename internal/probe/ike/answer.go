package ike

import (
	"bytes"
	"encoding/binary"
	"errors"

	"trustaudit/internal/channel"
)

var errNotIKE = errors.New("the answer is not that of a VPN gateway")

// invalidKey is the notification by which a gateway of version 2 names the group
// that it has chosen.
const invalidKey = 17

// invalidID is the notification of a gateway of version 1 that does not know the name
// of its caller.
const invalidID = 18

// choice is what a gateway agreed to.
type choice struct {
	agreed              bool
	cipher, hash, group uint16 // of version 1
	digest              bool   // version 1 showed a digest of its key
	unnamed             bool   // version 1 would go on with another name
}

// parse reads the answer to a question: whatever the gateway says of it is one.
func parse(b []byte, q question) (choice, error) {
	if len(b) < headSize || !bytes.Equal(b[:8], q.message[:8]) || b[17]>>4 != q.message[17]>>4 || bytes.Equal(b, q.message) {
		return choice{}, errNotIKE
	}
	var c choice
	if b[18] != q.message[18] {
		// An answer beside the exchange: a refusal.
		_, content, _, ok := cut(b[headSize:])
		c.unnamed = ok && b[16] == payloadNotify1 && len(content) >= 8 && binary.BigEndian.Uint16(content[6:]) == invalidID
		return c, nil
	}
	next, rest := b[16], b[headSize:]
	for next != 0 {
		kind := next
		var content []byte
		var ok bool
		if next, content, rest, ok = cut(rest); !ok {
			return choice{}, errNotIKE
		}
		c.see(kind, content)
	}
	return c, nil
}

// cut takes a payload off b.
func cut(b []byte) (next byte, content, rest []byte, ok bool) {
	if len(b) < 4 {
		return 0, nil, nil, false
	}
	n := int(binary.BigEndian.Uint16(b[2:]))
	if n < 4 || n > len(b) {
		return 0, nil, nil, false
	}
	return b[0], b[4:n], b[n:], true
}

// see takes one payload.
func (c *choice) see(kind byte, content []byte) {
	switch kind {
	case payloadSA2:
		c.agreed = true
	case payloadNotify2:
		if len(content) >= 4 && binary.BigEndian.Uint16(content[2:]) == invalidKey {
			c.agreed = true
		}
	case payloadSA1:
		c.suite(content)
	case payloadHash1:
		c.digest = true
	}
}

// suite reads the one transform that a gateway of version 1 chose.
func (c *choice) suite(content []byte) {
	const before = 8 // the domain and the situation
	if len(content) < before {
		return
	}
	_, proposal, _, ok := cut(content[before:])
	if !ok || len(proposal) < 4 {
		return
	}
	_, transform, _, ok := cut(proposal[4:])
	if !ok || len(transform) < 4 {
		return
	}
	c.agreed = true
	for a := transform[4:]; len(a) >= 4; {
		kind, value := binary.BigEndian.Uint16(a), binary.BigEndian.Uint16(a[2:])
		a = a[4:]
		if kind&0x8000 == 0 { // a long one, of which value is the length
			if int(value) > len(a) {
				return
			}
			a = a[value:]
			continue
		}
		switch kind &^ 0x8000 {
		case 1:
			c.cipher = value
		case 2:
			c.hash = value
		case 4:
			c.group = value
		}
	}
}

// old lists what is old in a choice of version 1, and says whether it is of the list
// of weak means, to which SHA-1 alone does not belong.
func (c choice) old() (traits []channel.Trait, weak bool) {
	add := func(name, value string) {
		if value != "" {
			traits = append(traits, channel.Trait{Name: name, Value: value, Detail: "IKEv1"})
		}
	}
	add("ike.cipher", map[uint16]string{cipherDES: "DES", cipher3DES: "3DES"}[c.cipher])
	add("ike.group", map[uint16]string{modp768: "768-bit MODP", modp1024: "1024-bit MODP", modp1536: "1536-bit MODP"}[c.group])
	weak = len(traits) > 0 || c.hash == hashMD5
	add("ike.hash", map[uint16]string{hashMD5: "MD5", hashSHA1: "SHA-1"}[c.hash])
	return traits, weak
}
