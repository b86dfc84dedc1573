package estatetest

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"os"
	"strings"
)

// mailServers are OpenSMTPD and Dovecot, as they are found and hardened, and a
// service of our own for what OpenSMTPD refuses to do: log people in in clear.
func mailServers() []Server {
	const optional, clear, login = "CHANNEL-ENCRYPTION-OPTIONAL", "CHANNEL-CLEARTEXT-SERVICE", "CHANNEL-LOGIN-CLEAR"
	return []Server{
		smtpdServer("smtp, clear", 20025, "", Find{clear, "encryption none"}),
		smtpdServer("smtp, between organisations", 20026, "tls pki estate"),
		smtpdServer("submission, TLS required", 20587, "tls-require pki estate auth"),
		{
			Name: "submission, clear log-ins", Service: "smtp", Port: 20588,
			Finds: []Find{{clear, "encryption none"}, {login, "login.clear yes"}},
			Start: func(_ context.Context, p Place) (*Running, error) { return Serve(p, submission) },
		},
		dovecotServer("imap, clear log-ins", "imap", 20143, "yes", Find{optional, "encryption.required no"}, Find{login, "login.clear optional"}),
		dovecotServer("imap, no TLS", "imap", 20144, "no", Find{clear, "encryption none"}, Find{login, "login.clear yes"}),
		dovecotServer("imap, TLS required", "imap", 20145, "required"),
		dovecotServer("pop3, clear log-ins", "pop3", 20110, "yes", Find{optional, "encryption.required no"}, Find{login, "login.clear optional"}),
		dovecotServer("pop3, TLS required", "pop3", 20111, "required"),
	}
}

func smtpdServer(name string, port int, listener string, finds ...Find) Server {
	return Server{
		Name: name, Service: "smtp", Port: port, Programs: []string{"smtpd", "unshare"}, Root: true, Finds: finds,
		Start: func(ctx context.Context, p Place) (*Running, error) { return smtpd(ctx, p, listener) },
	}
}

// smtpd runs OpenSMTPD. A machine can have but one, whose socket and queue lie at
// fixed places: each gets places of its own.
func smtpd(ctx context.Context, p Place, listener string) (*Running, error) {
	pair := p.Keys.Pair(GoodRSA)
	config, err := p.File("smtpd.conf", lines(
		fmt.Sprintf("pki estate cert %q", pair.Cert), fmt.Sprintf("pki estate key %q", pair.Key),
		fmt.Sprintf("listen on %s port %d %s hostname mail.synthetic.example", p.Host, p.Port, listener),
		`action "none" relay`, `match from local for domain "synthetic.example" action "none"`))
	if err != nil {
		return nil, err
	}
	// It asks for each caller's name, and is not to wait for the machine's name service.
	names, err := p.File("resolv.conf", lines("lookup file"))
	if err != nil {
		return nil, err
	}
	if err := os.Chmod(pair.Key, 0o600); err != nil {
		return nil, fmt.Errorf("keep key: %w", err)
	}
	return Exec(ctx, p, "unshare", "--mount", "sh", "-c",
		"mount --bind "+names+" /etc/resolv.conf && mount -t tmpfs tmpfs /run && mount -t tmpfs -o mode=755 tmpfs /var/spool && PATH=$PATH:/usr/sbin exec smtpd -d -f "+config)
}

// submission is a service that takes log-ins in clear and has no TLS.
func submission(r *Running, conn net.Conn) {
	fmt.Fprint(conn, "220 mail.synthetic.example ESMTP\r\n")
	for said := bufio.NewScanner(conn); said.Scan(); {
		fmt.Fprintln(r, said.Text())
		verb, _, _ := strings.Cut(strings.ToUpper(said.Text()), " ")
		switch verb {
		case "EHLO":
			fmt.Fprint(conn, "250-mail.synthetic.example\r\n250-AUTH PLAIN LOGIN\r\n250 SIZE\r\n")
		case "QUIT":
			fmt.Fprint(conn, "221 bye\r\n")
			return
		default:
			fmt.Fprint(conn, "250 ok\r\n")
		}
	}
}

// dovecotServer is Dovecot with one protocol; tls is its setting "ssl".
func dovecotServer(name, service string, port int, tls string, finds ...Find) Server {
	return Server{
		Name: name, Service: service, Port: port, Programs: []string{"dovecot", "/usr/lib/dovecot/" + service}, Root: true, Finds: finds,
		Start: func(ctx context.Context, p Place) (*Running, error) { return dovecot(ctx, p, service, tls) },
	}
}

func dovecot(ctx context.Context, p Place, service, tls string) (*Running, error) {
	if p.Host == "127.0.0.1" {
		p.Host = "127.0.0.2" // Dovecot takes who comes from its own address for safe
	}
	pair := p.Keys.Pair(Good)
	clear := "yes"
	if tls != "required" {
		clear = "no"
	}
	config, err := p.File("dovecot.conf", lines(
		"base_dir = "+p.Dir+"/run", "state_dir = "+p.Dir+"/state", "protocols = "+service, "listen = "+p.Host,
		"log_path = /dev/stderr", "ssl = "+tls, "disable_plaintext_auth = "+clear, "auth_mechanisms = plain login",
		"ssl_cert = <"+pair.Cert, "ssl_key = <"+pair.Key, "ssl_min_protocol = TLSv1.2",
		"passdb {", "  driver = static", "  args = nopassword=n", "}", "userdb {", "  driver = static", "  args = uid=mail gid=mail home="+p.Dir, "}",
		fmt.Sprintf("service %s-login {", service), "  chroot =",
		fmt.Sprintf("  inet_listener %s {", service), fmt.Sprintf("    port = %d", p.Port), "  }",
		fmt.Sprintf("  inet_listener %ss {", service), "    port = 0", "  }", "}"))
	if err != nil {
		return nil, err
	}
	return Exec(ctx, p, "dovecot", "-F", "-c", config)
}
