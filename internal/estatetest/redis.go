package estatetest

import (
	"context"
	"fmt"
)

// redisServers are stores in memory: Redis and Memcached.
func redisServers() []Server {
	return []Server{
		{
			Name: "redis, open", Service: "redis", Port: 20379, Programs: []string{"redis-server"},
			Finds: []Find{{"CHANNEL-CLEARTEXT-SERVICE", "encryption none"}, {"CHANNEL-OPEN-ACCESS", "access anyone"}},
			Start: func(ctx context.Context, p Place) (*Running, error) {
				return redis(ctx, p, "--port", fmt.Sprint(p.Port))
			},
		},
		{
			Name: "redis, password in clear", Service: "redis", Port: 20381, Programs: []string{"redis-server"},
			Finds: []Find{{"CHANNEL-CLEARTEXT-SERVICE", "encryption none"}, {"CHANNEL-LOGIN-CLEAR", "login.clear yes"}},
			Start: func(ctx context.Context, p Place) (*Running, error) {
				return redis(ctx, p, "--port", fmt.Sprint(p.Port), "--requirepass", "synthetic")
			},
		},
		memcachedServer("memcached, open", 20211, "", Find{"CHANNEL-CLEARTEXT-SERVICE", "encryption none"}, Find{"CHANNEL-OPEN-ACCESS", "access anyone"}),
		memcachedServer("memcached, log-ins by SASL", 11211, sasl, Find{"CHANNEL-CLEARTEXT-SERVICE", "encryption none"}),
		memcachedServer("memcached, log-ins in clear", 20212, "synthetic:synthetic", Find{"CHANNEL-CLEARTEXT-SERVICE", "encryption none"}, Find{"CHANNEL-LOGIN-CLEAR", "login.clear yes"}),
		{
			Name: "redis, TLS without password", Service: "tls", Port: 6380, Programs: []string{"redis-server"},
			Finds: []Find{{"CHANNEL-OPEN-ACCESS", "access anyone"}},
			Start: func(ctx context.Context, p Place) (*Running, error) { return redisTLS(ctx, p) },
		},
		{
			Name: "redis, TLS and certificates", Service: "tls", Port: 20383, Programs: []string{"redis-server"},
			Start: func(ctx context.Context, p Place) (*Running, error) {
				return redisTLS(ctx, p, "--tls-auth-clients", "yes")
			},
		},
		{
			Name: "redis, TLS and password", Service: "tls", Port: 26379, Programs: []string{"redis-server"},
			Start: func(ctx context.Context, p Place) (*Running, error) {
				return redisTLS(ctx, p, "--requirepass", "synthetic")
			},
		},
	}
}

func redis(ctx context.Context, p Place, args ...string) (*Running, error) {
	return Exec(ctx, p, "redis-server", append([]string{"--bind", p.Host, "--protected-mode", "no", "--save", "", "--appendonly", "no", "--dir", p.Dir}, args...)...)
}

func redisTLS(ctx context.Context, p Place, more ...string) (*Running, error) {
	pair := p.Keys.Pair(Good)
	return redis(ctx, p, append([]string{"--port", "0", "--tls-port", fmt.Sprint(p.Port), "--tls-auth-clients", "no",
		"--tls-cert-file", pair.Cert, "--tls-key-file", pair.Key, "--tls-ca-cert-file", p.Keys.CA(), "--tls-protocols", "TLSv1.2 TLSv1.3"}, more...)...)
}

// sasl is in the place of a user where log-ins are by SASL.
const sasl = "SASL"

// memcachedServer is Memcached, with a user if there is one.
func memcachedServer(name string, port int, user string, finds ...Find) Server {
	return Server{
		Name: name, Service: "memcached", Port: port, Programs: []string{"memcached"}, Finds: finds,
		Start: func(ctx context.Context, p Place) (*Running, error) {
			args := []string{"-l", p.Host, "-p", fmt.Sprint(p.Port), "-u", "root", "-m", "8"}
			if user == sasl {
				if _, err := p.File("memcached.conf", lines("mech_list: plain")); err != nil {
					return nil, err
				}
				return Exec(ctx, p, "env", append([]string{"SASL_CONF_PATH=" + p.Dir, "memcached", "-S"}, args...)...)
			}
			if user != "" {
				file, err := p.File("users", lines(user))
				if err != nil {
					return nil, err
				}
				args = append(args, "-Y", file)
			}
			return Exec(ctx, p, "memcached", args...)
		},
	}
}
