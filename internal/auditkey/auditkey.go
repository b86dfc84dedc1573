// Package auditkey keeps the secret of an engagement, and what is sealed to it.
//
// The secret is the audit key, which keys every digest and sketch of a run,
// and an age identity, to which the raw locators of masked items are sealed.
// It lies in the run folder as audit-key.age, sealed to the auditor's
// passphrase or age recipient, or, where a self-assessment runs unattended, as
// audit-key in clear, readable by its owner alone. Once it is destroyed, what
// is left in the folder (the journal with its digests and locators.age) cannot
// be reversed by anybody.
package auditkey

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime/debug"

	"filippo.io/age"

	"trustaudit/internal/audit"
)

// The files of a secret. The third is what a death while saving leaves.
const (
	sealedName = "audit-key.age"
	clearName  = "audit-key"
	draftName  = "audit-key.tmp"
)

// Errors that callers tell apart.
var (
	// ErrNone says that there is no secret: it was never saved, or destroyed.
	ErrNone = errors.New("there is no audit key here: it was destroyed, or never made")
	// ErrExists says that a secret is there already. It is never overwritten.
	ErrExists = errors.New("there is an audit key already")
	// ErrUnlock says that what was given does not open the seal.
	ErrUnlock = errors.New("this does not open the audit key's seal")
)

// Caveat is what must be said aloud whenever a secret is destroyed.
const Caveat = "The audit key's file was overwritten and removed. A solid-state drive, a snapshot, a synchronised folder " +
	"or a backup may still hold a copy that no program can reach."

// Secret is the secret of one engagement. It never prints or marshals itself.
type Secret struct {
	Key *audit.Key

	key      [32]byte
	identity *age.X25519Identity
}

// Generate makes a secret. The audit key comes from rand; the identity from
// the system's own generator, since age takes no other.
func Generate(rand io.Reader) (*Secret, error) {
	s := &Secret{}
	if _, err := io.ReadFull(rand, s.key[:]); err != nil {
		return nil, fmt.Errorf("generate audit key: %w", err)
	}
	identity, err := age.GenerateX25519Identity()
	if err != nil {
		return nil, fmt.Errorf("generate engagement identity: %w", err)
	}
	s.Key, s.identity = audit.NewKey(s.key), identity
	return s, nil
}

// Recipient is the public half of the engagement's identity.
func (s *Secret) Recipient() string { return s.identity.Recipient().String() }

// Format hides the secret from every verb.
func (Secret) Format(f fmt.State, _ rune) { io.WriteString(f, "[audit secret]") }

// MarshalJSON refuses: a secret is never written into a record.
func (Secret) MarshalJSON() ([]byte, error) {
	return nil, errors.New("marshal audit secret: it must not leave the process")
}

// document is a secret as it is saved.
type document struct {
	Version  int    `json:"version"`
	Key      []byte `json:"key"`
	Identity string `json:"identity"`
}

const maxDocument = 64 << 10

func (s *Secret) encode() ([]byte, error) {
	return json.Marshal(document{Version: 1, Key: s.key[:], Identity: s.identity.String()})
}

// decode says nothing of the data in its errors.
func decode(data []byte) (*Secret, error) {
	var d document
	if json.Unmarshal(data, &d) != nil || d.Version != 1 || len(d.Key) != 32 {
		return nil, errors.New("it is not an audit key of this version, or damaged")
	}
	identity, err := age.ParseX25519Identity(d.Identity)
	if err != nil {
		return nil, errors.New("its identity is damaged")
	}
	s := &Secret{key: [32]byte(d.Key), identity: identity}
	s.Key = audit.NewKey(s.key)
	return s, nil
}

// Sealing is how a secret is kept: Passphrase, Recipient or Unattended.
type Sealing interface {
	// recipient is nil for a secret that is kept in clear.
	recipient() (age.Recipient, error)
}

