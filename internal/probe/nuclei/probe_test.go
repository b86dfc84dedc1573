package nuclei_test

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"trustaudit/internal/audit"
	"trustaudit/internal/channel"
	set "trustaudit/internal/nuclei"
	"trustaudit/internal/nuclei/nucleitest"
	"trustaudit/internal/probe"
	"trustaudit/internal/probe/nuclei"
)

func TestMain(m *testing.M) { nucleitest.Main(m) }

// served is a site that runs, and what it was asked.
type served struct {
	address string
	mu      sync.Mutex
	asked   []string
}

func serve(t *testing.T, handler http.Handler, tls bool) *served {
	t.Helper()
	s := &served{}
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		s.mu.Lock()
		s.asked = append(s.asked, r.Method+" "+r.URL.RequestURI())
		if len(body) > 0 || r.Header.Get("Authorization") != "" || r.UserAgent() != "trustaudit" {
			t.Errorf("%s %s came with %q and %v", r.Method, r.URL, body, r.Header)
		}
		s.mu.Unlock()
		handler.ServeHTTP(w, r)
	}))
	if tls {
		server.StartTLS()
	} else {
		server.Start()
	}
	t.Cleanup(server.Close)
	s.address = server.Listener.Addr().String()
	return s
}

// matched are the traits that were seen, in words, but for those of which nothing was.
func matched(seen []channel.Seen) []string {
	var all []string
	for _, s := range seen {
		for _, tr := range s.Traits {
			if tr.Value != "none" {
				all = append(all, tr.Name+" "+tr.Value)
			}
		}
		for _, u := range s.Untold {
			all = append(all, u.Name+" untold: "+u.Reason)
		}
	}
	return all
}

// TestTemplates looks at weak servers and at hardened ones, in TLS too, and ten times
// over in clear, all at once: it is always the same that is matched.
func TestTemplates(t *testing.T) {
	scan := nucleitest.New(t, nucleitest.Build(t), set.Shipped())
	all := weak()
	maps.Copy(all, hardened())
	sites := map[string][2]*served{}
	covered := map[string]bool{}
	for name, s := range all {
		for _, w := range s.want {
			covered[w] = true
		}
		sites[name] = [2]*served{serve(t, s, false), serve(t, s, true)}
	}
	for round := range 10 {
		var looks sync.WaitGroup
		for name, s := range all {
			looks.Go(func() {
				got := look(t, scan, "http", sites[name][0].address)
				if diff := cmp.Diff(s.want, got); diff != "" {
					t.Errorf("round %d: %s (-want +got):\n%s", round, name, diff)
				}
			})
			if round > 0 {
				continue
			}
			looks.Go(func() {
				got := look(t, scan, "https", sites[name][1].address)
				want := slices.DeleteFunc(slices.Clone(s.want), func(w string) bool { return strings.HasPrefix(w, "web.portal") })
				if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
					t.Errorf("round %d: %s in TLS (-want +got):\n%s", round, name, diff)
				}
			})
		}
		looks.Wait()
		if t.Failed() {
			break
		}
	}
	for _, one := range set.Shipped().Templates {
		if !covered[one.Trait+" "+one.Value] {
			t.Errorf("no weak server shows what %s looks for", one.ID)
		}
	}
	for name, both := range sites {
		for _, s := range both {
			for _, asked := range s.asked {
				if !strings.HasPrefix(asked, "GET /") && !strings.HasPrefix(asked, "HEAD /") {
					t.Errorf("%s was asked %s", name, asked)
				}
			}
		}
	}
	said(t, scan)
}

