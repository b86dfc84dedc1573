package tls_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	cryptotls "crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/binary"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"trustaudit/internal/audit"
	"trustaudit/internal/probe/tls"
	"trustaudit/internal/probe/tls/fact"
	"trustaudit/internal/probetest"

	discover "trustaudit/internal/probe/discover/fact"
)

// look runs the probe against an address and returns its one fact.
func look(t *testing.T, address string) (fact.TLS, *probetest.Record) {
	t.Helper()
	r := probetest.NewRecord(probetest.Loopback())
	unit := audit.Unit{Target: audit.Target("tcp://" + address)}
	if err := tls.Probe.Observe(t.Context(), r.Session(unit, audit.Scope{})); err != nil {
		t.Fatal(err)
	}
	probetest.Check(t, tls.Probe, r)
	if len(r.Facts) > 2 {
		t.Fatalf("%d facts: %s", len(r.Facts), r.Text())
	}
	return r.Facts[0].(fact.TLS), r
}

// accepted maps versions to whether they were accepted, or to the reason why
// that could not be told.
func accepted(f fact.TLS) map[string]string {
	out := map[string]string{}
	for _, v := range f.Versions {
		out[v.Name] = v.Reason
		if v.Reason == "" {
			out[v.Name] = strconv.FormatBool(v.Accepted)
		}
	}
	return out
}

func versions(ssl3, v10, v11, v12, v13 bool) map[string]string {
	return map[string]string{
		"SSLv2": "false", "SSLv3": strconv.FormatBool(ssl3), "TLS 1.0": strconv.FormatBool(v10), "TLS 1.1": strconv.FormatBool(v11),
		"TLS 1.2": strconv.FormatBool(v12), "TLS 1.3": strconv.FormatBool(v13),
	}
}

// chain is a server's certificate, its issuer's, and the key, as files too.
type chain struct {
	cryptotls.Certificate
	certFile, keyFile string
}

func newChain(t *testing.T, leaf any, selfSigned bool) chain {
	t.Helper()
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	template := func(name string, serial int64) *x509.Certificate {
		return &x509.Certificate{
			SerialNumber: big.NewInt(serial), Subject: pkix.Name{CommonName: name},
			NotBefore: now, NotAfter: now.AddDate(10, 0, 0), BasicConstraintsValid: true,
		}
	}
	caKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	ca := template("Test CA", 1)
	ca.IsCA = true
	server := template("server.example", 2)
	server.DNSNames, server.IPAddresses = []string{"server.example"}, []net.IP{net.IPv4(127, 0, 0, 1)}
	public := leaf.(interface{ Public() crypto.PublicKey }).Public()
	issuer, signer := ca, any(caKey)
	if selfSigned {
		issuer, signer = server, leaf
	}
	der, err := x509.CreateCertificate(rand.Reader, server, issuer, public, signer)
	if err != nil {
		t.Fatal(err)
	}
	out := chain{Certificate: cryptotls.Certificate{Certificate: [][]byte{der}, PrivateKey: leaf}}
	if !selfSigned {
		caDER, err := x509.CreateCertificate(rand.Reader, ca, ca, &caKey.PublicKey, caKey)
		if err != nil {
			t.Fatal(err)
		}
		out.Certificate.Certificate = append(out.Certificate.Certificate, caDER)
	}
	out.write(t)
	return out
}

