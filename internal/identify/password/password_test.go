package password_test

import (
	"strings"
	"testing"

	"trustaudit/internal/identify/password"
)

func TestStates(t *testing.T) {
	for _, text := range []string{
		"Please find the list attached. The password is Blue42Tango.",
		"The password for the attached file is rainbow7!",
		"Password: Summer\r\n",
		"PASSWORD = Hunter2",
		"pwd: abc123",
		"zip pw: 9Fish9Fish",
		"As before, the passphrase is \"correct horse battery\"",
		"Password:\n\nKestrel-1987\n",
		"User\tPassword\tXy77pq\n",
		"The password for a.zip is Geheim42",
		"<p>Password: Winter23</p>",
		"the Password to open it is: Qwerty12",
		"your p/w is MixedCaseWord and nothing else",
	} {
		if !password.States("mail.eml", []byte(text)) {
			t.Errorf("%q: not told", text)
		}
	}
	for _, text := range []string{
		"",
		"The file is protected by a password.",
		"Forgot your password? Click here: https://example.org/reset1",
		"Your password is required to open the attachment.",
		"The password is case sensitive.",
		"The password will follow in a separate mail.",
		"Password: ********",
		"password: {{ vault_password }}",
		"password = os.getenv(\"DB_PASSWORD\")",
		"password: string",
		"Password: \nUsername: \n",
		"passwords are stored as SHA256 digests: 5e884898",
		"Enter password:",
		"spw: abc123",
		"the power is 400W",
		"Password: [redacted]",
		"ONE SURGERY\tTS24 7PW\tU27349\t",
		"PATHWAY: PW1030 - Palpitations GROUP: SG1137",
		"Incorrect password\tx7.pdf\t2\t",
		"Please ring 0113 496 0000 for the password",
	} {
		if password.States("mail.eml", []byte(text)) {
			t.Errorf("%q: told", text)
		}
	}
}

func TestNamed(t *testing.T) {
	for name, text := range map[string]string{"password.txt": "Kestrel\n", "ZIP Passwords.txt": "list: Kestrel\n"} {
		if !password.States(name, []byte(text)) {
			t.Errorf("%s: not told", name)
		}
	}
	for name, text := range map[string]string{"notes.txt": "Kestrel\n", "password.txt": "", "password policy.txt": "Choose three words that nobody guesses."} {
		if password.States(name, []byte(text)) {
			t.Errorf("%s: told", name)
		}
	}
}

func BenchmarkStates(b *testing.B) {
	text := []byte(strings.Repeat("Dear Doctor, thank you for the referral of this patient, who was seen in the clinic. ", 100))[:8192]
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		password.States("letter.txt", text)
	}
}

func FuzzStates(f *testing.F) {
	f.Add("password.txt", "The password is Blue42Tango.")
	f.Fuzz(func(_ *testing.T, name, text string) { password.States(name, []byte(text)) })
}