// workFactor is the logarithm of scrypt's cost: 128 MiB for a moment. A file
// that asks for more than maxWorkFactor is not opened.
const (
	workFactor    = 17
	maxWorkFactor = 18
)

// Passphrase seals to what the auditor remembers.
type Passphrase struct {
	Words      []byte
	WorkFactor int // of scrypt; 0 is the right one, tests take less
}

func (p Passphrase) recipient() (age.Recipient, error) {
	if len(p.Words) == 0 {
		return nil, errors.New("the passphrase is empty")
	}
	r, err := age.NewScryptRecipient(string(p.Words))
	if err != nil {
		return nil, err
	}
	factor := p.WorkFactor
	if factor == 0 {
		factor = workFactor
	}
	r.SetWorkFactor(factor)
	return r, nil
}

// Recipient seals to the auditor's own age recipient ("age1…").
type Recipient string

func (r Recipient) recipient() (age.Recipient, error) { return age.ParseX25519Recipient(string(r)) }

// Unattended keeps the secret in clear, in a file for its owner alone. It is
// for a self-assessment that nobody watches, and must be said aloud. On Windows
// the folder's own permissions decide who can read it.
type Unattended struct{}

func (Unattended) recipient() (age.Recipient, error) { return nil, nil }

// Save keeps the secret in dir, which must not hold one.
func Save(dir string, s *Secret, how Sealing) error {
	if custody, err := Held(dir); err != nil || custody != Nothing {
		return errors.Join(fmt.Errorf("save audit key in %s: %w", dir, ErrExists), err)
	}
	recipient, err := how.recipient()
	if err != nil {
		return fmt.Errorf("seal audit key: %w", err)
	}
	data, err := s.encode()
	if err != nil {
		return fmt.Errorf("save audit key: %w", err)
	}
	name := clearName
	if recipient != nil {
		name = sealedName
		if data, err = seal(data, recipient); err != nil {
			return fmt.Errorf("seal audit key: %w", err)
		}
	}
	if err := write(dir, name, data); err != nil {
		return fmt.Errorf("save audit key: %w", err)
	}
	return nil
}