func (c *chain) write(t *testing.T) {
	t.Helper()
	dir := t.TempDir()
	c.certFile, c.keyFile = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	var certs []byte
	for _, der := range c.Certificate.Certificate {
		certs = append(certs, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})...)
	}
	key, err := x509.MarshalPKCS8PrivateKey(c.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string][]byte{
		c.certFile: certs,
		c.keyFile:  pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key}),
	} {
		if err := os.WriteFile(name, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func rsaKey(t *testing.T, bits int) *rsa.PrivateKey {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, bits)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func p256(t *testing.T) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// openssl starts s_server with the arguments.
func openssl(t *testing.T, c chain, arguments ...string) string {
	t.Helper()
	program := probetest.Need(t, "openssl")
	port := probetest.FreePort(t)
	arguments = append([]string{
		"s_server", "-accept", fmt.Sprintf("127.0.0.1:%d", port), "-cert", c.certFile, "-cert_chain", c.certFile,
		"-key", c.keyFile, "-quiet",
	}, arguments...)
	return probetest.Start(t, port, exec.Command(program, arguments...))
}

func TestOpenSSL(t *testing.T) {
	rsa2048 := newChain(t, rsaKey(t, 2048), false)
	ca := filepath.Join(filepath.Dir(rsa2048.certFile), "cert.pem")
	for _, c := range []struct {
		name      string
		chain     chain
		arguments []string
		want      map[string]string
		client    string
	}{
		{"TLS 1.0 to 1.2 with weak suites", rsa2048, []string{"-cipher", "ALL:COMPLEMENTOFALL:@SECLEVEL=0", "-no_tls1_3"},
			versions(false, true, true, true, false), "not asked"},
		{"TLS 1.0 only", rsa2048, []string{"-cipher", "ALL:@SECLEVEL=0", "-tls1"},
			versions(false, true, false, false, false), "not asked"},
		{"only suites without encryption", rsa2048, []string{"-cipher", "NULL:@SECLEVEL=0", "-tls1_2"},
			versions(false, false, false, true, false), "not asked"},
		{"as configured today", rsa2048, nil, versions(false, false, false, true, true), "not asked"},
		{"TLS 1.3 only", rsa2048, []string{"-tls1_3"}, versions(false, false, false, false, true), "not asked"},
		{"asking for a certificate", rsa2048, []string{"-Verify", "1", "-CAfile", ca},
			versions(false, false, false, true, true), "asked"},
		{"asking for one over TLS 1.3", rsa2048, []string{"-tls1_3", "-Verify", "1", "-CAfile", ca},
			versions(false, false, false, false, true), "asked"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, _ := look(t, openssl(t, c.chain, c.arguments...))
			if diff := cmp.Diff(c.want, accepted(got)); diff != "" {
				t.Errorf("versions (-want +got):\n%s", diff)
			}
			if !got.Spoken || got.Reason != "" || got.ClientCertificate != c.client {
				t.Errorf("spoken %v, reason %q, client certificate %q", got.Spoken, got.Reason, got.ClientCertificate)
			}
			if len(got.Chain) == 0 || got.Chain[0].Subject != "CN=server.example" || got.Chain[0].SelfSigned {
				t.Errorf("chain %+v", got.Chain)
			}
		})
	}
}

// TestAnonymousSuite is of a server that shows no certificate at all.
func TestAnonymousSuite(t *testing.T) {
	program := probetest.Need(t, "openssl")
	port := probetest.FreePort(t)
	address := probetest.Start(t, port, exec.Command(program, "s_server", "-accept", fmt.Sprintf("127.0.0.1:%d", port),
		"-nocert", "-cipher", "aNULL:@SECLEVEL=0", "-no_tls1_3", "-quiet"))
	got, _ := look(t, address)
	if diff := cmp.Diff(versions(false, true, true, true, false), accepted(got)); diff != "" {
		t.Errorf("versions (-want +got):\n%s", diff)
	}
	if got.Reason == "" || len(got.Chain) != 0 {
		t.Errorf("reason %q, chain %+v", got.Reason, got.Chain)
	}
}

// TestAnonymousSuiteFirst is of a server that would rather show none, and has one.
func TestAnonymousSuiteFirst(t *testing.T) {
	address := openssl(t, newChain(t, rsaKey(t, 2048), false), "-cipher", "AECDH-AES128-SHA:AES128-SHA:@SECLEVEL=0", "-serverpref", "-no_tls1_3")
	got, _ := look(t, address)
	if got.Reason != "" || len(got.Chain) == 0 || got.Chain[0].Subject != "CN=server.example" {
		t.Errorf("reason %q, chain %+v", got.Reason, got.Chain)
	}
}

func TestNginx(t *testing.T) {
	program := probetest.Need(t, "nginx")
	c := newChain(t, rsaKey(t, 2048), true)
	dir, port := t.TempDir(), probetest.FreePort(t)
	config := fmt.Sprintf(`daemon off; master_process off; pid %[1]s/pid; error_log %[1]s/error.log;
events {}
http { access_log off; client_body_temp_path %[1]s/a; proxy_temp_path %[1]s/b; fastcgi_temp_path %[1]s/c; uwsgi_temp_path %[1]s/d; scgi_temp_path %[1]s/e;
server { listen 127.0.0.1:%[2]d ssl; ssl_certificate %[3]s; ssl_certificate_key %[4]s; ssl_protocols TLSv1.2 TLSv1.3; return 204; } }
`, dir, port, c.certFile, c.keyFile)
	file := filepath.Join(dir, "nginx.conf")
	if err := os.WriteFile(file, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	got, _ := look(t, probetest.Start(t, port, exec.Command(program, "-c", file, "-p", dir, "-e", filepath.Join(dir, "error.log"))))
	if diff := cmp.Diff(versions(false, false, false, true, true), accepted(got)); diff != "" {
		t.Errorf("versions (-want +got):\n%s", diff)
	}
	if len(got.Chain) != 1 || !got.Chain[0].SelfSigned || got.Chain[0].KeyBits != 2048 {
		t.Errorf("chain %+v", got.Chain)
	}
}

// goServer serves with crypto/tls and says what it was asked.
func goServer(t *testing.T, config *cryptotls.Config) string {
	t.Helper()
	l, err := cryptotls.Listen("tcp", "127.0.0.1:0", config)
	if err != nil {
		t.Fatal(err)
	}
	return serve(t, l, func(conn net.Conn) { _, _ = io.Copy(io.Discard, conn) })
}

// serve serves until the test ends, and waits for what it serves.
func serve(t *testing.T, l net.Listener, service func(net.Conn)) string {
	t.Helper()
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			service(conn)
			conn.Close()
		}
	}()
	t.Cleanup(func() {
		l.Close()
		<-done
	})
	return l.Addr().String()
}

