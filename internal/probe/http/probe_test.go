package http_test

import (
	"net"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"trustaudit/internal/audit"
	"trustaudit/internal/channel"
	"trustaudit/internal/estatetest"
	"trustaudit/internal/probe"
	discover "trustaudit/internal/probe/discover/fact"
	"trustaudit/internal/probe/http"
	tlsfact "trustaudit/internal/probe/tls/fact"
	"trustaudit/internal/probetest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestLaws(t *testing.T) {
	for _, subject := range []string{"http", "http in TLS"} {
		t.Run(subject, func(t *testing.T) {
			probetest.Run(t, probetest.Config{
				Probe:   http.Probe,
				Unit:    audit.Unit{Target: "tcp://host.example:80", Subject: subject},
				Address: "host.example:80",
				Bound:   40 * time.Second,
			})
		})
	}
}

// TestServers sees of each server of the estate what it is, and what its log says
// that it was asked.
func TestServers(t *testing.T) {
	for name, want := range map[string]struct {
		product string // what its product begins with
		said    []string
	}{
		"nginx, log-in page in clear":          {"nginx/", []string{"GET /"}},
		"nginx, log-in page in a frame":        {"nginx/", []string{"GET /", "GET of a frame"}},
		"nginx, log-in page drawn by a script": {"nginx/", []string{"GET /", "GET of a script"}},
		"nginx, log-in behind a link":          {"nginx/", []string{"GET /", "GET of a link to a log-in"}},
		"nginx, form that leads to TLS":        {"nginx/", []string{"GET /", "OPTIONS /"}},
		"nginx, Basic in clear":                {"nginx/", []string{"GET /"}},
		"nginx, pages in clear":                {"nginx/", []string{"GET /", "OPTIONS /"}},
		"nginx, redirect to TLS":               {"nginx/", []string{"GET /"}},
		"apache, WebDAV in clear":              {"Apache/", []string{"GET /", "OPTIONS /"}},
		"apache, Digest in clear":              {"Apache/", []string{"GET /"}},
		"etcd, in clear":                       {"etcd 3.", []string{"GET /", "GET /version"}},
		"cups, in clear":                       {"CUPS, CUPS/2", []string{"GET /"}},
		"tinyproxy":                            {"web proxy, tinyproxy/", []string{"GET /", "HEAD of the proxy itself"}},
		"tinyproxy, passwords in clear":        {"web proxy, tinyproxy/", []string{"GET /"}},
		"elasticsearch, open":                  {"Elasticsearch 8.11.1", []string{"GET /"}},
		"elasticsearch, log-in in clear":       {"Elasticsearch", []string{"GET /"}},
		"couchdb, open":                        {"CouchDB, CouchDB/3.3.2", []string{"GET /", "GET /_all_dbs"}},
		"docker, open":                         {"Docker 24.0.7, Docker/24.0.7 (linux)", []string{"GET /", "GET /version"}},
		"orthanc, open":                        {"Orthanc 1.11.3", []string{"GET /", "GET /system", "GET where the page leads"}},
		"orthanc, log-in in clear":             {"Orthanc", []string{"GET /", "GET /system"}},
		"fhir, in clear":                       {"FHIR server 6.8.3", []string{"GET /", "GET /Patient?_summary=count", "GET /metadata"}},
		"fhir, tokens asked for":               {"FHIR server 6.8.3", []string{"GET /", "GET /Patient?_summary=count", "GET /metadata"}},
		"clickhouse, open":                     {"ClickHouse", []string{"GET /", "GET /?query=SHOW+DATABASES"}},
		"consul, open":                         {"Consul", []string{"GET /", "GET /v1/catalog/services", "GET where the page leads"}},
		"nats monitor, in clear":               {"NATS monitor", []string{"GET /"}},
		"rabbitmq management, in clear":        {"RabbitMQ management, Cowboy", []string{"GET /"}},
	} {
		t.Run(name, func(t *testing.T) {
			running, r := estatetest.Examine(t, name, http.Probe)
			seen := r.Facts[0].(channel.Seen)
			if !strings.HasPrefix(seen.Product, want.product) {
				t.Errorf("product %q, want %q", seen.Product, want.product)
			}
			if diff := cmp.Diff(want.said, r.Said()); diff != "" {
				t.Errorf("said (-want +got):\n%s\n%s", diff, running.Log())
			}
			if log := running.Log(); strings.Contains(log, "POST") || strings.Contains(log, "synthetic:") {
				t.Errorf("something was submitted:\n%s", log)
			}
		})
	}
}

