package vnc

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"trustaudit/internal/channel"
	"trustaudit/internal/converse"
	"trustaudit/internal/probe"
)

var (
	errNotRFB  = errors.New("the answer is not VNC's")
	errRefused = errors.New("the server turns callers away")
)

// offer is what a server offers: types of security, and those within VeNCrypt.
type offer struct {
	version string
	types   []byte
	inner   []uint32
}

// kind is what a type of security protects.
type kind struct {
	name      string
	encrypts  bool // all that follows, the screen too
	nobody    bool // asks for no proof of who one is
	anonymous bool // encrypts without proof of who the server is
	clear     bool // a password goes over as it is
}

// vencrypt holds further types.
const vencrypt = 19

// kinds are the types by their numbers, as registered with IANA.
func kinds() map[uint32]kind {
	return map[uint32]kind{
		1:        {name: "None", nobody: true},
		2:        {name: "VNC password"},
		5:        {name: "RA2", encrypts: true},
		6:        {name: "RA2ne"},
		7:        {name: "SSPI", encrypts: true},
		8:        {name: "SSPIne"},
		13:       {name: "RA2_256", encrypts: true},
		16:       {name: "Tight"},
		17:       {name: "Ultra"},
		18:       {name: "TLS", encrypts: true, anonymous: true},
		vencrypt: {name: "VeNCrypt"},
		20:       {name: "SASL"},
		21:       {name: "MD5"},
		22:       {name: "xvp"},
		30:       {name: "Apple Diffie-Hellman"},
		33:       {name: "Apple RSA"},
		35:       {name: "Apple Kerberos"},
		36:       {name: "Apple SRP"},
		113:      {name: "MS-Logon II"},
		129:      {name: "RA2_256", encrypts: true},
		130:      {name: "RA2ne_256"},
		133:      {name: "RA2_256 and user name", encrypts: true},
		256:      {name: "VeNCrypt Plain", clear: true},
		257:      {name: "VeNCrypt TLSNone", encrypts: true, nobody: true, anonymous: true},
		258:      {name: "VeNCrypt TLSVnc", encrypts: true, anonymous: true},
		259:      {name: "VeNCrypt TLSPlain", encrypts: true, anonymous: true},
		260:      {name: "VeNCrypt X509None", encrypts: true, nobody: true},
		261:      {name: "VeNCrypt X509Vnc", encrypts: true},
		262:      {name: "VeNCrypt X509Plain", encrypts: true},
		263:      {name: "VeNCrypt TLSSASL", encrypts: true, anonymous: true},
		264:      {name: "VeNCrypt X509SASL", encrypts: true},
	}
}

// ask exchanges versions and reads the types.
func ask(conn probe.Conn) (offer, error) {
	theirs := make([]byte, 12)
	if _, err := io.ReadFull(conn, theirs); err != nil {
		return offer{}, fmt.Errorf("read the version: %w", err)
	}
	version, ours, err := agree(string(theirs))
	if err != nil {
		return offer{}, err
	}
	o := offer{version: version}
	if err := send(conn, ours, ours+"\n"); err != nil {
		return o, err
	}
	if ours == version33 {
		o.types, err = readOne(conn)
	} else {
		o.types, err = readTypes(conn)
	}
	if err != nil || !slices.Contains(o.types, vencrypt) || ours == version33 {
		return o, err
	}
	o.inner, err = askInner(conn)
	return o, err
}

// The versions that can be spoken.
const (
	version33 = "RFB 003.003"
	version37 = "RFB 003.007"
	version38 = "RFB 003.008"
)

// agree picks the version to speak with a server: the standard says which.
func agree(theirs string) (version, ours string, err error) {
	digits, ok := strings.CutPrefix(theirs, "RFB ")
	major, minor, ok2 := strings.Cut(strings.TrimSuffix(digits, "\n"), ".")
	a, err1 := strconv.ParseUint(major, 10, 16)
	b, err2 := strconv.ParseUint(minor, 10, 16)
	if !ok || !ok2 || err1 != nil || err2 != nil {
		return "", "", errNotRFB
	}
	version = fmt.Sprintf("RFB %d.%d", a, b)
	switch {
	case a > 3 || a == 3 && b >= 8:
		return version, version38, nil
	case a == 3 && b == 7:
		return version, version37, nil
	}
	return version, version33, nil
}

// readOne reads the one type that a server of version 3.3 decides on.
func readOne(r io.Reader) ([]byte, error) {
	var b [4]byte
	if _, err := io.ReadFull(r, b[:]); err != nil {
		return nil, fmt.Errorf("read the type: %w", err)
	}
	switch n := binary.BigEndian.Uint32(b[:]); {
	case n == 0:
		return nil, refusal(r)
	case n > 255:
		return nil, errNotRFB
	default:
		return []byte{byte(n)}, nil
	}
}

