package engagement

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"trustaudit/internal/audit"
	"trustaudit/internal/scope"
)

// DefaultEdition is the edition of an engagement made from paths alone.
const DefaultEdition = "dspt-caf-v8"

// maxFile bounds the engagement file.
const maxFile = 1 << 20

// Seal is how the audit key of a run is kept.
type Seal string

// The seals of the audit key.
const (
	SealPassphrase Seal = "passphrase" // asked for when the run starts
	SealRecipient  Seal = "recipient"  // sealed to an age recipient
	SealUnattended Seal = "unattended" // a file that only its owner may read
)

// KeySeal says how the audit key is to be kept.
type KeySeal struct {
	Seal      Seal
	Recipient string // with SealRecipient: age1…
}

// File is an engagement file that has been read and found sound.
type File struct {
	audit.Engagement
	Key         KeySeal
	Credentials []Credential
	// Digest is the SHA-256 of the engagement's canonical JSON: a run refuses
	// to go on under another.
	Digest string
	// Notes say how the file was understood where that is not plain from its
	// words. They quote paths as written, so they are for the terminal alone.
	Notes []string
}

// Load reads and checks the engagement file at path. now is what windows and
// dates are checked against; a zero now leaves the window unchecked, to read
// the engagement of a run that exists. What is wrong with the file comes back
// as an *Error.
func Load(path string, now time.Time) (*File, error) {
	data, err := readBounded(path)
	if err != nil {
		return nil, err
	}
	absolute, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("find the folder of %s: %w", path, err)
	}
	return parse(path, filepath.Dir(absolute), data, now)
}

func readBounded(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("open engagement: %w", err)
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return nil, fmt.Errorf("read engagement: %w", err)
	}
	if len(data) > maxFile {
		return nil, fmt.Errorf("read engagement %s: it is larger than %d KiB; is it the right file?", path, maxFile>>10)
	}
	return data, nil
}

// parse reads data as the engagement file called path, with base as the folder
// that relative paths start from.
func parse(path, base string, data []byte, now time.Time) (*File, error) {
	r := &reader{base: base, now: now, file: &File{}}
	r.read(data)
	if err := r.problems.err(path); err != nil {
		return nil, err
	}
	return r.file, r.file.seal()
}

// seal fills in the digest.
func (f *File) seal() error {
	canonical, err := json.Marshal(f.Engagement)
	if err != nil {
		return fmt.Errorf("digest engagement: %w", err)
	}
	sum := sha256.Sum256(canonical)
	f.Digest = hex.EncodeToString(sum[:])
	return nil
}

// PathsConfig is what a self-assessment without an engagement file names.
type PathsConfig struct {
	Paths         []string // folders, files or store URLs
	Base          string   // the folder that relative ones start from
	CountTestData bool
	WithoutOCR    bool
}

// ForPaths returns the engagement of a self-assessment whose scope is exactly
// the stores that were named: no network, no host. The same paths give the
// same digest, so that a run can be resumed.
func ForPaths(c PathsConfig) (*File, error) {
	f := &File{
		Engagement: audit.Engagement{
			Reference:     "self-assessment",
			Kind:          audit.SelfAssessment,
			Client:        audit.Organisation{Name: "Not stated"},
			Edition:       DefaultEdition,
			CountTestData: c.CountTestData,
			WithoutOCR:    c.WithoutOCR,
			Scope:         audit.Scope{Rate: scope.DefaultRate, PerHost: scope.DefaultPerHost},
		},
		Key: KeySeal{Seal: SealUnattended},
	}
	seen := map[string]bool{}
	for _, p := range c.Paths {
		u, err := StoreURL(p, c.Base)
		if err != nil {
			return nil, fmt.Errorf("read path to scan: %w", err)
		}
		if seen[u] {
			continue
		}
		seen[u] = true
		// A name from the path could be a patient's.
		name := fmt.Sprintf("path %d", len(f.Scope.Stores)+1)
		f.Scope.Stores = append(f.Scope.Stores, audit.Store{Name: name, URL: u})
	}
	if len(f.Scope.Stores) == 0 {
		return nil, fmt.Errorf("read paths to scan: none is named; write --path and a folder")
	}
	return f, f.seal()
}

// NamedTests lists the tests that go beyond looking. An engagement allows them
// by name and host; nothing allows another.
func NamedTests() []string {
	return []string{
		"dicom-associate", "fhir-count", "ftp-anonymous", "ike-aggressive", "ipmi-session", "kerberos-request", "ldap-anonymous",
		"mllp-empty-frame", "mqtt-anonymous", "smb-guest", "smtp-relay", "snmp-public", "tftp-read", "x11-connect",
	}
}

// kinds lists the kinds of engagement in words.
func kinds() []string {
	return []string{string(audit.IndependentAudit), string(audit.SelfAssessment), string(audit.Demonstration)}
}

// levels lists the levels in words.
func levels() []string {
	return []string{string(audit.NotAchieved), string(audit.PartiallyAchieved), string(audit.Achieved)}
}

// oneOf lists words as people list alternatives.
func oneOf(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:len(words)-1], ", ") + " or " + words[len(words)-1]
}
