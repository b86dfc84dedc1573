package ldap

import (
	"errors"
	"strings"

	"trustaudit/internal/ber"
)

// maxMessage bounds one message of a server.
const maxMessage = 32 << 10

var errNotLDAP = errors.New("the answer is not LDAP's")

// The tags of operations and of what they hold.
const (
	tagBool = 0x01
	tagEnum = 0x0a

	opBind           = 0x60
	opBindAnswer     = 0x61
	opUnbind         = 0x42
	opSearch         = 0x63
	opEntry          = 0x64
	opDone           = 0x65
	opReference      = 0x73
	opExtended       = 0x77
	opExtendedAnswer = 0x78
	tagRequestName   = 0x80
	tagSimpleAuth    = 0x80
	tagPresent       = 0x87
)

// The results that say something here.
const (
	success                     = 0
	operationsError             = 1
	authMethodNotSupported      = 7
	strongerAuthRequired        = 8
	confidentialityRequired     = 13
	noSuchObject                = 32
	inappropriateAuthentication = 48
	invalidCredentials          = 49
	busy                        = 51
	unavailable                 = 52
	unwilling                   = 53
)

// The operations of extended requests.
const (
	startTLS = "1.3.6.1.4.1.1466.20037"
	whoAmI   = "1.3.6.1.4.1.4203.1.11.3"
)

func message(id byte, op []byte) []byte { return ber.Value(ber.Sequence, ber.Int(uint32(id)), op) }

func enum(n byte) []byte { return ber.Value(tagEnum, []byte{n}) }

// extended is a request by the name of its operation.
func extended(id byte, oid string) []byte {
	return message(id, ber.Value(opExtended, ber.Value(tagRequestName, []byte(oid))))
}

// bind logs in by name and password; without either it asks to be nobody.
func bind(id byte, name, password string) []byte {
	return message(id, ber.Value(opBind, ber.Int(3), ber.Text(name), ber.Value(tagSimpleAuth, []byte(password))))
}

// search asks for one entry and some of its attributes.
func search(id byte, base string, attributes ...string) []byte {
	var list [][]byte
	for _, a := range attributes {
		list = append(list, ber.Text(a))
	}
	const baseObject, neverDeref, sizeLimit, timeLimit = 0, 0, 1, 5
	return message(id, ber.Value(opSearch, ber.Text(base), enum(baseObject), enum(neverDeref), ber.Int(sizeLimit), ber.Int(timeLimit),
		ber.Value(tagBool, []byte{0}), ber.Value(tagPresent, []byte("objectClass")), ber.Value(ber.Sequence, list...)))
}

// unbind says farewell.
func unbind(id byte) []byte { return message(id, ber.Value(opUnbind)) }

// answer is a message of a server.
type answer struct {
	op         byte
	code       int
	diagnostic string
	attributes map[string][]string // of an entry, names in small letters
}

// parse reads one whole message: a sequence of its number and the operation.
func parse(b []byte) (answer, error) {
	message, ok := parts(b)
	if !ok || len(message) != 1 || message[0].tag != ber.Sequence {
		return answer{}, errNotLDAP
	}
	message, ok = parts(message[0].content)
	if !ok || len(message) < 2 || message[0].tag != ber.Integer {
		return answer{}, errNotLDAP
	}
	inner, ok := parts(message[1].content)
	switch op := message[1].tag; op {
	case opBindAnswer, opDone, opExtendedAnswer:
		if ok {
			return result(op, inner)
		}
	case opEntry:
		if ok {
			return entry(inner)
		}
	case opReference:
		return answer{op: op}, nil
	}
	return answer{}, errNotLDAP
}

// part is one value of several.
type part struct {
	tag     byte
	content []byte
}

// parts takes b apart.
func parts(b []byte) ([]part, bool) {
	var all []part
	for len(b) > 0 {
		tag, content, rest, ok := ber.Cut(b)
		if !ok {
			return nil, false
		}
		all = append(all, part{tag, content})
		b = rest
	}
	return all, true
}

// result reads how an operation went: a code, a name, and words for people.
func result(op byte, p []part) (answer, error) {
	if len(p) < 3 || p[0].tag != tagEnum || len(p[0].content) != 1 || p[2].tag != ber.Octets {
		return answer{}, errNotLDAP
	}
	return answer{op: op, code: int(p[0].content[0]), diagnostic: string(p[2].content)}, nil
}

// entry reads an entry's attributes: each a name and a set of values.
func entry(p []part) (answer, error) {
	if len(p) != 2 {
		return answer{}, errNotLDAP
	}
	a := answer{op: opEntry, attributes: map[string][]string{}}
	list, ok := parts(p[1].content)
	if !ok {
		return answer{}, errNotLDAP
	}
	for _, one := range list {
		pair, ok := parts(one.content)
		if !ok || len(pair) != 2 {
			return answer{}, errNotLDAP
		}
		values, ok := parts(pair[1].content)
		if !ok {
			return answer{}, errNotLDAP
		}
		name := strings.ToLower(string(pair[0].content))
		for _, v := range values {
			a.attributes[name] = append(a.attributes[name], string(v.content))
		}
	}
	return a, nil
}

// isAnswer says whether what a service says begins as an answer to StartTLS does.
func isAnswer(b []byte) bool {
	a, err := parse(b)
	return err == nil && a.op == opExtendedAnswer
}
