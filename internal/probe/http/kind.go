package http

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"trustaudit/internal/audit"
	"trustaudit/internal/converse"
)

// kind is a service that is known by what it shows to everyone.
type kind struct {
	name  string
	marks []mark // any of them shows it
	path  string // of one further question, if the first answers do not tell whom it lets in
	proof string // what an answer to that question holds if it is of this kind, in small letters
	// access is what it means that the question is answered to those who did not
	// log in; empty where that tells nothing.
	access string
	told   string // what it then tells, in words
	untold string // why it cannot be told whom it lets in
	drawn  bool   // it asks for a password in a page that a script draws
	use    use
}

// mark is a sign in an answer: in a header, or in the body. Marks are in small
// letters; an empty one fits whatever is there. In place of a header, whole stands for
// a body that is the mark and no more.
type mark struct{ header, holds string }

const whole = "*"

// use is what a kind of service is for, where that bears on how it is judged.
type use int

const (
	pages    use = iota
	data         // it holds or passes on data
	printing     // it takes print jobs
	proxy        // it passes on what others encrypt
	control      // Windows' remote management, which encrypts messages by itself
)

const fhirServer = "FHIR server"

// kinds are tried in order.
func kinds() []kind {
	return []kind{
		{name: "Elasticsearch", marks: []mark{{"", `"you know, for search"`}, {"X-Elastic-Product", ""}, {"Www-Authenticate", `realm="security" charset="utf-8"`}},
			proof: "cluster_name", access: "anyone", told: "it tells its cluster without a log-in", use: data},
		{name: "OpenSearch", marks: []mark{{"", "the opensearch project"}, {"Www-Authenticate", "opensearch security"}},
			proof: "cluster_name", access: "anyone", told: "it tells its cluster without a log-in", use: data},
		{name: "Kibana", marks: []mark{{"Kbn-Name", ""}}, drawn: true, use: data},
		{name: "CouchDB", marks: []mark{{"", `"couchdb":"welcome"`}, {"Server", "couchdb"}},
			path: "/_all_dbs", proof: "[", access: "anyone-reads", told: "it lists its databases without a log-in", use: data},
		{name: "Docker", marks: []mark{{"Server", "docker/"}},
			path: "/version", proof: "apiversion", access: "anyone", told: "whoever reaches it controls the machine", use: data},
		{name: "Kubernetes", marks: []mark{{"", `system:anonymous`}, {"", `"/apis/apps"`}},
			proof: "/api", access: "anyone-lists", told: "it lists what it serves without a log-in", use: data},
		{name: "InfluxDB", marks: []mark{{"X-Influxdb-Version", ""}},
			path: "/query?q=SHOW+DATABASES", proof: "results", access: "anyone-reads", told: "it lists its databases without a log-in", use: data},
		{name: "ClickHouse", marks: []mark{{whole, "ok.\n"}},
			path: "/?query=SHOW+DATABASES", proof: "system", access: "anyone-reads", told: "it lists its databases without a log-in", use: data},
		{name: "Consul", marks: []mark{{"", "<title>consul"}, {"", "consul agent"}},
			path: "/v1/catalog/services", proof: `"consul"`, access: "anyone-lists", told: "it lists its services without a log-in", use: data},
		{name: "VictoriaMetrics", marks: []mark{{"", "victoriametrics</h2>"}}, proof: "victoriametrics", access: "anyone-lists", told: "its pages need no log-in"},
		{name: "Alertmanager", marks: []mark{{"", "<title>alertmanager"}}, proof: "alertmanager", access: "anyone-lists", told: "its pages need no log-in"},
		{name: "NATS monitor", marks: []mark{{"", "//nats.io/"}}, proof: "varz", access: "anyone-lists", told: "it tells its connections without a log-in"},
		{name: "Shell In A Box", marks: []mark{{"", "shellinabox"}, {"", "shell_in_a_box"}}, drawn: true, use: data},
		{name: "Prometheus", marks: []mark{{"", "<title>prometheus"}}, proof: "prometheus", access: "anyone-lists", told: "its pages need no log-in"},
		{name: "RabbitMQ management", marks: []mark{{"", "<title>rabbitmq management"}}, drawn: true, use: data},
		{name: "Solr", marks: []mark{{"", "solr admin"}},
			path: "/solr/admin/info/system?wt=json", proof: "lucene", access: "anyone", told: "its administration needs no log-in", use: data},
		{name: "Jenkins", marks: []mark{{"X-Jenkins", ""}}, proof: "jenkins", access: "anyone-reads", told: "its pages need no log-in", use: data},
		{name: "Grafana", marks: []mark{{"", "<title>grafana"}}, drawn: true, use: data},
		{name: "Orthanc", marks: []mark{{"Www-Authenticate", "orthanc"}, {"", "orthanc explorer"}, {"Location", "app/explorer.html"}},
			path: "/system", proof: "dicomaet", access: "anyone", told: "its images need no log-in", use: data},
		{name: "dcm4chee", marks: []mark{{"", "dcm4chee"}, {"Location", "dcm4chee"}},
			path: "/dcm4chee-arc/aets", proof: "dicomaetitle", access: "anyone", told: "its archive answers without a log-in", use: data},
		{name: "Mirth Connect", marks: []mark{{"", "mirth connect"}, {"", "nextgen connect"}}},
		{name: "Rhapsody", marks: []mark{{"", "rhapsody integration"}, {"", "rhapsody web"}, {"", "<title>rhapsody"}}, drawn: true, use: data},
		{name: "InterSystems IRIS", marks: []mark{{"", "/csp/"}, {"Location", "/csp/"}, {"Csp-Session", ""}},
			path: "/csp/sys/UtilHome.csp", proof: "intersystems", use: data},
		{name: fhirServer, marks: []mark{{"Content-Type", "fhir+"}, {"", "hapi fhir"}, {"", `"operationoutcome"`}, {"", "<operationoutcome"}, {"", "/fhir"}},
			path: "/metadata", proof: "capabilitystatement", use: data},
		{name: "WinRM", marks: []mark{{"Server", "microsoft-httpapi"}}, use: control},
		{name: "CUPS", marks: []mark{{"Server", "cups/"}, {"Server", "ipp/"}}, use: printing},
		{name: "web proxy", marks: []mark{{"Server", "tinyproxy"}, {"Server", "squid"}, {"X-Squid-Error", ""}, {"Proxy-Authenticate", ""}, {"Via", "squid"}}, use: proxy},
		// What Go's own library says of a page that is not there.
		{name: "etcd", marks: []mark{{"", "404 page not found"}}, path: "/version", proof: "etcdserver",
			untold: "whether etcd asks who one is shows only by reading a key, which is not done", use: data},
	}
}

