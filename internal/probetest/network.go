package probetest

import (
	"context"
	"io"
	"net"
	"os"
	"sync"
	"syscall"
	"time"

	"trustaudit/internal/probe"
)

// Service serves one connection and returns; the connection is then closed.
type Service func(net.Conn)

// Network is a network that exists in this process only. It is made for use in
// a testing/synctest bubble: nothing in it waits for the world.
type Network struct {
	// Services listen at their addresses. Other addresses refuse.
	Services map[string]Service
	// Absent addresses never answer.
	Absent func(address string) bool
	// Forbidden addresses are refused as a scope refuses, with the reason.
	Forbidden map[string]string

	served sync.WaitGroup
}

// Dial connects to a service of the network.
func (n *Network) Dial(ctx context.Context, network, address string) (net.Conn, error) {
	if reason := n.Forbidden[address]; reason != "" {
		return nil, Refusal(reason)
	}
	if n.Absent != nil && n.Absent(address) {
		return nil, n.wait(ctx, network)
	}
	serve, ok := n.Services[address]
	if !ok {
		return nil, &net.OpError{Op: "dial", Net: network, Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}
	}
	here, there := net.Pipe()
	n.served.Go(func() {
		defer there.Close()
		serve(there)
	})
	return here, nil
}

// wait is what becomes of a connection to nobody.
func (n *Network) wait(ctx context.Context, network string) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(probe.ConnectTimeout):
		return &net.OpError{Op: "dial", Net: network, Err: os.ErrDeadlineExceeded}
	}
}

// Wait waits until every service is done with its connections.
func (n *Network) Wait() { n.served.Wait() }

// Refusal is how a scope refuses.
type Refusal string

func (r Refusal) Error() string { return "refused: " + string(r) }

// Refused says why.
func (r Refusal) Refused() string { return string(r) }

// Mute takes everything and never says a word.
func Mute(conn net.Conn) { _, _ = io.Copy(io.Discard, conn) }

// Deaf neither reads nor writes until the other side leaves.
func Deaf(conn net.Conn) {
	for {
		time.Sleep(time.Second)
		if err := conn.SetDeadline(time.Time{}); err != nil {
			return
		}
	}
}
