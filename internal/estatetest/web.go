package estatetest

import (
	"bufio"
	"context"
	"fmt"
	"net"
	nethttp "net/http"
	"os"
	"strings"
)

// webServers are web servers, and services that speak HTTP: real ones, and for what
// no package serves what such a service says.
func webServers() []Server {
	const clear, login, open = "CHANNEL-CLEARTEXT-SERVICE", "CHANNEL-LOGIN-CLEAR", "CHANNEL-OPEN-ACCESS"
	form := `location / { default_type text/html; return 200 '<html><form action="/in" method="post"><input name="user"><input type="password" name="pass"></form></html>'; }`
	return []Server{
		pagesServer("nginx, log-in page in clear", 20080, form, Find{clear, "encryption none"}, Find{login, "login.clear yes"}),
		pagesServer("nginx, log-in page in a frame", 20085, `location = / { default_type text/html; return 200 '<frameset><frame src="in.html"></frameset>'; } `+strings.Replace(form, "/ {", "/in.html {", 1),
			Find{clear, "encryption none"}, Find{login, "login.clear yes"}),
		pagesServer("nginx, Basic in clear", 20081, `location / { auth_basic "Synthetic wards"; auth_basic_user_file users; }`,
			Find{clear, "encryption none"}, Find{login, "login.clear yes"}),
		pagesServer("nginx, log-in page drawn by a script", 20079, `location = / { default_type text/html; return 200 '<div id="root"></div><script src="/main.js"></script>'; }
location = /main.js { default_type text/javascript; return 200 'root.append(Object.assign(document.createElement("input"),{type:"password"}))'; }`,
			Find{clear, "encryption none"}, Find{login, "login.clear yes"}),
		pagesServer("nginx, log-in behind a link", 20077, `location = / { default_type text/html; return 200 '<h1>Wards</h1><a href="/in.html">Staff log-in</a>'; } `+strings.Replace(form, "/ {", "/in.html {", 1),
			Find{clear, "encryption none"}, Find{login, "login.clear yes"}),
		pagesServer("nginx, form that leads to TLS", 20078, strings.Replace(form, `"/in"`, `"https://wards.synthetic.example/in"`, 1),
			Find{clear, "encryption none-pages"}, Find{login, "login.clear page"}),
		pagesServer("nginx, pages in clear", 20086, `location / { default_type text/html; return 200 'Menu of the day'; }`, Find{clear, "encryption none-pages"}),
		pagesServer("nginx, redirect to TLS", 20082, `return 301 https://$host$request_uri;`),
		{
			Name: "nginx, log-in page in TLS", Service: "tls", Port: 20084, Programs: []string{"nginx"},
			Start: func(ctx context.Context, p Place) (*Running, error) {
				return nginx(ctx, p, Good, "ssl_protocols TLSv1.2 TLSv1.3; ssl_ciphers ECDHE+AESGCM:ECDHE+CHACHA20; add_header Strict-Transport-Security max-age=31536000 always; "+form+" } } #") // what follows would answer first
			},
		},
		apacheServer("apache, WebDAV in clear", 20083, []string{"dav", "dav_fs"}, []string{"DavLockDB DIR/lock", "DocumentRoot DIR", "<Directory DIR>", "Dav On", "</Directory>"}, Find{clear, "encryption none"}),
		apacheServer("apache, Digest in clear", 20087, []string{"authn_core", "authn_file", "authz_user", "auth_digest"},
			[]string{"<Location />", "AuthType Digest", `AuthName "Synthetic wards"`, "AuthUserFile DIR/users", "Require valid-user", "</Location>"},
			Find{clear, "encryption none"}, Find{login, "login.clear proof"}),
		{
			Name: "etcd, in clear", Service: "http", Port: 20377, Programs: []string{"etcd"}, Finds: []Find{{clear, "encryption none"}},
			Matches: []Find{{"CHANNEL-WEB-EXPOSURE", "web.exposed status: metrics"}},
			Start: func(ctx context.Context, p Place) (*Running, error) {
				return Exec(ctx, p, "etcd", "--data-dir", p.Dir+"/data", "--listen-client-urls", "http://"+p.Address(), "--advertise-client-urls", "http://"+p.Address(),
					"--listen-peer-urls", "unix://peer:1", "--log-level", "error")
			},
		},
		{
			Name: "cups, in clear", Service: "http", Port: 631, Programs: []string{"cupsd"}, Root: true, Finds: []Find{{clear, "encryption none-pages"}}, Start: cups,
		},
		tinyproxyServer("tinyproxy", 20312, ""),
		tinyproxyServer("tinyproxy, passwords in clear", 20313, "BasicAuth synthetic synthetic1", Find{login, "login.clear yes"}),
		saysServer("elasticsearch, open", 20920, elasticsearch(), Find{clear, "encryption none"}, Find{open, "access anyone"}),
		saysServer("elasticsearch, log-in in clear", 20921, elasticsearchLocked(), Find{clear, "encryption none"}, Find{login, "login.clear yes"}),
		saysServer("couchdb, open", 20984, map[string]string{
			"/":         "200 OK\nServer: CouchDB/3.3.2 (Erlang OTP/25)\nContent-Type: application/json\n\n{\"couchdb\":\"Welcome\",\"version\":\"3.3.2\"}\n",
			"/_all_dbs": "200 OK\nServer: CouchDB/3.3.2 (Erlang OTP/25)\n\n[\"synthetic\"]\n",
		}, Find{clear, "encryption none"}, Find{open, "access anyone-reads"}),
		saysServer("docker, open", 20375, map[string]string{
			"/":        "404 Not Found\nApi-Version: 1.43\nServer: Docker/24.0.7 (linux)\nContent-Type: application/json\n\n{\"message\":\"page not found\"}\n",
			"/version": "200 OK\nServer: Docker/24.0.7 (linux)\n\n{\"Version\":\"24.0.7\",\"ApiVersion\":\"1.43\"}\n",
		}, Find{clear, "encryption none"}, Find{open, "access anyone"}),
		saysServer("orthanc, open", 20842, map[string]string{
			"/":                  "302 Found\nLocation: app/explorer.html\n\n",
			"/app/explorer.html": "200 OK\nContent-Type: text/html\n\n<title>Orthanc Explorer</title>",
			"/system":            "200 OK\n\n{\"ApiVersion\":20,\"DicomAet\":\"ORTHANC\",\"Version\":\"1.11.3\"}",
		}, Find{clear, "encryption none"}, Find{open, "access anyone"}).matching("CHANNEL-VENDOR-PORTAL", "web.portal PACS: Orthanc"),
		saysServer("orthanc, log-in in clear", 20843, map[string]string{
			"/": "401 Unauthorized\nWWW-Authenticate: Basic realm=\"Orthanc Secure Area\"\n\n", "/system": "401 Unauthorized\n\n",
		}, Find{clear, "encryption none"}, Find{login, "login.clear yes"}).matching("CHANNEL-VENDOR-PORTAL", "web.portal PACS: Orthanc"),
		saysServer("fhir, in clear", 20888, map[string]string{
			"/":                            "200 OK\nContent-Type: text/html\n\n<html><a href=\"/fhir\">HAPI FHIR</a></html>",
			"/fhir/metadata":               "200 OK\nContent-Type: application/fhir+json\n\n{\"resourceType\":\"CapabilityStatement\",\"software\":{\"name\":\"HAPI FHIR Server\",\"version\":\"6.8.3\"}}",
			"/fhir/Patient?_summary=count": "200 OK\nContent-Type: application/fhir+json\n\n{\"resourceType\":\"Bundle\",\"type\":\"searchset\",\"total\":3}",
		}, Find{clear, "encryption none"}, Find{open, "access anyone-reads"}).testing("fhir-count"),
		saysServer("fhir, tokens asked for", 20889, map[string]string{
			"/":                            "200 OK\nContent-Type: text/html\n\n<html><a href=\"/fhir\">HAPI FHIR</a></html>",
			"/fhir/metadata":               "200 OK\nContent-Type: application/fhir+json\n\n{\"resourceType\":\"CapabilityStatement\",\"software\":{\"name\":\"HAPI FHIR Server\",\"version\":\"6.8.3\"}}",
			"/fhir/Patient?_summary=count": "401 Unauthorized\nWWW-Authenticate: Bearer\n\n",
		}, Find{clear, "encryption none"}, Find{login, "login.clear token"}).testing("fhir-count"),
		saysServer("clickhouse, open", 20823, map[string]string{
			"/":                      "200 OK\nContent-Type: text/html; charset=UTF-8\n\nOk.\n",
			"/?query=SHOW+DATABASES": "200 OK\nX-ClickHouse-Server-Display-Name: synthetic\n\ndefault\nsystem\n",
		}, Find{clear, "encryption none"}, Find{open, "access anyone-reads"}),
		saysServer("consul, open", 20850, map[string]string{
			"/":                    "301 Moved Permanently\nLocation: /ui/\n\n",
			"/ui/":                 "200 OK\nContent-Type: text/html\n\n<!DOCTYPE html><title>Consul by HashiCorp</title>",
			"/v1/catalog/services": "200 OK\nContent-Type: application/json\n\n{\"consul\":[]}",
		}, Find{clear, "encryption none"}, Find{open, "access anyone-lists"}),
		saysServer("nats monitor, in clear", 20822, map[string]string{
			"/": "200 OK\nContent-Type: text/html\n\n<link href=\"https://nats.io/favicon.ico\"><a href=\"/varz\">General</a>",
		}, Find{clear, "encryption none-pages"}, Find{open, "access anyone-lists"}),
		saysServer("rabbitmq management, in clear", 20672, map[string]string{
			"/": "200 OK\nserver: Cowboy\ncontent-type: text/html\n\n<!DOCTYPE html><html><head><title>RabbitMQ Management</title></head></html>",
		}, Find{clear, "encryption none"}, Find{login, "login.clear yes"}),
	}
}