// fits says whether an answer bears the mark.
func (m mark) fits(a answer) bool {
	switch m.header {
	case "":
		return strings.Contains(strings.ToLower(a.body), m.holds)
	case whole:
		return strings.ToLower(a.body) == m.holds
	}
	values, there := a.header[m.header]
	return there && strings.Contains(strings.ToLower(strings.Join(values, "\n")), m.holds)
}

// winRM are the ports of Windows' remote management: elsewhere its library serves
// other things.
func winRM(port string) bool { return port == "5985" || port == "5986" }

// suggests says whether one of the answers bears a mark of the kind.
func (k kind) suggests(answers []answer, port string) bool {
	if k.use == control && !winRM(port) {
		return false
	}
	return slices.ContainsFunc(k.marks, func(m mark) bool { return slices.ContainsFunc(answers, m.fits) })
}

// kind finds out which service it is, if it is a known one, and whom it lets in.
func (v *visit) kind(ctx context.Context) kind {
	for _, k := range kinds() {
		if !k.suggests(v.answers, v.Port) && !(k.fhir() && v.declaredFHIR()) {
			continue
		}
		tells, err := v.further(ctx, k)
		if err != nil && k.access != "" {
			v.Seen.Lacks(access, converse.Why(ctx, err))
		}
		if err == nil && !v.tells(k, tells) {
			continue
		}
		v.name(k, tells)
		if k.fhir() && err == nil && tells.status == 200 && v.Named(testFHIR, access) {
			v.count(ctx, tells)
		}
		return k
	}
	return kind{}
}

