package ocr_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"trustaudit/internal/ocr"
)

// TestMain plays the program: what it is given tells it what to do.
func TestMain(m *testing.M) {
	if len(os.Args) != 3 || os.Args[1] != "stdin" || os.Args[2] != "stdout" {
		os.Exit(m.Run())
	}
	picture, err := io.ReadAll(os.Stdin)
	switch {
	case err != nil:
		os.Exit(2)
	case string(picture) == "environment":
		fmt.Print(strings.Join(os.Environ(), " "))
	case string(picture) == "endless":
		for {
			fmt.Print(strings.Repeat("NHS ", 1<<18))
		}
	case string(picture) == "hang":
		time.Sleep(time.Hour)
	case string(picture) == "damaged":
		fmt.Print("half")
		os.Exit(1)
	default:
		fmt.Print("text of ", string(picture))
	}
}

func TestRead(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	p := ocr.Program(self)
	read := func(picture string) (string, error) {
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		defer cancel()
		text, err := p.Read(ctx, strings.NewReader(picture))
		return string(text), err
	}
	if text, err := read("a picture"); err != nil || text != "text of a picture" {
		t.Errorf("got %q, %v", text, err)
	}
	if text, err := read("environment"); err != nil || !strings.HasPrefix(text, "OMP_THREAD_LIMIT=1") || strings.Contains(text, "HOME=") {
		t.Errorf("environment %q, %v", text, err)
	}
	if text, err := read("damaged"); err == nil || text != "half" {
		t.Errorf("damaged: got %q, %v; want what there is, and an error", text, err)
	}
	if text, err := read("endless"); err == nil || len(text) > 32<<20 {
		t.Errorf("endless: %d bytes, %v; want an end", len(text), err)
	}
	if _, err := read("hang"); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("hang: %v, want the deadline", err)
	}
}
