package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
)

// ndjson writes one JSON value to a line.
type ndjson struct {
	buffer  *bufio.Writer
	encoder *json.Encoder
}

func (a *app) ndjson() *ndjson {
	w := bufio.NewWriterSize(a.stdout, 64<<10)
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	return &ndjson{buffer: w, encoder: e}
}

func (n *ndjson) write(v any) error { return n.encoder.Encode(v) }

// close flushes, and joins the error that ended the writing.
func (n *ndjson) close(err error) error {
	if err = errors.Join(err, n.buffer.Flush()); err != nil {
		return fmt.Errorf("print: %w", err)
	}
	return nil
}
