//go:debug tlsrsakex=1
//go:debug tls3des=1

// Command trustaudit-nuclei asks web servers the questions of templates, by nuclei's
// library. It is a child of trustaudit, which links nothing of nuclei's: it reads one
// line of JSON that says what there is to ask and where the only way out is, then a
// line for each server, and writes what was matched. See internal/nuclei.
//
// It refuses to run by itself: nuclei writes to the folders that it finds by the
// environment as soon as it is loaded, so whoever starts it names one for all of them.
//
// It speaks TLS as servers of ten years ago do, too: what those show is asked for like
// what others show, and how they encrypt is judged elsewhere.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"

	"trustaudit/internal/nuclei"
)

func main() {
	if err := run(os.Stdin, os.Stdout, os.Getenv); err != nil {
		fmt.Fprintln(os.Stderr, "trustaudit-nuclei:", err)
		os.Exit(1)
	}
}

// maxLine bounds a line of input: the first holds every template.
const maxLine = 64 << 20

// maxJobs is how many servers are asked at once.
const maxJobs = 32

// run serves its parent until that lets go.
func run(stdin io.Reader, stdout io.Writer, getenv func(string) string) error {
	lines := bufio.NewScanner(stdin)
	lines.Buffer(nil, maxLine)
	say := speaker(stdout)
	var start nuclei.Start
	if err := next(lines, &start); err != nil {
		return fmt.Errorf("read what to ask: %w", err)
	}
	if err := housed(start.Home, getenv); err != nil {
		return err
	}
	a, err := newAsker(start)
	var broken *brokenTemplate
	if errors.As(err, &broken) {
		return say(nuclei.Line{Template: broken.id, Error: broken.err.Error()})
	}
	if err != nil {
		return err
	}
	if err := say(nuclei.Line{Ready: true}); err != nil {
		return err
	}
	return serve(lines, a, say)
}

// serve asks one server after another, and up to maxJobs at the same time.
func serve(lines *bufio.Scanner, a *asker, say func(nuclei.Line) error) error {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	var jobs sync.WaitGroup
	defer jobs.Wait()
	turn := make(chan struct{}, maxJobs)
	for {
		var job nuclei.Job
		if err := next(lines, &job); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return fmt.Errorf("read job: %w", err)
		}
		turn <- struct{}{}
		jobs.Go(func() {
			defer func() { <-turn }()
			if a.do(ctx, job, say) != nil {
				cancel() // nobody listens
			}
		})
	}
}

// next reads a line into v.
func next(lines *bufio.Scanner, v any) error {
	if !lines.Scan() {
		return errors.Join(io.EOF, lines.Err())
	}
	return json.Unmarshal(lines.Bytes(), v)
}

// speaker writes lines whole, whoever calls.
func speaker(out io.Writer) func(nuclei.Line) error {
	var mu sync.Mutex
	encoder := json.NewEncoder(out)
	return func(l nuclei.Line) error {
		mu.Lock()
		defer mu.Unlock()
		return encoder.Encode(l)
	}
}

// housed sees that every folder that nuclei writes in is the one that was made for
// it.
func housed(home string, getenv func(string) string) error {
	for _, name := range nuclei.Variables() {
		if home == "" || getenv(name) != home {
			return fmt.Errorf("%s is not the folder that was made for this run: trustaudit starts this program, nobody else does", name)
		}
	}
	return nil
}
