package auditkey

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"sync"
	"unicode/utf8"

	"filippo.io/age"
	"filippo.io/age/armor"

	"trustaudit/internal/audit"
)

const (
	locatorsName = "locators.age"
	maxLocator   = 1 << 20 // of one line, unsealed
)

// Locator is the raw name of something whose masked name is in the journal.
type Locator struct {
	Target audit.Target
	ID     string // as the journal names the item
	Path   string // raw, in whatever bytes the store has
}

// Format hides the path: it may name a patient.
func (l Locator) Format(f fmt.State, _ rune) { fmt.Fprintf(f, "[locator %s]", l.ID) }

// locatorLine is a locator as it is sealed. A path that is not UTF-8 is kept
// in base64.
type locatorLine struct {
	Target audit.Target `json:"target"`
	ID     string       `json:"id"`
	Path   string       `json:"path,omitempty"`
	Base64 []byte       `json:"path_base64,omitempty"`
}

// Locators appends to the sealed locators of a run folder. Anybody may: only
// the engagement's secret opens them. Its methods may be called from several
// goroutines.
type Locators struct {
	recipient *age.X25519Recipient

	mu   sync.Mutex // guards what follows
	file *os.File
	end  int64
}

// OpenLocators opens locators.age in dir for appending, sealed to recipient
// (Secret.Recipient). It cuts off what a death in mid-append has left.
func OpenLocators(dir, recipient string) (*Locators, error) {
	r, err := age.ParseX25519Recipient(recipient)
	if err != nil {
		return nil, fmt.Errorf("open locators: %w", err)
	}
	f, err := os.OpenFile(filepath.Join(dir, locatorsName), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open locators: %w", err)
	}
	end, err := wholeMessages(f)
	if err == nil {
		err = f.Truncate(end)
	}
	if err == nil {
		err = syncDir(dir)
	}
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("open locators: %w", err)
	}
	return &Locators{recipient: r, file: f, end: end}, nil
}

// wholeMessages returns where the last whole message ends.
func wholeMessages(r io.Reader) (int64, error) {
	lines := bufio.NewReader(r)
	var at, end int64
	for start := true; ; {
		line, err := lines.ReadSlice('\n')
		at += int64(len(line))
		if err == nil && start && isFooter(line) {
			end = at
		}
		start = err == nil
		switch {
		case err == io.EOF:
			return end, nil
		case err != nil && !errors.Is(err, bufio.ErrBufferFull):
			return 0, err
		}
	}
}

func isFooter(line []byte) bool { return string(bytes.TrimRight(line, "\r\n")) == armor.Footer }
func isHeader(line []byte) bool { return string(bytes.TrimRight(line, "\r\n")) == armor.Header }

