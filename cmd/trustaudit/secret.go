package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"

	"golang.org/x/term"

	"trustaudit/internal/auditkey"
	"trustaudit/internal/engagement"
)

// passphraseVariable is where an unattended run finds the passphrase.
const passphraseVariable = "TRUSTAUDIT_PASSPHRASE"

// sealing says how the audit key of a new run is to be kept.
func (a *app) sealing(key engagement.KeySeal, passphraseFile string) (auditkey.Sealing, error) {
	switch key.Seal {
	case engagement.SealUnattended:
		return auditkey.Unattended{}, nil
	case engagement.SealRecipient:
		return auditkey.Recipient(key.Recipient), nil
	}
	words, err := a.passphrase("Passphrase to seal the audit key: ", passphraseFile)
	if err != nil {
		return nil, err
	}
	return auditkey.Passphrase{Words: words}, nil
}

// unlock asks for what opens a sealed audit key, when it is sealed.
func (a *app) unlock(passphraseFile string) func() ([]byte, error) {
	return func() ([]byte, error) { return a.passphrase("Passphrase of the audit key: ", passphraseFile) }
}

// passphrase comes from a file, the environment or the terminal, in that
// order; never from the command line, which other users can read.
func (a *app) passphrase(prompt, file string) ([]byte, error) {
	if file != "" {
		data, err := os.ReadFile(file)
		if err != nil {
			return nil, fmt.Errorf("read passphrase: %w", err)
		}
		return bytes.TrimRight(data, "\r\n"), nil
	}
	if words := a.getenv(passphraseVariable); words != "" {
		return []byte(words), nil
	}
	f, ok := a.stdin.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return nil, &exit{exitUsage, errors.New("a passphrase is needed: set " + passphraseVariable + ", write --passphrase-file, or run in a terminal")}
	}
	fmt.Fprint(a.stderr, prompt)
	words, err := term.ReadPassword(int(f.Fd()))
	fmt.Fprintln(a.stderr)
	if err != nil {
		return nil, fmt.Errorf("read passphrase: %w", err)
	}
	return words, nil
}

// unlockWith is what opens an audit key: a passphrase, or an age identity file.
func (a *app) unlockWith(passphraseFile, identity string) (auditkey.Unlock, error) {
	u := auditkey.Unlock{Passphrase: a.unlock(passphraseFile)}
	if identity == "" {
		return u, nil
	}
	data, err := os.ReadFile(identity)
	if err != nil {
		return u, fmt.Errorf("read age identity: %w", err)
	}
	u.Identities = data
	return u, nil
}