func TestWithinTLS(t *testing.T) {
	running := estatetest.Start(t, estatetest.Named("nginx, log-in page in TLS"))
	r := estatetest.Look(t, http.Probe, running, "http in TLS")
	seen := r.Facts[0].(channel.Seen)
	seen.Product = strings.SplitN(seen.Product, "/", 2)[0]
	want := channel.Seen{Endpoint: running.Address, Service: "https", Product: "nginx", Traits: []channel.Trait{
		{Name: "encryption", Value: "always"}, {Name: "http.strict", Value: "yes"}}}
	if diff := cmp.Diff(want, seen); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"GET /", "TLS handshake"}, r.Said()); diff != "" {
		t.Errorf("said (-want +got):\n%s", diff)
	}
}

// pages is a server of few words: what it answers to each path.
func pages(answers map[string]string) probetest.Service {
	return func(conn net.Conn) {
		buf := make([]byte, 4096)
		n, _ := conn.Read(buf)
		fields := strings.Fields(string(buf[:n]))
		if len(fields) < 2 {
			return
		}
		answer := answers[fields[1]]
		if fields[0] == "OPTIONS" {
			answer = answers["OPTIONS"]
		}
		if answer == "" {
			answer = "404 Not Found\r\n\r\n"
		}
		_, _ = conn.Write([]byte("HTTP/1.1 " + answer))
	}
}

const address = "web.example:8080"

func look(t *testing.T, scope audit.Scope, service probetest.Service) *probetest.Record {
	t.Helper()
	n := &probetest.Network{Services: map[string]probetest.Service{address: service}}
	r := probetest.NewRecord(n.Dial)
	if err := http.Probe.Observe(t.Context(), r.Session(audit.Unit{Target: "tcp://" + address, Subject: "http"}, scope)); err != nil {
		t.Fatal(err)
	}
	n.Wait()
	probetest.Check(t, http.Probe, r)
	return r
}

// site is a server by what it answers, and what is to be seen of it.
type site struct {
	name    string
	answers map[string]string
	want    map[string]string // trait → value
	product string
}

