package mapi

import (
	"encoding/binary"
	"strings"

	"trustaudit/internal/extract/codepage"
)

// Name is what a property above 0x8000 is called: in words, or by a number.
type Name struct {
	Word   string
	Number uint32
	Own    bool // by a person or a form; other words are programs' own
}

const (
	maxNames    = 1 << 14
	maxWord     = 512
	publicWords = 2 // the set of names that anybody may add to
)

// Names reads the list of names that a store or message keeps, and the words it
// refers to.
func Names(list, words []byte) map[uint16]Name {
	names := make(map[uint16]Name)
	for ; len(list) >= 8 && len(names) < maxNames; list = list[8:] {
		n := Name{Number: binary.LittleEndian.Uint32(list)}
		if list[4]&1 == 1 {
			n = Name{Word: word(words, n.Number), Own: list[4]>>1 == publicWords}
		}
		names[0x8000+binary.LittleEndian.Uint16(list[6:])] = n
	}
	return names
}

// word reads the word at a place: its length, then UTF-16.
func word(words []byte, at uint32) string {
	if int64(at)+4 > int64(len(words)) {
		return ""
	}
	n := binary.LittleEndian.Uint32(words[at:])
	words = words[at+4:]
	if n > maxWord || int(n) > len(words) {
		return ""
	}
	return string(codepage.Wide(nil, words[:n]))
}

// The properties that are read by their numbers.
const (
	messageClass   = 0x001a
	subject        = 0x0037
	transport      = 0x007d
	senderName     = 0x0c1a
	recipientType  = 0x0c15
	bodyText       = 0x1000
	bodyRTF        = 0x1009
	bodyHTML       = 0x1013
	displayName    = 0x3001
	emailAddress   = 0x3003
	attachData     = 0x3701
	attachFile     = 0x3704
	AttachMethod   = 0x3705
	attachLongFile = 0x3707
	smtpAddress    = 0x39fe
	internetPage   = 0x3fde
	messagePage    = 0x3ffd
)

// AttachData is the property that holds an attachment's bytes, or the message
// that it is.
const AttachData = attachData

// labels are what properties are called.
var labels = map[uint16]string{
	subject: "Subject", 0x0039: "Sent", 0x0e06: "Received", 0x0042: "From", senderName: "Sender", 0x5d02: "From", 0x5d01: "Sender",
	0x0065: "From", 0x0c1f: "Sender", 0x0e04: "To", 0x0e03: "Cc", 0x0e02: "Bcc", 0x0060: "Start", 0x0061: "End", 0x0050: "Reply to", 0x004f: "",
	displayName: "Name", emailAddress: "Email", smtpAddress: "Email", 0x3004: "Comment", 0x0063: "Response requested",
	0x3a05: "Generation", 0x3a06: "First name", 0x3a07: "Government ID", 0x3a08: "Business telephone", 0x3a09: "Home telephone", 0x3a0a: "Initials",
	0x3a10: "Organisation ID", 0x3a11: "Surname", 0x3a15: "Address", 0x3a16: "Company", 0x3a17: "Job title", 0x3a18: "Department",
	0x3a19: "Office", 0x3a1a: "Telephone", 0x3a1b: "Business telephone", 0x3a1c: "Mobile", 0x3a1d: "Telephone", 0x3a1e: "Car telephone", 0x3a1f: "Other telephone",
	0x3a21: "Pager", 0x3a23: "Fax", 0x3a24: "Fax", 0x3a25: "Fax", 0x3a26: "Country", 0x3a27: "Town", 0x3a28: "County", 0x3a29: "Street",
	0x3a2a: "Postcode", 0x3a2b: "PO box", 0x3a2e: "Assistant telephone", 0x3a2f: "Home telephone", 0x3a30: "Assistant", 0x3a41: "Anniversary", 0x3a42: "Date of birth",
	0x3a43: "Hobbies", 0x3a44: "Middle name", 0x3a45: "Title", 0x3a46: "Profession", 0x3a47: "Preferred name", 0x3a48: "Spouse", 0x3a4a: "Customer ID",
	0x3a4d: "Gender", 0x3a4e: "Manager", 0x3a4f: "Nickname", 0x3a50: "Web page", 0x3a51: "Web page", 0x3a58: "Children",
	0x3a59: "Home town", 0x3a5a: "Home country", 0x3a5b: "Home postcode", 0x3a5c: "Home county", 0x3a5d: "Home street", 0x3a5e: "Home PO box",
	0x3a5f: "Other town", 0x3a60: "Other country", 0x3a61: "Other postcode", 0x3a62: "Other county", 0x3a63: "Other street",
}

