package talk

import (
	"context"
	"strings"
)

// AskLine asks a question of one line, on a connection of its own, and gives the
// first line of the answer.
func (l *Look) AskLine(ctx context.Context, question string) (string, error) {
	conn, err := l.Call(ctx)
	if err != nil {
		return "", err
	}
	defer conn.Close()
	if err := conn.Ask(question); err != nil {
		return "", err
	}
	return conn.Line()
}

// FirstLine makes what knows a service by the first line of its answer the Fits of
// its hello.
func FirstLine(known func(line string) bool) func(answer []byte) bool {
	return func(answer []byte) bool {
		line, _, whole := strings.Cut(string(answer), "\r\n")
		return whole && known(line)
	}
}
