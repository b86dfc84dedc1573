// Package ldap looks at directories: whether they encrypt, whether one must, and
// what they tell those who do not say who they are.
package ldap

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"trustaudit/internal/audit"
	"trustaudit/internal/ber"
	"trustaudit/internal/channel"
	"trustaudit/internal/converse"
	"trustaudit/internal/probe"
	"trustaudit/internal/probe/talk"
	"trustaudit/internal/probe/tls"
	tlsfact "trustaudit/internal/probe/tls/fact"
)

const doc = `Looks at how a directory encrypts, and whether it can be used without. Nobody logs in.

One connection asks "LDAP StartTLS". Where that is agreed to, this connection and further ones send one TLS hello each: ` + tls.Offers + `. Another one then asks "LDAP Who am I?", which names nobody and reads nothing, but which servers that require TLS for everything refuse. Those that are not changed to TLS end with "LDAP unbind".

Discovery asks silent services "LDAP StartTLS".

Only where the engagement names ldap-anonymous for the host, that other connection also sends "LDAP simple bind of a name that does not exist", and then one of a name within the naming context that the root DSE names, to see whether names and passwords are taken in clear, "LDAP anonymous bind", "LDAP search of the root DSE", "LDAP search of a naming context" for that one entry, of eight contexts at most until one is given, and "LDAP unbind". Where TLS alone is spoken at a port of LDAP, it does so within a "` + talk.SayHandshake + `", without the simple bind; and so it searches where the directory serves nobody without TLS.`

// What is announced.
const (
	sayWhoAmI    = "LDAP Who am I?"
	sayStartTLS  = "LDAP StartTLS"
	saySimple    = "LDAP simple bind of a name that does not exist"
	sayAnonymous = "LDAP anonymous bind"
	SayRoot      = "LDAP search of the root DSE"
	sayContext   = "LDAP search of a naming context"
	SayUnbind    = "LDAP unbind"
)

// Probe looks at LDAP directories.
var Probe = probe.Probe{
	Name:    "ldap",
	Doc:     doc,
	Phase:   audit.Observe,
	Plan:    talk.PlanWithin("ldap", "636", "1636", "3269"),
	Observe: talk.Observe(look),
	Facts:   []audit.Fact{channel.Seen{}, tlsfact.TLS{}},
	Hellos: []probe.Hello{{
		Service: "ldap", Say: sayStartTLS, Send: extended(1, startTLS), Ports: []uint16{389, 3268}, Fits: isAnswer,
	}},
}

// activeDirectory is how Microsoft's directory is called.
const activeDirectory = "Active Directory"

// visit is one conversation with a directory.
type visit struct {
	*talk.Look
	conn *talk.Conn
	id   byte
}

func look(ctx context.Context, l *talk.Look) error {
	v := &visit{Look: l}
	if l.InTLS {
		return v.within(ctx)
	}
	l.Asked = []string{"encryption", required}
	named := v.Named(test, access)
	if named {
		l.Asked = append(l.Asked, access)
	}
	offered, err := v.startTLS(ctx)
	if err != nil {
		return err
	}
	// Windows seals its sessions by Kerberos, with no TLS about.
	seals := l.Seen.Product == activeDirectory
	switch {
	case offered:
		offered = l.Offer(ctx, sayStartTLS, v.conn, v.upgraded)
	case seals:
		l.Seen.Lacks("encryption", "it refuses StartTLS; whether sessions are sealed by Kerberos shows only to those who log in")
	default:
		l.Seen.Has("encryption", "none", "it refuses StartTLS")
	}
	trait := required
	if !offered && !seals { // that passwords go over in clear is all there is to tell
		trait = "login.clear"
	}
	l.Asked[1] = trait
	if trait != required && !named {
		l.Asked = nil
		return nil
	}
	if err := v.call(ctx); err != nil {
		return err
	}
	defer v.leave()
	if err := v.clear(trait, named); err != nil || !named {
		return err
	}
	if err := v.anonymous(); !errors.Is(err, errNeedsTLS) || !offered {
		return err
	}
	if err := v.secure(ctx); err != nil {
		return err
	}
	return v.anonymous()
}

// secure leaves the connection for one within TLS.
func (v *visit) secure(ctx context.Context) error {
	v.leave()
	agreed, err := v.upgraded(ctx)
	if err != nil {
		return err
	}
	secured, err := talk.Within(ctx, agreed, v.Host)
	if err != nil {
		agreed.Close()
		return err
	}
	v.conn, v.id = secured, 0
	return nil
}

