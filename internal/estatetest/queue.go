package estatetest

import (
	"context"
	"crypto/tls"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"strings"
)

// queueServers pass messages on: Mosquitto and NATS, and for what is too heavy to
// start what RabbitMQ and Kafka say.
func queueServers() []Server {
	const clear, open, optional, login = "CHANNEL-CLEARTEXT-SERVICE", "CHANNEL-OPEN-ACCESS", "CHANNEL-ENCRYPTION-OPTIONAL", "CHANNEL-LOGIN-CLEAR"
	return []Server{
		mosquitto("mosquitto, open", "mqtt", 20883, []string{"allow_anonymous true"}, Find{clear, "encryption none"}, Find{open, "access anyone"}),
		mosquitto("mosquitto, password in clear", "mqtt", 20884, []string{"allow_anonymous false", "password_file DIR/users"}, Find{clear, "encryption none"}, Find{login, "login.clear yes"}),
		mosquitto("mosquitto, TLS and password", "tls", 8883, []string{"allow_anonymous false", "password_file DIR/users", "certfile CERT", "keyfile KEY", "tls_version tlsv1.2"}),
		mosquitto("mosquitto, anybody in TLS", "tls", 20886, []string{"allow_anonymous true", "certfile CERT", "keyfile KEY", "tls_version tlsv1.2"}, Find{open, "access anyone"}),
		mosquitto("mosquitto, TLS and certificates", "tls", 20887, []string{"require_certificate true", "cafile AUTHORITY", "certfile CERT", "keyfile KEY", "tls_version tlsv1.2"}),
		nats("nats, open", 20422, nil, Find{clear, "encryption none"}, Find{open, "access anyone"}),
		nats("nats, password in clear", 20423, []string{"--user", "synthetic", "--pass", "synthetic"}, Find{clear, "encryption none"}, Find{login, "login.clear yes"}),
		nats("nats, TLS and password", 20424, []string{"--user", "synthetic", "--pass", "synthetic", "--tls", "--tlscert", "CERT", "--tlskey", "KEY"}),
		nats("nats, TLS for those who ask", 20425, []string{"-c", "DIR/nats.conf"}, Find{optional, "encryption.required no"}, Find{open, "access anyone"}),
		{
			Name: "rabbitmq, in clear", Service: "amqp", Port: 20567, Finds: []Find{{clear, "encryption none"}, {login, "login.clear yes"}},
			Start: func(_ context.Context, p Place) (*Running, error) { return Serve(p, amqp) },
		},
		{
			Name: "rabbitmq, TLS", Service: "tls", Port: 5671,
			Start: func(_ context.Context, p Place) (*Running, error) { return serveTLS(p, tls.NoClientCert, amqp) },
		},
		{
			Name: "kafka, open", Service: "kafka", Port: 20909, Finds: []Find{{clear, "encryption none"}, {open, "access anyone-lists"}},
			Start: func(_ context.Context, p Place) (*Running, error) { return Serve(p, kafka(true)) },
		},
		{
			Name: "kafka, log-in in clear", Service: "kafka", Port: 20910, Finds: []Find{{clear, "encryption none"}},
			Start: func(_ context.Context, p Place) (*Running, error) { return Serve(p, kafka(false)) },
		},
		{
			Name: "kafka, log-in in TLS", Service: "tls", Port: 9093,
			Start: func(_ context.Context, p Place) (*Running, error) { return serveTLS(p, tls.NoClientCert, kafka(false)) },
		},
	}
}

// fill puts the place's folder and files in the place of DIR, CERT, KEY and AUTHORITY.
func (p Place) fill(text string) string {
	pair := p.Keys.Pair(Good)
	return strings.NewReplacer("DIR", p.Dir, "CERT", pair.Cert, "KEY", pair.Key, "AUTHORITY", p.Keys.CA()).Replace(text)
}

