package estatetest

import (
	"bytes"
	"context"
	"encoding/binary"
	"slices"
)

// vpnServers are VPN gateways, as far as the first message of IKE goes. Real ones
// listen on every address, and are met in a network of their own by the probe's
// own test.
func vpnServers() []Server {
	const check = "CHANNEL-VPN-GATEWAY"
	return []Server{
		{
			Name: "ike, weak", Service: "ike", UDP: true, Port: 20500, Tests: []string{"ike-aggressive"},
			Finds: []Find{
				{check, "ike.version 1"}, {check, "ike.cipher 3DES"}, {check, "ike.cipher DES"}, {check, "ike.hash MD5"}, {check, "ike.aggressive yes"},
				{check, "ike.group 768-bit MODP"}, {check, "ike.group 1024-bit MODP"}, {check, "ike.group 1536-bit MODP"},
			},
			Start: func(_ context.Context, p Place) (*Running, error) { return ServeUDP(p, weakIKE) },
		},
		{
			Name: "ike, version 1 alone", Service: "ike", UDP: true, Port: 20503, Tests: []string{"ike-aggressive"}, Finds: []Find{{check, "ike.version 1"}},
			Start: func(_ context.Context, p Place) (*Running, error) { return ServeUDP(p, oldIKE) },
		},
		{
			Name: "ike, XAUTH alone", Service: "ike", UDP: true, Port: 20505, Tests: []string{"ike-aggressive"}, Finds: []Find{{check, "ike.version 1"}},
			Start: func(_ context.Context, p Place) (*Running, error) { return ServeUDP(p, xauthIKE) },
		},
		{
			Name: "ike, hardened", Service: "ike", UDP: true, Port: 20501, Tests: []string{"ike-aggressive"},
			Start: func(_ context.Context, p Place) (*Running, error) { return ServeUDP(p, hardenedIKE) },
		},
	}
}

// ikeHead is the size of a message's head.
const ikeHead = 28

// weakIKE agrees to whatever comes first.
func weakIKE(asked []byte) []byte {
	if len(asked) < ikeHead {
		return nil
	}
	switch asked[18] {
	case 34: // version 2: it wants a key of another group
		return ikeAnswer(asked, 41, []byte{0, 0, 0, 10, 0, 0, 0, 17, 0, 2})
	case 2: // main mode: the weakest of the list, DES with MD5 in the group of 768 bits
		return ikeAnswer(asked, 1, ikeChoice(1, 1, 1))
	case 4: // aggressive mode: the choice, a key, and at once the digest
		sa := ikeChoice(1, 1, 1)
		sa[0] = 8
		return ikeAnswer(asked, 1, append(sa, 0, 0, 0, 8, 1, 2, 3, 4))
	}
	return nil
}

// oldIKE speaks version 1 alone, in main mode, with AES, SHA-256 and the group of
// 2048 bits.
func oldIKE(asked []byte) []byte {
	if len(asked) < ikeHead || asked[18] != 2 {
		return nil
	}
	if !bytes.Contains(asked, []byte{0x80, 2, 0, 4, 0x80, 3, 0, 1, 0x80, 4, 0, 14}) {
		return ikeRefusal(asked)
	}
	return ikeAnswer(asked, 1, ikeChoice(7, 4, 14))
}

// xauthIKE is like it, for callers who bring XAUTH as well: as Libreswan does, it
// keeps silent to those who might do without.
func xauthIKE(asked []byte) []byte {
	with, without := []byte{0x80, 3, 0xfd, 0xe9}, []byte{0x80, 3, 0, 1}
	switch {
	case len(asked) < ikeHead || asked[18] == 34 || bytes.Contains(asked, with) && bytes.Contains(asked, without):
		return nil
	case asked[18] == 2 && bytes.Contains(asked, slices.Concat([]byte{0x80, 2, 0, 4}, with, []byte{0x80, 4, 0, 14})):
		return ikeAnswer(asked, 1, ikeChoice(7, 4, 14))
	}
	return ikeRefusal(asked)
}

// ikeRefusal is a notification that no proposal was chosen, in an exchange of its own.
func ikeRefusal(asked []byte) []byte {
	beside := slices.Clone(asked)
	beside[18] = 5
	return ikeAnswer(beside, 11, []byte{0, 0, 0, 12, 0, 0, 0, 1, 1, 0, 0, 14})
}

// ikeChoice is an SA payload of version 1 with one transform.
func ikeChoice(cipher, hash, group byte) []byte {
	transform := []byte{0, 0, 0, 24, 1, 1, 0, 0, 0x80, 1, 0, cipher, 0x80, 2, 0, hash, 0x80, 3, 0, 1, 0x80, 4, 0, group}
	proposal := append([]byte{0, 0, 0, byte(8 + len(transform)), 1, 1, 0, 1}, transform...)
	return append([]byte{0, 0, 0, byte(12 + len(proposal)), 0, 0, 0, 1, 0, 0, 0, 1}, proposal...)
}

// hardenedIKE speaks version 2 alone, and agrees to the group by NIST of 256 bits.
func hardenedIKE(asked []byte) []byte {
	if len(asked) < ikeHead || asked[18] != 34 {
		return nil
	}
	if slices.Contains(ikeGroups(asked[ikeHead:]), 19) && !weakCipher(asked[ikeHead:]) {
		return ikeAnswer(asked, 41, []byte{0, 0, 0, 10, 0, 0, 0, 17, 0, 19})
	}
	return ikeAnswer(asked, 41, []byte{0, 0, 0, 8, 0, 0, 0, 14})
}

// ikeGroups lists the groups that an SA payload of version 2 proposes, and
// weakCipher says whether it proposes a cipher that is weak, or MD5.
func ikeGroups(sa []byte) []uint16 { return ikeTransforms(sa, 4) }

func weakCipher(sa []byte) bool {
	weak := func(id uint16) bool { return id < 12 }
	return slices.ContainsFunc(ikeTransforms(sa, 1), weak) || slices.Contains(ikeTransforms(sa, 3), 1)
}

// ikeTransforms lists the numbers of the transforms of a kind, over all proposals.
func ikeTransforms(sa []byte, kind byte) []uint16 {
	var out []uint16
	end := min(int(binary.BigEndian.Uint16(sa[2:])), len(sa))
	for at := 4; at+8 <= end; {
		last := at + int(binary.BigEndian.Uint16(sa[at+2:]))
		for t := at + 8; t+8 <= min(last, end); t += max(8, int(binary.BigEndian.Uint16(sa[t+2:]))) {
			if sa[t+4] == kind {
				out = append(out, binary.BigEndian.Uint16(sa[t+6:]))
			}
		}
		at = max(last, at+8)
	}
	return out
}

// ikeAnswer puts the head of an answer before its payloads.
func ikeAnswer(asked []byte, first byte, body []byte) []byte {
	out := append(slices.Clone(asked[:8]), "GATEWAY!"...)
	out = append(out, first, asked[17], asked[18], 0x20, 0, 0, 0, 0)
	out = binary.BigEndian.AppendUint32(out, uint32(ikeHead+len(body)))
	return append(out, body...)
}
