package auditkey

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"filippo.io/age"
	"github.com/google/go-cmp/cmp"

	"trustaudit/internal/audit"
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func generate(t testing.TB) *Secret {
	t.Helper()
	s, err := Generate(rand.Reader)
	must(t, err)
	return s
}

// words unlocks with a passphrase, and tells whether it was asked for.
func words(s string, asked *bool) Unlock {
	return Unlock{Passphrase: func() ([]byte, error) { *asked = true; return []byte(s), nil }}
}

func TestCustody(t *testing.T) {
	auditor, err := age.GenerateX25519Identity()
	must(t, err)
	other, err := age.GenerateX25519Identity()
	must(t, err)
	var asked bool
	tests := []struct {
		name    string
		how     Sealing
		custody Custody
		file    string
		right   Unlock
		wrong   []Unlock
		asks    bool
	}{
		{"passphrase", Passphrase{Words: []byte("correct horse"), WorkFactor: 4}, ByPassphrase, sealedName,
			words("correct horse", &asked), []Unlock{words("wrong", &asked), words("", &asked), {}}, true},
		{"recipient", Recipient(auditor.Recipient().String()), ByRecipient, sealedName,
			Unlock{Identities: []byte("# mine\n" + auditor.String() + "\n")},
			[]Unlock{{Identities: []byte(other.String())}, words("correct horse", &asked), {}}, false},
		{"unattended", Unattended{}, InClear, clearName, words("", &asked), nil, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir, secret := t.TempDir(), generate(t)
			must(t, Save(dir, secret, tt.how))
			if err := Save(dir, generate(t), tt.how); !errors.Is(err, ErrExists) {
				t.Errorf("a second Save: %v", err)
			}
			if got, err := Held(dir); got != tt.custody || err != nil {
				t.Errorf("Held: %s, %v", got, err)
			}
			checkFile(t, filepath.Join(dir, tt.file), secret, tt.custody == InClear)
			asked = false
			got, err := Load(dir, tt.right)
			must(t, err)
			if asked != tt.asks {
				t.Errorf("passphrase asked for: %v", asked)
			}
			same := got.key == secret.key && got.identity.String() == secret.identity.String() &&
				got.Key.Digest("d", []byte("v")) == secret.Key.Digest("d", []byte("v")) && got.Recipient() == secret.Recipient()
			if !same {
				t.Error("another secret came back")
			}
			for _, wrong := range tt.wrong {
				if _, err := Load(dir, wrong); !errors.Is(err, ErrUnlock) {
					t.Errorf("Load with the wrong word: %v", err)
				}
			}
			must(t, Destroy(dir))
			must(t, Destroy(dir))
			if _, err := Load(dir, tt.right); !errors.Is(err, ErrNone) {
				t.Errorf("Load after Destroy: %v", err)
			}
			must(t, Save(dir, secret, tt.how))
		})
	}
}

// checkFile holds the one file in a folder against what it may show.
func checkFile(t *testing.T, name string, s *Secret, clear bool) {
	t.Helper()
	entries, err := os.ReadDir(filepath.Dir(name))
	must(t, err)
	if len(entries) != 1 || entries[0].Name() != filepath.Base(name) {
		t.Fatalf("the folder holds %v", entries)
	}
	info, err := os.Stat(name)
	must(t, err)
	if runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v", info.Mode())
	}
	data, err := os.ReadFile(name)
	must(t, err)
	if shown := bytes.Contains(data, []byte(s.identity.String())); shown != clear {
		t.Errorf("the identity stands in %s: %v", name, shown)
	}
}

func TestSaveRefuses(t *testing.T) {
	for _, how := range []Sealing{Passphrase{}, Recipient("age1nobody"), Recipient("")} {
		dir := t.TempDir()
		if err := Save(dir, generate(t), how); err == nil {
			t.Errorf("Save took %T %v", how, how)
		}
		if got, _ := Held(dir); got != Nothing {
			t.Errorf("after a refusal there is something: %s", got)
		}
	}
	if err := Save(filepath.Join(t.TempDir(), "none"), generate(t), Unattended{}); err == nil {
		t.Error("Save into no folder")
	}
}