// testFHIR is the named test of a question for how many patients there are.
const (
	testFHIR = "fhir-count"
	sayCount = "GET /Patient?_summary=count"
)

// count tells by a question for a number, beside the statement of what the server can
// do, whom a FHIR server lets in. The number is not kept.
func (v *visit) count(ctx context.Context, statement answer) {
	path := strings.TrimSuffix(statement.path, "/metadata") + "/Patient?_summary=count"
	a, err := v.ask(ctx, sayCount, "GET", path)
	switch {
	case err != nil:
		v.Seen.Lacks(access, converse.Why(ctx, err))
	case a.status == 401, a.status == 403:
		v.answers = append(v.answers, a) // it says what it asks for
		v.Seen.Has(access, "login", "")
	case a.status == 200 && strings.Contains(a.body, "Bundle"):
		v.Seen.Has(access, "anyone-reads", "it counts its patients for those who did not log in")
	default:
		v.Seen.Lacks(access, fmt.Sprintf("it answers a question for the number of its patients with status %d", a.status))
	}
}

// declaredFHIR says whether the engagement calls the port one of FHIR.
func (v *visit) declaredFHIR() bool {
	return slices.ContainsFunc(v.Scope.Ports, func(p audit.Port) bool { return p.Service == "fhir" && fmt.Sprint(p.Number) == v.Port })
}

// further is the answer that tells whom a kind lets in.
func (v *visit) further(ctx context.Context, k kind) (answer, error) {
	if k.path == "" {
		return v.landed, nil
	}
	path := k.path
	if k.fhir() && !v.declaredFHIR() {
		path = v.below() + path
	}
	a, err := v.ask(ctx, "GET "+k.path, "GET", path)
	if err == nil {
		v.answers = append(v.answers, a)
	}
	return a, err
}

// below is where a page says that its FHIR interface begins.
func (v *visit) below() string {
	for _, a := range v.answers {
		if m := fhirBase.FindStringSubmatch(a.body); m != nil {
			return m[1]
		}
	}
	return ""
}

var fhirBase = regexp.MustCompile(`(?:["'])((?:/[A-Za-z0-9_-]{1,30}){0,3}/fhir(?:/[A-Za-z0-9_-]{1,10})?)/?["']`)

// tells keeps whom the kind lets in, by its answer; it is false where the answer
// shows that it is another kind of service after all.
func (v *visit) tells(k kind, a answer) bool {
	shows := a.status == 200 && strings.Contains(strings.ToLower(a.body), k.proof)
	if k.access == "" {
		if shows && k.untold != "" {
			v.Seen.Lacks(access, k.untold)
		}
		return shows || k.path == "" || k.fhir() && v.declaredFHIR()
	}
	switch {
	case shows:
		v.Seen.Has(access, k.access, k.told)
	case a.status == 401, a.status == 403, strings.Contains(strings.ToLower(a.header.Get("Location")), "login"):
		v.Seen.Has(access, "login", "")
	default:
		v.Seen.Lacks(access, fmt.Sprintf("%s answers with status %d to those who did not log in", k.name, a.status))
	}
	return true
}

// fhir says whether it is the kind that an engagement may declare.
func (k kind) fhir() bool { return k.name == fhirServer }

// versions are how kinds state theirs.
var versions = regexp.MustCompile(`(?i)"(?:number|version|etcdserver|rabbitmq_version)" ?: ?"([0-9][0-9A-Za-z.+-]{0,20})"`)

// name adds the kind to the product, with its version where it tells that.
func (v *visit) name(k kind, tells answer) {
	name := k.name
	if m := versions.FindStringSubmatch(tells.body); m != nil && tells.status == 200 {
		name += " " + converse.Clean([]byte(m[1]))
	}
	if v.Seen.Product != "" {
		name += ", " + v.Seen.Product
	}
	v.Seen.Product = name
}