func sites() []site {
	const ok = "200 OK\r\n\r\n"
	return []site{
		{"a redirect to a log-in", map[string]string{"/": "302 Found\r\nLocation: /in\r\nServer: X/1\r\n\r\n", "/in": ok + "<input type=password>"},
			map[string]string{"encryption": "none", "login.clear": "yes"}, "X/1"},
		{"the end of a long way", map[string]string{"/": "302 -\r\nLocation: /a\r\n\r\n", "/a": "302 -\r\nLocation: /b\r\n\r\n", "/b": "302 -\r\nLocation: /c\r\n\r\n", "/c": ok + "x"},
			map[string]string{"encryption": "none-pages"}, ""},
		{"elsewhere, with a page that says so", map[string]string{"/": "301 Moved\r\nLocation: http://other.example/\r\n\r\n<a href='http://other.example/'>here</a>"},
			map[string]string{"encryption": "none-refusals"}, ""},
		{"a longer way", map[string]string{"/": "302 -\r\nLocation: /a\r\n\r\n", "/a": "302 -\r\nLocation: /b\r\n\r\n", "/b": "302 -\r\nLocation: /a\r\n\r\n"},
			map[string]string{"encryption": "none-refusals"}, ""},
		{"a way that ends in TLS", map[string]string{"/": "302 -\r\nLocation: /a\r\n\r\n", "/a": "302 -\r\nLocation: https://web.example/\r\n\r\n"},
			map[string]string{"encryption": "offered", "encryption.required": "yes"}, ""},
		{"pages in pieces", map[string]string{"/": "200 OK\r\nTransfer-Encoding: chunked\r\n\r\n10\r\n<input type=pass\r\n5\r\nword>\r\n0\r\n\r\n"},
			map[string]string{"encryption": "none", "login.clear": "yes"}, ""},
		{"Windows", map[string]string{"/": "401 Unauthorized\r\nWWW-Authenticate: Negotiate\r\nWWW-Authenticate: NTLM\r\nServer: Microsoft-IIS/10.0\r\nX-Powered-By: ASP.NET\r\n\r\n"},
			map[string]string{"encryption": "none", "login.clear": "proof"}, "Microsoft-IIS/10.0, ASP.NET"},
		{"tokens alone", map[string]string{"/": "401 Unauthorized\r\nWWW-Authenticate: Bearer realm=\"our basic things\"\r\n\r\n"},
			map[string]string{"encryption": "none", "login.clear": "token"}, ""},
		{"a form that leads to TLS", map[string]string{"/": ok + "<form action='HTTPS://web.example/in'><input type=password></form>"},
			map[string]string{"encryption": "none-pages", "login.clear": "page"}, ""},
		{"a link to a log-in", map[string]string{"/": ok + "<a href=/login>Staff</a>", "/login": "302 -\r\nLocation: /login/\r\n\r\n", "/login/": ok + "<input type=password>"},
			map[string]string{"encryption": "none", "login.clear": "yes"}, ""},
		{"a link to what is managed", map[string]string{"/": ok + "<a href=/manager/html>m</a>", "/manager/html": "401 -\r\nWWW-Authenticate: Basic realm=m\r\n\r\n"},
			map[string]string{"encryption": "none", "login.clear": "yes"}, ""},
		{"links to log-ins in TLS and elsewhere", map[string]string{"/": ok + "<a href=https://web.example/login>a</a><a href=/login>b</a>", "/login": "302 -\r\nLocation: https://web.example/login\r\n\r\n"},
			map[string]string{"encryption": "none-pages"}, ""},
		{"a script that leads to TLS", map[string]string{"/": ok + "<script>if (1) window.location.replace( 'https://' + location.host)</script>"},
			map[string]string{"encryption": "offered", "encryption.required": "yes"}, ""},
		{"two forms, of which one leads to TLS", map[string]string{"/": ok + "<form action='https://web.example/'><input type=password></form><input type=password>"},
			map[string]string{"encryption": "none", "login.clear": "yes"}, ""},
		{"a script that draws the form", map[string]string{"/": ok + "<div id=root></div><script src=/lib.js></script><script type=module src=main.js></script>", "/lib.js": ok + `$('input[type="password"]')`,
			"/main.js": ok + strings.Repeat(" ", 300<<10) + `e.jsx("input",{name:"p",type:"password"})`},
			map[string]string{"encryption": "none", "login.clear": "yes"}, ""},
		{"a script in the page that draws the form", map[string]string{"/": ok + `<script>f.innerHTML = '<input type="password">'</script>`},
			map[string]string{"encryption": "none", "login.clear": "yes"}, ""},
		{"scripts that draw none", map[string]string{"/": ok + "<script src=https://elsewhere.example/a.js></script><script src=/b.js></script>", "/b.js": ok + `$('input[type="password"]'); grant_type:"password"`},
			map[string]string{"encryption": "none-pages"}, ""},
		{"a page of text, whose script is not read", map[string]string{"/": ok + strings.Repeat("Menu of the day. ", 40) + "<script src=/b.js></script>", "/b.js": ok + `{type:"password"}`},
			map[string]string{"encryption": "none-pages"}, ""},
		{"a proxy that asks who one is", map[string]string{"/": "400 Bad Request\r\nServer: squid/5.7\r\n\r\n", "http://web.example:8080/": "407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=\"x\"\r\n\r\n"},
			map[string]string{"encryption": "none-proxy", "login.clear": "yes"}, "web proxy, squid/5.7"},
		{"WebDAV", map[string]string{"/": ok + "x", "OPTIONS": "200 OK\r\nDAV: 1,2\r\n\r\n"}, map[string]string{"encryption": "none"}, ""},
		{"nothing there", map[string]string{}, map[string]string{"encryption": "none-refusals"}, ""},
		{"Kubernetes, open", map[string]string{"/": ok + `{"paths":["/api","/apis/apps"]}`}, map[string]string{"encryption": "none", "access": "anyone-lists"}, "Kubernetes"},
		{"Kubernetes, closed", map[string]string{"/": "403 Forbidden\r\n\r\n" + `{"message":"forbidden: User \"system:anonymous\" cannot get path"}`},
			map[string]string{"encryption": "none", "access": "login"}, "Kubernetes"},
		{"InfluxDB, closed", map[string]string{"/": "404 Not Found\r\nX-Influxdb-Version: 1.8.10\r\n\r\n", "/query?q=SHOW+DATABASES": "401 Unauthorized\r\n\r\n"},
			map[string]string{"encryption": "none", "access": "login"}, "InfluxDB"},
		{"Solr, open", map[string]string{"/": "302 Found\r\nLocation: /solr/\r\n\r\n", "/solr/": ok + "<title>Solr Admin</title>", "/solr/admin/info/system?wt=json": ok + `{"lucene":{}}`},
			map[string]string{"encryption": "none", "access": "anyone"}, "Solr"},
		{"dcm4chee, closed", map[string]string{"/": ok + "dcm4chee", "/dcm4chee-arc/aets": "302 Found\r\nLocation: /realms/login\r\n\r\n"},
			map[string]string{"encryption": "none", "access": "login"}, "dcm4chee"},
		{"IRIS", map[string]string{"/": ok + `<a href="/csp/sys/">`, "/csp/sys/UtilHome.csp": ok + `InterSystems IRIS <input type=password>`},
			map[string]string{"encryption": "none", "login.clear": "yes"}, "InterSystems IRIS"},
		{"Go, and not etcd", map[string]string{"/": "404 Not Found\r\n\r\n404 page not found\n", "/version": "404 Not Found\r\n\r\n404 page not found\n"},
			map[string]string{"encryption": "none-refusals"}, ""},
		{"a link to FHIR that leads nowhere", map[string]string{"/": ok + `<a href="/fhir">`}, map[string]string{"encryption": "none-pages"}, ""},
	}
}

