package main

import (
	"archive/zip"
	"bytes"
	"encoding/base64"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf16"

	"database/sql"

	_ "modernc.org/sqlite"
)

// canaries are what must not come out of a probe: each is found by the engine
// where it is planted, or stands where nothing raw may be kept at all.
var canaries = []string{
	"943 476 5919", "9434765919", "943-476-5919", "943_476_5919",
	"987 654 4321", "9876544321",
	"Canarybird", "Quillfeather", "1944-03-12", "12/03/1944", "12-03-1944", "19440312", "12 March 1944",
	"LS1 4AP", "LS14AP", "hunter2canary",
}

// Nothing that identifies somebody leaves a probe: not into the journal, a
// report, the log, the terminal or a temporary file, not in any encoding.
func TestCanaries(t *testing.T) {
	work := t.TempDir()
	temp := filepath.Join(work, "temp")
	if err := os.Mkdir(temp, 0o755); err != nil {
		t.Fatal(err)
	}
	share := filepath.Join(work, "share")
	plant(t, share)
	out := filepath.Join(work, "out")
	runDir := filepath.Join(out, "run")
	var said bytes.Buffer
	command := func(want string, args ...string) {
		c := again(t, args...)
		c.Env = append(c.Env, "TMPDIR="+temp, "HOME="+temp, "TRUSTAUDIT_PASSPHRASE=hunter2canary")
		printed, err := c.CombinedOutput()
		said.Write(printed)
		code := "0"
		if err != nil {
			code = exitCode(err)
		}
		if code != want {
			t.Fatalf("%v: exit %s, want %s\n%s", args, code, want, printed)
		}
	}
	command("3", "scan", "--self-assessment", "--path", share, "--path", "sqlite:"+filepath.Join(share, "pas.db"),
		"--out", runDir, "--count-test-data", "--log", "json")
	for _, format := range formatNames() {
		command("0", "report", runDir, "--format", format, "-o", filepath.Join(out, "report."+format))
	}
	for _, verb := range [][]string{{"items"}, {"facts"}, {"results"}, {"contacts"}, {"journal", "verify"}} {
		command("0", append(verb, runDir)...)
	}
	command("3", "judge", runDir)
	for _, form := range [][]string{{"explain"}, {"explain", "--json"}} {
		command("0", append(form, share, "sqlite:"+filepath.Join(share, "pas.db"), filepath.Join(share, "letters", "NHS 943 476 5919 Canarybird.txt"))...)
	}

	found := said.Bytes()
	if !bytes.Contains(found, []byte(`"identifiable":true`)) || !bytes.Contains(found, []byte("masked-")) {
		t.Fatal("the canaries were not found where they were planted: the test tests nothing")
	}
	search(t, "what was printed", found)
	for name, data := range written(t, out, temp) {
		search(t, name, data)
	}
	unpackPDF(t, filepath.Join(out, "report.pdf"))

	// The people who must mend the files get the names back, and nobody else.
	revealed, err := again(t, "items", runDir, "--reveal").Output()
	if err != nil || !bytes.Contains(revealed, []byte("NHS 943 476 5919 Canarybird.txt")) {
		t.Errorf("items --reveal does not name the masked file: %v", err)
	}
	command("0", "close", runDir)
	if err := again(t, "items", runDir, "--reveal").Run(); err == nil {
		t.Error("items --reveal works after close")
	}
	for name, data := range written(t, out) {
		search(t, name+" after close", data)
	}
}

