// Package converse holds short conversations with services that may be hostile:
// a connection that ends when its time is up or its context is cancelled, and
// words of a service cleaned before anybody keeps them.
package converse

import (
	"context"
	"fmt"
	"time"

	"trustaudit/internal/probe"
)

// Dial is the shape of a session's way out.
type Dial func(ctx context.Context, network, address string) (probe.Conn, error)

// Open connects to address over TCP. From then on the conversation has the
// given time in all, however slowly the other side talks; waiting for the
// connection itself is for dial to bound.
func Open(ctx context.Context, dial Dial, address string, within time.Duration) (probe.Conn, error) {
	conn, err := dial(ctx, "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("connect to %s: %w", address, err)
	}
	return Bound(ctx, conn, within), nil
}

// Bound gives a conversation the given time in all. When the time is up or ctx
// ends, whatever is being read or written fails with os.ErrDeadlineExceeded.
func Bound(ctx context.Context, conn probe.Conn, within time.Duration) probe.Conn {
	limit, cancel := context.WithTimeout(ctx, within)
	stop := context.AfterFunc(limit, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })
	return &bounded{Conn: conn, release: func() { stop(); cancel() }}
}

// bounded is a connection with an end to its time.
type bounded struct {
	probe.Conn
	release func()
}

// Close ends the conversation early.
func (b *bounded) Close() error {
	b.release()
	return b.Conn.Close()
}
