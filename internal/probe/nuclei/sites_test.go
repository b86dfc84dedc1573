package nuclei_test

import (
	"cmp"
	"net/http"
	"strconv"
	"strings"
)

// site is a web server of few pages: what it answers by method and path. The page of
// any other path is "*", or a plain refusal.
type site struct {
	pages map[string]page
	want  []string // what is matched, as trait and value, in order
}

type page struct {
	status int // 0: 200
	header string
	body   string
}

func (s site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p, ok := s.pages[r.Method+" "+r.URL.RequestURI()]
	if !ok {
		p, ok = s.pages["*"]
	}
	if !ok {
		p = page{404, "Content-Type: text/html", "<html><head><title>404 Not Found</title></head></html>"}
	}
	for line := range strings.Lines(p.header) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), ": ")
		w.Header()[key] = append(w.Header()[key], value)
	}
	if r.Method != http.MethodHead && w.Header().Get("Content-Length") == "" {
		w.Header().Set("Content-Length", strconv.Itoa(len(p.body)))
	}
	w.WriteHeader(cmp.Or(p.status, http.StatusOK))
	if r.Method != http.MethodHead {
		_, _ = w.Write([]byte(p.body))
	}
}

// root is a site of one page.
func root(body string, want ...string) site {
	return site{map[string]page{"GET /": {body: body}}, want}
}

func titled(title string) string {
	return "<!DOCTYPE html>\n<html><head><meta charset=\"utf-8\"><title>" + title + "</title></head><body><form><input type=password></form></body></html>"
}

// portal is a site whose front page has that title.
func portal(title, value string) site { return root(titled(title), "web.portal "+value) }

// at is a site with one page elsewhere.
func at(request string, p page, want ...string) site {
	return site{map[string]page{request: p, "GET /": {body: titled("Ward pages")}}, want}
}

