package estatetest

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
)

// clinicalServers take messages and images of patients' care, and print them. Their ports are the
// usual ones: by these alone, they are known for what they may be.
func clinicalServers() []Server {
	const clear, open = "CHANNEL-CLEARTEXT-SERVICE", "CHANNEL-OPEN-ACCESS"
	return []Server{
		{
			Name: "mllp, in clear", Port: 2575, Tests: []string{"mllp-empty-frame"}, Finds: []Find{{"CHANNEL-MLLP-CLEAR", "mllp.encryption none"}},
			Start: func(_ context.Context, p Place) (*Running, error) { return Serve(p, mllp) },
		},
		mllpServer("mllp, TLS for anybody", 2576, tls.NoClientCert, Find{"CHANNEL-MLLP-ANY-SENDER", "mllp.sender any"}),
		mllpServer("mllp, TLS for known senders", 6661, tls.RequireAndVerifyClientCert),
		storescpServer("storescp, in clear", "", 104, false, Find{clear, "encryption none"}, Find{open, "dicom.title any"}),
		storescpServer("storescp, TLS for anybody", "tls", 2762, true, Find{open, "dicom.title any"}),
		storescpServer("storescp, in clear on a port of its own", "dicom", 20242, false, Find{clear, "encryption none"}, Find{open, "dicom.title any"}),
		storescpServer("storescp, TLS on a port of its own", "tls", 20244, true, Find{open, "dicom.title any"}),
		{
			Name: "dicom, known titles in clear", Port: 11112, Tests: []string{"dicom-associate"}, Finds: []Find{{clear, "encryption none"}},
			Start: func(_ context.Context, p Place) (*Running, error) { return Serve(p, archive) },
		},
		{
			Name: "dicom, known titles in TLS", Service: "tls", Port: 2761, Tests: []string{"dicom-associate"},
			Start: func(_ context.Context, p Place) (*Running, error) { return serveTLS(p, tls.NoClientCert, archive) },
		},
		{
			Name: "images, TLS for known callers", Service: "tls", Port: 4242, Tests: []string{"dicom-associate"},
			Start: func(_ context.Context, p Place) (*Running, error) {
				return serveTLS(p, tls.RequireAndVerifyClientCert, archive)
			},
		},
		{
			Name: "a printer", Port: 9100, Finds: []Find{{clear, "encryption none-assumed"}},
			Start: func(_ context.Context, p Place) (*Running, error) { return Serve(p, printer) },
		},
	}
}

// printer prints whatever arrives.
func printer(r *Running, conn net.Conn) { _, _ = io.Copy(r, conn) }

func mllpServer(name string, port int, client tls.ClientAuthType, finds ...Find) Server {
	return Server{
		Name: name, Service: "tls", Port: port, Finds: finds,
		Start: func(_ context.Context, p Place) (*Running, error) { return serveTLS(p, client, mllp) },
	}
}

// serveTLS is Serve in TLS as it should be.
func serveTLS(p Place, client tls.ClientAuthType, handle func(*Running, net.Conn)) (*Running, error) {
	own := p.Keys.Pair(Good)
	certificate, err := tls.LoadX509KeyPair(own.Cert, own.Key)
	if err != nil {
		return nil, fmt.Errorf("load certificate: %w", err)
	}
	authority, err := os.ReadFile(p.Keys.CA())
	if err != nil {
		return nil, fmt.Errorf("read authority: %w", err)
	}
	known := x509.NewCertPool()
	known.AppendCertsFromPEM(authority)
	config := &tls.Config{
		Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12, ClientAuth: client, ClientCAs: known,
		CipherSuites: []uint16{tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, tls.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384},
	}
	return Serve(p, func(r *Running, conn net.Conn) { handle(r, tls.Server(conn, config)) })
}

// mllp is a listener that answers every frame, also one without a message.
func mllp(r *Running, conn net.Conn) {
	var frame []byte
	for in := bufio.NewReader(conn); ; {
		part, err := in.ReadBytes('\r')
		if err != nil {
			return
		}
		if frame = append(frame, part...); !bytes.HasSuffix(frame, []byte("\x1c\r")) {
			continue
		}
		fmt.Fprintf(r, "a frame of %d bytes\n", len(frame))
		frame = nil
		fmt.Fprint(conn, "\x0bMSH|^~\\&|ENGINE|||||ACK||P|2.4\rMSA|AE\r\x1c\r")
	}
}

// storescpServer is dcmtk's storescp, which takes whatever it is sent, and so is
// told to keep none. By itself it would listen on all addresses.
func storescpServer(name, service string, port int, secured bool, finds ...Find) Server {
	return Server{
		Name: name, Service: service, Port: port, Programs: []string{"storescp"}, Tests: []string{"dicom-associate"}, Finds: finds,
		Start: func(_ context.Context, p Place) (*Running, error) {
			log, err := p.File("log.conf", lines("log4cplus.rootLogger = DEBUG, file", "log4cplus.appender.file = log4cplus::FileAppender",
				"log4cplus.appender.file.File = "+p.Dir+"/log", "log4cplus.appender.file.Append = true", "log4cplus.appender.file.ImmediateFlush = true",
				"log4cplus.appender.file.layout = log4cplus::PatternLayout", "log4cplus.appender.file.layout.ConversionPattern = %m%n"))
			if err != nil {
				return nil, err
			}
			args := []string{"--inetd", "--ignore", "--log-config", log}
			if secured {
				own := p.Keys.Pair(GoodRSA)
				args = append(args, "+tls", own.Key, own.Cert, "+cf", p.Keys.CA(), "-ic")
			}
			r, err := Serve(p, inetd("storescp", args...))
			if err == nil {
				r.LogsTo(p.Dir + "/log")
			}
			return r, err
		},
	}
}

// archive is a DICOM service that knows the titles of its callers, and its own.
func archive(r *Running, conn net.Conn) {
	head := make([]byte, 6)
	if _, err := io.ReadFull(conn, head); err != nil {
		return
	}
	body := make([]byte, min(binary.BigEndian.Uint32(head[2:]), 1<<16))
	if _, err := io.ReadFull(conn, body); err != nil && !errors.Is(err, io.EOF) {
		return
	}
	if head[0] != 1 || len(body) < 68 {
		fmt.Fprintf(r, "a unit of kind %d\n", head[0])
		_, _ = conn.Write([]byte{7, 0, 0, 0, 0, 4, 0, 0, 2, 2})
		return
	}
	fmt.Fprintf(r, "%s calls %s\n", strings.TrimSpace(string(body[20:36])), strings.TrimSpace(string(body[4:20])))
	_, _ = conn.Write([]byte{3, 0, 0, 0, 0, 4, 0, 1, 1, 3}) // none of its callers
}