// within looks at a directory within TLS, where there is but one thing to ask.
func (v *visit) within(ctx context.Context) error {
	v.Seen.Has("encryption", "always", "")
	if !v.Named(test, access) {
		return nil
	}
	v.Asked = []string{access}
	if err := v.call(ctx); err != nil {
		return err
	}
	defer v.leave()
	return v.anonymous()
}

// call opens a connection.
func (v *visit) call(ctx context.Context) (err error) {
	v.conn, err = v.Call(ctx)
	v.id = 0
	return err
}

// leave says farewell, if it has not been said.
func (v *visit) leave() {
	if v.conn == nil {
		return
	}
	v.id++
	_ = v.conn.Send(SayUnbind, unbind(v.id))
	v.conn.Close()
	v.conn = nil
}

// startTLS opens a connection and asks for TLS. If it is agreed to the connection
// is left open for it.
func (v *visit) startTLS(ctx context.Context) (bool, error) {
	if err := v.call(ctx); err != nil {
		return false, err
	}
	start, err := v.ask(sayStartTLS, func(id byte) []byte { return extended(id, startTLS) })
	if strings.Contains(start.diagnostic, "LdapErr") {
		v.Seen.Product = activeDirectory
	}
	if err == nil && start.later(v.Seen.Product) {
		err = errors.New("the server puts StartTLS off")
	}
	if err != nil {
		v.conn.Close()
		return false, err
	}
	if start.code != success {
		v.leave()
	}
	return start.code == success, nil
}

// later says whether StartTLS is refused for now alone. Active Directory says that
// it is not available where it has no certificate.
func (a answer) later(product string) bool {
	return a.code == operationsError || a.code == busy || a.code == unavailable && product != activeDirectory
}

// upgraded opens a further connection and changes it to TLS.
func (v *visit) upgraded(ctx context.Context) (probe.Conn, error) {
	again := &visit{Look: v.Look}
	offered, err := again.startTLS(ctx)
	if err == nil && !offered {
		err = errors.New("StartTLS is refused this time")
	}
	if err != nil {
		return nil, err
	}
	return again.conn, nil
}

// ask sends a request and reads the answer's last message; an entry that comes
// before it is its attributes.
func (v *visit) ask(words string, request func(id byte) []byte) (answer, error) {
	v.id++
	if err := v.conn.Send(words, request(v.id)); err != nil {
		return answer{}, err
	}
	var attributes map[string][]string
	for {
		a, err := v.read()
		if err != nil {
			return answer{}, fmt.Errorf("read the answer to %s: %w", words, err)
		}
		switch a.op {
		case opEntry:
			attributes = a.attributes
		case opReference:
		default:
			a.attributes = attributes
			return a, nil
		}
	}
}

// read reads one message: the tag, its length, and what is as long.
func (v *visit) read() (answer, error) {
	head, err := v.conn.Next(2)
	if err != nil {
		return answer{}, err
	}
	size := int(head[1])
	if size >= 0x80 {
		more, err := v.conn.Next(min(size&0x7f, 4))
		if err != nil {
			return answer{}, err
		}
		head, size = append(head, more...), 0
		for _, c := range more {
			size = min(size<<8|int(c), maxMessage+1)
		}
	}
	if head[0] != ber.Sequence || size > maxMessage {
		return answer{}, errNotLDAP
	}
	body, err := v.conn.Next(size)
	if err != nil {
		return answer{}, err
	}
	return parse(append(head, body...))
}

// The named test, and the traits that it tells.
const (
	test     = "ldap-anonymous"
	access   = "access"
	required = "encryption.required"
)

// clear sees whether the directory can be used without TLS, and puts that as the
// trait. A server that takes no password in clear says so before it looks at it.
func (v *visit) clear(trait string, named bool) error {
	who, err := v.ask(sayWhoAmI, func(id byte) []byte { return extended(id, whoAmI) })
	if err != nil {
		return err
	}
	if who.code == confidentialityRequired && trait == required {
		v.Seen.Has(required, "yes", "")
		return nil
	}
	if !named {
		v.Named(test, trait)
		return nil
	}
	bound, err := v.simple()
	if err != nil {
		return err
	}
	switch takes, told := takesSimple(bound); {
	case !told:
		v.Seen.Lacks(trait, fmt.Sprintf("a simple bind is refused with code %d", bound.code))
	case trait == required && takes:
		v.Seen.Has(required, "no", "it takes names and passwords in clear")
		v.ClearLogin("a simple bind without TLS")
	case trait == required:
		v.Seen.Has(required, "yes", "")
	case takes:
		v.ClearLogin("a simple bind, which nothing encrypts")
	default:
		v.Seen.Has("login.clear", "no", "")
	}
	return nil
}

