package demo

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"path"
	"strconv"
	"strings"
	"time"
)

// The account of the file service. It is no secret: the service is on loopback
// and what it serves is made up.
const (
	ftpUser     = "transfer"
	ftpPassword = "demonstration"
)

// idleTime is how long a client of the file service may keep silent.
const idleTime = 30 * time.Second

// ftpService serves the share, for reading only and in clear, as services of
// its kind did before anybody thought of TLS.
type ftpService struct {
	ctx  context.Context // of the demonstration
	root *os.Root
}

// ftpSession is one client of the service.
type ftpSession struct {
	ctx     context.Context
	root    *os.Root
	conn    net.Conn
	user    string
	granted bool
	folder  string // within the root, "." at its top
	data    net.Listener
}

func (s *ftpService) serve(conn net.Conn) {
	session := &ftpSession{ctx: s.ctx, root: s.root, conn: conn, folder: "."}
	defer session.noData()
	if session.reply(220, "Demonstration FTP service - "+notice) != nil {
		return
	}
	idle := time.AfterFunc(idleTime, func() { conn.Close() })
	defer idle.Stop()
	for lines := bufio.NewScanner(conn); lines.Scan(); idle.Reset(idleTime) {
		command, argument, _ := strings.Cut(strings.TrimSpace(lines.Text()), " ")
		command = strings.ToUpper(command)
		if err := session.do(command, argument); err != nil || command == "QUIT" {
			return
		}
	}
}

func (s *ftpSession) reply(code int, text string) error {
	_, err := fmt.Fprintf(s.conn, "%d %s\r\n", code, text)
	return err
}

// do does one command. An error ends the session.
func (s *ftpSession) do(command, argument string) error {
	switch command {
	case "USER":
		s.user, s.granted = argument, false
		return s.reply(331, "Password, please")
	case "PASS":
		s.granted = s.user == ftpUser && argument == ftpPassword
		if !s.granted {
			return s.reply(530, "Not this way")
		}
		return s.reply(230, "Logged in")
	case "FEAT":
		_, err := fmt.Fprintf(s.conn, "211-Features:\r\n EPSV\r\n PASV\r\n SIZE\r\n211 End\r\n")
		return err
	case "QUIT":
		return s.reply(221, "Goodbye")
	case "NOOP", "TYPE":
		return s.reply(200, "Very well")
	case "SYST":
		return s.reply(215, "UNIX Type: L8")
	}
	if !s.granted {
		return s.reply(530, "Please log in")
	}
	return s.doGranted(command, argument)
}

// doGranted does what needs a log-in. Nothing in it writes to the share.
func (s *ftpSession) doGranted(command, argument string) error {
	switch command {
	case "PWD":
		return s.reply(257, strconv.Quote("/"+strings.TrimPrefix(s.folder, ".")))
	case "CWD":
		name := s.resolve(argument)
		if info, err := s.root.Stat(name); err != nil || !info.IsDir() {
			return s.reply(550, "No such folder")
		}
		s.folder = name
		return s.reply(250, "There we are")
	case "SIZE":
		info, err := s.root.Stat(s.resolve(argument))
		if err != nil || !info.Mode().IsRegular() {
			return s.reply(550, "No such file")
		}
		return s.reply(213, strconv.FormatInt(info.Size(), 10))
	case "PASV", "EPSV":
		return s.passive(command)
	case "LIST", "NLST":
		return s.send(func(w io.Writer) error { return s.list(w, command == "LIST", argument) })
	case "RETR":
		return s.send(func(w io.Writer) error { return s.retrieve(w, argument) })
	}
	return s.reply(502, "Not here")
}

// resolve returns the path of a name within the root.
func (s *ftpSession) resolve(name string) string {
	if !strings.HasPrefix(name, "/") {
		name = path.Join("/", s.folder, name)
	}
	return path.Join(".", strings.TrimPrefix(path.Clean(name), "/"))
}

// passive opens a port for the next transfer.
func (s *ftpSession) passive(command string) error {
	s.noData()
	var err error
	if s.data, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		return s.reply(425, "No port")
	}
	port := s.data.Addr().(*net.TCPAddr).Port
	if command == "EPSV" {
		return s.reply(229, fmt.Sprintf("Extended passive mode (|||%d|)", port))
	}
	return s.reply(227, fmt.Sprintf("Passive mode (127,0,0,1,%d,%d)", port>>8, port&0xff))
}

func (s *ftpSession) noData() {
	if s.data != nil {
		s.data.Close()
		s.data = nil
	}
}

// send transfers what write writes over the port opened before.
func (s *ftpSession) send(write func(io.Writer) error) error {
	if s.data == nil {
		return s.reply(425, "PASV first")
	}
	defer s.noData()
	if err := s.reply(150, "Here it comes"); err != nil {
		return err
	}
	conn, err := s.accept()
	if err != nil {
		return s.reply(425, "Nobody came")
	}
	defer conn.Close()
	defer s.bound(conn)()
	if write(conn) != nil || conn.Close() != nil {
		return s.reply(550, "It cannot be read")
	}
	return s.reply(226, "That was all")
}

// accept waits for the client to come to the port opened before.
func (s *ftpSession) accept() (net.Conn, error) {
	defer s.bound(s.data)()
	return s.data.Accept()
}

// bound closes c when the demonstration ends or the client is idle for too
// long, unless the function that it returns is called first.
func (s *ftpSession) bound(c io.Closer) func() {
	limit, cancel := context.WithTimeout(s.ctx, idleTime)
	stop := context.AfterFunc(limit, func() { c.Close() })
	return func() { stop(); cancel() }
}

func (s *ftpSession) list(w io.Writer, long bool, argument string) error {
	if strings.HasPrefix(argument, "-") {
		argument = "" // options of ls, which clients like to add
	}
	entries, err := fs.ReadDir(s.root.FS(), s.resolve(argument))
	if err != nil {
		return err
	}
	for _, e := range entries {
		line := e.Name()
		if long {
			info, err := e.Info()
			if err != nil {
				return err
			}
			line = fmt.Sprintf("%s 1 trust trust %d %s %s", info.Mode(), info.Size(), info.ModTime().UTC().Format("Jan _2 2006"), e.Name())
		}
		if _, err := fmt.Fprintf(w, "%s\r\n", line); err != nil {
			return err
		}
	}
	return nil
}

func (s *ftpSession) retrieve(w io.Writer, argument string) error {
	file, err := s.root.Open(s.resolve(argument))
	if err != nil {
		return err
	}
	defer file.Close()
	_, err = io.Copy(w, file)
	return err
}