func TestCryptoTLS(t *testing.T) {
	c := newChain(t, p256(t), false)
	address := goServer(t, &cryptotls.Config{
		Certificates: []cryptotls.Certificate{c.Certificate}, MinVersion: cryptotls.VersionTLS12,
	})
	got, record := look(t, address)
	want := fact.TLS{
		Endpoint: address, Spoken: true, ClientCertificate: "not asked",
		Versions: []fact.Version{
			{Name: "SSLv2"}, {Name: "SSLv3"}, {Name: "TLS 1.0"}, {Name: "TLS 1.1"},
			{Name: "TLS 1.2", Accepted: true, Suite: "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
				Suites: []string{"TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA"}},
			{Name: "TLS 1.3", Accepted: true, Suite: "TLS_AES_128_GCM_SHA256", Suites: []string{"TLS_AES_128_GCM_SHA256"}},
		},
		Groups: []string{"x25519", "X25519MLKEM768"}, Renegotiation: "secure", MasterSecret: true, Order: "server",
		Trust: "private", Named: "right",
		Chain: got.Chain,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if len(got.Chain) != 2 {
		t.Fatalf("%d certificates", len(got.Chain))
	}
	leaf := got.Chain[0]
	leaf.SHA256 = ""
	if diff := cmp.Diff(fact.Certificate{
		Subject: "CN=server.example", Issuer: "CN=Test CA", Names: []string{"server.example", "127.0.0.1"},
		NotBefore: "2026-01-01T00:00:00Z", NotAfter: "2036-01-01T00:00:00Z",
		Key: "ECDSA", KeyBits: 256, Signature: "ECDSA-SHA256",
	}, leaf); diff != "" {
		t.Errorf("leaf (-want +got):\n%s", diff)
	}
	if !got.Chain[1].SelfSigned {
		t.Error("the authority's own certificate is self-signed")
	}
	if n := len(record.Contacts); n != 12 {
		t.Errorf("%d connections: one for each version, each kind of suite that is accepted and each question of groups and order are enough", n)
	}
}

// TestHybridAlone sees that the certificate of a server is told which agrees on keys
// by nothing but hybrids with ML-KEM.
func TestHybridAlone(t *testing.T) {
	c := newChain(t, p256(t), false)
	for _, curve := range []cryptotls.CurveID{cryptotls.X25519MLKEM768, cryptotls.SecP256r1MLKEM768, cryptotls.SecP384r1MLKEM1024} {
		got, _ := look(t, goServer(t, &cryptotls.Config{Certificates: []cryptotls.Certificate{c.Certificate}, CurvePreferences: []cryptotls.CurveID{curve}}))
		if diff := cmp.Diff([]string{curve.String()}, got.Groups); diff != "" || len(got.Chain) != 2 || got.Reason != "" {
			t.Errorf("%d certificates, %q; groups (-want +got):\n%s", len(got.Chain), got.Reason, diff)
		}
	}
}

// TestDoc sees that all that the doc lists is sent, to one server or another.
func TestDoc(t *testing.T) {
	c := newChain(t, p256(t), false)
	_, record := look(t, goServer(t, &cryptotls.Config{
		Certificates: []cryptotls.Certificate{c.Certificate}, MinVersion: cryptotls.VersionTLS13,
	}))
	probetest.Documented(t, tls.Probe, record)
}

func TestNotTLS(t *testing.T) {
	listen := func() net.Listener {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		return l
	}
	for _, c := range []struct {
		name    string
		service func(net.Conn)
		reason  string
		most    int // connections
	}{
		{"HTTP", func(conn net.Conn) {
			_, _ = conn.Read(make([]byte, 100))
			_, _ = conn.Write([]byte("HTTP/1.1 400 Bad Request\r\n\r\n"))
		}, "", 1},
		{"hangs up", func(net.Conn) {}, "", 5},
		{"silent", func(conn net.Conn) { _, _ = io.Copy(io.Discard, conn) }, tls.NoAnswer, 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, record := look(t, serve(t, listen(), c.service))
			if got.Spoken || got.Reason != c.reason || got.Versions != nil {
				t.Errorf("got %+v", got)
			}
			if n := len(record.Contacts); n > c.most {
				t.Errorf("%d connections, at most %d are called for", n, c.most)
			}
		})
	}
}