// readTypes reads the list of types; an empty one turns the caller away.
func readTypes(r io.Reader) ([]byte, error) {
	var count [1]byte
	if _, err := io.ReadFull(r, count[:]); err != nil {
		return nil, fmt.Errorf("read the types: %w", err)
	}
	if count[0] == 0 {
		return nil, refusal(r)
	}
	types := make([]byte, count[0])
	if _, err := io.ReadFull(r, types); err != nil {
		return nil, fmt.Errorf("read the types: %w", err)
	}
	return types, nil
}

// maxReason bounds the reason that is kept of a refusal.
const maxReason = 200

// refusal reads why a server turns callers away: some do so after a few that did not
// log in.
func refusal(r io.Reader) error {
	var size [4]byte
	if _, err := io.ReadFull(r, size[:]); err != nil {
		return errRefused
	}
	reason := make([]byte, min(binary.BigEndian.Uint32(size[:]), maxReason))
	n, _ := r.Read(reason) // what has come of it does
	if n == 0 {
		return errRefused
	}
	return fmt.Errorf("%w: %s", errRefused, converse.Clean(reason[:n]))
}

// askInner asks for the types within VeNCrypt 0.2.
func askInner(conn probe.Conn) ([]uint32, error) {
	if err := send(conn, "VeNCrypt", string([]byte{vencrypt})); err != nil {
		return nil, err
	}
	var version [2]byte
	if _, err := io.ReadFull(conn, version[:]); err != nil {
		return nil, fmt.Errorf("read the version of VeNCrypt: %w", err)
	}
	if version != [2]byte{0, 2} {
		return nil, fmt.Errorf("VeNCrypt %d.%d is not known", version[0], version[1])
	}
	if err := send(conn, "VeNCrypt 0.2", "\x00\x02"); err != nil {
		return nil, err
	}
	var head [2]byte // accepted, and how many
	if _, err := io.ReadFull(conn, head[:]); err != nil {
		return nil, fmt.Errorf("read the types of VeNCrypt: %w", err)
	}
	types := make([]uint32, head[1])
	if head[0] != 0 || len(types) == 0 {
		return nil, errRefused
	}
	if err := binary.Read(conn, binary.BigEndian, types); err != nil {
		return nil, fmt.Errorf("read the types of VeNCrypt: %w", err)
	}
	return types, nil
}

func send(conn probe.Conn, say, what string) error {
	conn.Say(say)
	if _, err := io.WriteString(conn, what); err != nil {
		return fmt.Errorf("send %s: %w", say, err)
	}
	return nil
}

// all lists every type that can be had.
func (o offer) all() []uint32 {
	var out []uint32
	for _, n := range o.types {
		if n != vencrypt || len(o.inner) == 0 {
			out = append(out, uint32(n))
		}
	}
	return append(out, o.inner...)
}

// that lists the offered types of which something holds.
func (o offer) that(holds func(kind) bool) string {
	var names []string
	for _, n := range o.all() {
		if k, known := kinds()[n]; known && holds(k) && !slices.Contains(names, k.name) { // VeNCrypt may offer the outer ones again
			names = append(names, k.name)
		}
	}
	return strings.Join(names, ", ")
}

// describe puts the offer into traits. A client may take any type on the list, so
// that the worst counts.
func (o offer) describe(seen *channel.Seen) {
	seen.Product = o.version
	for _, n := range o.all() {
		if _, known := kinds()[n]; !known {
			seen.Lacks("encryption", fmt.Sprintf("the type of security %d is not known", n))
		}
	}
	o.encryption(seen)
	if nobody := o.that(func(k kind) bool { return k.nobody }); nobody != "" {
		seen.Has("access", "anyone", "the screen is shown without a password: "+nobody)
	} else {
		seen.Has("access", "login", "")
	}
	if clear := o.that(func(k kind) bool { return k.clear }); clear != "" {
		value := channel.Yes
		if o.that(func(k kind) bool { return k.encrypts }) != "" {
			value = "optional"
		}
		seen.Has("login.clear", value, clear)
	}
	if anonymous := o.that(func(k kind) bool { return k.anonymous }); anonymous != "" {
		seen.Has("vnc.identity", "anonymous", anonymous)
	}
}

func (o offer) encryption(seen *channel.Seen) {
	secure, open := o.that(func(k kind) bool { return k.encrypts }), o.that(func(k kind) bool { return !k.encrypts })
	switch {
	case secure == "" && open == "": // unknown ones alone
	case secure == "":
		seen.Has("encryption", "none", "offers "+open)
	case open == "":
		seen.Has("encryption", "always", secure)
		seen.Has("encryption.required", channel.Yes, "")
	default:
		seen.Has("encryption", "offered", secure)
		seen.Has("encryption.required", channel.No, "offers "+open)
	}
	if o.that(func(k kind) bool { return k.encrypts && (k.anonymous || strings.HasPrefix(k.name, "VeNCrypt")) }) != "" {
		seen.Lacks("tls.version", "TLS within VNC is not looked at: servers lock out those who come often and do not log in")
	}
}
