package engagement

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
)

// maxSecret bounds a credential.
const maxSecret = 64 << 10

// Credential says where a secret comes from: the environment, a file or a
// prompt. It never holds the secret.
type Credential struct {
	Name string
	env  string
	file string // absolute; with neither, it is asked for
}

// Resolve fetches the secret. env looks up a variable; prompt asks a person,
// and may be nil where nobody is there.
func (c Credential) Resolve(env func(string) (string, bool), prompt func(string) (string, error)) (Secret, error) {
	value, err := c.fetch(env, prompt)
	if err != nil {
		return Secret{}, fmt.Errorf("fetch credential %q: %w", c.Name, err)
	}
	if value == "" {
		return Secret{}, fmt.Errorf("fetch credential %q: it is empty", c.Name)
	}
	return Secret{value: &value}, nil
}

func (c Credential) fetch(env func(string) (string, bool), prompt func(string) (string, error)) (string, error) {
	switch {
	case c.env != "":
		value, ok := env(c.env)
		if !ok {
			return "", fmt.Errorf("the variable %s is not set", c.env)
		}
		return value, nil
	case c.file != "":
		return readSecret(c.file)
	case prompt == nil:
		return "", errors.New("it is to be asked for, and nobody is there to ask: use env or file")
	}
	return prompt(c.Name)
}

// readSecret returns the content of a credential file without the line's end.
func readSecret(path string) (string, error) {
	if err := checkFile(path); err != nil {
		return "", err
	}
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return "", err
	}
	// What was opened, not what stood there when it was checked.
	if err := checkMode(info); err != nil {
		return "", err
	}
	data, err := io.ReadAll(io.LimitReader(f, maxSecret+1))
	if err != nil {
		return "", err
	}
	if len(data) > maxSecret {
		return "", fmt.Errorf("the file is larger than %d KiB", maxSecret>>10)
	}
	data = bytes.TrimSuffix(data, []byte("\n"))
	return string(bytes.TrimSuffix(data, []byte("\r"))), nil
}

// checkFile says what keeps a file from being a credential file.
func checkFile(path string) error {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return errors.New("the file does not exist: write the path of one that holds the secret, or use env or prompt")
	case err != nil:
		return errors.New("the file cannot be looked at: give the user who runs the scan the right to read it")
	}
	if err := checkMode(info); err != nil {
		return err
	}
	f, err := os.Open(path)
	if err != nil {
		return errors.New("the file cannot be read: give the user who runs the scan the right to read it")
	}
	return f.Close()
}

// checkMode refuses what is not a plain file, or can be read by others.
func checkMode(info fs.FileInfo) error {
	if !info.Mode().IsRegular() {
		return errors.New("it is not a file: write the path of a file that holds the secret")
	}
	return ownerOnly(info)
}

// localFile resolves a path that is relative to the engagement file.
func (r *reader) localFile(path string) string {
	if filepath.IsAbs(path) {
		return filepath.Clean(path)
	}
	return filepath.Join(r.base, path)
}

// Secret is a secret that never prints, logs or marshals itself.
type Secret struct {
	value *string
}

// Reveal returns the secret, for the one call that needs it.
func (s Secret) Reveal() string {
	if s.value == nil {
		return ""
	}
	return *s.value
}

const hidden = "[secret]"

// Format hides the secret from every verb.
func (Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, hidden) }

// String hides the secret.
func (Secret) String() string { return hidden }

// LogValue hides the secret from logs.
func (Secret) LogValue() slog.Value { return slog.StringValue(hidden) }

// MarshalText refuses: a secret is never written into a record.
func (Secret) MarshalText() ([]byte, error) {
	return nil, errors.New("marshal secret: it must not leave the process")
}
