package converse

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"strings"
	"syscall"
)

// Failure is how a connection or a conversation failed.
type Failure int

// The failures. Only Unclear says nothing about the other side.
const (
	Unclear   Failure = iota // something went wrong on this side, or in between
	Closed                   // the other side refused or hung up
	Silent                   // nothing came in time
	Forbidden                // the scope does not permit it
	Cancelled                // the run was stopped
)

// The socket errors of Windows, which package syscall does not map to those of
// POSIX. No other system uses these numbers.
const (
	wsaConnAborted = syscall.Errno(10053)
	wsaConnReset   = syscall.Errno(10054)
	wsaTimedOut    = syscall.Errno(10060)
	wsaConnRefused = syscall.Errno(10061)
	wsaNetUnreach  = syscall.Errno(10051)
	wsaHostDown    = syscall.Errno(10064)
	wsaHostUnreach = syscall.Errno(10065)
)

// refusal is what a scope's refusal looks like from here.
type refusal interface{ Refused() string }

// Classify tells how err, from a dial, a read or a write, came about.
func Classify(ctx context.Context, err error) Failure {
	var refused refusal
	var errno syscall.Errno
	var netErr net.Error
	switch {
	case ctx.Err() != nil:
		return Cancelled
	case errors.As(err, &refused):
		return Forbidden
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.ErrClosedPipe):
		return Closed
	case errors.As(err, &errno):
		return classifyErrno(errno)
	case errors.Is(err, os.ErrDeadlineExceeded), errors.As(err, &netErr) && netErr.Timeout():
		return Silent
	}
	return Unclear
}

func classifyErrno(errno syscall.Errno) Failure {
	switch errno {
	case syscall.ECONNREFUSED, syscall.ECONNRESET, syscall.ECONNABORTED, syscall.EPIPE,
		wsaConnRefused, wsaConnReset, wsaConnAborted:
		return Closed
	case syscall.ETIMEDOUT, syscall.EHOSTDOWN, syscall.EHOSTUNREACH, syscall.ENETUNREACH,
		wsaTimedOut, wsaHostDown, wsaHostUnreach, wsaNetUnreach:
		return Silent
	}
	return Unclear
}

// Why puts err in words that are the same on every run, and masked: the text of
// a socket error names the port that happened to be used on this side, that of
// a parser what the other side sent.
func Why(ctx context.Context, err error) string {
	var refused refusal
	var unknown *net.DNSError
	var operation *net.OpError
	var errno syscall.Errno
	switch Classify(ctx, err) {
	case Cancelled:
		return "the run was stopped"
	case Closed:
		return "the connection was refused or closed"
	case Silent:
		return "no answer in time"
	case Forbidden:
		errors.As(err, &refused)
		return "not to be touched: " + refused.Refused()
	}
	switch {
	case errors.As(err, &unknown):
		return "the name could not be resolved"
	case errors.As(err, &errno):
		return errno.Error()
	case errors.As(err, &operation):
		err = operation.Err
	}
	if strings.Contains(err.Error(), "*tls.") {
		return "it answers an offer of TLS with what makes no handshake"
	}
	return Clean([]byte(err.Error()))
}