// Append seals rows and returns once they are on the disk. They must be there
// before the unit that masked them is committed: a row too many is harmless, a
// mask that nobody can lift is not. No rows are no message.
func (l *Locators) Append(rows []Locator) error {
	if len(rows) == 0 {
		return nil
	}
	message, err := l.seal(rows)
	if err != nil {
		return fmt.Errorf("seal locators: %w", err)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	_, err = l.file.WriteAt(message, l.end)
	if err == nil {
		err = l.file.Sync()
	}
	if err != nil {
		return errors.Join(fmt.Errorf("append locators: %w", err), l.file.Truncate(l.end))
	}
	l.end += int64(len(message))
	return nil
}

func (l *Locators) seal(rows []Locator) ([]byte, error) {
	var out bytes.Buffer
	armoured := armor.NewWriter(&out)
	sealed, err := age.Encrypt(armoured, l.recipient)
	if err != nil {
		return nil, err
	}
	lines := json.NewEncoder(sealed)
	for _, row := range rows {
		line := locatorLine{Target: row.Target, ID: row.ID, Path: row.Path}
		if !utf8.ValidString(row.Path) {
			line.Path, line.Base64 = "", []byte(row.Path)
		}
		if err := lines.Encode(line); err != nil {
			return nil, err
		}
	}
	if err := errors.Join(sealed.Close(), armoured.Close()); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// Close lets go of the file.
func (l *Locators) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.file.Close()
}

// ReadLocators unseals the locators in dir, in the order in which they were
// appended. A unit that was done twice has its rows twice. A message that
// cannot be opened yields an error, and the reading goes on with the next; an
// unfinished one at the end is passed over, since its unit was never committed.
func ReadLocators(dir string, s *Secret) iter.Seq2[Locator, error] {
	return func(yield func(Locator, error) bool) {
		f, err := os.Open(filepath.Join(dir, locatorsName))
		if errors.Is(err, fs.ErrNotExist) {
			return
		}
		if err != nil {
			yield(Locator{}, fmt.Errorf("read locators: %w", err))
			return
		}
		defer f.Close()
		in := &messages{lines: bufio.NewReader(f)}
		for in.next() {
			if !in.open(s, yield) {
				return
			}
		}
		if in.err != nil {
			yield(Locator{}, fmt.Errorf("read locators: %w", in.err))
		}
	}
}

// messages parts a file of armoured messages, one after the other.
type messages struct {
	lines *bufio.Reader
	rest  []byte // of the line that is being read
	fresh bool   // rest is the header of the next message
	done  bool   // the message has been read to its last line
	whole bool   // and that was its footer
	count int
	err   error // that ends the reading
}

// line reads the next line, or as much of it as fits the buffer.
func (m *messages) line() ([]byte, bool) {
	line, err := m.lines.ReadSlice('\n')
	if err != nil && err != io.EOF && !errors.Is(err, bufio.ErrBufferFull) {
		m.err = err
		return nil, false
	}
	return line, len(line) > 0
}

// next goes to the next message.
func (m *messages) next() bool {
	for !m.done && m.count > 0 {
		m.advance()
	}
	for !m.fresh {
		line, ok := m.line()
		if !ok {
			return false
		}
		if m.fresh = isHeader(line); m.fresh {
			m.rest = line
		}
	}
	m.fresh, m.done, m.whole = false, false, false
	m.count++
	return true
}

// advance reads the next line of the message.
func (m *messages) advance() {
	line, ok := m.line()
	m.rest = line
	switch {
	case !ok:
		m.done = true
	case isHeader(line): // the message before it was never finished
		m.done, m.fresh = true, true
	case isFooter(line):
		m.done, m.whole = true, true
	}
}

// Read reads the message, and no further.
func (m *messages) Read(p []byte) (int, error) {
	for len(m.rest) == 0 || m.fresh {
		if m.done {
			return 0, io.EOF
		}
		m.advance()
	}
	n := copy(p, m.rest)
	m.rest = m.rest[n:]
	return n, nil
}

// open yields what the message holds. False means that nobody listens any more.
func (m *messages) open(s *Secret, yield func(Locator, error) bool) bool {
	plain, err := age.Decrypt(armor.NewReader(m), s.identity)
	if err == nil {
		lines := bufio.NewScanner(plain)
		lines.Buffer(nil, maxLocator)
		lines.Split(wholeLines)
		for lines.Scan() {
			row, err := parseLocator(lines.Bytes())
			if !yield(row, err) {
				return false
			}
		}
		err = lines.Err()
	}
	for !m.done {
		m.advance()
	}
	if err != nil && (m.whole || m.fresh) {
		return yield(Locator{}, fmt.Errorf("unseal locators, message %d: %w", m.count, err))
	}
	return true
}

// wholeLines parts lines; unlike bufio.ScanLines it takes no half of one.
func wholeLines(data []byte, atEOF bool) (int, []byte, error) {
	if i := bytes.IndexByte(data, '\n'); i >= 0 {
		return i + 1, data[:i], nil
	}
	if atEOF && len(data) > 0 {
		return 0, nil, io.ErrUnexpectedEOF
	}
	return 0, nil, nil
}

// parseLocator says nothing of the line in its errors.
func parseLocator(line []byte) (Locator, error) {
	var l locatorLine
	if json.Unmarshal(line, &l) != nil {
		return Locator{}, errors.New("unseal locators: a line is damaged")
	}
	if l.Base64 != nil {
		l.Path = string(l.Base64)
	}
	return Locator{Target: l.Target, ID: l.ID, Path: l.Path}, nil
}
