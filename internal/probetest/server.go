package probetest

import (
	"bytes"
	"net"
	"os"
	"os/exec"
	"strconv"
	"testing"
	"time"
)

// Need returns the path of a program that a test cannot do without. Where it is
// missing the test is skipped, but in CI it fails: there it must be there.
func Need(t *testing.T, program string) string {
	t.Helper()
	path, err := exec.LookPath(program)
	if err != nil && os.Getenv("CI") == "true" {
		t.Fatalf("%s is not installed, and CI must not do without", program)
	}
	if err != nil {
		t.Skipf("%s is not installed", program)
	}
	return path
}

// FreePort returns a TCP port of loopback that nobody listens on.
func FreePort(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

// startTime is how long a server may take to listen.
const startTime = 20 * time.Second

// Start starts a server that will listen on a port of loopback, waits until it
// does, and stops it when the test ends. It returns the server's address.
func Start(t *testing.T, port int, cmd *exec.Cmd) string {
	t.Helper()
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		<-ended
	})
	address := net.JoinHostPort("127.0.0.1", strconv.Itoa(port))
	for limit := time.Now().Add(startTime); time.Now().Before(limit); time.Sleep(20 * time.Millisecond) {
		conn, err := net.Dial("tcp", address)
		if err == nil {
			conn.Close()
			return address
		}
		select {
		case err := <-ended:
			ended <- err
			t.Fatalf("%s ended: %v: %s", cmd.Path, err, said.Bytes())
		default:
		}
	}
	t.Fatalf("%s does not listen on %s", cmd.Path, address)
	return ""
}
