// Package mongodb looks at MongoDB databases: whether they encrypt, whether one
// must, and whether they ask who one is.
package mongodb

import (
	"context"
	"errors"
	"fmt"

	"trustaudit/internal/audit"
	"trustaudit/internal/channel"
	"trustaudit/internal/probe"
	"trustaudit/internal/probe/talk"
	"trustaudit/internal/probe/tls"
	tlsfact "trustaudit/internal/probe/tls/fact"
)

const doc = `Looks at how a MongoDB database encrypts, and whether it answers those who did not log in.

One connection sends "MongoDB isMaster", with which every client begins, and "MongoDB listDatabases", which a database with log-ins refuses to those without one. Of its answer nothing is kept but whether there was one. Where TLS alone is spoken at a port of MongoDB, they go within a "` + talk.SayHandshake + `". Since the same port may also speak TLS, further connections send one TLS hello each: ` + tls.Offers + `.

Discovery sends silent services "MongoDB isMaster".`

// What is announced.
const (
	sayHello = "MongoDB isMaster"
	sayList  = "MongoDB listDatabases"
)

// Probe looks at MongoDB databases.
var Probe = probe.Probe{
	Name:    "mongodb",
	Doc:     doc,
	Phase:   audit.Observe,
	Plan:    talk.PlanWithin("mongodb", "27017", "27018", "27019", "27020"),
	Observe: talk.Observe(look),
	Facts:   []audit.Fact{channel.Seen{}, tlsfact.TLS{}},
	Hellos: []probe.Hello{{
		Service: "mongodb", BesideTLS: true, Say: sayHello, Send: query(1, isMaster()), Ports: []uint16{27017, 27018, 27019, 27020}, Fits: fits,
	}},
}

// fits says whether what a service says is the whole answer to isMaster.
func fits(answer []byte) bool {
	if len(answer) < headSize {
		return false
	}
	size, err := bodySize(answer)
	if err != nil || len(answer) < headSize+size {
		return false
	}
	d, err := parse(answer[:headSize+size])
	_, told := d.numbers["maxWireVersion"]
	return err == nil && told
}

func look(ctx context.Context, l *talk.Look) error {
	l.Asked = []string{"encryption", "access"}
	if !l.InTLS {
		l.Asked = append(l.Asked, "encryption.required")
	}
	if err := converse(ctx, l); err != nil {
		return err
	}
	l.Seen.Product = "MongoDB"
	if l.InTLS {
		l.Encrypts("")
		return nil
	}
	l.Upgrade(ctx, "", nil, func(ctx context.Context) (probe.Conn, error) { return l.Dial(ctx, "tcp", l.Address) })
	switch {
	case l.Speaks():
		l.Seen.Has("encryption", "offered", "")
		l.Seen.Has("encryption.required", "no", "it answers in clear too")
	case l.Unspoken() != "" && l.Unspoken() != tls.NoAnswer:
		l.Seen.Lacks("encryption", l.Unspoken())
	default:
		l.Seen.Has("encryption", "none", "it answers in clear, and to no offer of TLS")
	}
	return nil
}

// converse holds the conversation in clear.
func converse(ctx context.Context, l *talk.Look) error {
	conn, err := l.Call(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	hello, err := ask(conn, sayHello, query(1, isMaster()))
	if err != nil {
		return err
	}
	// Servers of before 2017 take only what has since been abolished.
	list := query(2, listDatabases(""))
	if hello.numbers["maxWireVersion"] >= firstWithMessages {
		list = command(2, listDatabases("admin"))
	}
	answer, err := ask(conn, sayList, list)
	if err != nil {
		return err
	}
	switch code := int(answer.numbers["code"]); {
	case answer.numbers["ok"] == 1:
		l.Seen.Has("access", "anyone", "it lists its databases without a log-in")
	case code == unauthorised || code == authenticationFailed || answer.needsLogin():
		l.Seen.Has("access", "login", "")
	default:
		l.Seen.Lacks("access", fmt.Sprintf("the server refuses to list its databases with code %d", code))
	}
	return nil
}

// The codes of refusals to those who have not logged in.
const (
	unauthorised         = 13
	authenticationFailed = 18
)

// ask sends a request and reads the answer.
func ask(conn *talk.Conn, words string, request []byte) (document, error) {
	if err := conn.Send(words, request); err != nil {
		return document{}, err
	}
	head, err := conn.Next(headSize)
	if err != nil {
		return document{}, fmt.Errorf("read the answer to %s: %w", words, err)
	}
	size, err := bodySize(head)
	if err != nil {
		return document{}, err
	}
	body, err := conn.Next(size)
	if err != nil {
		return document{}, fmt.Errorf("read the answer to %s: %w", words, err)
	}
	return parse(append(head, body...))
}

var errNotMongo = errors.New("the answer is not MongoDB's")
