// Package estatetest starts the real servers of a hospital's estate on loopback:
// weak ones, as they are found, and hardened twins of which nothing may be said.
// Tests of probes start one of them; the benchmark and the accuracy run start all.
package estatetest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// Server is a real server in one configuration.
type Server struct {
	Name     string   // "redis, open": unique
	Service  string   // what discovery must call it: "redis"
	UDP      bool     // it listens on UDP
	Port     int      // where it listens in the whole estate: an odd one, unless that would defeat the purpose
	Programs []string // that must be installed, by the names that exec finds
	Root     bool     // it starts as root alone
	Tests    []string // named tests without which Finds cannot be found
	Finds    []Find   // what must be found, and nothing beside it; none: a hardened twin
	Matches  []Find   // what templates find beside that, where their helper runs
	Start    func(context.Context, Place) (*Running, error)
}

// Find is a finding that must be made: the check and the trait with its value, as
// the policy has them ("tls.version TLS 1.0").
type Find struct{ Check, Trait string }

// Place is where a server is to run.
type Place struct {
	Dir  string // of its own, and empty
	Host string // 127.0.0.x
	Port int
	Keys *Keys
}

// Address is the place's host:port.
func (p Place) Address() string { return net.JoinHostPort(p.Host, fmt.Sprint(p.Port)) }

// File writes a file into the place's folder and returns its path.
func (p Place) File(name, text string) (string, error) {
	path := p.Dir + "/" + name
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		return "", fmt.Errorf("write configuration: %w", err)
	}
	return path, nil
}

// Running is a server that runs.
type Running struct {
	Address string
	stop    []func()
	mu      sync.Mutex
	said    bytes.Buffer
	files   []string
}

// Write takes what the server says.
func (r *Running) Write(b []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.said.Write(b)
}

// LogsTo names a file that the server writes its log to.
func (r *Running) LogsTo(file string) { r.files = append(r.files, file) }

// Log is what the server has said so far.
func (r *Running) Log() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	all := r.said.String()
	for _, file := range r.files {
		if text, err := os.ReadFile(file); err == nil { // until it has something to say there is none
			all += string(text)
		}
	}
	return all
}

// Stop ends the server.
func (r *Running) Stop() {
	for _, stop := range slices.Backward(r.stop) {
		stop()
	}
	r.stop = nil
}

// OnStop has something done when the server is stopped.
func (r *Running) OnStop(f func()) { r.stop = append(r.stop, f) }

// startTime is how long a server may take to listen.
const startTime = 30 * time.Second

// Exec starts a program that will listen at the place over TCP, in the
// foreground, and waits until it does.
func Exec(ctx context.Context, p Place, program string, args ...string) (*Running, error) {
	if accepts(p.Address()) {
		return nil, fmt.Errorf("start %s: another server listens at %s", program, p.Address())
	}
	r := &Running{Address: p.Address()}
	ended, err := r.exec(p, program, args...)
	if err != nil {
		return nil, err
	}
	if err := r.wait(ctx, ended, func() bool { return accepts(p.Address()) }); err != nil {
		r.Stop()
		return nil, fmt.Errorf("start %s: %w: %s", program, err, r.Log())
	}
	return r, nil
}

// ExecUDP is Exec for a program that listens on UDP; ready says whether it answers.
func ExecUDP(ctx context.Context, p Place, ready func() bool, program string, args ...string) (*Running, error) {
	r := &Running{Address: p.Address()}
	ended, err := r.exec(p, program, args...)
	if err != nil {
		return nil, err
	}
	if err := r.wait(ctx, ended, ready); err != nil {
		r.Stop()
		return nil, fmt.Errorf("start %s: %w: %s", program, err, r.Log())
	}
	return r, nil
}

// exec starts a program in a group of its own, so that all it starts ends with it.
func (r *Running) exec(p Place, program string, args ...string) (<-chan error, error) {
	path, err := find(program)
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(path, args...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = p.Dir, r, r
	group(cmd)
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", program, err)
	}
	ended := make(chan error, 1)
	done := make(chan struct{})
	go func() { ended <- cmd.Wait(); close(done) }()
	r.OnStop(func() {
		endGroup(cmd)
		<-done
	})
	return ended, nil
}

