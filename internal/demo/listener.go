package demo

import (
	"context"
	"fmt"
	"net"
	"sync"
)

// listeners are the services of the demonstration, all on loopback.
type listeners struct {
	ctx     context.Context
	cancel  context.CancelFunc
	running sync.WaitGroup
}

func newListeners(ctx context.Context) *listeners {
	ctx, cancel := context.WithCancel(ctx)
	return &listeners{ctx: ctx, cancel: cancel}
}

// listen starts a service on a free port and returns its address.
func (l *listeners) listen(serve func(net.Conn)) (string, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", fmt.Errorf("listen on loopback: %w", err)
	}
	context.AfterFunc(l.ctx, func() { listener.Close() })
	l.running.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			l.running.Go(func() { l.serve(conn, serve) })
		}
	})
	return listener.Addr().String(), nil
}

// serve serves one connection until it ends or the demonstration does.
func (l *listeners) serve(conn net.Conn, serve func(net.Conn)) {
	stop := context.AfterFunc(l.ctx, func() { conn.Close() })
	defer stop()
	defer conn.Close()
	serve(conn)
}

// close stops all services and waits for them.
func (l *listeners) close() {
	l.cancel()
	l.running.Wait()
}