func seal(data []byte, recipient age.Recipient) ([]byte, error) {
	var out bytes.Buffer
	w, err := age.Encrypt(&out, recipient)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(data); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// write puts a file in place as a whole or not at all.
func write(dir, name string, data []byte) error {
	draft := filepath.Join(dir, draftName)
	if err := erase(draft); err != nil {
		return err
	}
	f, err := os.OpenFile(draft, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(draft, filepath.Join(dir, name))
	}
	if err != nil {
		return errors.Join(err, erase(draft))
	}
	return syncDir(dir)
}

// Custody is how a folder keeps its secret.
type Custody string

// The kinds of custody.
const (
	Nothing      Custody = "nothing" // never made, or destroyed
	InClear      Custody = "in clear"
	ByPassphrase Custody = "sealed to a passphrase"
	ByRecipient  Custody = "sealed to an age recipient"
)

// Held tells how dir keeps its secret, so that a caller knows what to ask for.
func Held(dir string) (Custody, error) {
	head, err := readFile(filepath.Join(dir, sealedName), maxDocument)
	switch {
	case err == nil && bytes.Contains(head, []byte("\n-> scrypt ")):
		return ByPassphrase, nil
	case err == nil:
		return ByRecipient, nil
	case !errors.Is(err, fs.ErrNotExist):
		return Nothing, fmt.Errorf("look for audit key: %w", err)
	}
	_, err = os.Lstat(filepath.Join(dir, clearName))
	switch {
	case err == nil:
		return InClear, nil
	case errors.Is(err, fs.ErrNotExist):
		return Nothing, nil
	}
	return Nothing, fmt.Errorf("look for audit key: %w", err)
}

// Unlock is what opens a seal. Only what the seal needs is asked for.
type Unlock struct {
	Passphrase func() ([]byte, error) // asks the auditor
	Identities []byte                 // an age identity file
}

// Load opens the secret in dir. It returns ErrNone if there is none, ErrUnlock
// if what was given does not open it.
func Load(dir string, with Unlock) (*Secret, error) {
	custody, err := Held(dir)
	if err != nil {
		return nil, err
	}
	var data []byte
	switch custody {
	case Nothing:
		return nil, fmt.Errorf("load audit key from %s: %w", dir, ErrNone)
	case InClear:
		data, err = readFile(filepath.Join(dir, clearName), maxDocument)
	default:
		data, err = with.open(filepath.Join(dir, sealedName), custody)
	}
	if err != nil {
		return nil, fmt.Errorf("load audit key from %s: %w", dir, err)
	}
	s, err := decode(data)
	if err != nil {
		return nil, fmt.Errorf("load audit key from %s: %w", dir, err)
	}
	return s, nil
}

func (u Unlock) open(name string, custody Custody) ([]byte, error) {
	sealed, err := readFile(name, maxDocument)
	if err != nil {
		return nil, err
	}
	identities, err := u.identities(custody)
	if err != nil {
		return nil, err
	}
	plain, err := age.Decrypt(bytes.NewReader(sealed), identities...)
	if custody == ByPassphrase {
		debug.FreeOSMemory() // scrypt took a great piece, which a scan must not carry along
	}
	var wrong *age.NoIdentityMatchError
	if errors.As(err, &wrong) {
		return nil, ErrUnlock
	}
	if err != nil {
		return nil, err
	}
	return io.ReadAll(io.LimitReader(plain, maxDocument))
}

func (u Unlock) identities(custody Custody) ([]age.Identity, error) {
	if custody == ByRecipient {
		if len(u.Identities) == 0 {
			return nil, fmt.Errorf("%w: it is sealed to an age recipient, and no identity file was given", ErrUnlock)
		}
		list, err := age.ParseIdentities(bytes.NewReader(u.Identities))
		if err != nil {
			return nil, errors.New("the identity file cannot be read") // its lines are secrets
		}
		return list, nil
	}
	if u.Passphrase == nil {
		return nil, fmt.Errorf("%w: it is sealed to a passphrase, and none was given", ErrUnlock)
	}
	words, err := u.Passphrase()
	if err != nil {
		return nil, fmt.Errorf("ask for the passphrase: %w", err)
	}
	if len(words) == 0 {
		return nil, fmt.Errorf("%w: the passphrase is empty", ErrUnlock)
	}
	identity, err := age.NewScryptIdentity(string(words))
	if err != nil {
		return nil, err
	}
	identity.SetMaxWorkFactor(maxWorkFactor)
	return []age.Identity{identity}, nil
}

// Destroy overwrites and removes the secret in dir. It does nothing where
// there is none. Whoever calls it says Caveat aloud.
func Destroy(dir string) error {
	for _, name := range []string{sealedName, clearName, draftName} {
		if err := erase(filepath.Join(dir, name)); err != nil {
			return fmt.Errorf("destroy audit key: %w", err)
		}
	}
	if err := syncDir(dir); err != nil {
		return fmt.Errorf("destroy audit key: %w", err)
	}
	return nil
}

// erase overwrites a file with zeros and removes it. What is not a regular
// file (a link to somewhere else) is removed and not written to.
func erase(name string) error {
	info, err := os.Lstat(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if info.Mode().IsRegular() {
		f, err := os.OpenFile(name, os.O_WRONLY, 0)
		if err != nil {
			return err
		}
		_, err = f.Write(make([]byte, min(info.Size(), maxDocument)))
		if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
			return err
		}
	}
	return os.Remove(name)
}

// readFile reads a file that is not longer than limit.
func readFile(name string, limit int64) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err == nil && int64(len(data)) > limit {
		err = fmt.Errorf("read %s: more than %d bytes", filepath.Base(name), limit)
	}
	return data, err
}
