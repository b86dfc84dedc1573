package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"trustaudit/internal/audit"
	"trustaudit/internal/journal"
	"trustaudit/internal/sign"
)

// signRecord signs a record as it is before its signature is put in.
func signRecord(id *sign.Identity, record any) ([]byte, error) {
	data, err := json.Marshal(record)
	if err != nil {
		return nil, fmt.Errorf("sign record: %w", err)
	}
	return sign.SignRecord(id, data)
}

// append adds one record to the journal of a run that is not under way.
func (a *app) append(dir, kind string, record any) error {
	w, err := journal.Open(dir, a.now)
	if err != nil {
		return err
	}
	return errors.Join(w.Append(kind, record), w.Close())
}

// namesNobody refuses words in which somebody is identified: what people write
// into a journal stays there.
func (a *app) namesNobody(flag, text string) error {
	mask := masker(audit.NewKey([32]byte{}), a.now())
	if mask(strings.ReplaceAll(text, "/", " ")) != strings.ReplaceAll(text, "/", " ") {
		return fmt.Errorf("%s seems to identify a patient: name the file or the finding instead", flag)
	}
	return nil
}
