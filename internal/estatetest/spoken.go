package estatetest

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"strings"
)

// spokenServers say what they are: telephones, cameras, disks over the network, jobs.
func spokenServers() []Server {
	const clear, open, login = "CHANNEL-CLEARTEXT-SERVICE", "CHANNEL-OPEN-ACCESS", "CHANNEL-LOGIN-CLEAR"
	return []Server{
		{
			Name: "beanstalkd", Service: "beanstalkd", Port: 20130, Programs: []string{"beanstalkd"}, Finds: []Find{{clear, "encryption none"}, {open, "access anyone"}},
			Start: func(ctx context.Context, p Place) (*Running, error) {
				return Exec(ctx, p, "beanstalkd", "-l", p.Host, "-p", fmt.Sprint(p.Port))
			},
		},
		nbd("nbd, disks in clear", 20180, false, Find{clear, "encryption none"}, Find{open, "access anyone-lists"}),
		nbd("nbd, TLS required", 20181, true),
		{
			Name: "kamailio, in clear", Service: "sip", Port: 5060, Programs: []string{"kamailio"}, Root: true, Finds: []Find{{clear, "encryption none-calls"}},
			Start: func(ctx context.Context, p Place) (*Running, error) {
				config, err := p.File("kamailio.cfg", p.fill("#!KAMAILIO\nchildren=1\nlog_stderror=yes\nlisten=tcp:"+p.Address()+"\n"+
					"loadmodule \"sl.so\"\nloadmodule \"pv.so\"\nrequest_route { sl_send_reply(\"404\", \"Not here\"); }\n"))
				if err != nil {
					return nil, err
				}
				return Exec(ctx, p, "kamailio", "-DD", "-E", "-m", "16", "-M", "2", "-Y", p.Dir, "-P", p.Dir+"/pid", "-f", config)
			},
		},
		{
			Name: "a camera, open", Service: "rtsp", Port: 20554, Finds: []Find{{clear, "encryption none"}, {open, "access anyone-reads"}},
			Start: func(_ context.Context, p Place) (*Running, error) { return Serve(p, camera("200 OK", "")) },
		},
		{
			Name: "a camera, with a password", Service: "rtsp", Port: 20556, Finds: []Find{{clear, "encryption none"}, {login, "login.clear proof"}},
			Start: func(_ context.Context, p Place) (*Running, error) {
				return Serve(p, camera("401 Unauthorized", "WWW-Authenticate: Digest realm=\"ward\", nonce=\"0\"\r\n"))
			},
		},
	}
}

// nbd is a server of disks over the network, which names one to those who ask, or wants
// TLS first.
func nbd(name string, port int, secured bool, finds ...Find) Server {
	return Server{
		Name: name, Service: "nbd", Port: port, Finds: finds,
		Start: func(_ context.Context, p Place) (*Running, error) {
			return Serve(p, func(r *Running, conn net.Conn) {
				const reply, done, wantsTLS = "\x00\x03\xe8\x89\x04\x55\x65\xa9\x00\x00\x00\x03", "\x00\x00\x00\x01\x00\x00\x00\x00", "\x80\x00\x00\x05\x00\x00\x00\x00"
				_, _ = io.WriteString(conn, "NBDMAGICIHAVEOPT\x00\x03")
				asked := make([]byte, 20)
				if _, err := io.ReadFull(conn, asked); err != nil {
					return
				}
				fmt.Fprintf(r, "asked %q\n", asked)
				if secured {
					_, _ = io.WriteString(conn, reply+wantsTLS)
				} else {
					_, _ = io.WriteString(conn, reply+"\x00\x00\x00\x02\x00\x00\x00\x08\x00\x00\x00\x04disk"+reply+done)
				}
			})
		},
	}
}

// camera answers RTSP, and those who ask what there is to see with the status.
func camera(status, more string) func(*Running, net.Conn) {
	return func(r *Running, conn net.Conn) {
		in := bufio.NewReader(conn)
		for n := 1; ; n++ {
			request := ""
			for !strings.HasSuffix(request, "\r\n\r\n") {
				line, err := in.ReadString('\n')
				if err != nil {
					return
				}
				request += line
			}
			first, _, _ := strings.Cut(request, "\r\n")
			fmt.Fprintln(r, first)
			switch {
			case !strings.HasSuffix(first, "RTSP/1.0"):
				_, _ = fmt.Fprintf(conn, "RTSP/1.0 400 Bad Request\r\nCSeq: %d\r\n\r\n", n)
			case strings.HasPrefix(first, "OPTIONS"):
				_, _ = fmt.Fprintf(conn, "RTSP/1.0 200 OK\r\nCSeq: %d\r\nPublic: OPTIONS, DESCRIBE, SETUP, PLAY\r\n\r\n", n)
			default:
				_, _ = fmt.Fprintf(conn, "RTSP/1.0 %s\r\nCSeq: %d\r\n%s\r\n", status, n, more)
			}
		}
	}
}
