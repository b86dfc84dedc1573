package estatetest

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"slices"
	"strings"
)

// remoteServers are screens and terminals.
func remoteServers() []Server {
	clear, optional, open, login := "CHANNEL-CLEARTEXT-SERVICE", "CHANNEL-ENCRYPTION-OPTIONAL", "CHANNEL-OPEN-ACCESS", "CHANNEL-LOGIN-CLEAR"
	return []Server{
		{
			Name: "telnet", Service: "telnet", Port: 20024, Programs: []string{"telnetd"}, Root: true,
			Finds: []Find{{clear, "encryption none"}, {login, "login.clear yes"}},
			Start: func(_ context.Context, p Place) (*Running, error) { return Serve(p, inetd("telnetd")) },
		},
		{
			Name: "rlogin", Port: 513, Finds: []Find{{clear, "encryption none-assumed"}}, // it says nothing, and is asked nothing
			Programs: []string{"in.rlogind"}, Root: true,
			Start: func(_ context.Context, p Place) (*Running, error) { return Serve(p, inetd("in.rlogind")) },
		},
		{
			Name: "telnet, a shell", Service: "telnet", Port: 20028,
			Finds: []Find{{clear, "encryption none"}, {open, "access anyone"}},
			Start: func(_ context.Context, p Place) (*Running, error) {
				return Serve(p, func(r *Running, conn net.Conn) {
					_, _ = io.WriteString(conn, "\xff\xfb\x01\xff\xfb\x03BusyBox v1.20.2 built-in shell (ash)\r\n\r\n/ # ")
					_, _ = io.Copy(r, conn)
				})
			},
		},
		vncServer("vnc, no password", 20590, []string{"-SecurityTypes", "None"}, Find{clear, "encryption none"}, Find{open, "access anyone"}),
		vncServer("vnc, password", 20591, []string{"-SecurityTypes", "VncAuth"}, Find{clear, "encryption none"}),
		vncServer("vnc, as shipped", 20592, []string{"-SecurityTypes", "TLSVnc,VncAuth"}, Find{optional, "encryption.required no"}, Find{remoteDesktop, "vnc.identity anonymous"}),
		vncServer("vnc, hardened", 20593, []string{"-SecurityTypes", "X509Vnc"}),
		xvfb("x11, open", 20600, []Find{{clear, "encryption none"}, {open, "access anyone"}}, "-ac"),
		xvfb("x11, cookie", 20601, []Find{{clear, "encryption none"}}, "-auth", "cookies"),
		xrdp("rdp, standard", 20338, "rdp", Find{remoteDesktop, "rdp.security standard"}, Find{remoteDesktop, "rdp.nla no"}),
		xrdp("rdp, negotiated", 20340, "negotiate", Find{remoteDesktop, "rdp.security standard"}, Find{remoteDesktop, "rdp.nla no"}),
		xrdp("rdp, TLS without NLA", 20341, "tls", Find{remoteDesktop, "rdp.nla no"}),
		{
			Name: "rdp, NLA", Service: "rdp", Port: 20339,
			Start: func(_ context.Context, p Place) (*Running, error) {
				pair, err := tls.LoadX509KeyPair(p.Keys.Pair(Good).Cert, p.Keys.Pair(Good).Key)
				if err != nil {
					return nil, fmt.Errorf("read certificate: %w", err)
				}
				return Serve(p, func(_ *Running, conn net.Conn) {
					nla(conn, &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS13})
				})
			},
		},
	}
}

const remoteDesktop = "CHANNEL-REMOTE-DESKTOP"

// inetd gives each connection to a program, as the server of that name does.
func inetd(program string, args ...string) func(*Running, net.Conn) {
	return func(r *Running, conn net.Conn) {
		path, err := find(program)
		if err != nil {
			return
		}
		file, err := conn.(*net.TCPConn).File()
		if err != nil {
			return
		}
		defer file.Close()
		cmd := exec.Command(path, args...)
		cmd.Stdin, cmd.Stdout, cmd.Stderr = file, file, r
		group(cmd)
		if cmd.Start() == nil {
			conn.Close() // the program holds it now
			_ = cmd.Wait()
		}
	}
}

// vncServer is TigerVNC's.
func vncServer(name string, port int, security []string, finds ...Find) Server {
	return Server{
		Name: name, Service: "vnc", Port: port, Programs: []string{"Xtigervnc"}, Finds: finds,
		Start: func(ctx context.Context, p Place) (*Running, error) {
			password, err := p.File("password", "obscured")
			if err != nil {
				return nil, err
			}
			pair := p.Keys.Pair(Good)
			args := append([]string{fmt.Sprintf(":%d", p.Port), "-rfbport", fmt.Sprint(p.Port), "-interface", p.Host, "-nolisten", "tcp",
				"-PasswordFile", password, "-X509Cert", pair.Cert, "-X509Key", pair.Key}, security...)
			r, err := Exec(ctx, p, "Xtigervnc", args...)
			if err != nil {
				return nil, err
			}
			r.stop = slices.Insert(r.stop, 0, func() { forgetDisplay(p) })
			return r, nil
		},
	}
}