func TestLoadRefuses(t *testing.T) {
	var asked bool
	costly := &bytes.Buffer{}
	costly.WriteString("age-encryption.org/v1\n-> scrypt AAAAAAAAAAAAAAAAAAAAAA 30\n")
	costly.WriteString(strings.Repeat("A", 43) + "\n--- " + strings.Repeat("A", 43) + "\n0123456789abcdef0123456789abcdef")
	tests := map[string]struct{ file, data string }{
		"empty":          {clearName, ""},
		"not JSON":       {clearName, "AGE-SECRET-KEY-1QQQ"},
		"version":        {clearName, `{"version":2,"key":"AAAA","identity":""}`},
		"short key":      {clearName, `{"version":1,"key":"AAAA","identity":""}`},
		"no identity":    {clearName, `{"version":1,"key":"` + base64.StdEncoding.EncodeToString(make([]byte, 32)) + `","identity":"AGE-SECRET-KEY-1NOTONE"}`},
		"huge":           {clearName, strings.Repeat(" ", maxDocument+1)},
		"not age":        {sealedName, "nothing\n"},
		"hostile scrypt": {sealedName, costly.String()},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			must(t, os.WriteFile(filepath.Join(dir, tt.file), []byte(tt.data), 0o600))
			unlock := words("x", &asked)
			unlock.Identities = []byte("AGE-SECRET-KEY-1NOTONE")
			_, err := Load(dir, unlock)
			if err == nil {
				t.Fatal("it was loaded")
			}
			if strings.Contains(err.Error(), "SECRET-KEY") {
				t.Errorf("the error tells a secret: %v", err)
			}
		})
	}
}

func TestDestroy(t *testing.T) {
	outside := filepath.Join(t.TempDir(), "precious")
	must(t, os.WriteFile(outside, []byte("precious"), 0o600))
	dir := t.TempDir()
	if err := os.Symlink(outside, filepath.Join(dir, clearName)); err != nil {
		t.Skip(err)
	}
	must(t, os.WriteFile(filepath.Join(dir, draftName), []byte("half a key"), 0o600))
	must(t, Destroy(dir))
	if entries, _ := os.ReadDir(dir); len(entries) != 0 {
		t.Errorf("left: %v", entries)
	}
	if data, _ := os.ReadFile(outside); string(data) != "precious" {
		t.Errorf("a file outside the folder was written to: %q", data)
	}
}

// TestDestroyOverwrites looks at the bytes through a second name of the file.
func TestDestroyOverwrites(t *testing.T) {
	dir, secret := t.TempDir(), generate(t)
	must(t, Save(dir, secret, Unattended{}))
	second := filepath.Join(t.TempDir(), "link")
	if err := os.Link(filepath.Join(dir, clearName), second); err != nil {
		t.Skip(err)
	}
	must(t, Destroy(dir))
	data, err := os.ReadFile(second)
	must(t, err)
	if len(data) == 0 || len(bytes.Trim(data, "\x00")) != 0 {
		t.Error("the bytes are still there")
	}
}

func TestSecretHidesItself(t *testing.T) {
	s := generate(t)
	var logged bytes.Buffer
	slog.New(slog.NewTextHandler(&logged, nil)).Info("x", "secret", s, "value", *s, "in", struct{ S *Secret }{s})
	slog.New(slog.NewJSONHandler(&logged, nil)).Info("x", "secret", s, "value", *s)
	l := Locator{Target: "file:///a", ID: "12", Path: "Smith, John"}
	text := logged.String()
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		text += fmt.Sprintf(verb+verb+verb, s, *s, []any{l, &l})
	}
	for _, raw := range []string{s.identity.String(), fmt.Sprintf("%x", s.key), fmt.Sprint(s.key), "Smith"} {
		if strings.Contains(text, raw) {
			t.Errorf("%q is shown", raw)
		}
	}
	if _, err := json.Marshal(s); err == nil {
		t.Error("it was marshalled")
	}
}

func readAll(t testing.TB, dir string, s *Secret) (rows []Locator, errs int) {
	t.Helper()
	for row, err := range ReadLocators(dir, s) {
		if err != nil {
			errs++
			continue
		}
		rows = append(rows, row)
	}
	return rows, errs
}

var sampleRows = [][]Locator{
	{{"file:///srv", "01", "letters/Smith, John.txt"}, {"file:///srv", "02", "bad \xff\xfe name"}},
	{{"sqlite:///p.db", "03", `x.db!/"quoted"` + "\nline\u2028 <&>"}},
	{{"file:///srv", "04", strings.Repeat("long/", 30_000)}, {"file:///srv", "05", ""}},
}

func appendSample(t testing.TB, dir, recipient string) (ends []int64) {
	t.Helper()
	l, err := OpenLocators(dir, recipient)
	must(t, err)
	defer l.Close()
	must(t, l.Append(nil))
	for _, rows := range sampleRows {
		must(t, l.Append(rows))
		ends = append(ends, l.end)
	}
	return ends
}