// TestOldTLS sees that servers are asked that speak TLS as those of ten years ago do,
// which no browser of today would call.
func TestOldTLS(t *testing.T) {
	scan := nucleitest.New(t, nucleitest.Build(t), set.Shipped())
	for name, config := range map[string]*tls.Config{
		"no forward secrecy": {MaxVersion: tls.VersionTLS12, CipherSuites: []uint16{tls.TLS_RSA_WITH_AES_128_CBC_SHA}},
		"3DES":               {MaxVersion: tls.VersionTLS12, CipherSuites: []uint16{tls.TLS_RSA_WITH_3DES_EDE_CBC_SHA}},
		"TLS 1.0":            {MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS10},
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				fmt.Fprint(w, "<title>IIS Windows Server</title>")
			}))
			server.TLS = config
			server.StartTLS()
			defer server.Close()
			got := look(t, scan, "https", server.Listener.Addr().String())
			if diff := cmp.Diff([]string{"web.exposed default: IIS"}, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func look(t *testing.T, scan *nucleitest.Scan, service, address string) []string {
	t.Helper()
	seen, err := scan.Look(t.Context(), nuclei.Probe, service, address)
	if err != nil {
		t.Errorf("%s %s: %v", service, address, err)
	}
	return matched(seen)
}

// said sees that whatever was recorded as sent stands in the probe's doc, and what
// stands there was sent.
func said(t *testing.T, scan *nucleitest.Scan) {
	t.Helper()
	sent := map[string]bool{}
	for _, c := range scan.Contacts() {
		for _, words := range c.Said {
			sent[words] = true
		}
	}
	for words := range sent {
		if !strings.Contains(nuclei.Probe.Doc, `"`+words+`"`) {
			t.Errorf("the doc does not list %q", words)
		}
	}
	for _, q := range set.Shipped().Questions {
		if !sent[q.Words] {
			t.Errorf("%q was never asked", q.Words)
		}
	}
}

// TestOddServers looks at servers that misbehave: it ends in time, and what was not
// answered is told as such.
func TestOddServers(t *testing.T) {
	scan := nucleitest.New(t, nucleitest.Build(t), set.Shipped())
	const nothing = "no question was answered"
	for name, c := range map[string]struct {
		handle func(net.Conn)
		want   string
	}{
		"hangs up": {func(net.Conn) {}, nothing},
		"garbage":  {func(c net.Conn) { fmt.Fprint(c, strings.Repeat("\xff\x00", 500)) }, nothing},
		"answers the first question alone": {func(c net.Conn) {
			said := make([]byte, 4096)
			if n, _ := c.Read(said); strings.HasPrefix(string(said[:n]), "GET / ") {
				fmt.Fprint(c, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi")
			}
		}, "the server did not answer"},
		"mute":         {func(c net.Conn) { _, _ = io.Copy(io.Discard, c) }, nothing},
		"endless head": {endless("HTTP/1.1 200 OK\r\n", "X-Synthetic: 943 476 5919\r\n"), nothing},
		"endless body": {endless("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n", strings.Repeat("x", 1000)), ""},
		"a byte a second": {func(c net.Conn) {
			for {
				if _, err := c.Write([]byte("H")); err != nil {
					return
				}
				time.Sleep(time.Second)
			}
		}, nothing},
		"too large a length": {func(c net.Conn) {
			_, _ = c.Read(make([]byte, 4096)) // an answer before the question is none
			fmt.Fprint(c, "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999\r\n\r\nx")
		}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			if name == "mute" || name == "a byte a second" {
				t.Parallel() // after the others, which would wait for their turn at the host
			}
			address := listen(t, c.handle)
			began := time.Now()
			seen, err := scan.Look(t.Context(), nuclei.Probe, "http", address)
			if err != nil || len(seen) != 1 {
				t.Fatalf("%v, %v", seen, err)
			}
			if took := time.Since(began); took > 40*time.Second {
				t.Errorf("took %v", took)
			}
			got := strings.Join(matched(seen), "; ")
			if untold := strings.Contains(got, "untold"); untold != (c.want != "") || !strings.Contains(got, c.want) {
				t.Errorf("saw %q, want one of %q", got, c.want)
			}
			if strings.Contains(fmt.Sprint(seen), "943 476") {
				t.Errorf("a fact names a patient: %v", seen)
			}
		})
	}
	t.Run("nobody there", func(t *testing.T) {
		seen, err := scan.Look(t.Context(), nuclei.Probe, "http", "127.0.0.1:1")
		if err != nil || !strings.Contains(strings.Join(matched(seen), " "), "refused") {
			t.Errorf("%v, %v", seen, err)
		}
	})
	t.Run("outside the scope", func(t *testing.T) {
		seen, err := scan.Look(t.Context(), nuclei.Probe, "http", "192.0.2.1:80")
		if err != nil || !strings.Contains(strings.Join(matched(seen), " "), "not to be touched") {
			t.Errorf("%v, %v", seen, err)
		}
	})
}

func endless(head, again string) func(net.Conn) {
	return func(c net.Conn) {
		_, _ = c.Read(make([]byte, 4096)) // an answer before the question is none
		_, err := io.WriteString(c, head)
		for err == nil {
			_, err = io.WriteString(c, again)
		}
	}
}

func listen(t *testing.T, handle func(net.Conn)) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() { defer c.Close(); handle(c) }()
		}
	}()
	return l.Addr().String()
}