// matching says what templates find of the server beside the rest.
func (s Server) matching(check, trait string) Server {
	s.Matches = append(s.Matches, Find{check, trait})
	return s
}

func elasticsearch() map[string]string {
	return map[string]string{
		"/": "200 OK\nX-elastic-product: Elasticsearch\ncontent-type: application/json\n\n{\n  \"cluster_name\" : \"synthetic\",\n  \"version\" : {\n    \"number\" : \"8.11.1\"\n  },\n  \"tagline\" : \"You Know, for Search\"\n}\n",
	}
}

func elasticsearchLocked() map[string]string {
	return map[string]string{
		"/": "401 Unauthorized\nWWW-Authenticate: Basic realm=\"security\" charset=\"UTF-8\"\nWWW-Authenticate: Bearer realm=\"security\"\nWWW-Authenticate: ApiKey\n\n{\"error\":{\"type\":\"security_exception\"},\"status\":401}",
	}
}

func tinyproxyServer(name string, port int, settings string, finds ...Find) Server {
	return Server{
		Name: name, Service: "http", Port: port, Programs: []string{"tinyproxy"}, Finds: finds,
		Start: func(ctx context.Context, p Place) (*Running, error) {
			config, err := p.File("tinyproxy.conf", lines(fmt.Sprintf("Port %d", p.Port), "Listen "+p.Host, "Timeout 20", "MaxClients 5", "Allow 127.0.0.0/8", settings))
			if err != nil {
				return nil, err
			}
			return Exec(ctx, p, "tinyproxy", "-d", "-c", config)
		},
	}
}

