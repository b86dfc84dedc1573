// Package sqlite reads SQLite databases met as files, in a folder or inside an
// archive: every table is a child of its own name. Such a file has one schema.
package sqlite

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"trustaudit/internal/extract"
	"trustaudit/internal/source"
	database "trustaudit/internal/source/sqlite"
)

// Format is the format.
var Format = extract.Format{Name: "sqlite", Detect: detect, Read: read}

func detect(head []byte, _ string) extract.Confidence {
	if bytes.HasPrefix(head, []byte(database.Magic)) {
		return extract.ByContent
	}
	return extract.No
}

func read(ctx context.Context, document extract.Document, sink extract.Sink) (err error) {
	d, err := database.Open(ctx, document.Data, document.Size)
	if err != nil {
		return terms(err)
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	tables, err := d.Tables(ctx)
	if err != nil {
		return terms(err)
	}
	for _, table := range tables {
		if table.Virtual { // what it holds is in tables of its own, or not in this file
			continue
		}
		child := extract.Child{
			Name: table.Name,
			Size: -1,
			Rows: func(ctx context.Context) (source.Rows, error) {
				rows, err := d.Rows(ctx, table.Name)
				if err != nil {
					return nil, terms(err)
				}
				return rows, nil
			},
		}
		if err := sink.Child(child); err != nil {
			return err
		}
	}
	return nil
}

// terms puts an error of the database into the terms of formats.
func terms(err error) error {
	switch {
	case errors.Is(err, database.ErrCorrupt):
		return fmt.Errorf("read database: %w", extract.ErrCorrupt)
	case errors.Is(err, database.ErrUnsupported):
		return fmt.Errorf("read database: %w", extract.ErrUnsupported)
	}
	return err
}