// TestStops sees that a look ends when the run is stopped.
func TestStops(t *testing.T) {
	scan := nucleitest.New(t, nucleitest.Build(t), set.Shipped())
	address := listen(t, func(c net.Conn) { _, _ = io.Copy(io.Discard, c) })
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
	defer cancel()
	began := time.Now()
	if seen, err := scan.Look(ctx, nuclei.Probe, "http", address); err == nil {
		t.Errorf("a look that was cut short passes for one: %v", seen)
	}
	if took := time.Since(began); took > 4*time.Second {
		t.Errorf("came back after %v", took)
	}
}

func TestPlan(t *testing.T) {
	for name, c := range map[string]struct {
		fact audit.Fact
		want []probe.Look
	}{
		"in clear":       {seen("http", "encryption", "none"), []probe.Look{{Target: "tcp://10.0.0.5:80", Subject: "http"}}},
		"in TLS":         {seen("https", "encryption", "always"), []probe.Look{{Target: "tcp://10.0.0.5:80", Subject: "https"}}},
		"redirects":      {seen("http", "encryption", "offered"), nil},
		"a proxy":        {seen("http", "encryption", "none-proxy"), nil},
		"WinRM":          {seen("http", "encryption", "none-messages"), nil},
		"no web server":  {seen("ftp", "encryption", "none"), nil},
		"its own":        {seen("http", "web.exposed", "none"), nil},
		"another fact":   {audit.Fact(nil), nil},
		"traits unknown": {channel.Seen{Endpoint: "10.0.0.5:80", Service: "http"}, nil},
	} {
		if diff := cmp.Diff(c.want, nuclei.Probe.Plan("net:10.0.0.5", c.fact)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func seen(service, trait, value string) channel.Seen {
	return channel.Seen{Endpoint: "10.0.0.5:80", Service: service, Traits: []channel.Trait{{Name: trait, Value: value}}}
}

// TestDoc sees that the doc lists what the shipped templates ask.
func TestDoc(t *testing.T) {
	if diff := cmp.Diff(nuclei.Of(set.Shipped()).Doc, nuclei.Probe.Doc); diff != "" {
		t.Errorf("questions.txt is not what the templates ask (-want +got):\n%s", diff)
	}
}

// TestWithoutHelper sees that what nobody looked at is told as such.
func TestWithoutHelper(t *testing.T) {
	var facts []audit.Fact
	err := nuclei.Probe.Observe(t.Context(), &probe.Session{
		Unit: audit.Unit{Target: "tcp://10.0.0.5:443", Subject: "https"},
		Emit: func(f audit.Fact) error { facts = append(facts, f); return nil },
	})
	want := []audit.Fact{channel.Seen{Endpoint: "10.0.0.5:443", Service: "https", Untold: []channel.Untold{
		{Name: "web.exposed", Reason: "the helper trustaudit-nuclei is not there"}}}}
	if diff := cmp.Diff(want, facts); diff != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
}