// mosquitto is a broker of MQTT; what its settings call DIR, CERT, KEY and AUTHORITY is the place's.
func mosquitto(name, service string, port int, settings []string, finds ...Find) Server {
	return Server{
		Name: name, Service: service, Port: port, Programs: []string{"mosquitto"}, Tests: []string{"mqtt-anonymous"}, Finds: finds,
		Start: func(ctx context.Context, p Place) (*Running, error) {
			if _, err := p.File("users", ""); err != nil {
				return nil, err
			}
			text := lines(append([]string{"user root", "persistence false", "log_dest stderr", "log_type all", fmt.Sprintf("listener %d %s", p.Port, p.Host)}, settings...)...)
			config, err := p.File("mosquitto.conf", p.fill(text))
			if err != nil {
				return nil, err
			}
			return Exec(ctx, p, "mosquitto", "-c", config)
		},
	}
}

// nats is NATS's server.
func nats(name string, port int, args []string, finds ...Find) Server {
	return Server{
		Name: name, Service: "nats", Port: port, Programs: []string{"nats-server"}, Finds: finds,
		Start: func(ctx context.Context, p Place) (*Running, error) {
			if _, err := p.File("nats.conf", p.fill(`tls { cert_file: "CERT", key_file: "KEY" }`+"\nallow_non_tls: true\n")); err != nil {
				return nil, err
			}
			all := []string{"--addr", p.Host, "--port", fmt.Sprint(p.Port)}
			for _, a := range args {
				all = append(all, p.fill(a))
			}
			return Exec(ctx, p, "nats-server", all...)
		},
	}
}

// amqp says what RabbitMQ says first.
func amqp(r *Running, conn net.Conn) {
	header := make([]byte, 8)
	if _, err := io.ReadFull(conn, header); err != nil || string(header) != "AMQP\x00\x00\x09\x01" {
		_, _ = io.WriteString(conn, "AMQP\x00\x00\x09\x01")
		return
	}
	field := func(name, value string) string {
		return string(rune(len(name))) + name + "S" + string(binary.BigEndian.AppendUint32(nil, uint32(len(value)))) + value
	}
	long := func(s string) string { return string(binary.BigEndian.AppendUint32(nil, uint32(len(s)))) + s }
	properties := "\x0ccapabilitiesF" + long("\x12publisher_confirmst\x01") + field("product", "RabbitMQ") + field("version", "3.10.8")
	method := "\x00\x0a\x00\x0a\x00\x09" + long(properties) + long("AMQPLAIN PLAIN") + long("en_US")
	_, _ = io.WriteString(conn, "\x01\x00\x00"+long(method)+"\xce")
	rest, _ := io.ReadAll(conn)
	fmt.Fprintf(r, "%d bytes after the greeting\n", len(rest))
}

// kafka answers which requests it knows, and those that follow if it is open.
func kafka(open bool) func(*Running, net.Conn) {
	return func(r *Running, conn net.Conn) {
		for {
			head := make([]byte, 12)
			if _, err := io.ReadFull(conn, head); err != nil {
				return
			}
			size := int(binary.BigEndian.Uint32(head))
			if size < 8 || size > 1000 {
				return
			}
			if _, err := io.CopyN(io.Discard, conn, int64(size-8)); err != nil {
				return
			}
			key := binary.BigEndian.Uint16(head[4:])
			fmt.Fprintf(r, "request %d\n", key)
			body := append(head[8:12:12], 0, 0, 0, 0, 0, 2, 0, 3, 0, 0, 0, 12, 0, 18, 0, 0, 0, 3)
			if key != 18 {
				if !open {
					return
				}
				body = append(head[8:12:12], "\x00\x00\x00\x01\x00\x00\x00\x01\x00\x09localhost\x00\x00\x23\x84\xff\xff\x00\x00\x00\x01\x00\x00\x00\x00"...)
			}
			_, _ = conn.Write(append(binary.BigEndian.AppendUint32(nil, uint32(len(body))), body...))
		}
	}
}
