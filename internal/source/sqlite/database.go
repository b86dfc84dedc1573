// Package sqlite opens SQLite databases for reading only. The library never
// opens the file itself: it reads through an [io.ReaderAt] and is told that the
// file does not change, so it takes no lock, and makes no journal beside it.
// The schema of a database is as untrusted as its rows: nothing of it is
// executed (no view, trigger, virtual table or computed column).
package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"strings"

	sqlite "modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
	"modernc.org/sqlite/vfs"

	"trustaudit/internal/source"
)

// Magic is what every database file begins with.
const Magic = "SQLite format 3\x00"

// Why a database is not read. Every error of this package is free of its text:
// names in a database can identify somebody.
var (
	ErrCorrupt     = errors.New("corrupt database")
	ErrUnsupported = errors.New("unsupported database")
)

// errClosed is what is left when the library has no say in an error.
var errClosed = errors.New("database is closed")

// maxValue bounds one value that is read; a larger one is left out, and said.
const maxValue = 16 << 20

// Database is an open database.
type Database struct {
	image *image
	vfs   *vfs.FS
	pool  *sql.DB
}

// Table is one table of a database.
type Table struct {
	Name    string // raw
	Virtual bool   // without rows of its own
}

// Open opens the database that data holds. The data must outlive it.
func Open(ctx context.Context, data io.ReaderAt, size int64) (*Database, error) {
	head := make([]byte, len(Magic))
	if n, err := data.ReadAt(head, 0); n < len(head) && err != io.EOF {
		return nil, fmt.Errorf("open database: %w", err)
	}
	if string(head) != Magic {
		return nil, fmt.Errorf("open database: %w", ErrCorrupt)
	}
	d := &Database{image: newImage(data, size)}
	name, fs, err := vfs.New(d.image)
	if err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	d.vfs = fs
	connector, err := sqlite.NewConnector("file:" + imageName + "?mode=ro&immutable=1&vfs=" + name +
		"&_defensive=1&_pragma=trusted_schema(0)&_pragma=temp_store(2)&_pragma=cell_size_check(1)")
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open database: %w", err), fs.Close())
	}
	d.pool = sql.OpenDB(connector)
	if err := d.loadSchema(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("open database: %w", err), d.Close())
	}
	return d, nil
}

// loadSchema makes the library read the schema once while the image still
// bounds how much it may read.
func (d *Database) loadSchema(ctx context.Context) error {
	conn, err := d.conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	var n int64
	if err := conn.QueryRowContext(ctx, `SELECT count(*) FROM sqlite_schema`).Scan(&n); err != nil {
		return d.plain(ctx, err)
	}
	d.image.unbound()
	return nil
}

// Close closes the database.
func (d *Database) Close() error {
	if err := errors.Join(d.pool.Close(), d.vfs.Close()); err != nil {
		return fmt.Errorf("close database: %w", err)
	}
	return nil
}

// conn returns a connection with the bound on values set.
func (d *Database) conn(ctx context.Context) (*sql.Conn, error) {
	conn, err := d.pool.Conn(ctx)
	if err != nil {
		return nil, d.plain(ctx, err)
	}
	if _, err := sqlite.Limit(conn, sqlite3.SQLITE_LIMIT_LENGTH, maxValue); err != nil {
		conn.Close()
		return nil, fmt.Errorf("bound values: %w", err)
	}
	return conn, nil
}

// Tables lists the tables, sorted by the bytes of their names.
func (d *Database) Tables(ctx context.Context) ([]Table, error) {
	conn, err := d.conn(ctx)
	if err != nil {
		return nil, fmt.Errorf("list tables: %w", err)
	}
	defer conn.Close()
	rows, err := conn.QueryContext(ctx, `SELECT name, coalesce(rootpage, 0) FROM sqlite_schema WHERE type = 'table' ORDER BY name COLLATE BINARY`)
	if err != nil {
		return nil, fmt.Errorf("list tables: %w", d.plain(ctx, err))
	}
	defer rows.Close()
	var tables []Table
	for rows.Next() {
		var t Table
		var root int64
		if err := rows.Scan(&t.Name, &root); err != nil {
			return nil, fmt.Errorf("list tables: %w", ErrCorrupt)
		}
		t.Virtual = root == 0
		tables = append(tables, t)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("list tables: %w", d.plain(ctx, err))
	}
	return tables, nil
}

// Rows reads a table.
func (d *Database) Rows(ctx context.Context, table string) (source.Rows, error) {
	conn, err := d.conn(ctx)
	if err != nil {
		return nil, fmt.Errorf("read table: %w", err)
	}
	columns, err := d.columns(ctx, conn, table)
	if err != nil {
		conn.Close()
		return nil, fmt.Errorf("read table: %w", err)
	}
	r := newRows(d, conn, table, columns)
	if err := r.query(ctx, false); err != nil {
		conn.Close()
		return nil, fmt.Errorf("read table: %w", err)
	}
	return r, nil
}

// columns lists the columns that hold data of their own. A computed column
// repeats what others hold, by running an expression of the schema.
func (d *Database) columns(ctx context.Context, conn *sql.Conn, table string) ([]string, error) {
	const computed = 2
	rows, err := conn.QueryContext(ctx, `SELECT name, hidden FROM pragma_table_xinfo(?)`, table)
	if err != nil {
		return nil, d.plain(ctx, err)
	}
	defer rows.Close()
	var columns []string
	for rows.Next() {
		var name string
		var hidden int
		if err := rows.Scan(&name, &hidden); err != nil {
			return nil, ErrCorrupt
		}
		if hidden != computed {
			columns = append(columns, name)
		}
	}
	if err := rows.Err(); err != nil {
		return nil, d.plain(ctx, err)
	}
	if len(columns) == 0 {
		return nil, ErrCorrupt
	}
	return columns, nil
}

// plain puts an error of the library into words of ours.
func (d *Database) plain(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if cause := d.image.failure(); cause != nil {
		return cause
	}
	var e *sqlite.Error
	if !errors.As(err, &e) {
		return errClosed
	}
	switch e.Code() & 0xff {
	case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_IOERR:
		// A schema that makes no sense to the library is an error of its SQL.
		return ErrCorrupt
	}
	return fmt.Errorf("%w: SQLite error %d", ErrUnsupported, e.Code())
}

func quote(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }
