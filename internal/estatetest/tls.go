package estatetest

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"os/exec"
	"strings"
)

// tlsServers speak TLS from their first byte, well and badly.
func tlsServers() []Server {
	const (
		version, suites, exchange = "CHANNEL-TLS-VERSION", "CHANNEL-TLS-SUITE", "CHANNEL-TLS-KEY-EXCHANGE"
		settings, certificate     = "CHANNEL-TLS-SETTINGS", "CHANNEL-TLS-CERTIFICATE"
		hardened                  = "ssl_protocols TLSv1.2 TLSv1.3; ssl_ciphers ECDHE+AESGCM:ECDHE+CHACHA20;"
	)
	return []Server{
		nginxServer("nginx, hardened", 20443, Good, hardened),
		nginxServer("nginx, as packaged", 20446, GoodRSA, ""),
		nginxServer("nginx, TLS 1.3 alone", 20448, Good, "ssl_protocols TLSv1.3;"),
		nginxServer("nginx, certificates of callers", 20450, Good, hardened+" ssl_client_certificate CA; ssl_verify_client on;"),
		nginxServer("nginx, callers by name alone", 20451, Good, "ssl_reject_handshake on;"),
		nginxServer("nginx, expired", 20452, Expired, hardened, Find{certificate, "tls.certificate.validity expired"}),
		nginxServer("nginx, self-signed", 20453, SelfSigned, hardened, Find{certificate, "tls.certificate.trust self-signed"}),
		nginxServer("nginx, certificate of another address", 20454, elsewhere, hardened, Find{certificate, "tls.certificate.name wrong"}),
		{
			Name: "apache, hardened", Service: "tls", Port: 20455, Programs: []string{"apache2"}, Start: apache,
		},
		{
			Name: "openssl, a key for RSA-PSS alone", Service: "tls", Port: 20459, Programs: []string{"openssl"}, Start: pssOpenSSL,
		},
		{
			Name: "openssl, weak in every way", Service: "tls", Port: 20444, Programs: []string{"openssl", "env"},
			Finds: []Find{
				{version, "tls.version TLS 1.0"},
				{version, "tls.version TLS 1.1"},
				{suites, "tls.suite no encryption"},
				{suites, "tls.suite anonymous"},
				{exchange, "tls.finite_field 1024"},
				{certificate, "tls.certificate.key 1024"},
				{certificate, "tls.certificate.signature ECDSA-SHA1"},
			},
			Start: weakOpenSSL,
		},
		{
			Name: "TLS of ten years ago", Service: "tls", Port: 20456,
			Finds: []Find{
				{version, "tls.version TLS 1.0"},
				{version, "tls.version TLS 1.1"},
				{suites, "tls.suite RC4"},
				{suites, "tls.suite 3DES"},
				{exchange, "tls.forward_secrecy never"},
			},
			Start: oldGo,
		},
		{
			Name: "TLS of an old appliance", Service: "tls", Port: 20457,
			Finds: []Find{
				{version, "tls.version SSLv2"},
				{version, "tls.version SSLv3"},
				{version, "tls.version TLS 1.0"},
				{suites, "tls.suite export"},
				{suites, "tls.suite DES"},
				{suites, "tls.suite RC4"},
				{suites, "tls.suite IDEA"},
				{exchange, "tls.finite_field 512"},
				{exchange, "tls.forward_secrecy never"},
				{settings, "tls.compression yes"},
				{settings, "tls.renegotiation missing"},
			},
			Start: appliance,
		},
	}
}

// elsewhere is a certificate for an address at which nobody listens.
const elsewhere = "elsewhere"

