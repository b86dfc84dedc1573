package converse_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"trustaudit/internal/converse"
	"trustaudit/internal/probe"
)

type quiet struct{ net.Conn }

func (quiet) Say(string) {}

func TestOpenEndsInTimeHoweverSlowTheOtherSide(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		here, there := net.Pipe()
		var served sync.WaitGroup
		served.Go(func() { // one byte a second, for ever
			for {
				if _, err := there.Write([]byte("x")); err != nil {
					return
				}
				time.Sleep(time.Second)
			}
		})
		dial := func(context.Context, string, string) (probe.Conn, error) { return quiet{here}, nil }
		start := time.Now()
		conn, err := converse.Open(t.Context(), dial, "host:1", 5*time.Second)
		if err != nil {
			t.Fatal(err)
		}
		_, err = io.ReadAll(conn)
		if took := time.Since(start); took > 6*time.Second {
			t.Errorf("the conversation took %v", took)
		}
		if converse.Classify(t.Context(), err) != converse.Silent {
			t.Errorf("read failed with %v, which is not told as silence", err)
		}
		conn.Close()
		served.Wait()
	})
}

func TestBoundEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		here, there := net.Pipe()
		defer there.Close()
		ctx, cancel := context.WithCancel(t.Context())
		conn := converse.Bound(ctx, quiet{here}, time.Hour)
		defer conn.Close()
		time.AfterFunc(time.Second, cancel)
		start := time.Now()
		if _, err := conn.Read(make([]byte, 1)); converse.Classify(ctx, err) != converse.Cancelled {
			t.Errorf("read failed with %v", err)
		}
		if took := time.Since(start); took != time.Second {
			t.Errorf("the end came after %v", took)
		}
	})
}

type outside struct{}

func (outside) Error() string   { return "refused" }
func (outside) Refused() string { return "fragile" }

func TestClassify(t *testing.T) {
	wrap := func(err error) error {
		return fmt.Errorf("connect: %w", &net.OpError{Op: "dial", Net: "tcp", Err: err})
	}
	for _, c := range []struct {
		err  error
		want converse.Failure
		why  string
	}{
		{wrap(os.NewSyscallError("connect", syscall.ECONNREFUSED)), converse.Closed, "the connection was refused or closed"},
		{wrap(syscall.Errno(10061)), converse.Closed, "the connection was refused or closed"},
		{wrap(io.EOF), converse.Closed, "the connection was refused or closed"},
		{wrap(os.ErrDeadlineExceeded), converse.Silent, "no answer in time"},
		{wrap(syscall.EHOSTUNREACH), converse.Silent, "no answer in time"},
		{wrap(syscall.EHOSTDOWN), converse.Silent, "no answer in time"},
		{wrap(syscall.EMFILE), converse.Unclear, syscall.EMFILE.Error()},
		{wrap(outside{}), converse.Forbidden, "not to be touched: fragile"},
		{&net.DNSError{Err: "no such host", Name: "h", IsNotFound: true}, converse.Unclear, "the name could not be resolved"},
		{errors.New("odd"), converse.Unclear, "odd"},
		{errors.New("parse 9990000018"), converse.Unclear, "parse ##########"},
		{&net.OpError{Op: "read", Net: "tcp", Source: &net.TCPAddr{Port: 41234}, Err: net.ErrClosed}, converse.Unclear, net.ErrClosed.Error()},
		{fmt.Errorf("make a TLS handshake: %w", errors.New("tls: received unexpected handshake message of type *tls.clientHelloMsg when waiting for *tls.serverHelloMsg")), converse.Unclear, "it answers an offer of TLS with what makes no handshake"},
	} {
		if got := converse.Classify(t.Context(), c.err); got != c.want {
			t.Errorf("Classify(%v) = %v, want %v", c.err, got, c.want)
		}
		if got := converse.Why(t.Context(), c.err); got != c.why {
			t.Errorf("Why(%v) = %q, want %q", c.err, got, c.why)
		}
	}
}
