package kerberos

import (
	"errors"
	"regexp"

	"trustaudit/internal/ber"
)

// The tags of messages and of strings, by RFC 4120.
const (
	tagRequest = 0x6a
	tagReply   = 0x6b
	tagError   = 0x7e

	tagBits    = 0x03
	tagTime    = 0x18
	tagGeneral = 0x1b
)

var errNotKerberos = errors.New("the answer is not Kerberos")

// kind is a kind of encryption with its numbers.
type kind struct {
	name    string
	numbers []uint32
}

// kinds lists the kinds to ask for.
func kinds() []kind {
	return []kind{{"AES", []uint32{18, 17, 20, 19}}, {"RC4", []uint32{23}}, {"DES", []uint32{3, 1}}}
}

// field is a value under its number.
func field(n byte, value []byte) []byte { return ber.Value(0xa0|n, value) }

// The kinds of principals that are named.
const (
	machine         = 1
	serviceInstance = 2
)

// name is a principal of one part or several.
func name(kind uint32, parts ...string) []byte {
	var all [][]byte
	for _, p := range parts {
		all = append(all, ber.Value(tagGeneral, []byte(p)))
	}
	return ber.Value(ber.Sequence, field(0, ber.Int(kind)), field(1, ber.Value(ber.Sequence, all...)))
}

// granter is the realm's own account.
func granter(realm string) []byte { return name(serviceInstance, "krbtgt", realm) }

// request asks for a ticket for the realm's own account, in an account's name, under
// one of some kinds of encryption, without any proof.
func request(account []byte, realm string, encryption []uint32) []byte {
	const version, asRequest, nonce = 5, 10, 0x74617564
	var numbers [][]byte
	for _, n := range encryption {
		numbers = append(numbers, ber.Int(n))
	}
	body := ber.Value(ber.Sequence,
		field(0, ber.Value(tagBits, []byte{0, 0, 0, 0, 0})), // no options
		field(1, account),
		field(2, ber.Value(tagGeneral, []byte(realm))),
		field(3, granter(realm)),
		field(5, ber.Value(tagTime, []byte("20370913024805Z"))),
		field(7, ber.Int(nonce)),
		field(8, ber.Value(ber.Sequence, numbers...)))
	return ber.Value(tagRequest, ber.Value(ber.Sequence, field(1, ber.Int(version)), field(2, ber.Int(asRequest)), field(4, body)))
}

// realms are names of realms as domains have them.
var realms = regexp.MustCompile(`^[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*$`)

// realmOf is the realm that a server names in an error; "" where it names none.
func realmOf(answer []byte) string {
	content, ok := ber.Path(answer, tagError, ber.Sequence, 0xa9, tagGeneral)
	if !ok || len(content) > 255 || !realms.Match(content) {
		return ""
	}
	return string(content)
}

// The errors that tell something of the encryption.
const (
	errUnsupported = 14
	errNeedsProof  = 25
)

// verdict says whether a server would give a ticket; told is false for an answer
// that does not say.
func verdict(answer []byte) (given, told bool) {
	if len(answer) > 0 && answer[0] == tagReply {
		return true, true
	}
	content, ok := ber.Path(answer, tagError, ber.Sequence, 0xa6, ber.Integer)
	code, fits := ber.Number(content)
	if !ok || !fits {
		return false, false
	}
	return code == errNeedsProof, code == errNeedsProof || code == errUnsupported
}