func (r *Running) wait(ctx context.Context, ended <-chan error, ready func() bool) error {
	for limit := time.Now().Add(startTime); time.Now().Before(limit); {
		if ready() {
			return nil
		}
		select {
		case err := <-ended:
			return fmt.Errorf("it ended: %w", errors.Join(err, errors.New("before it listened")))
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(20 * time.Millisecond):
		}
	}
	return errors.New("it does not listen")
}

func accepts(address string) bool { return acceptsAt("tcp", address) }

func acceptsAt(network, address string) bool {
	conn, err := net.DialTimeout(network, address, time.Second)
	if err != nil {
		return false
	}
	conn.Close()
	return true
}

// find is exec.LookPath that also looks where servers lie.
func find(program string) (string, error) {
	if path, err := exec.LookPath(program); err == nil {
		return path, nil
	}
	for _, dir := range []string{"/usr/sbin/", "/usr/local/sbin/", "/sbin/", "/usr/lib/postgresql/15/bin/", "/usr/lib/postgresql/17/bin/"} {
		if path, err := exec.LookPath(dir + program); err == nil {
			return path, nil
		}
	}
	return "", fmt.Errorf("find %s: it is not installed", program)
}

// Missing says what the machine lacks to start the server; "" for nothing.
func (s Server) Missing() string {
	for _, program := range s.Programs {
		if _, err := find(program); err != nil {
			return program + " is not installed"
		}
	}
	if s.Root && os.Geteuid() != 0 {
		return s.Name + " needs root"
	}
	return ""
}

// Start starts a server for a test, at a free port of 127.0.0.1, and stops it when
// the test ends. Where it cannot run the test is skipped, but in CI it fails.
func Start(t *testing.T, s Server) *Running {
	t.Helper()
	if lacking := s.Missing(); lacking != "" {
		if os.Getenv("CI") == "true" {
			t.Fatalf("%s, and CI must not do without", lacking)
		}
		t.Skip(lacking)
	}
	keys, err := NewKeys(folder(t))
	if err != nil {
		t.Fatal(err)
	}
	r, err := s.Start(t.Context(), Place{Dir: folder(t), Host: "127.0.0.1", Port: freePort(t, s.UDP), Keys: keys})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.Stop)
	return r
}

// folder is a folder that servers which drop root can read: t.TempDir is closed to them.
func folder(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "estate")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

func freePort(t *testing.T, udp bool) int {
	t.Helper()
	if udp {
		c, err := net.ListenPacket("udp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		return c.LocalAddr().(*net.UDPAddr).Port
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

// Named returns the server of that name.
func Named(name string) Server {
	all := All()
	i := slices.IndexFunc(all, func(s Server) bool { return s.Name == name })
	if i < 0 {
		panic("there is no server " + name)
	}
	return all[i]
}

// All lists the servers of the estate, weak ones and hardened ones.
func All() []Server {
	return slices.Concat(tlsServers(), ftpServers(), shareServers(), fileServers(), nfsServers(), redisServers(), mailServers(), databaseServers(), tdsServers(), tnsServers(), mongodbServers(), directoryServers(), sshServers(), remoteServers(), managementServers(), vpnServers(), kerberosServers(), webServers(), clinicalServers(), queueServers(), spokenServers())
}

// Serve runs a server of our own, for what no package serves: handle is given each
// connection at the place, and what it adds to the log with Write is kept.
func Serve(p Place, handle func(r *Running, conn net.Conn)) (*Running, error) {
	l, err := net.Listen("tcp", p.Address())
	if err != nil {
		return nil, fmt.Errorf("listen: %w", err)
	}
	r := &Running{Address: p.Address()}
	var open sync.WaitGroup
	var mu sync.Mutex
	conns := map[net.Conn]bool{}
	open.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			mu.Lock()
			conns[conn] = true
			mu.Unlock()
			open.Go(func() {
				defer func() { conn.Close(); mu.Lock(); delete(conns, conn); mu.Unlock() }()
				handle(r, conn)
			})
		}
	})
	r.OnStop(func() {
		l.Close()
		mu.Lock()
		for c := range conns {
			c.Close()
		}
		mu.Unlock()
		open.Wait()
	})
	return r, nil
}

// lines joins lines of a configuration.
func lines(all ...string) string { return strings.Join(all, "\n") + "\n" }

// stopSignal asks a group of processes to end at once: nothing of theirs is kept.
const stopSignal = syscall.SIGKILL