// weak are servers as they are found, each with what must be matched and nothing
// beside it.
func weak() map[string]site {
	binary := "Content-Type: application/zip\nContent-Length: 48211034"
	return map[string]site{
		"Orthanc":             {map[string]page{"GET /": {status: 302, header: "Location: app/explorer.html"}, "GET /app/explorer.html": {body: titled("Orthanc Explorer")}}, []string{"web.portal PACS: Orthanc"}},
		"Orthanc, locked":     {map[string]page{"*": {status: 401, header: `Www-Authenticate: Basic realm="Orthanc Secure Area"`}}, []string{"web.portal PACS: Orthanc"}},
		"dcm4chee":            at("GET /dcm4chee-arc/ui2/", page{body: titled("DCM4CHEE Archive 5")}, "web.portal PACS: dcm4chee"),
		"Sectra":              portal("Sectra UniView", "PACS: Sectra"),
		"Agfa":                portal("XERO Viewer", "PACS: Agfa"),
		"GE":                  portal("Centricity Universal Viewer", "PACS: GE"),
		"Philips":             portal("Philips IntelliSpace PACS", "PACS: Philips"),
		"Fujifilm":            portal("Synapse Mobility", "PACS: Fujifilm"),
		"Siemens":             portal("syngo.via WebOptions", "PACS: Siemens"),
		"OHIF":                portal("OHIF Viewer", "viewer: OHIF"),
		"Weasis":              at("GET /weasis-pacs-connector/", page{body: titled("Weasis PACS connector")}, "web.portal viewer: Weasis"),
		"radiology":           portal("CRIS Radiology - Login", "RIS: by its title"),
		"laboratory":          portal("Sunquest ICE Desktop", "LIS: by its title"),
		"record":              portal("TrakCare", "EPR: by its title"),
		"Mirth":               portal("Mirth Connect Administrator", "interface engine: Mirth Connect"),
		"Rhapsody":            portal("Rhapsody Management Console", "interface engine: Rhapsody"),
		"Cloverleaf":          portal("Cloverleaf Global Monitor", "interface engine: Cloverleaf"),
		"IRIS":                at("GET /csp/sys/UtilHome.csp", page{body: titled("Login IRIS") + "<p>InterSystems IRIS Management Portal"}, "web.portal interface engine: IRIS"),
		"Outlook":             at("GET /owa/auth/logon.aspx", page{body: titled("Outlook") + `<form action="/owa/auth.owa" name="logonForm">`}, "web.portal webmail: Outlook"),
		"Roundcube":           portal("Roundcube Webmail :: Welcome to Roundcube Webmail", "webmail: by its title"),
		"listing, nginx":      root("<html>\n<head><title>Index of /</title></head>\n<body>\n<h1>Index of /</h1><hr><pre><a href=\"../\">../</a>\n<a href=\"letters/\">letters/</a></pre>", "web.exposed listing: files"),
		"listing, IIS":        root("<html><head><title>10.0.0.5 - /</title></head><body><H1>10.0.0.5 - /</H1><hr>\n\n<pre><A HREF=\"/scans/\">scans</A></pre><hr></body></html>", "web.exposed listing: files"),
		"listing, Python":     root("<!DOCTYPE HTML>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>Directory listing for /</title>\n</head>", "web.exposed listing: files"),
		"git":                 at("GET /.git/HEAD", page{body: "ref: refs/heads/main\n"}, "web.exposed repository: git"),
		"Subversion":          at("GET /.svn/entries", page{body: "12\n"}, "web.exposed repository: Subversion"),
		"backup, archive":     at("HEAD /site.zip", page{header: binary}, "web.exposed backup: archive"),
		"backup, database":    at("HEAD /dump.sql", page{header: "Content-Type: application/x-sql\nContent-Length: 9911234"}, "web.exposed backup: database"),
		"phpinfo":             at("GET /phpinfo.php", page{body: "<html><head><title>phpinfo()</title></head><body><h1>PHP Version 8.2.7</h1>"}, "web.exposed settings: PHP"),
		"CUPS":                at("GET /jobs?which_jobs=all", page{body: "<HTML><HEAD><TITLE>Jobs - CUPS 2.4.2</TITLE></HEAD><BODY><P>Showing 2 of 2 jobs.</P><TABLE><TR><TD>Ward-7</TD>"}, "web.exposed jobs: CUPS"),
		"Jupyter":             at("GET /api/contents?content=0", page{header: "Content-Type: application/json", body: `{"name": "", "path": "", "last_modified": "2026-11-01T10:00:00Z", "content": null, "format": null, "mimetype": null, "size": null, "writable": true, "type": "directory"}`}, "web.exposed command: Jupyter"),
		"Grafana":             at("GET /api/org", page{body: `{"id":1,"name":"Main Org.","address":{"address1":""}}`}, "web.exposed inside: Grafana"),
		"Kibana":              at("GET /api/status", page{header: "Kbn-Name: kibana", body: `{"name":"kibana","uuid":"5b2de169","version":{"number":"7.17.9","build_hash":"x"},"status":{"overall":{"state":"green"}}}`}, "web.exposed inside: Kibana"),
		"phpMyAdmin, open":    at("GET /phpmyadmin/", page{body: titled("localhost / localhost | phpMyAdmin 5.2.1") + `<a href="index.php?route=/server/databases">Databases</a>`}, "web.exposed inside: phpMyAdmin"),
		"phpMyAdmin":          at("GET /phpmyadmin/", page{body: titled("phpMyAdmin") + `<input type="text" name="pma_username">`}, "web.exposed console: phpMyAdmin"),
		"Tomcat manager":      at("GET /manager/html", page{status: 401, header: `Www-Authenticate: Basic realm="Tomcat Manager Application"`}, "web.exposed console: Tomcat manager"),
		"Jenkins":             {map[string]page{"GET /": {status: 403, header: "X-Jenkins: 2.426.1", body: "<html><head><meta http-equiv='refresh' content='1;url=/login?from=%2F'/></head></html>"}}, []string{"web.exposed console: Jenkins"}},
		"metrics":             at("GET /metrics", page{header: "Content-Type: text/plain; version=0.0.4", body: "# HELP go_goroutines Number of goroutines.\n# TYPE go_goroutines gauge\ngo_goroutines 42\n"}, "web.exposed status: metrics"),
		"status of Apache":    at("GET /server-status", page{body: "<html><head>\n<title>Apache Status</title>\n</head><body>\n<h1>Apache Server Status for localhost</h1>\n<dl><dt>Server Version: Apache/2.4.57</dt>"}, "web.exposed status: Apache status"),
		"status of nginx":     at("GET /nginx_status", page{header: "Content-Type: text/plain", body: "Active connections: 3 \nserver accepts handled requests\n 9 9 12 \n"}, "web.exposed status: nginx status"),
		"FHIR":                at("GET /fhir/metadata", page{header: "Content-Type: application/fhir+json", body: `{"resourceType":"CapabilityStatement","status":"active"}`}, "web.exposed interface: FHIR"),
		"as delivered, nginx": root("<!DOCTYPE html>\n<html>\n<head>\n<title>Welcome to nginx!</title>", "web.exposed default: nginx"),
		"as delivered, Apache": root("<html xmlns=\"http://www.w3.org/1999/xhtml\">\n<head><title>Apache2 Debian Default Page: It works</title>",
			"web.exposed default: Apache"),
		"as delivered, IIS":    root("<html><head>\n<title>IIS Windows Server</title>", "web.exposed default: IIS"),
		"as delivered, Tomcat": root("<html lang=\"en\">\n<head><title>Apache Tomcat/9.0.70</title>", "web.exposed default: Tomcat"),
		"printer, HP":          root(titled("HP LaserJet MFP M528"), "web.exposed device: HP printer"),
		"printer, Kyocera":     root("<html><head><title></title></head><frameset><frame src=\"/startwlm/Start_Wlm.htm\">", "web.exposed device: Kyocera printer"),
		"printer, Ricoh": {map[string]page{"GET /": {status: 302, header: "Location: /web/guest/en/websys/webArch/mainFrame.cgi"}, "GET /web/guest/en/websys/webArch/mainFrame.cgi": {body: titled("Web Image Monitor")}},
			[]string{"web.exposed device: Ricoh printer"}},
		"printer, Xerox": root(titled("XEROX WORKCENTRE - Home"), "web.exposed device: Xerox printer"),
		"printer, Canon": root(titled("Remote UI: Portal: iR-ADV C5535"), "web.exposed device: Canon printer"),
	}
}

