package ike

import (
	"bytes"
	"encoding/binary"
)

// Payloads, exchanges and notifications, by RFC 7296 and RFC 2408.
const (
	payloadSA1, payloadKE1, payloadID1, payloadHash1, payloadNonce1, payloadNotify1 = 1, 4, 5, 8, 10, 11
	payloadSA2, payloadKE2, payloadNonce2, payloadNotify2                           = 33, 34, 40, 41

	exchangeMain, exchangeAggressive, exchangeInit = 2, 4, 34
)

// Kinds of transform of version 2.
const (
	kindCipher, kindPRF, kindIntegrity, kindGroup = 1, 2, 3, 4
)

// Numbers of groups, which both versions share.
const (
	modp768, modp1024, modp1536, modp2048 = 1, 2, 5, 14
	ecp192                                = 25 // proposed by nobody
)

// shortSubgroup is what the groups of RFC 5114 are called here.
const shortSubgroup = "2048-bit MODP with a short subgroup"

// question is a datagram, with what agreement to it shows.
type question struct {
	say, trait, value string
	first             bool
	message           []byte
}

// spi marks a question; it is the same in every run, so that one that is repeated
// is known again.
func spi(n byte) []byte { return []byte{'T', 'A', 'u', 'd', 'i', 't', 0x80, n} }

// transform is one means of version 2: a kind, a number and the length of a key.
type transform struct {
	kind byte
	id   uint16
	bits uint16
}

// of makes transforms of one kind.
func of(kind byte, ids ...uint16) []transform {
	var out []transform
	for _, id := range ids {
		out = append(out, transform{kind: kind, id: id})
	}
	return out
}

// questions2 are those of version 2: for all that is strong, and for each weak
// means together with anything else.
func questions2() []question {
	gcm := []transform{{kindCipher, 20, 128}, {kindCipher, 20, 192}, {kindCipher, 20, 256}, {kindCipher, 16, 128}, {kindCipher, 16, 256}, {kindCipher, 28, 0}} // and CCM, ChaCha20
	cbc := []transform{{kindCipher, 12, 128}, {kindCipher, 12, 192}, {kindCipher, 12, 256}}
	prfs, integrity := of(kindPRF, 5, 6, 7), of(kindIntegrity, 12, 13, 14)
	groups := of(kindGroup, 19, 20, 21, 31, 32, 28, 29, 30, modp2048, 15, 16, 17, 18)
	oldPRFs, oldIntegrity := of(kindPRF, 5, 6, 7, 2, 1), of(kindIntegrity, 12, 13, 14, 2, 1) // with SHA-1 and MD5
	allGroups := append(groups[:len(groups):len(groups)], of(kindGroup, modp1536, modp1024, modp768)...)
	const cipher, group = "ike.cipher", "ike.group"
	all := []struct {
		trait, value string
		proposals    [][]transform
	}{
		{"", "strong", [][]transform{join(gcm, prfs, groups), join(cbc, prfs, integrity, groups)}},
		{cipher, "3DES", [][]transform{join(of(kindCipher, 3), oldPRFs, oldIntegrity, allGroups)}},
		{cipher, "DES", [][]transform{join(of(kindCipher, 2), oldPRFs, oldIntegrity, allGroups)}},
		{"ike.hash", "MD5", [][]transform{join(cbc, of(kindCipher, 3), of(kindPRF, 1), of(kindIntegrity, 1), allGroups)}},
		{"ike.hash", "SHA-1", [][]transform{join(cbc, of(kindCipher, 3), of(kindPRF, 2), of(kindIntegrity, 2), allGroups)}},
		{group, "768-bit MODP", [][]transform{join(cbc, of(kindCipher, 3), oldPRFs, oldIntegrity, of(kindGroup, modp768)), join(gcm, oldPRFs, of(kindGroup, modp768))}},
		{group, "1024-bit MODP", [][]transform{join(cbc, of(kindCipher, 3), oldPRFs, oldIntegrity, of(kindGroup, modp1024, 22)), join(gcm, oldPRFs, of(kindGroup, modp1024, 22))}},
		{group, "1536-bit MODP", [][]transform{join(cbc, of(kindCipher, 3), oldPRFs, oldIntegrity, of(kindGroup, modp1536)), join(gcm, oldPRFs, of(kindGroup, modp1536))}},
		{group, shortSubgroup, [][]transform{join(cbc, of(kindCipher, 3), oldPRFs, oldIntegrity, of(kindGroup, 23, 24)), join(gcm, oldPRFs, of(kindGroup, 23, 24))}},
	}
	var out []question
	for i, q := range all {
		out = append(out, question{say: "IKEv2 SA_INIT: " + q.value, trait: q.trait, value: q.value, message: init2(spi(byte(i+1)), q.proposals)})
	}
	return out
}

