package http

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	nethttp "net/http"
	"net/url"
	"strings"

	"trustaudit/internal/converse"
)

// What is read of one answer, its head included; the fields of a page can stand far
// down in its script.
const (
	maxAnswer = 256 << 10
	maxScript = 2 << 20
)

// errNotHTTP says that something else came than an answer in HTTP.
var errNotHTTP = errors.New("the answer is not one in HTTP")

// answer is one answer of a server.
type answer struct {
	path   string // that was asked for
	status int
	header nethttp.Header
	body   string // what was read of it
}

// request is what is asked, and in which words that is announced.
type request struct {
	words, method, path string
	most                int64 // that is read of the answer
}

// ask makes one request on a connection of its own.
func (v *visit) ask(ctx context.Context, words, method, path string) (answer, error) {
	return v.send(ctx, request{words: words, method: method, path: path, most: maxAnswer})
}

func (v *visit) send(ctx context.Context, q request) (answer, error) {
	conn, err := v.Call(ctx)
	if err != nil {
		return answer{}, err
	}
	defer conn.Close()
	head := q.method + " " + q.path + " HTTP/1.1\r\nHost: " + v.hostHeader() +
		"\r\nUser-Agent: trustaudit\r\nAccept: */*\r\nConnection: close\r\n"
	if q.method == "POST" {
		head += "Content-Length: 0\r\n"
	}
	head += "\r\n"
	if err := conn.Send(q.words, []byte(head)); err != nil {
		return answer{}, err
	}
	a, err := readAnswer(io.LimitReader(conn, q.most), q.method)
	a.path = q.path
	if err != nil && converse.Classify(ctx, err) == converse.Unclear {
		err = errNotHTTP // the parser's words would hold the server's
	}
	return a, err
}

// hostHeader is the host as a browser names it.
func (v *visit) hostHeader() string {
	if v.Port == "80" && !v.InTLS || v.Port == "443" && v.InTLS {
		return strings.TrimSuffix(net.JoinHostPort(v.called(), ""), ":")
	}
	return net.JoinHostPort(v.called(), v.Port)
}

// readAnswer reads an answer, as much of it as there is: the head must be whole, and
// of the body what came is kept.
func readAnswer(r io.Reader, method string) (answer, error) {
	response, err := nethttp.ReadResponse(bufio.NewReader(r), &nethttp.Request{Method: method})
	if err != nil {
		return answer{}, fmt.Errorf("read answer: %w", err)
	}
	defer response.Body.Close()
	body, _ := io.ReadAll(response.Body)
	return answer{status: response.StatusCode, header: response.Header, body: string(body)}, nil
}

// product is what the server calls itself.
func (a answer) product() string {
	var names []string
	for _, key := range []string{"Server", "X-Powered-By"} {
		if name := converse.Clean([]byte(a.header.Get(key))); name != "" {
			names = append(names, name)
		}
	}
	return strings.Join(names, ", ")
}

// page reads the answer as a page.
func (a answer) page() page { return readPage(a.body) }

// way is where an answer leads.
type way int

const (
	nowhere   way = iota
	on            // to another page of the same server
	securely      // from a server in clear to one in TLS
	elsewhere     // to another server, which is not this look's business
)

// leads says where the answer leads by itself, and how.
func (a answer) leads(host, port string, inTLS bool) (string, way) {
	switch a.status {
	case 301, 302, 303, 307, 308:
		return a.resolve(a.header.Get("Location"), host, port, inTLS)
	case 200:
		p := a.page()
		if p.refresh != "" {
			return a.resolve(p.refresh, host, port, inTLS)
		}
		if p.toTLS && p.text <= maxBare && !inTLS && len(p.passwords) == 0 {
			return "", securely
		}
	case 426: // it serves those alone who change to TLS
		return "", securely
	}
	return "", nowhere
}

// resolve says where a reference in the answer leads.
func (a answer) resolve(reference, host, port string, inTLS bool) (string, way) {
	scheme, usual := "http", "80"
	if inTLS {
		scheme, usual = "https", "443"
	}
	base, err := url.Parse(scheme + "://" + net.JoinHostPort(host, port) + a.path)
	if err != nil || reference == "" {
		return "", nowhere
	}
	to, err := base.Parse(strings.TrimSpace(reference))
	if err != nil {
		return "", nowhere
	}
	if to.Scheme == "https" && !inTLS {
		return "", securely
	}
	toPort := to.Port()
	if toPort == "" {
		toPort = usual
	}
	if to.Scheme != scheme || !strings.EqualFold(to.Hostname(), host) || toPort != port {
		return "", elsewhere
	}
	path := to.RequestURI()
	if path == a.path || !plain(path) {
		return "", nowhere
	}
	return path, on
}

// maxPath bounds a path that a server leads to.
const maxPath = 2 << 10

// plain says whether a path can stand in a request as it is.
func plain(path string) bool {
	return len(path) <= maxPath && strings.HasPrefix(path, "/") &&
		strings.IndexFunc(path, func(r rune) bool { return r <= ' ' || r > '~' }) < 0
}
