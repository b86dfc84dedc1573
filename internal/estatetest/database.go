package estatetest

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"slices"
	"strconv"
	"strings"
	"time"
)

// databaseServers are databases as they are found and hardened.
func databaseServers() []Server {
	const optional, clear, open = "CHANNEL-ENCRYPTION-OPTIONAL", "CHANNEL-CLEARTEXT-SERVICE", "CHANNEL-OPEN-ACCESS"
	return []Server{
		postgresServer("postgresql, no TLS", 20432, "off", "host all all samenet scram-sha-256", Find{clear, "encryption none"}),
		postgresServer("postgresql, TLS on offer", 20433, "on", "host all all samenet scram-sha-256", Find{optional, "encryption.required no"}),
		postgresServer("postgresql, any name", 20434, "off", "host all all samenet trust",
			Find{clear, "encryption none"}, Find{open, "access anyone"}),
		postgresServer("postgresql, passwords as they are", 20435, "on", "host all all samenet password",
			Find{optional, "encryption.required no"}, Find{"CHANNEL-LOGIN-CLEAR", "login.clear optional"}),
		postgresServer("postgresql, TLS required", 20436, "on", "hostssl all all samenet scram-sha-256"),
		pgbouncerServer("pgbouncer, no TLS", 20131, "disable", Find{clear, "encryption none"}),
		pgbouncerServer("pgbouncer, TLS on offer", 20132, "allow", Find{optional, "encryption.required no"}),
		pgbouncerServer("pgbouncer, TLS required", 20133, "require"),
		mariadbServer("mariadb, no TLS", 20306, false, "OFF", Find{clear, "encryption none"}),
		mariadbServer("mariadb, TLS on offer", 20307, true, "OFF"),
		mariadbServer("mariadb, TLS required", 20308, true, "ON"),
	}
}

func postgresServer(name string, port int, ssl, rule string, finds ...Find) Server {
	return Server{
		Name: name, Service: "postgresql", Port: port, Programs: []string{"initdb", "postgres", "runuser"}, Root: true, Finds: finds,
		Start: func(ctx context.Context, p Place) (*Running, error) { return postgres(ctx, p, ssl, rule) },
	}
}

// postgres runs PostgreSQL as its own user: as root it does not run.
func postgres(ctx context.Context, p Place, ssl, rule string) (*Running, error) {
	data := p.Dir + "/data"
	pair, err := ownPair(p, "postgres")
	if err != nil {
		return nil, err
	}
	initdb, err := find("initdb")
	if err != nil {
		return nil, err
	}
	if out, err := exec.CommandContext(ctx, "runuser", "-u", "postgres", "--", initdb, "-D", data, "-A", "trust", "--no-sync").CombinedOutput(); err != nil {
		return nil, fmt.Errorf("make database: %w: %s", err, out)
	}
	if err := os.WriteFile(data+"/pg_hba.conf", []byte(lines(rule)), 0o644); err != nil {
		return nil, fmt.Errorf("write rules: %w", err)
	}
	program, err := find("postgres")
	if err != nil {
		return nil, err
	}
	r, err := Exec(ctx, p, "runuser", slices.Concat([]string{"-u", "postgres", "--", program, "-D", data, "-p", strconv.Itoa(p.Port)},
		settings("listen_addresses="+p.Host, "unix_socket_directories=", "fsync=off", "log_connections=on", "shared_buffers=8MB",
			"ssl="+ssl, "ssl_cert_file="+pair.Cert, "ssl_key_file="+pair.Key))...)
	if err != nil {
		return nil, err
	}
	// It listens before it serves.
	for limit := time.Now().Add(startTime); !strings.Contains(r.Log(), "ready to accept"); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(limit) {
			r.Stop()
			return nil, fmt.Errorf("start postgres: it is not ready: %s", r.Log())
		}
	}
	return r, nil
}

// settings are arguments of PostgreSQL.
func settings(all ...string) []string {
	var args []string
	for _, s := range all {
		args = append(args, "-c", s)
	}
	return args
}