func TestLocators(t *testing.T) {
	dir, s := t.TempDir(), generate(t)
	if rows, errs := readAll(t, dir, s); rows != nil || errs != 0 {
		t.Errorf("no file: %v, %d errors", rows, errs)
	}
	appendSample(t, dir, s.Recipient())
	appendSample(t, dir, s.Recipient())
	var want []Locator
	for range 2 {
		for _, rows := range sampleRows {
			want = append(want, rows...)
		}
	}
	rows, errs := readAll(t, dir, s)
	if !cmp.Equal(want, rows) || errs != 0 {
		t.Errorf("%d rows came back of %d, %d errors", len(rows), len(want), errs)
	}
	data, err := os.ReadFile(filepath.Join(dir, locatorsName))
	must(t, err)
	if bytes.Contains(data, []byte("Smith")) {
		t.Error("a locator stands in the file")
	}
	if rows, errs := readAll(t, dir, generate(t)); len(rows) != 0 || errs != 2*len(sampleRows) {
		t.Errorf("another secret read %d rows, %d errors", len(rows), errs)
	}
	for range ReadLocators(dir, s) {
		break // a reader may leave
	}
}

func TestLocatorsTorn(t *testing.T) {
	s, whole := generate(t), t.TempDir()
	ends := appendSample(t, whole, s.Recipient())
	data, err := os.ReadFile(filepath.Join(whole, locatorsName))
	must(t, err)
	cuts := []int64{ends[2] - 100} // a torn message that is longer than what is written over it
	for cut := range ends[1] + 200 {
		cuts = append(cuts, cut)
	}
	for _, cut := range cuts {
		n := 0
		for _, end := range ends {
			if end <= cut {
				n++
			}
		}
		if n > 0 && cut > ends[n-1]+40 && cut < ends[1] && cut%7 != 0 {
			continue // every byte around a seam, every seventh elsewhere
		}
		dir := t.TempDir()
		must(t, os.WriteFile(filepath.Join(dir, locatorsName), data[:cut], 0o600))
		var want []Locator
		for _, rows := range sampleRows[:n] {
			want = append(want, rows...)
		}
		if rows, errs := readAll(t, dir, s); errs != 0 || len(rows) < len(want) || !cmp.Equal(want, rows[:len(want):len(want)]) && n > 0 {
			t.Fatalf("cut at %d: %d rows, %d errors, expected %d", cut, len(rows), errs, len(want))
		}
		l, err := OpenLocators(dir, s.Recipient())
		must(t, err)
		if info, err := l.file.Stat(); err != nil || info.Size() != l.end {
			t.Fatalf("cut at %d: the torn tail was left: %v", cut, err)
		}
		extra := []Locator{{"file:///new", "99", "after"}}
		must(t, l.Append(extra))
		must(t, l.Close())
		if rows, errs := readAll(t, dir, s); errs != 0 || !cmp.Equal(append(want, extra...), rows) {
			t.Fatalf("cut at %d, then appended: %d rows, %d errors", cut, len(rows), errs)
		}
	}
}

func TestLocatorsDamaged(t *testing.T) {
	dir, s := t.TempDir(), generate(t)
	ends := appendSample(t, dir, s.Recipient())
	name := filepath.Join(dir, locatorsName)
	data, err := os.ReadFile(name)
	must(t, err)
	at := (ends[0] + ends[1]) / 2
	data[at] = map[bool]byte{true: 'B', false: 'A'}[data[at] == 'A']
	must(t, os.WriteFile(name, data, 0o600))
	rows, errs := readAll(t, dir, s)
	want := append(append([]Locator{}, sampleRows[0]...), sampleRows[2]...)
	if errs != 1 || !cmp.Equal(want, rows) {
		t.Errorf("%d rows and %d errors of a damaged file", len(rows), errs)
	}
	// A message without its footer, with another after it.
	torn := append(append([]byte{}, data[:ends[0]-50]...), '\n')
	must(t, os.WriteFile(name, append(torn, data[ends[1]:]...), 0o600))
	rows, errs = readAll(t, dir, s)
	if errs != 1 || len(rows) < 2 || !cmp.Equal(sampleRows[2], rows[len(rows)-2:]) {
		t.Errorf("%d rows and %d errors of a file with a message unfinished", len(rows), errs)
	}
}

