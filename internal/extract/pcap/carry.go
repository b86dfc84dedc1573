package pcap

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/textproto"
	"strings"
)

// isHTTP reports whether a flow begins with a request or a response.
func isHTTP(b []byte) bool {
	line, _, ok := bytes.Cut(b[:min(len(b), 8192)], []byte("\r\n"))
	return ok && (bytes.HasPrefix(line, []byte("HTTP/1.")) || bytes.HasSuffix(line, []byte(" HTTP/1.1")) || bytes.HasSuffix(line, []byte(" HTTP/1.0")))
}

// handHTTP gives the heads of messages as text and their bodies as files: those
// may be packed.
func (f *flow) handHTTP(b []byte) error {
	in := bufio.NewReader(bytes.NewReader(b))
	for n := 1; ; n++ {
		head, body, err := message(in)
		if err != nil {
			break
		}
		if err := f.give1(head, body, n); err != nil {
			return err
		}
	}
	rest, err := io.ReadAll(in) // what follows a message that ends early
	if err != nil || len(rest) == 0 {
		return err
	}
	return f.handFile(", behind HTTP", rest)
}

func (f *flow) give1(head string, body []byte, n int) error {
	if err := f.capture.sink.Text([]byte(head)); err != nil {
		return err
	}
	if err := f.capture.sink.Break(); err != nil || len(body) == 0 {
		return err
	}
	return f.handFile(fmt.Sprintf(", message %d", n), body)
}

// message reads a message of HTTP. A body that breaks off is given as far as it
// goes.
func message(in *bufio.Reader) (head string, body []byte, err error) {
	begin, err := in.Peek(5)
	if err != nil {
		return "", nil, err
	}
	if string(begin) == "HTTP/" {
		r, err := http.ReadResponse(in, nil)
		if err != nil {
			return "", nil, err
		}
		defer r.Body.Close()
		body, _ = io.ReadAll(r.Body)
		return r.Status + "\n" + headerText(r.Header), body, nil
	}
	r, err := http.ReadRequest(in)
	if err != nil {
		return "", nil, err
	}
	defer r.Body.Close()
	body, _ = io.ReadAll(r.Body)
	return r.Method + " " + r.RequestURI + "\nHost: " + r.Host + "\n" + headerText(r.Header), body, nil
}

func headerText(h http.Header) string {
	var b strings.Builder
	h.Write(&b) // to memory: it cannot fail
	return b.String()
}

// isSMTP reports whether a flow is the client's side of a delivery.
func isSMTP(b []byte) bool {
	return len(b) > 4 && (bytes.EqualFold(b[:4], []byte("EHLO")) || bytes.EqualFold(b[:4], []byte("HELO")) || bytes.EqualFold(b[:4], []byte("LHLO")))
}

// handSMTP gives the commands as text and each message as a file.
func (f *flow) handSMTP(b []byte) error {
	in := bufio.NewReader(bytes.NewReader(b))
	lines := textproto.NewReader(in)
	for n := 1; ; {
		line, err := lines.ReadLineBytes()
		if err != nil {
			return f.capture.sink.Break()
		}
		if err := f.capture.sink.Text(append(bytes.Clone(line), '\n')); err != nil {
			return err
		}
		if !bytes.EqualFold(line, []byte("DATA")) {
			continue
		}
		body, err := io.ReadAll(lines.DotReader())
		if err != nil && len(body) == 0 {
			continue // refused: commands follow
		}
		if err := f.handFile(fmt.Sprintf(", message %d.eml", n), body); err != nil {
			return err
		}
		n++
	}
}
