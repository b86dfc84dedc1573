package estatetest

import (
	"context"
	"fmt"
	"os"
	"os/exec"
)

// directoryServers are OpenLDAP in clear, with TLS on offer, with TLS required, and
// over TLS alone; and Prosody, for instant messages, likewise.
func directoryServers() []Server {
	const optional, clear, open, login = "CHANNEL-ENCRYPTION-OPTIONAL", "CHANNEL-CLEARTEXT-SERVICE", "CHANNEL-OPEN-ACCESS", "CHANNEL-LOGIN-CLEAR"
	return []Server{
		slapdServer("ldap, clear", "ldap", 20389, false, nil,
			Find{clear, "encryption none"}, Find{login, "login.clear yes"}, Find{open, "access anyone-reads"}),
		slapdServer("ldap, StartTLS on offer", "ldap", 20390, true, nil,
			Find{optional, "encryption.required no"}, Find{login, "login.clear optional"}, Find{open, "access anyone-reads"}),
		slapdServer("ldap, TLS required", "ldap", 20391, true, []string{"security tls=1", "disallow bind_anon", "require authc"}),
		slapdServer("ldap, passwords in TLS alone", "ldap", 20392, true, []string{"security simple_bind=128", "require authc"}),
		slapdServer("ldaps, anonymous", "tls", 3269, true, nil, Find{open, "access anyone-reads"}),
		slapdServer("ldaps", "tls", 1636, true, []string{"disallow bind_anon", "require authc"}),
		prosodyServer("xmpp, TLS on offer", 20522, "tls", "false", Find{optional, "encryption.required no"}, Find{login, "login.clear optional"}),
		prosodyServer("xmpp, no TLS", 20523, "", "false", Find{clear, "encryption none"}, Find{login, "login.clear yes"}),
		prosodyServer("xmpp, TLS required", 20524, "tls", "true"),
	}
}

func slapdServer(name, service string, port int, tls bool, more []string, finds ...Find) Server {
	return Server{
		Name: name, Service: service, Port: port, Programs: []string{"slapd"}, Tests: []string{"ldap-anonymous"}, Finds: finds,
		Start: func(ctx context.Context, p Place) (*Running, error) {
			scheme := "ldap"
			if service == "tls" {
				scheme = "ldaps"
			}
			return slapd(ctx, p, scheme, tls, more)
		},
	}
}

// slapd runs OpenLDAP with one entry in its directory.
func slapd(ctx context.Context, p Place, scheme string, tls bool, more []string) (*Running, error) {
	data := p.Dir + "/data"
	if err := os.Mkdir(data, 0o700); err != nil {
		return nil, fmt.Errorf("make folder: %w", err)
	}
	config := []string{"include /etc/ldap/schema/core.schema", "pidfile " + p.Dir + "/pid", "modulepath /usr/lib/ldap", "moduleload back_mdb"}
	if tls {
		pair := p.Keys.Pair(Good)
		config = append(config, "TLSCertificateFile "+pair.Cert, "TLSCertificateKeyFile "+pair.Key, "TLSCipherSuite NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2") // GnuTLS, as Debian builds it, does not mind TLSProtocolMin
	}
	config = append(config, more...)
	config = append(config, "database mdb", `suffix "dc=synthetic,dc=example"`, `rootdn "cn=admin,dc=synthetic,dc=example"`, "rootpw synthetic", "directory "+data)
	file, err := p.File("slapd.conf", lines(config...))
	if err != nil {
		return nil, err
	}
	entry, err := p.File("base.ldif", lines("dn: dc=synthetic,dc=example", "objectClass: dcObject", "objectClass: organization", "dc: synthetic", "o: Synthetic Trust"))
	if err != nil {
		return nil, err
	}
	program, err := find("slapd")
	if err != nil {
		return nil, err
	}
	if out, err := exec.CommandContext(ctx, program, "-T", "add", "-f", file, "-l", entry).CombinedOutput(); err != nil {
		return nil, fmt.Errorf("fill directory: %w: %s", err, out)
	}
	return Exec(ctx, p, "slapd", "-d", "stats", "-h", scheme+"://"+p.Address(), "-f", file)
}

func prosodyServer(name string, port int, module, required string, finds ...Find) Server {
	return Server{
		Name: name, Service: "xmpp", Port: port, Programs: []string{"prosody"}, Finds: finds,
		Start: func(ctx context.Context, p Place) (*Running, error) { return prosody(ctx, p, module, required) },
	}
}

// prosody runs Prosody, which will not run as root unless it is told to.
func prosody(ctx context.Context, p Place, module, required string) (*Running, error) {
	pair := p.Keys.Pair(Good)
	modules := `"saslauth"`
	if module != "" {
		modules += fmt.Sprintf(", %q", module)
	}
	config, err := p.File("prosody.cfg.lua", lines(
		"run_as_root = true", fmt.Sprintf("data_path = %q", p.Dir), fmt.Sprintf("pidfile = %q", p.Dir+"/pid"), `log = { info = "*console" }`,
		"modules_enabled = { "+modules+" }", `modules_disabled = { "s2s" }`, `authentication = "internal_hashed"`,
		fmt.Sprintf("c2s_ports = { %d }", p.Port), fmt.Sprintf("c2s_interfaces = { %q }", p.Host),
		"c2s_require_encryption = "+required, "allow_unencrypted_plain_auth = true",
		fmt.Sprintf("ssl = { certificate = %q, key = %q }", pair.Cert, pair.Key), `VirtualHost "localhost"`)) // as it is delivered
	if err != nil {
		return nil, err
	}
	return Exec(ctx, p, "prosody", "-F", "--config", config)
}
