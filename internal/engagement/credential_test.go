package engagement

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

func TestResolve(t *testing.T) {
	dir := t.TempDir()
	write := func(name, content string, mode os.FileMode) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		return path
	}
	env := func(name string) (string, bool) {
		value, ok := map[string]string{"PAS": "from the environment", "EMPTY": ""}[name]
		return value, ok
	}
	ask := func(name string) (string, error) { return "asked for " + name, nil }
	tests := []struct {
		name       string
		credential Credential
		prompt     func(string) (string, error)
		want       string
		err        string
	}{
		{"variable", Credential{Name: "pas", env: "PAS"}, nil, "from the environment", ""},
		{"no variable", Credential{Name: "pas", env: "NONE"}, ask, "", "the variable NONE is not set"},
		{"empty variable", Credential{Name: "pas", env: "EMPTY"}, nil, "", "it is empty"},
		{"file", Credential{Name: "pas", file: write("a", " s p\r\n", 0o400)}, nil, " s p", ""},
		{"empty file", Credential{Name: "pas", file: write("b", "\n", 0o600)}, nil, "", "it is empty"},
		{"large file", Credential{Name: "pas", file: write("c", strings.Repeat("x", maxSecret+1), 0o600)}, nil, "", "larger than 64 KiB"},
		{"no file", Credential{Name: "pas", file: filepath.Join(dir, "none")}, nil, "", "does not exist"},
		{"folder", Credential{Name: "pas", file: dir}, nil, "", "is not a file"},
		{"prompt", Credential{Name: "pas"}, ask, "asked for pas", ""},
		{"nobody to ask", Credential{Name: "pas"}, nil, "", "nobody is there"},
		{"prompt fails", Credential{Name: "pas"}, func(string) (string, error) { return "", errors.New("hung up") }, "", "hung up"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			secret, err := tt.credential.Resolve(env, tt.prompt)
			if tt.err != "" {
				if err == nil || !strings.Contains(err.Error(), tt.err) || !strings.Contains(err.Error(), `"pas"`) {
					t.Errorf("got %v, want %q", err, tt.err)
				}
				return
			}
			if err != nil || secret.Reveal() != tt.want {
				t.Errorf("got %q, %v, want %q", secret.Reveal(), err, tt.want)
			}
		})
	}
	if runtime.GOOS == "windows" {
		t.Skip("modes say nothing on Windows")
	}
	for _, mode := range []os.FileMode{0o640, 0o604, 0o660, 0o610} {
		path := write("open", "x", mode)
		if _, err := (Credential{Name: "pas", file: path}).Resolve(env, nil); err == nil || !strings.Contains(err.Error(), "chmod 600") {
			t.Errorf("mode %o: got %v", mode, err)
		}
		text := strings.Replace(sound, "env: PAS_LOGIN", "file: "+path, 1)
		if _, err := parse("e.yaml", dir, []byte(text), now); err == nil || !strings.Contains(err.Error(), "e.yaml:34:23: credentials[1].file: the file is open to others") {
			t.Errorf("mode %o: got %v", mode, err)
		}
	}
}

// TestCredentialFileIsBesideTheEngagement resolves a relative file.
func TestCredentialFileIsBesideTheEngagement(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "pas.secret"), []byte("hunter2\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := parse("e.yaml", dir, []byte(strings.Replace(sound, "env: PAS_LOGIN", "file: pas.secret", 1)), now)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := f.Credentials[1].Resolve(nil, nil)
	if err != nil || secret.Reveal() != "hunter2" {
		t.Errorf("got %q, %v", secret.Reveal(), err)
	}
	if canonical, _ := json.Marshal(f.Engagement); bytes.Contains(canonical, []byte("secret")) {
		t.Errorf("the engagement names the credential: %s", canonical)
	}
}

func TestSecretNeverPrints(t *testing.T) {
	value := "hunter2"
	secret := Secret{value: &value}
	var log bytes.Buffer
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "secret", secret, "within", []Secret{secret})
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "secret", secret)
	out := log.String()
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		out += fmt.Sprintf(verb, secret) + fmt.Sprintf(verb, &secret) + fmt.Sprintf(verb, []Secret{secret}) + fmt.Sprintf(verb, struct{ s Secret }{secret})
	}
	data, err := json.Marshal(map[string]any{"s": secret})
	if err == nil {
		t.Error("a secret was marshalled")
	}
	out += string(data) + err.Error()
	for _, leak := range []string{"hunter2", "68756e74657232", "0x68"} {
		if strings.Contains(out, leak) {
			t.Errorf("%q is in %s", leak, out)
		}
	}
	if (Secret{}).Reveal() != "" {
		t.Error("the zero secret holds something")
	}
}