// pair is a certificate of the estate, or one made for the place.
func pair(p Place, name string) (Pair, error) {
	if name != elsewhere {
		return p.Keys.Pair(name), nil
	}
	authority := p.Keys.Pair("ca")
	ca, err := tls.LoadX509KeyPair(authority.Cert, authority.Key)
	if err != nil {
		return Pair{}, fmt.Errorf("load authority: %w", err)
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return Pair{}, fmt.Errorf("make key: %w", err)
	}
	t := template("elsewhere.synthetic.example")
	t.IPAddresses = []net.IP{net.IPv4(192, 0, 2, 7)}
	own := Keys{p.Dir}
	return own.Pair(elsewhere), own.write(elsewhere, t, ca.Leaf, key, ca.PrivateKey.(crypto.Signer))
}

func nginxServer(name string, port int, keys, settings string, finds ...Find) Server {
	return Server{
		Name: name, Service: "tls", Port: port, Programs: []string{"nginx"}, Finds: finds,
		Start: func(ctx context.Context, p Place) (*Running, error) { return nginx(ctx, p, keys, settings) },
	}
}

func nginx(ctx context.Context, p Place, keys, settings string) (*Running, error) {
	own, err := pair(p, keys)
	if err != nil {
		return nil, err
	}
	settings = strings.ReplaceAll(settings, "CA;", p.Keys.CA()+";")
	config, err := p.File("nginx.conf", fmt.Sprintf(`daemon off; master_process off; pid %[1]s/pid; error_log %[1]s/error.log;
events {}
http { access_log %[1]s/access.log; client_body_temp_path %[1]s/a; proxy_temp_path %[1]s/b; fastcgi_temp_path %[1]s/c; uwsgi_temp_path %[1]s/d; scgi_temp_path %[1]s/e;
server { listen %[2]s ssl; ssl_certificate %[3]s; ssl_certificate_key %[4]s; %[5]s return 204; } }
`, p.Dir, p.Address(), own.Cert, own.Key, settings))
	if err != nil {
		return nil, err
	}
	r, err := Exec(ctx, p, "nginx", "-c", config, "-p", p.Dir, "-e", p.Dir+"/error.log")
	if err != nil {
		return nil, err
	}
	r.LogsTo(p.Dir + "/access.log")
	return r, nil
}

func apache(ctx context.Context, p Place) (*Running, error) {
	own := p.Keys.Pair(Good)
	text := lines("ServerRoot "+p.Dir, "ServerName localhost", "PidFile "+p.Dir+"/pid", "DefaultRuntimeDir "+p.Dir,
		"ErrorLog /dev/stderr", "User www-data", "Group www-data", "Listen "+p.Address()+" https")
	for _, module := range []string{"mpm_event", "authz_core", "socache_shmcb", "ssl"} {
		text += fmt.Sprintf("LoadModule %s_module /usr/lib/apache2/modules/mod_%s.so\n", module, module)
	}
	text += lines("SSLEngine on", "SSLCertificateFile "+own.Cert, "SSLCertificateKeyFile "+own.Key,
		"SSLProtocol -all +TLSv1.2 +TLSv1.3", "SSLCipherSuite ECDHE+AESGCM:ECDHE+CHACHA20", "SSLHonorCipherOrder on")
	config, err := p.File("apache2.conf", text)
	if err != nil {
		return nil, err
	}
	return Exec(ctx, p, "apache2", "-D", "FOREGROUND", "-f", config)
}

// weakOpenSSL serves whatever OpenSSL still has: TLS 1.0, suites without
// encryption and without certificates, a group and a key of 1024 bits.
func weakOpenSSL(ctx context.Context, p Place) (*Running, error) {
	own, err := weakPair(p)
	if err != nil {
		return nil, err
	}
	group := p.Dir + "/dh.pem"
	if out, err := exec.CommandContext(ctx, "openssl", "dhparam", "-dsaparam", "-out", group, "1024").CombinedOutput(); err != nil {
		return nil, fmt.Errorf("make group: %w: %s", err, out)
	}
	config, err := p.File("openssl.cnf", lines("openssl_conf = a", "[a]", "ssl_conf = b", "[b]", "system_default = c",
		"[c]", "MinProtocol = TLSv1", "CipherString = ALL:COMPLEMENTOFALL:@SECLEVEL=0"))
	if err != nil {
		return nil, err
	}
	return Exec(ctx, p, "env", "OPENSSL_CONF="+config, "openssl", "s_server", "-accept", p.Address(), "-cert", own.Cert, "-key", own.Key,
		"-cipher", "ALL:COMPLEMENTOFALL:@SECLEVEL=0", "-dhparam", group, "-www", "-quiet", "-no_tls1_3", "-legacy_renegotiation")
}