func join(lists ...[]transform) []transform {
	var out []transform
	for _, l := range lists {
		out = append(out, l...)
	}
	return out
}

// init2 is the first message of version 2, with the key of a group that it does
// not propose.
func init2(mark []byte, proposals [][]transform) []byte {
	var sa []byte
	for i, p := range proposals {
		more := byte(2)
		if i == len(proposals)-1 {
			more = 0
		}
		sa = append(sa, proposal2(more, byte(i+1), p)...)
	}
	key := append([]byte{0, ecp192, 0, 0}, bytes.Repeat([]byte{0x55}, 48)...)
	body := payload(payloadKE2, sa)
	body = append(body, payload(payloadNonce2, key)...)
	body = append(body, payload(0, nonce())...)
	return message(mark, payloadSA2, 0x20, exchangeInit, body)
}

func nonce() []byte { return bytes.Repeat([]byte("TA"), 16) }

func proposal2(more, number byte, transforms []transform) []byte {
	const protocolIKE = 1
	var list []byte
	for i, t := range transforms {
		next := byte(3)
		if i == len(transforms)-1 {
			next = 0
		}
		one := []byte{t.kind, 0}
		one = binary.BigEndian.AppendUint16(one, t.id)
		if t.bits > 0 {
			one = binary.BigEndian.AppendUint16(append(one, 0x80, 14), t.bits)
		}
		list = append(list, payload(next, one)...)
	}
	return payload(more, append([]byte{number, protocolIKE, 0, byte(len(transforms))}, list...))
}

// payload is a payload, proposal or transform: what comes next, its length, itself.
func payload(next byte, content []byte) []byte {
	out := binary.BigEndian.AppendUint16([]byte{next, 0}, uint16(4+len(content)))
	return append(out, content...)
}

// message puts the head before a message's payloads.
func message(mark []byte, first, version, exchange byte, body []byte) []byte {
	const initiator = 0x08 // of version 2; a flag that version 1 has not
	flags := byte(0)
	if version == 0x20 {
		flags = initiator
	}
	out := append(append([]byte{}, mark...), make([]byte, 8)...)
	out = append(out, first, version, exchange, flags, 0, 0, 0, 0)
	out = binary.BigEndian.AppendUint32(out, uint32(headSize+len(body)))
	return append(out, body...)
}

// headSize is that of every message's head.
const headSize = 28

// means is a transform of version 1: a whole suite.
type means struct {
	cipher, hash, proof, group, bits uint16
}

// The numbers of version 1, by RFC 2409 and its registry.
const (
	cipherDES, cipher3DES, cipherAES = 1, 5, 7
	hashMD5, hashSHA1, hashSHA256    = 1, 2, 4
	proofKey, proofRSA, proofXAuth   = 1, 3, 65001
)

// proofs are ways to show who one is that are asked for together. Libreswan chooses by
// them, and has nothing for a caller who might do with XAUTH and without.
type proofs struct {
	words string
	mark  byte
	of    []uint16 // the first is the one of aggressive mode
}

func usualProofs() proofs { return proofs{"", 0, []uint16{proofKey, proofRSA}} }
func withXAuth() proofs   { return proofs{", XAUTH", 0x40, []uint16{proofXAuth}} }