// TestNothingIsReversed plants values, keeps a run folder of digests, sketches
// and sealed locators, destroys the secret, and then tries, with everything
// that is left in the folder, what somebody would who has the list of values.
func TestNothingIsReversed(t *testing.T) {
	var asked bool
	for name, how := range map[string]Sealing{
		"sealed": Passphrase{Words: []byte("a word"), WorkFactor: 4}, "in clear": Unattended{},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			secret, planted := plant(t, dir, how)
			if n := reversed(t, dir, planted); how == (Unattended{}) && n == 0 {
				t.Fatal("the attack fails even with the key in the folder: it proves nothing")
			}
			must(t, Destroy(dir))
			if n := reversed(t, dir, planted); n != 0 {
				t.Errorf("%d digests were reversed", n)
			}
			if _, err := Load(dir, words("a word", &asked)); !errors.Is(err, ErrNone) {
				t.Errorf("Load: %v", err)
			}
			for file, data := range contents(t, dir) {
				for _, raw := range [][]byte{[]byte(secret.identity.String()), secret.key[:],
					[]byte(base64.StdEncoding.EncodeToString(secret.key[:])), []byte("AGE-SECRET-KEY")} {
					if bytes.Contains(data, raw) {
						t.Errorf("%s holds the secret", file)
					}
				}
				for _, value := range planted {
					if bytes.Contains(data, []byte(value)) {
						t.Errorf("%s holds the value %s", file, value)
					}
				}
			}
		})
	}
}

// plant fills a run folder for the given values, as a scan would.
func plant(t *testing.T, dir string, how Sealing) (*Secret, []string) {
	t.Helper()
	secret := generate(t)
	must(t, Save(dir, secret, how))
	l, err := OpenLocators(dir, secret.Recipient())
	must(t, err)
	defer l.Close()
	var planted []string
	var facts bytes.Buffer
	for i := range 16 {
		value := fmt.Sprintf("9%09d", 990_000_000+i*7919)
		planted = append(planted, value)
		id := secret.Key.DigestString("value", value)
		fmt.Fprintf(&facts, "content.item/1 {\"id\":%q}\n", id)
		must(t, l.Append([]Locator{{audit.Target("file:///srv"), id, value + ".txt"}}))
	}
	must(t, os.WriteFile(filepath.Join(dir, "journal.ndjson"), facts.Bytes(), 0o600))
	return secret, planted
}

func contents(t *testing.T, dir string) map[string][]byte {
	t.Helper()
	files := map[string][]byte{}
	entries, err := os.ReadDir(dir)
	must(t, err)
	for _, e := range entries {
		data, err := os.ReadFile(filepath.Join(dir, e.Name()))
		must(t, err)
		files[e.Name()] = data
	}
	return files
}

// reversed tries every 32 bytes of every file, as they are and out of base64,
// as the key, and counts the planted values whose digest it then finds.
func reversed(t *testing.T, dir string, planted []string) (n int) {
	t.Helper()
	files := contents(t, dir)
	known := map[string]bool{}
	for _, line := range strings.Split(string(files["journal.ndjson"]), "\n") {
		if _, id, ok := strings.Cut(line, `"id":"`); ok {
			known[strings.TrimSuffix(id, `"}`)] = true
		}
	}
	for _, data := range files {
		for _, key := range candidates(data) {
			k := audit.NewKey(key)
			for _, value := range planted {
				if known[k.DigestString("value", value)] {
					n++
				}
			}
		}
	}
	return n
}

func candidates(data []byte) (keys [][32]byte) {
	for i := range len(data) {
		if i+32 <= len(data) {
			keys = append(keys, [32]byte(data[i:]))
		}
		if i+44 <= len(data) {
			if key, err := base64.StdEncoding.DecodeString(string(data[i : i+44])); err == nil && len(key) == 32 {
				keys = append(keys, [32]byte(key))
			}
		}
	}
	return keys
}

func FuzzLocators(f *testing.F) {
	dir, s := f.TempDir(), generate(f)
	appendSample(f, dir, s.Recipient())
	data, err := os.ReadFile(filepath.Join(dir, locatorsName))
	must(f, err)
	f.Add(data[:2000])
	f.Add([]byte("-----BEGIN AGE ENCRYPTED FILE-----\n-----END AGE ENCRYPTED FILE-----\n"))
	f.Add([]byte("-----BEGIN AGE ENCRYPTED FILE-----\n-----BEGIN AGE ENCRYPTED FILE-----\nxx"))
	name := filepath.Join(f.TempDir(), locatorsName)
	f.Fuzz(func(t *testing.T, data []byte) {
		must(t, os.WriteFile(name, data, 0o600))
		readAll(t, filepath.Dir(name), s)
		l, err := OpenLocators(filepath.Dir(name), s.Recipient())
		must(t, err)
		must(t, l.Append(sampleRows[1]))
		must(t, l.Close())
		if rows, _ := readAll(t, filepath.Dir(name), s); len(rows) == 0 || rows[len(rows)-1] != sampleRows[1][0] {
			t.Error("what was appended is not there")
		}
	})
}

func FuzzDecode(f *testing.F) {
	data, err := generate(f).encode()
	must(f, err)
	f.Add(data)
	f.Fuzz(func(t *testing.T, data []byte) {
		if s, err := decode(data); err == nil && (s.Key == nil || s.identity == nil) {
			t.Error("half a secret")
		}
	})
}