// pagesServer is nginx in clear.
func pagesServer(name string, port int, settings string, finds ...Find) Server {
	return Server{
		Name: name, Service: "http", Port: port, Programs: []string{"nginx"}, Finds: finds,
		Start: func(ctx context.Context, p Place) (*Running, error) {
			if _, err := p.File("users", "synthetic:{PLAIN}synthetic\n"); err != nil {
				return nil, err
			}
			config, err := p.File("nginx.conf", fmt.Sprintf(`daemon off; master_process off; pid %[1]s/pid; error_log %[1]s/error.log;
events {}
http { access_log %[1]s/access.log; client_body_temp_path %[1]s/a; proxy_temp_path %[1]s/b; fastcgi_temp_path %[1]s/c; uwsgi_temp_path %[1]s/d; scgi_temp_path %[1]s/e;
server { listen %[2]s; %[3]s } }
`, p.Dir, p.Address(), settings))
			if err != nil {
				return nil, err
			}
			r, err := Exec(ctx, p, "nginx", "-c", config, "-p", p.Dir, "-e", p.Dir+"/error.log")
			if err == nil {
				r.LogsTo(p.Dir + "/access.log")
			}
			return r, err
		},
	}
}

// apacheServer is Apache in clear; DIR in its settings is its folder.
func apacheServer(name string, port int, modules, settings []string, finds ...Find) Server {
	return Server{
		Name: name, Service: "http", Port: port, Programs: []string{"apache2"}, Finds: finds,
		Start: func(ctx context.Context, p Place) (*Running, error) {
			text := lines("ServerRoot "+p.Dir, "ServerName localhost", "PidFile "+p.Dir+"/pid", "DefaultRuntimeDir "+p.Dir,
				"ErrorLog /dev/stderr", "User www-data", "Group www-data", "Listen "+p.Address())
			for _, module := range append([]string{"mpm_event", "authz_core"}, modules...) {
				text += fmt.Sprintf("LoadModule %s_module /usr/lib/apache2/modules/mod_%s.so\n", module, module)
			}
			if _, err := p.File("users", ""); err != nil {
				return nil, err
			}
			config, err := p.File("apache2.conf", text+strings.ReplaceAll(lines(settings...), "DIR", p.Dir))
			if err != nil {
				return nil, err
			}
			return Exec(ctx, p, "apache2", "-D", "FOREGROUND", "-f", config)
		},
	}
}

