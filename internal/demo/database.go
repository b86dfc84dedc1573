package demo

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"

	_ "modernc.org/sqlite" // the driver
)

// How many rows the tables have. The pseudonymised table is of other patients.
const (
	patientRows = 500
	cohortRows  = 400
)

const schema = `
CREATE TABLE notice (text TEXT NOT NULL);
CREATE TABLE patient (id INTEGER PRIMARY KEY, nhs_number TEXT, surname TEXT, forename TEXT, date_of_birth TEXT, postcode TEXT);
CREATE TABLE research_cohort (id INTEGER PRIMARY KEY, patient_hash TEXT, specialty TEXT, admitted TEXT);`

// writeDatabase writes a database with a table of patients and a table of
// pseudonyms.
func writeDatabase(ctx context.Context, path string, p *people) (err error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("make the folder of %s: %w", path, err)
	}
	db, err := sql.Open("sqlite", path)
	if err != nil {
		return fmt.Errorf("open %s: %w", path, err)
	}
	defer func() {
		if closed := db.Close(); err == nil && closed != nil {
			err = fmt.Errorf("close %s: %w", path, closed)
		}
	}()
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("begin %s: %w", path, err)
	}
	defer func() { _ = tx.Rollback() }() // does nothing after a commit
	if err := fill(ctx, tx, p); err != nil {
		return fmt.Errorf("fill %s: %w", path, err)
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("commit %s: %w", path, err)
	}
	return nil
}

func fill(ctx context.Context, tx *sql.Tx, p *people) error {
	if _, err := tx.ExecContext(ctx, schema); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, `INSERT INTO notice VALUES (?)`, notice); err != nil {
		return err
	}
	for _, one := range p.some(patientRows) {
		if _, err := tx.ExecContext(ctx, `INSERT INTO patient (nhs_number, surname, forename, date_of_birth, postcode) VALUES (?, ?, ?, ?, ?)`,
			one.number, one.surname, one.forename, one.born.Format("2006-01-02"), one.postcode); err != nil {
			return err
		}
	}
	for _, one := range p.some(cohortRows) {
		if _, err := tx.ExecContext(ctx, `INSERT INTO research_cohort (patient_hash, specialty, admitted) VALUES (?, ?, ?)`,
			one.pseudonym(), one.specialty, one.admitted.Format("2006-01-02")); err != nil {
			return err
		}
	}
	return nil
}