func TestObserve(t *testing.T) {
	for _, c := range sites() {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := look(t, audit.Scope{}, pages(c.answers))
				seen := r.Facts[0].(channel.Seen)
				got := map[string]string{}
				for _, trait := range seen.Traits {
					got[trait.Name] = trait.Value
				}
				if diff := cmp.Diff(c.want, got); diff != "" || seen.Product != c.product || len(seen.Untold) > 0 {
					t.Errorf("product %q, untold %v (-want +got):\n%s", seen.Product, seen.Untold, diff)
				}
				if len(r.Contacts) > 6 {
					t.Errorf("%d connections", len(r.Contacts))
				}
			})
		})
	}
}

// TestDoc sees that all that the doc lists is sent, to one server or another.
func TestDoc(t *testing.T) {
	var records []*probetest.Record
	for _, c := range sites() {
		synctest.Test(t, func(t *testing.T) { records = append(records, look(t, audit.Scope{}, pages(c.answers))) })
	}
	synctest.Test(t, func(t *testing.T) { records = append(records, lookAtManagement(t, "Negotiate")) })
	records = append(records, estatetest.Look(t, http.Probe, estatetest.Start(t, estatetest.Named("fhir, in clear")), "http", "fhir-count"))
	for name, subject := range map[string]string{
		"nginx, log-in page in TLS": "http in TLS", "nginx, log-in page in a frame": "http", "tinyproxy": "http", "orthanc, open": "http", "couchdb, open": "http", "fhir, in clear": "http",
		"clickhouse, open": "http", "consul, open": "http", "nats monitor, in clear": "http",
	} {
		records = append(records, estatetest.Look(t, http.Probe, estatetest.Start(t, estatetest.Named(name)), subject))
	}
	own := http.Probe
	own.Doc = strings.ReplaceAll(own.Doc, `"`+http.Probe.Hellos[0].Say+`"`, "") // discovery says it
	probetest.Documented(t, own, records...)
}

// TestWindowsManagement is known at its own port alone, and by its library.
func TestWindowsManagement(t *testing.T) {
	for at, want := range map[string]string{"10.0.0.5:5985": "none-messages", "10.0.0.5:8080": "none-refusals"} {
		synctest.Test(t, func(t *testing.T) {
			n := &probetest.Network{Services: map[string]probetest.Service{at: pages(map[string]string{"/": "404 Not Found\r\nServer: Microsoft-HTTPAPI/2.0\r\n\r\n"})}}
			r := probetest.NewRecord(n.Dial)
			if err := http.Probe.Observe(t.Context(), r.Session(audit.Unit{Target: audit.Target("tcp://" + at), Subject: "http"}, audit.Scope{})); err != nil {
				t.Fatal(err)
			}
			n.Wait()
			if seen := r.Facts[0].(channel.Seen); len(seen.Traits) != 1 || seen.Traits[0].Value != want {
				t.Errorf("%s: %+v", at, seen)
			}
		})
	}
}

// lookAtManagement looks at Windows' remote management that offers those proofs of who
// one is.
func lookAtManagement(t *testing.T, offers string) *probetest.Record {
	t.Helper()
	const at = "10.0.0.5:5985"
	n := &probetest.Network{Services: map[string]probetest.Service{at: pages(map[string]string{
		"/":      "404 Not Found\r\nServer: Microsoft-HTTPAPI/2.0\r\n\r\n",
		"/wsman": "401 Unauthorized\r\nServer: Microsoft-HTTPAPI/2.0\r\nWWW-Authenticate: " + offers + "\r\n\r\n",
	})}}
	r := probetest.NewRecord(n.Dial)
	if err := http.Probe.Observe(t.Context(), r.Session(audit.Unit{Target: "tcp://" + at, Subject: "http"}, audit.Scope{})); err != nil {
		t.Fatal(err)
	}
	n.Wait()
	return r
}

// TestPasswordsForWindowsManagement sees that a password asked for in clear is told,
// and that what seals its messages is not held against it.
func TestPasswordsForWindowsManagement(t *testing.T) {
	for offers, want := range map[string]string{"Negotiate": "", "Negotiate\r\nWWW-Authenticate: Basic realm=\"WSMAN\"": "yes"} {
		synctest.Test(t, func(t *testing.T) {
			r, got := lookAtManagement(t, offers), ""
			for _, trait := range r.Facts[0].(channel.Seen).Traits {
				if trait.Name == "login.clear" {
					got = trait.Value
				}
			}
			if said := r.Said(); got != want || !slices.Equal(said, []string{"GET /", "POST /wsman"}) {
				t.Errorf("%s: %q, want %q; said %q", offers, got, want, said)
			}
		})
	}
}

// TestDeclaredFHIR asks for the statement where the engagement speaks of FHIR, and
// for no record.
func TestDeclaredFHIR(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		scope := audit.Scope{Ports: []audit.Port{{Number: 8080, Service: "fhir"}}}
		r := look(t, scope, pages(map[string]string{"/metadata": "401 Unauthorized\r\nWWW-Authenticate: Bearer\r\n\r\n"}))
		seen := r.Facts[0].(channel.Seen)
		if seen.Product != "FHIR server" || seen.Traits[0].Value != "token" || seen.Traits[1].Value != "none" || !slices.Equal(r.Said(), []string{"GET /", "GET /metadata"}) {
			t.Errorf("said %q, seen %+v", r.Said(), seen)
		}
	})
}

func TestFits(t *testing.T) {
	for answer, want := range map[string]bool{
		"HTTP/1.1 200 OK\r\n": true, "HTTP/1.0 404": true, "HTTP/1.1 2": false, "220 FTP\r\n": false, "HTTP/1.1 400 Bad Request\r\n": false,
		"HTTP/1.1 400 Bad Request\r\n\r\n<html>The plain HTTP request was sent to HTTPS port": false,
		"HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n":   false,
		"HTTP/1.1 400 Bad Request\r\n\r\n<html>Bad Request":                                   true,
	} {
		if got := http.Probe.Hellos[0].Fits([]byte(answer)); got != want {
			t.Errorf("%q: %v", answer, got)
		}
	}
}