func mariadbServer(name string, port int, tls bool, required string, finds ...Find) Server {
	return Server{
		Name: name, Service: "mysql", Port: port, Programs: []string{"mariadbd", "mariadb-install-db"}, Root: true, Finds: finds,
		Start: func(ctx context.Context, p Place) (*Running, error) { return mariadb(ctx, p, tls, required) },
	}
}

// mariadb runs MariaDB.
func mariadb(ctx context.Context, p Place, tls bool, required string) (*Running, error) {
	data := p.Dir + "/data"
	pair, err := ownPair(p, "mysql")
	if err != nil {
		return nil, err
	}
	install, err := find("mariadb-install-db")
	if err != nil {
		return nil, err
	}
	made := exec.CommandContext(ctx, install, "--no-defaults", "--datadir="+data, "--user=mysql", "--skip-test-db", "--auth-root-authentication-method=socket", "--innodb-log-file-size=4M")
	if out, err := made.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("make database: %w: %s", err, out)
	}
	args := []string{"--no-defaults", "--datadir=" + data, "--user=mysql", "--bind-address=" + p.Host, fmt.Sprintf("--port=%d", p.Port),
		"--socket=" + p.Dir + "/socket", "--pid-file=" + p.Dir + "/pid", "--log-warnings=9", "--innodb-buffer-pool-size=8M", "--innodb-log-file-size=4M",
		"--require-secure-transport=" + required}
	if tls {
		args = append(args, "--ssl-cert="+pair.Cert, "--ssl-key="+pair.Key, "--tls-version=TLSv1.2,TLSv1.3")
	}
	return Exec(ctx, p, "mariadbd", args...)
}

// pgbouncerServer pools connections to a database that is not there: it asks for
// passwords before it goes there.
func pgbouncerServer(name string, port int, mode string, finds ...Find) Server {
	return Server{
		Name: name, Service: "postgresql", Port: port, Programs: []string{"pgbouncer"}, Root: true, Finds: finds,
		Start: func(ctx context.Context, p Place) (*Running, error) {
			pair, err := ownPair(p, "postgres")
			if err != nil {
				return nil, err
			}
			users, err := p.File("users", lines(`"app" "synthetic"`))
			if err != nil {
				return nil, err
			}
			file, err := p.File("pgbouncer.ini", lines("[databases]", "* = host="+p.Host+" port=1", "[pgbouncer]", "listen_addr = "+p.Host, fmt.Sprintf("listen_port = %d", p.Port),
				"unix_socket_dir =", "user = postgres", "auth_type = scram-sha-256", "auth_file = "+users,
				"client_tls_sslmode = "+mode, "client_tls_cert_file = "+pair.Cert, "client_tls_key_file = "+pair.Key, "client_tls_ciphers = ECDHE+AESGCM"))
			if err != nil {
				return nil, err
			}
			return Exec(ctx, p, "pgbouncer", file)
		},
	}
}

// ownPair gives a user the place's folder, and in it a certificate with its key
// that nobody else may read.
func ownPair(p Place, name string) (Pair, error) {
	u, err := user.Lookup(name)
	if err != nil {
		return Pair{}, fmt.Errorf("find user: %w", err)
	}
	uid, _ := strconv.Atoi(u.Uid)
	gid, _ := strconv.Atoi(u.Gid)
	from, own := p.Keys.Pair(Good), Pair{p.Dir + "/own.pem", p.Dir + "/own.key"}
	for source, target := range map[string]string{from.Cert: own.Cert, from.Key: own.Key} {
		data, err := os.ReadFile(source)
		if err != nil {
			return Pair{}, fmt.Errorf("read key: %w", err)
		}
		if err := os.WriteFile(target, data, 0o600); err != nil {
			return Pair{}, fmt.Errorf("write key: %w", err)
		}
	}
	for _, path := range []string{p.Dir, own.Cert, own.Key} {
		if err := os.Chown(path, uid, gid); err != nil {
			return Pair{}, fmt.Errorf("give %s to %s: %w", strings.TrimPrefix(path, p.Dir), name, err)
		}
	}
	return own, nil
}