// fake answers every ClientHello for the version with the messages, and hangs
// up at any other.
func fake(t *testing.T, version uint16, messages []byte) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return serve(t, l, func(conn net.Conn) {
		hello := make([]byte, 11)
		if _, err := io.ReadFull(conn, hello); err != nil || binary.BigEndian.Uint16(hello[9:]) != version {
			return
		}
		record := binary.BigEndian.AppendUint16([]byte{22, 3, hello[2]}, uint16(len(messages)))
		_, _ = conn.Write(append(record, messages...))
		_, _ = io.Copy(io.Discard, conn)
	})
}

func serverHello(version uint16) []byte {
	hello := binary.BigEndian.AppendUint16([]byte{2, 0, 0, 38}, version)
	return append(append(hello, make([]byte, 33)...), 0, 5, 0)
}

// TestSSLv3 is of a server such as no package of today serves.
func TestSSLv3(t *testing.T) {
	got, _ := look(t, fake(t, 0x0300, append(serverHello(0x0300), 14, 0, 0, 0)))
	if diff := cmp.Diff(versions(true, false, false, false, false), accepted(got)); diff != "" {
		t.Errorf("versions (-want +got):\n%s", diff)
	}
	if got.Versions[1].Suite != "TLS_RSA_WITH_RC4_128_SHA" {
		t.Errorf("suite %s", got.Versions[1].Suite)
	}
}

// TestHugeChain sees that the reason is told, and the version nevertheless.
func TestHugeChain(t *testing.T) {
	got, _ := look(t, fake(t, 0x0303, append(serverHello(0x0303), 11, 0xa0, 0, 0)))
	const want = "certificate: the certificate chain of 10.0 MiB is longer than the 256 KiB that are read"
	if !got.Spoken || got.Reason != want || !got.Versions[4].Accepted {
		t.Errorf("got %+v", got)
	}
}

func TestPlan(t *testing.T) {
	for _, c := range []struct {
		name string
		fact audit.Fact
		want bool
	}{
		{"silent", discover.Endpoint{Address: "10.0.0.5:9100", Silent: true}, false},
		{"answered an offer", discover.Endpoint{Address: "10.0.0.5:443", Service: "tls", Silent: true}, true},
		{"answered one on IPv6", discover.Endpoint{Address: "[fd00::5]:443", Service: "tls", Silent: true}, true},
		{"speaks first", discover.Endpoint{Address: "10.0.0.5:22", Service: "ssh"}, false},
		{"declared and speaks first", discover.Endpoint{Address: "10.0.0.5:443", Declared: "https"}, true},
		{"declared as MLLP", discover.Endpoint{Address: "10.0.0.5:6661", Service: "tls", Declared: "mllp", Silent: true}, false},
		{"on MLLP's port", discover.Endpoint{Address: "10.0.0.5:2575", Service: "tls", Silent: true}, false},
		{"on MLLP's port, declared as another", discover.Endpoint{Address: "10.0.0.5:2575", Service: "tls", Declared: "https", Silent: true}, false},
		{"another fact", discover.Host{Address: "10.0.0.5"}, false},
	} {
		looks := tls.Probe.Plan("net:10.0.0.5", c.fact)
		if got := len(looks) == 1; got != c.want {
			t.Errorf("%s: planned %v", c.name, looks)
		}
		if e, ok := c.fact.(discover.Endpoint); ok && len(looks) == 1 && looks[0].Target.Endpoint() != e.Address {
			t.Errorf("%s: planned %v", c.name, looks)
		}
	}
}