// strangeName is a name that does not exist in a context that directories of more
// than one maker have.
const strangeName = "cn=trustaudit,cn=config"

// simple binds by a name that does not exist. Servers look first whether it could be
// theirs, and only then whether they take names in clear; each of their contexts may
// have a rule of its own.
func (v *visit) simple() (answer, error) {
	bound, err := v.ask(saySimple, func(id byte) []byte { return bind(id, strangeName, "trustaudit") })
	if takes, _ := takesSimple(bound); err != nil || !takes {
		return bound, err
	}
	root, err := v.ask(SayRoot, askRoot)
	v.made(root)
	context := first(root.attributes["namingcontexts"])
	if err != nil || context == "" {
		return bound, err
	}
	return v.ask(saySimple, func(id byte) []byte { return bind(id, "cn=trustaudit,"+context, "trustaudit") })
}

// aboutStrength tells a refusal for want of encryption, by servers that have no code
// for it (389 Directory Server).
var aboutStrength = regexp.MustCompile(`(?i)\bssf\b|\b(?:secure|encrypted) connection\b`)

// takesSimple tells by the answer to a name that does not exist whether a server
// takes names and passwords: it does where it looked for the name.
func takesSimple(a answer) (takes, told bool) {
	switch a.code {
	case success, noSuchObject, invalidCredentials:
		return true, true
	case strongerAuthRequired, confidentialityRequired, authMethodNotSupported, inappropriateAuthentication:
		return false, true
	case unwilling:
		return false, aboutStrength.MatchString(a.diagnostic)
	}
	return false, false
}

// errNeedsTLS says that a question is answered within TLS alone.
var errNeedsTLS = errors.New("nobody is answered without TLS")

// answered gives why an answer tells nothing of who may read; nil where it does.
func (a answer) answered() error {
	switch a.code {
	case confidentialityRequired:
		return errNeedsTLS
	case busy, unavailable:
		return fmt.Errorf("the server puts the question off with code %d", a.code)
	}
	return nil
}

// anonymous sees what somebody without a name may read.
func (v *visit) anonymous() error {
	bound, err := v.askWhoMay(sayAnonymous, func(id byte) []byte { return bind(id, "", "") })
	if err != nil {
		return err
	}
	if bound.code != success {
		v.Seen.Has(access, "login", "")
		return nil
	}
	root, err := v.askWhoMay(SayRoot, askRoot)
	if err != nil {
		return err
	}
	v.made(root)
	return v.contexts(root)
}

// askRoot asks the root DSE what it holds and who made it.
func askRoot(id byte) []byte { return search(id, "", "namingContexts", "vendorName", "vendorVersion") }

// made keeps who made the directory.
func (v *visit) made(root answer) {
	if vendor := first(root.attributes["vendorname"]); vendor != "" {
		v.Seen.Product = converse.Clean([]byte(vendor + " " + first(root.attributes["vendorversion"])))
	}
}

// maxContexts bounds how many naming contexts are asked for.
const maxContexts = 8

// contexts sees whether one of the contexts that the root DSE names is given to
// somebody without a name. Where it names none, nothing can be asked for.
func (v *visit) contexts(root answer) error {
	bases := root.attributes["namingcontexts"]
	switch {
	case len(bases) > 0:
	case root.code == success || root.code == noSuchObject:
		v.Seen.Lacks(access, "an anonymous bind is taken, and the root DSE names no context to ask for")
		return nil
	}
	for _, base := range bases[:min(len(bases), maxContexts)] {
		entry, err := v.askWhoMay(sayContext, func(id byte) []byte { return search(id, base, "objectClass") })
		if err != nil {
			return err
		}
		if entry.attributes != nil {
			v.Seen.Has(access, "anyone-reads", "an anonymous search of a naming context gives its entry")
			return nil
		}
	}
	v.Seen.Has(access, "login", "")
	return nil
}

// askWhoMay asks what only an answer tells that is neither put off nor kept for TLS.
func (v *visit) askWhoMay(words string, request func(id byte) []byte) (answer, error) {
	a, err := v.ask(words, request)
	if err == nil {
		err = a.answered()
	}
	return a, err
}

// first is the first of what may be none.
func first(all []string) string {
	if len(all) == 0 {
		return ""
	}
	return all[0]
}