// hardened are servers of which nothing may be said, though some look like it.
func hardened() map[string]site {
	html := "Content-Type: text/html"
	everything := titled("Menu of the day") + "<p>" + strings.Repeat("phpMyAdmin Index of / ref: refs/heads/main # HELP x Active connections: 3 CapabilityStatement ", 40)
	return map[string]site{
		"a page of its own":            root(titled("Ward pages")),
		"nothing at all":               {nil, nil},
		"asks everybody":               {map[string]page{"*": {status: 401, header: `Www-Authenticate: Basic realm="Trust"`}}, nil},
		"redirects to TLS":             {map[string]page{"*": {status: 301, header: "Location: https://127.0.0.1:1/"}}, nil},
		"redirects elsewhere":          {map[string]page{"*": {status: 302, header: "Location: http://192.0.2.7/"}}, nil},
		"redirects without end":        {map[string]page{"*": {status: 302, header: "Location: /again"}}, nil},
		"one page for everything":      {map[string]page{"*": {header: html, body: everything}}, nil},
		"its page for every file":      {map[string]page{"*": {header: html + "\nContent-Length: 5000", body: strings.Repeat(" ", 5000)}}, nil},
		"speaks of products":           root(titled("News: the new PACS") + "<p>Orthanc Explorer, Mirth Connect and phpMyAdmin are no longer in use. <title-like>Web Image Monitor"),
		"an empty backup":              at("HEAD /backup.zip", page{header: "Content-Type: application/zip\nContent-Length: 22"}),
		"a synapse of another kind":    root(titled("Synapse training for staff")),
		"a vision of another kind":     root(titled("Enterprise Imaginations")),
		"nginx's page of errors":       {map[string]page{"*": {status: 403, header: html, body: "<html><head><title>403 Forbidden</title></head><body><center><h1>403 Forbidden</h1></center><hr><center>nginx</center></body></html>"}}, nil},
		"Grafana, locked":              at("GET /api/org", page{status: 401, header: "Content-Type: application/json", body: `{"message":"Unauthorized"}`}),
		"Kibana, locked":               at("GET /api/status", page{header: "Kbn-Name: kibana", body: `{"status":{"overall":{"level":"available"}}}`}),
		"Jupyter, locked":              at("GET /api/contents?content=0", page{status: 403, header: "Content-Type: application/json", body: `{"message": "Forbidden", "reason": null}`}),
		"CUPS, without jobs":           at("GET /jobs?which_jobs=all", page{body: "<HTML><HEAD><TITLE>Jobs - CUPS 2.4.2</TITLE></HEAD><BODY><P>No jobs.</P>"}),
		"status for this machine only": {map[string]page{"GET /": {body: titled("Ward pages")}, "GET /server-status": {status: 403}, "GET /nginx_status": {status: 403}, "GET /metrics": {status: 401}}, nil},
	}
}