// cups is the printing system, with all it writes in the place's folder.
func cups(ctx context.Context, p Place) (*Running, error) {
	for _, name := range []string{"spool", "cache", "state", "root", "log"} {
		if err := os.Mkdir(p.Dir+"/"+name, 0o755); err != nil {
			return nil, fmt.Errorf("make folder: %w", err)
		}
	}
	files, err := p.File("cups-files.conf", lines("RequestRoot "+p.Dir+"/spool", "CacheDir "+p.Dir+"/cache", "StateDir "+p.Dir+"/state", "ServerRoot "+p.Dir+"/root",
		"AccessLog stderr", "ErrorLog stderr", "PageLog stderr"))
	if err != nil {
		return nil, err
	}
	config, err := p.File("cupsd.conf", lines("Listen "+p.Address(), "Browsing Off", "WebInterface Yes", "<Location />", "Order allow,deny", "Allow all", "</Location>"))
	if err != nil {
		return nil, err
	}
	return Exec(ctx, p, "cupsd", "-f", "-c", config, "-s", files)
}

// saysServer answers each path as a known service does; the answers are written
// without the name of the protocol, and lines end in "\n" alone.
func saysServer(name string, port int, answers map[string]string, finds ...Find) Server {
	return Server{
		Name: name, Service: "http", Port: port, Finds: finds,
		Start: func(_ context.Context, p Place) (*Running, error) {
			return Serve(p, func(r *Running, conn net.Conn) { says(r, conn, answers) })
		},
	}
}

// testing has the server looked at with the named test.
func (s Server) testing(test string) Server {
	s.Tests = append(s.Tests, test)
	return s
}

func says(r *Running, conn net.Conn, answers map[string]string) {
	request, err := nethttp.ReadRequest(bufio.NewReader(conn))
	if err != nil {
		return
	}
	fmt.Fprintf(r, "%s %s\n", request.Method, request.RequestURI)
	if request.Header.Get("Authorization") != "" {
		fmt.Fprintln(r, "log-in")
	}
	answer, known := answers[request.RequestURI]
	if !known {
		answer = "404 Not Found\n\n"
	}
	head, body, _ := strings.Cut(answer, "\n\n")
	fmt.Fprintf(conn, "HTTP/1.1 %s\r\nConnection: close\r\n\r\n%s", strings.ReplaceAll(head, "\n", "\r\n"), body)
}