// questions1 are those of version 1 in main mode, with some proofs.
func questions1(p proofs) []question {
	weak := proved(p.of, means{cipherDES, hashMD5, 0, modp768, 0}, means{cipherDES, hashSHA1, 0, modp1024, 0}, means{cipher3DES, hashMD5, 0, modp1024, 0},
		means{cipher3DES, hashSHA1, 0, modp1024, 0}, means{cipherAES, hashSHA1, 0, modp1024, 128}, means{cipherAES, hashSHA1, 0, modp1024, 256},
		means{cipherAES, hashSHA256, 0, modp1024, 256}, means{cipher3DES, hashSHA1, 0, modp1536, 0}, means{cipherAES, hashSHA1, 0, modp1536, 128},
		means{cipherAES, hashSHA1, 0, modp1536, 256}, means{cipher3DES, hashSHA1, 0, modp2048, 0})
	strong := proved(p.of, means{cipherAES, hashSHA1, 0, modp2048, 128}, means{cipherAES, hashSHA1, 0, modp2048, 256}, means{cipherAES, hashSHA256, 0, modp2048, 128},
		means{cipherAES, hashSHA256, 0, modp2048, 256}, means{cipherAES, hashSHA256, 0, 19, 128}, means{cipherAES, hashSHA256, 0, 20, 256})
	everything := append(weak[:len(weak):len(weak)], strong...)
	return []question{
		{say: "IKEv1 main mode: any" + p.words, first: true, message: main1(spi(0x11|p.mark), everything)},
		{say: "IKEv1 main mode: weak" + p.words, message: main1(spi(0x12|p.mark), weak)},
	}
}

// proved are means with each of the proofs.
func proved(proofs []uint16, all ...means) []means {
	var out []means
	for _, proof := range proofs {
		for _, m := range all {
			m.proof = proof
			out = append(out, m)
		}
	}
	return out
}

// main1 is the first message of main mode.
func main1(mark []byte, all []means) []byte {
	return message(mark, payloadSA1, 0x10, exchangeMain, payload(0, sa1(all)))
}

// sa1 is the content of an SA payload with a list of means.
func sa1(all []means) []byte {
	const doiIPsec, identityOnly, protocolIKE, keyIKE = 1, 1, 1, 1
	var list []byte
	for i, m := range all {
		next := byte(3)
		if i == len(all)-1 {
			next = 0
		}
		one := []byte{byte(i + 1), keyIKE, 0, 0}
		for _, a := range [][2]uint16{{1, m.cipher}, {2, m.hash}, {3, m.proof}, {4, m.group}, {11, 1}, {12, 28800}, {14, m.bits}} {
			if a[1] > 0 {
				one = binary.BigEndian.AppendUint16(one, 0x8000|a[0])
				one = binary.BigEndian.AppendUint16(one, a[1])
			}
		}
		list = append(list, payload(next, one)...)
	}
	out := []byte{0, 0, 0, doiIPsec, 0, 0, 0, identityOnly}
	return append(out, payload(0, append([]byte{1, protocolIKE, 0, byte(len(all))}, list...))...)
}

// questionsAggressive ask for aggressive mode, in which the group cannot be chosen.
func questionsAggressive(p proofs) []question {
	var out []question
	for i, g := range []struct {
		name  string
		group uint16
	}{{"1024-bit MODP", modp1024}, {"2048-bit MODP", modp2048}} {
		all := proved(p.of[:1], means{cipherAES, hashSHA256, 0, g.group, 256}, means{cipherAES, hashSHA1, 0, g.group, 256},
			means{cipherAES, hashSHA1, 0, g.group, 128}, means{cipher3DES, hashSHA1, 0, g.group, 0}, means{cipher3DES, hashMD5, 0, g.group, 0})
		size := map[uint16]int{modp1024: 128, modp2048: 256}[g.group]
		const fqdn = "\x02\x00\x00\x00"
		body := payload(payloadKE1, sa1(all))
		body = append(body, payload(payloadNonce1, bytes.Repeat([]byte{0x55}, size))...)
		body = append(body, payload(payloadID1, nonce())...)
		body = append(body, payload(0, []byte(fqdn+"trustaudit"))...)
		out = append(out, question{say: "IKEv1 aggressive mode: " + g.name + p.words, value: g.name,
			message: message(spi(byte(0x21+i)|p.mark), payloadSA1, 0x10, exchangeAggressive, body)})
	}
	return out
}