// xvfb is an X server. It cannot be told to listen on loopback alone: it listens
// on its local socket, and TCP is carried there.
func xvfb(name string, port int, finds []Find, access ...string) Server {
	return Server{
		Name: name, Service: "x11", Port: port, Programs: []string{"Xvfb"}, Tests: []string{"x11-connect"}, Finds: finds,
		Start: func(ctx context.Context, p Place) (*Running, error) {
			// One cookie for any display: family, address, display, name, data.
			const cookie = "\xff\xff\x00\x00\x00\x00\x00\x12MIT-MAGIC-COOKIE-1\x00\x10synthetic cookie"
			if _, err := p.File("cookies", cookie); err != nil {
				return nil, err
			}
			socket := fmt.Sprintf("/tmp/.X11-unix/X%d", p.Port)
			x := &Running{Address: p.Address()}
			ended, err := x.exec(p, "Xvfb", append([]string{fmt.Sprintf(":%d", p.Port), "-nolisten", "tcp", "-nolisten", "local", "-noreset"}, access...)...)
			if err != nil {
				return nil, err
			}
			if err := x.wait(ctx, ended, func() bool { return acceptsAt("unix", socket) }); err != nil {
				x.Stop()
				return nil, fmt.Errorf("start Xvfb: %w: %s", err, x.Log())
			}
			r, err := Serve(p, func(r *Running, conn net.Conn) { carry(overheard{conn, r}, "unix", socket) })
			if err != nil {
				x.Stop()
				return nil, err
			}
			r.OnStop(func() { x.Stop(); forgetDisplay(p) })
			return r, nil
		},
	}
}

// forgetDisplay removes what an X server leaves behind that was ended at once.
func forgetDisplay(p Place) {
	os.Remove(fmt.Sprintf("/tmp/.X%d-lock", p.Port))
	os.Remove(fmt.Sprintf("/tmp/.X11-unix/X%d", p.Port))
}

// overheard is a connection of which the log has what came, in hexadecimal.
type overheard struct {
	net.Conn
	log *Running
}

func (o overheard) Read(p []byte) (int, error) {
	n, err := o.Conn.Read(p)
	fmt.Fprintf(o.log, "%x\n", p[:n])
	return n, err
}

// carry joins a connection to another.
func carry(conn net.Conn, network, address string) {
	to, err := net.Dial(network, address)
	if err != nil {
		return
	}
	defer to.Close()
	go func() {
		_, _ = io.Copy(to, conn)
		to.Close()
	}()
	_, _ = io.Copy(conn, to)
}

// xrdp is a Remote Desktop server with a kind of security, as its file calls it.
func xrdp(name string, port int, security string, finds ...Find) Server {
	return Server{
		Name: name, Service: "rdp", Port: port, Programs: []string{"xrdp"}, Root: true, Finds: finds,
		Start: func(ctx context.Context, p Place) (*Running, error) {
			shipped, err := os.ReadFile("/etc/xrdp/xrdp.ini")
			if err != nil {
				return nil, fmt.Errorf("read the shipped settings: %w", err)
			}
			pair := p.Keys.Pair(GoodRSA)
			set := map[string]string{
				"port": "tcp://" + p.Address(), "security_layer": security, "certificate": pair.Cert, "key_file": pair.Key,
				"LogFile": p.Dir + "/xrdp.log", "EnableSyslog": "false",
			}
			var config []string
			for line := range strings.SplitSeq(string(shipped), "\n") {
				key, _, _ := strings.Cut(line, "=")
				if value, ok := set[key]; ok {
					line = key + "=" + value
					delete(set, key) // sessions further down have a port of their own
				}
				config = append(config, line)
			}
			file, err := p.File("xrdp.ini", lines(config...))
			if err != nil {
				return nil, err
			}
			return Exec(ctx, p, "xrdp", "--nodaemon", "-c", file)
		},
	}
}

// nla is a Remote Desktop server that insists on NLA, up to where a client would
// log in.
func nla(conn net.Conn, config *tls.Config) {
	request := make([]byte, 19)
	if _, err := io.ReadFull(conn, request); err != nil {
		return
	}
	answer := []byte{3, 0, 0, 19, 14, 0xd0, 0, 0, 0x12, 0x34, 0, 3, 0, 8, 0, 5, 0, 0, 0}
	if request[15]&2 != 0 {
		answer[11], answer[15] = 2, 2
	}
	if _, err := conn.Write(answer); err != nil || answer[11] != 2 {
		return
	}
	secured := tls.Server(conn, config)
	if secured.Handshake() == nil {
		_, _ = io.Copy(io.Discard, secured)
	}
}