// numbered are what properties named by a number are called.
var numbered = map[uint32]string{
	0x8005: "File as", 0x801a: "Home address", 0x801b: "Business address", 0x801c: "Other address", 0x8045: "Business street", 0x8046: "Business town", 0x8047: "Business county",
	0x8048: "Business postcode", 0x8049: "Business country", 0x8062: "IM address", 0x8083: "Email", 0x8093: "Email", 0x80a3: "Email", 0x8080: "Email", 0x8090: "Email", 0x80a0: "Email",
	0x8084: "Email", 0x8094: "Email", 0x80a4: "Email", 0x80de: "Date of birth", 0x802c: "Yomi name", 0x804f: "User field 1", 0x8050: "User field 2", 0x8051: "User field 3", 0x8052: "User field 4",
	0x8104: "Start", 0x8105: "Due", 0x811f: "Owner", 0x8208: "Location", 0x820d: "Start", 0x820e: "End", 0x8232: "Recurrence", 0x8238: "Attendees", 0x823b: "To", 0x823c: "Cc",
	0x8535: "Billing", 0x8534: "Mileage", 0x8539: "Companies", 0x853a: "Contacts", 0x8586: "Verb",
}

// unread are properties of words that say how an item was sent and shown, or what
// others say as well.
var unread = map[uint16]bool{
	messageClass: true, 0x003d: true, 0x0e1d: true, 0x0070: true, transport: true, 0x0064: true, 0x0c1e: true, 0x0e28: true, 0x0e29: true, 0x1035: true, 0x1039: true, 0x1042: true,
	0x1046: true, 0x3002: true, 0x3613: true, 0x39ff: true, 0x3ff8: true, 0x3ffa: true, 0x4022: true, 0x4023: true, 0x4024: true, 0x4025: true, 0x4030: true, 0x4031: true, 0x4034: true, 0x4035: true,
	0x4038: true, 0x4039: true, 0x5d07: true, 0x5d08: true, 0x5d09: true, 0x5d0a: true, 0x5d0b: true, 0x5d0c: true, 0x1015: true, 0x10f3: true, 0x10f4: true, 0x0075: true, 0x0076: true, 0x0077: true, 0x0078: true,
	0x0040: true, 0x0044: true, 0x0068: true, 0x0066: true, 0x35d8: true, 0x1008: true, 0x65e0: true, 0x0e4b: true, 0x0e05: true, 0x3fd9: true, bodyText: true, bodyHTML: true, bodyRTF: true,
	attachData: true,
}

// internal reports whether a number is one that stores and transports use among
// themselves.
func internal(id uint16) bool { return id >= 0x4000 && id < 0x6800 }

// program reports whether a property says which program wrote the item, or of
// which kind an address is.
func program(number uint32) bool {
	return number == 0x8554 || number == 0x8581 || number&^0xf0 == 0x8002
}

// label is what a property is called, and whether it is to be read.
func (o *Object) label(p *Property) (label string, read bool) {
	kind := p.Type &^ Multiple
	words := kind == Unicode || kind == String8
	if p.ID < 0x8000 {
		label, known := labels[p.ID]
		return label, known || words && !unread[p.ID] && !internal(p.ID)
	}
	n := o.Names[p.ID]
	if n.Word == "" {
		label, known := numbered[n.Number]
		return label, known || words && !program(n.Number)
	}
	return n.Word, n.Own && (words || kind == Int32 || kind == Double || kind == Time) && !strings.HasPrefix(n.Word, "http:")
}

// Told reports whether a property of varying length, or of more than a few bytes,
// may say something: words, times, and the bytes of a text.
func Told(id, kind uint16) bool {
	switch kind &^ Multiple {
	case String8, Unicode:
		return true
	case Time, Double, Int64:
		return kind&Multiple == 0
	}
	return kind == Binary && (id == bodyHTML || id == bodyRTF || id == bodyText)
}