// plant writes the canaries into every input: contents, file and folder names,
// member names, column, table and sheet names.
func plant(t *testing.T, share string) {
	t.Helper()
	letter := "SYNTHETIC TEST DATA\nDear Mrs Canarybird,\nNHS No: 943 476 5919\nDate of birth: 12/03/1944\nMrs Edith Canarybird, 1 High Street, Leeds LS1 4AP\n"
	csv := "nhs_number,surname,dob,postcode\n9434765919,Canarybird,1944-03-12,LS1 4AP\n9876544321,Quillfeather,1944-03-12,LS1 4AP\n"
	files := map[string]string{
		"letters/plain.txt":                       letter,
		"letters/NHS 943 476 5919 Canarybird.txt": letter,
		"letters/Mrs Canarybird 12-03-1944.txt":   letter,
		"Mr Quillfeather 943-476-5919/report.csv": csv,
		"extracts/LS1 4AP Mrs Quillfeather.csv":   csv,
		"extracts/export_9434765919.json":         `{"patient":{"name":"Mrs Canarybird","nhs_number":"9434765919","dob":"1944-03-12","postcode":"LS1 4AP"}}`,
		"extracts/people.xml":                     "<p><name>Mrs Canarybird</name><nhs>943 476 5919</nhs><dob>12 March 1944</dob></p>",
		"extracts/column.csv":                     "Mrs Canarybird 9434765919,count\nx,1\ny,2\n",
		"extracts/utf16.txt":                      utf16LE(letter),
		"extracts/truncated.zip":                  "PK\x03\x04" + letter,
		"extracts/corrupt Mrs Canarybird.docx":    "PK\x03\x04 9434765919",
		"extracts/943_476_5919.sqlite":            "SQLite format 3\x00" + letter,
	}
	for name, text := range files {
		file := filepath.Join(share, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	writeZip(t, filepath.Join(share, "old.zip"), map[string]string{
		"Mrs Canarybird 9434765919.txt": letter, "Mr Quillfeather 12-03-1944/note.txt": letter, "../../9434765919.txt": letter,
	})
	db, err := sql.Open("sqlite", filepath.Join(share, "pas.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for _, statement := range []string{
		`CREATE TABLE patient (nhs_number TEXT, surname TEXT, dob TEXT, postcode TEXT)`,
		`INSERT INTO patient VALUES ('9434765919', 'Canarybird', '1944-03-12', 'LS1 4AP'), ('9876544321', 'Quillfeather', '1944-03-12', 'LS1 4AP')`,
		`CREATE TABLE "Mrs Canarybird 9434765919" ("DOB 12/03/1944 Mr Quillfeather" TEXT, n INTEGER)`,
		`INSERT INTO "Mrs Canarybird 9434765919" VALUES ('943 476 5919', 1)`,
	} {
		if _, err := db.Exec(statement); err != nil {
			t.Fatal(err)
		}
	}
}

func writeZip(t *testing.T, name string, members map[string]string) {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for member, text := range members {
		w, err := z.Create(member)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, b.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}

func utf16LE(s string) string {
	b := []byte{0xff, 0xfe}
	for _, u := range utf16.Encode([]rune(s)) {
		b = append(b, byte(u), byte(u>>8))
	}
	return string(b)
}

// written reads every file below the folders.
func written(t *testing.T, dirs ...string) map[string][]byte {
	t.Helper()
	all := map[string][]byte{}
	for _, dir := range dirs {
		err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			search(t, "a file's name", []byte(name))
			data, err := os.ReadFile(name)
			all[name] = data
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return all
}

// search looks for every canary, plain, in UTF-16 and in base64.
func search(t *testing.T, where string, data []byte) {
	t.Helper()
	lower := bytes.ToLower(data)
	for _, c := range canaries {
		forms := map[string][]byte{"plain": []byte(strings.ToLower(c))}
		little := utf16LE(c)[2:]
		forms["UTF-16"] = []byte(strings.ToLower(little))
		for form, b := range forms {
			if bytes.Contains(lower, b) {
				t.Errorf("%s: %q stands there, %s", where, c, form)
			}
		}
		for shift := range 3 {
			// The middle of the encoded text is the same whatever stands around it.
			encoded := base64.StdEncoding.EncodeToString(append(make([]byte, shift), c...))
			middle := strings.TrimRight(encoded, "=")
			middle = middle[min(len(middle), 4):max(4, len(middle)-2)]
			if len(middle) >= 6 && bytes.Contains(data, []byte(middle)) {
				t.Errorf("%s: %q stands there, in base64", where, c)
			}
		}
	}
}

// unpackPDF looks into the report as other tools unpack it.
func unpackPDF(t *testing.T, name string) {
	t.Helper()
	for _, tool := range [][]string{{"qpdf", "--qdf", "--object-streams=disable", name, "-"}, {"pdftotext", "-layout", name, "-"}} {
		if _, err := exec.LookPath(tool[0]); err != nil {
			if os.Getenv("CI") == "true" {
				t.Fatalf("%s is needed: %v", tool[0], err)
			}
			t.Logf("not looked at with %s: it is not installed", tool[0])
			continue
		}
		out, err := exec.Command(tool[0], tool[1:]...).Output()
		if err != nil {
			t.Fatalf("%s: %v", tool[0], err)
		}
		if len(out) < 1000 {
			t.Fatalf("%s: %d bytes only", tool[0], len(out))
		}
		search(t, fmt.Sprintf("the report as %s unpacks it", tool[0]), out)
	}
}