// pssOpenSSL serves a certificate whose key may sign by RSA-PSS alone, as some
// authorities issue them: sound, though few libraries read it.
func pssOpenSSL(ctx context.Context, p Place) (*Running, error) {
	authority, own := p.Keys.Pair("ca"), (&Keys{p.Dir}).Pair("pss")
	extensions, err := p.File("pss.ext", lines("subjectAltName = IP:"+p.Host))
	if err != nil {
		return nil, err
	}
	request := p.Dir + "/pss.csr"
	for _, arguments := range [][]string{
		{"req", "-new", "-newkey", "rsa-pss", "-pkeyopt", "rsa_keygen_bits:2048", "-nodes", "-subj", "/CN=pss.synthetic.example", "-keyout", own.Key, "-out", request},
		{"x509", "-req", "-in", request, "-CA", authority.Cert, "-CAkey", authority.Key, "-set_serial", "7", "-days", "90", "-extfile", extensions, "-out", own.Cert},
	} {
		if out, err := exec.CommandContext(ctx, "openssl", arguments...).CombinedOutput(); err != nil {
			return nil, fmt.Errorf("make a certificate for RSA-PSS: %w: %s", err, out)
		}
	}
	return Exec(ctx, p, "openssl", "s_server", "-accept", p.Address(), "-cert", own.Cert, "-key", own.Key,
		"-cipher", "ECDHE+AESGCM:ECDHE+CHACHA20", "-www", "-quiet", "-no_tls1", "-no_tls1_1")
}

// weakPair is a certificate with a key of 1024 bits, signed with SHA-1.
func weakPair(p Place) (Pair, error) {
	authority, weak := p.Keys.Pair("ca"), p.Keys.Pair(WeakKey)
	ca, err := tls.LoadX509KeyPair(authority.Cert, authority.Key)
	if err != nil {
		return Pair{}, fmt.Errorf("load authority: %w", err)
	}
	from, err := tls.LoadX509KeyPair(weak.Cert, weak.Key)
	if err != nil {
		return Pair{}, fmt.Errorf("load weak key: %w", err)
	}
	t := *from.Leaf
	t.SignatureAlgorithm = x509.ECDSAWithSHA1
	own := Keys{p.Dir}
	return own.Pair(WeakKey), own.write(WeakKey, &t, ca.Leaf, from.PrivateKey.(crypto.Signer), ca.PrivateKey.(crypto.Signer))
}

// oldGo serves TLS as many devices of ten years ago do.
func oldGo(_ context.Context, p Place) (*Running, error) {
	own := p.Keys.Pair(GoodRSA)
	certificate, err := tls.LoadX509KeyPair(own.Cert, own.Key)
	if err != nil {
		return nil, fmt.Errorf("load certificate: %w", err)
	}
	config := &tls.Config{
		Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS12,
		CipherSuites: []uint16{tls.TLS_RSA_WITH_AES_128_CBC_SHA, tls.TLS_RSA_WITH_3DES_EDE_CBC_SHA, tls.TLS_RSA_WITH_RC4_128_SHA},
	}
	return Serve(p, func(r *Running, conn net.Conn) {
		server := tls.Server(conn, config)
		if err := server.Handshake(); err == nil {
			fmt.Fprintln(r, "a handshake was completed")
		}
	})
}