func TestPlan(t *testing.T) {
	for _, c := range []struct {
		fact audit.Fact
		want string // the subject
	}{
		{discover.Endpoint{Address: "10.0.0.5:8080", Service: "http"}, "http"},
		{discover.Endpoint{Address: "10.0.0.5:9999", Declared: "fhir"}, "http"},
		{discover.Endpoint{Address: "10.0.0.5:443", Service: "tls"}, "http in TLS"},
		{discover.Endpoint{Address: "10.0.0.5:9200", Service: "tls"}, "http in TLS"},
		{discover.Endpoint{Address: "10.0.0.5:1443", Service: "tls", Declared: "https"}, "http in TLS"},
		{discover.Endpoint{Address: "10.0.0.5:636", Service: "tls"}, ""},
		{tlsfact.TLS{Endpoint: "10.0.0.5:1443", Protocol: "h2"}, "http in TLS"},
		{tlsfact.TLS{Endpoint: "10.0.0.5:1443"}, ""},
		{discover.Host{Address: "10.0.0.5"}, ""},
	} {
		var got string
		var looks []probe.Look = http.Probe.Plan("net:10.0.0.5", c.fact)
		for _, l := range looks {
			got = l.Subject
		}
		if got != c.want || len(looks) > 1 {
			t.Errorf("%+v: planned %v, want %q", c.fact, looks, c.want)
		}
	}
}

// TestRemedies sees that the setting which is named is that of the product found,
// where several tables speak of it.
func TestRemedies(t *testing.T) {
	for _, c := range []struct{ value, product, service, want string }{
		{"none", "RabbitMQ 3.10.8", "amqp", "listeners.ssl.default"},
		{"none", "RabbitMQ management, Cowboy", "http", "management.ssl.port"},
		{"none", "Orthanc 1.11.3", "http", "SslEnabled"},
		{"none", "dcm4chee", "http", "https-listener"},
		{"none", "dcmtk (OFFIS_DCMTK_367)", "dicom", "+tls"},
		{"none", "dcm4che-5.23", "dicom", "port 2762"},
		{"none-pages", "nginx/1.22.1", "http", "return 301"},
		{"none-pages", "Apache-Coyote/1.1", "http", "server.xml"},
		{"none", "Microsoft-IIS/10.0, ASP.NET", "http", "Require SSL"},
		{"none-pages", "lighttpd/1.4.69", "http", "ssl.engine"},
		{"none-pages", "Express", "http", "https.createServer"},
		{"none-pages", "", "http", "let port 80 redirect"},
		{"none-assumed", "", "raw printing", "9100"},
	} {
		v := channel.Shipped().Judge(channel.Trait{Name: "encryption", Value: c.value}, c.product, c.service)
		if !strings.Contains(v.Remedy, c.want) {
			t.Errorf("%s of %s %s: %q, want %q", c.value, c.product, c.service, v.Remedy, c.want)
		}
	}
}

// TestRenamed sees that a server which was called by its address, and leads to its
// name, is asked by that, and no other host is called.
func TestRenamed(t *testing.T) {
	const at = "10.0.0.5:80"
	for name, c := range map[string]struct{ location, want string }{
		"its name":           {"http://pas.trust.example/", "yes"},
		"its name, and page": {"http://pas.trust.example/in", "yes"},
		"another address":    {"http://10.0.0.6/", ""},
		"another port":       {"http://pas.trust.example:8080/", ""},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				n := &probetest.Network{Services: map[string]probetest.Service{at: func(conn net.Conn) {
					buf := make([]byte, 4096)
					read, _ := conn.Read(buf)
					answer := "302 Found\r\nLocation: " + c.location + "\r\n\r\n"
					if strings.Contains(string(buf[:read]), "\r\nHost: pas.trust.example\r\n") {
						answer = "200 OK\r\n\r\n<input type=password>"
					}
					_, _ = conn.Write([]byte("HTTP/1.1 " + answer))
				}}}
				r := probetest.NewRecord(n.Dial)
				if err := http.Probe.Observe(t.Context(), r.Session(audit.Unit{Target: "tcp://" + at, Subject: "http"}, audit.Scope{})); err != nil {
					t.Fatal(err)
				}
				n.Wait()
				probetest.Check(t, http.Probe, r)
				value := ""
				for _, trait := range r.Facts[0].(channel.Seen).Traits {
					if trait.Name == "login.clear" {
						value = trait.Value
					}
				}
				if value != c.want {
					t.Errorf("login.clear %q, want %q: said %q", value, c.want, r.Said())
				}
			})
		})
	}
}
