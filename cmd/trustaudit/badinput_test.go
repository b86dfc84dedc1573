package main

import (
	"bytes"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// scanned runs a scan and returns its exit code and what it printed.
func scanned(t *testing.T, args ...string) (code, output string) {
	t.Helper()
	out, err := again(t, append([]string{"scan"}, args...)...).CombinedOutput()
	code = "0"
	if err != nil {
		code = exitCode(err)
	}
	return code, string(out)
}

// itemsOf reads the items of a run, by path.
func itemsOf(t *testing.T, dir string) map[string]itemRow {
	t.Helper()
	all := map[string]itemRow{}
	for line := range bytes.Lines(printed(t, "items", dir)) {
		var row itemRow
		if err := json.Unmarshal(line, &row); err != nil {
			t.Fatal(err)
		}
		all[row.Path] = row
	}
	return all
}

// What cannot be read on a share is told, item by item, and the run goes on.
func TestStrangeShare(t *testing.T) {
	work := t.TempDir()
	share := filepath.Join(work, "share")
	if err := os.MkdirAll(filepath.Join(share, "deep"), 0o755); err != nil {
		t.Fatal(err)
	}
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(share, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write("good.txt", "NHS No: 943 476 5919 DOB: 12/03/1944 Mrs Example")
	write("picture.png", "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01")
	write("torn.zip", "PK\x03\x04\x14\x00\x00\x00\x08\x00torn")
	write("empty.txt", "")
	want := map[string]string{"good.txt": "read", "picture.png": "skipped", "torn.zip": "unreadable", "empty.txt": "read"}
	if runtime.GOOS == "linux" {
		write("name-\xff.txt", "nothing here")
		want["name-\uFFFD.txt"] = "read"
	}
	if runtime.GOOS != "windows" {
		for link, to := range map[string]string{"deep/loop": "..", "away": "/etc"} {
			if err := os.Symlink(to, filepath.Join(share, link)); err != nil {
				t.Fatal(err)
			}
			want[link] = "skipped"
		}
	}
	large(t, filepath.Join(share, "large.txt"), 600<<20)
	want["large.txt"] = "read"
	dir := filepath.Join(work, "run")
	if code, out := scanned(t, "--self-assessment", "--path", share, "--out", dir, "--count-test-data"); code != "3" {
		t.Fatalf("exit %s, want 3\n%s", code, out)
	}
	got := itemsOf(t, dir)
	for path, status := range want {
		row, ok := got[path]
		if !ok || string(row.Status) != status || status != "read" && row.Reason == "" {
			t.Errorf("%s: %q (%s), want %s with a reason", path, row.Status, row.Reason, status)
		}
	}
	if row := got["name-\uFFFD.txt"]; runtime.GOOS == "linux" && row.PathBase64 == "" {
		t.Error("the raw name of name-\\xff.txt is not kept")
	}
	if row := got["large.txt"]; !row.Identifiable {
		t.Error("the identifiers at the end of the large file were not found")
	}
	results := string(printed(t, "results", dir))
	if !strings.Contains(results, `"check":"STORED-PATIENT-DATA"`) || !strings.Contains(results, `"unread":`) {
		t.Errorf("results:\n%s", results)
	}
}

// large makes a file of mostly nothing with a letter at its end.
func large(t *testing.T, name string, size int64) {
	t.Helper()
	f, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	_, err = f.WriteString(strings.Repeat("no news\n", 1000))
	block := []byte(strings.Repeat("the quick brown fox jumps over the lazy dog again and again.\n", 1<<14))
	for written := int64(0); err == nil && written < size; written += int64(len(block)) {
		_, err = f.Write(block)
	}
	if err == nil {
		_, err = f.WriteString("\n\nNHS No: 943 476 5919 DOB: 12/03/1944 Mrs Example\n")
	}
	if err := errors.Join(err, f.Close()); err != nil {
		t.Fatal(err)
	}
}

// A database that another program holds is inconclusive, not clean.
func TestLockedDatabase(t *testing.T) {
	work := t.TempDir()
	file := filepath.Join(work, "pas.db")
	db, err := sql.Open("sqlite", file)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	conn, err := db.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	for _, statement := range []string{"CREATE TABLE patient (nhs_number TEXT, dob TEXT)", "INSERT INTO patient VALUES ('9434765919', '1944-03-12')", "BEGIN EXCLUSIVE"} {
		if _, err := conn.ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	dir := filepath.Join(work, "run")
	code, out := scanned(t, "--self-assessment", "--path", "sqlite:"+file, "--out", dir, "--count-test-data")
	if code != "4" || !strings.Contains(out, "locked") {
		t.Errorf("exit %s, want 4 and a word on the lock\n%s", code, out)
	}
}

// Services that never answer, answer garbage or never end are told as such,
// in bounded time.
func TestStrangeServices(t *testing.T) {
	silent := serve(t, func(c net.Conn) { time.Sleep(time.Minute) })
	garbage := serve(t, func(c net.Conn) {
		for range 100 {
			if _, err := c.Write(bytes.Repeat([]byte{0xff, 0x00, 0x16, 0x03}, 1000)); err != nil {
				return
			}
		}
	})
	endless := serve(t, func(c net.Conn) {
		for {
			if _, err := c.Write([]byte("220-welcome\r\n")); err != nil {
				return
			}
		}
	})
	gone := serve(t, func(net.Conn) {})
	work := t.TempDir()
	engagement := filepath.Join(work, "engagement.yaml")
	text := fmt.Sprintf(`engagement: strange
kind: self-assessment
client: {name: Test Trust, ods_code: RZZ}
standard: {edition: dspt-caf-v8}
key: {seal: unattended}
scope:
  hosts: [127.0.0.1]
  ports: ["%s=mllp", "%s=tls", %s, %s]
  rate: 100
`, silent, garbage, endless, gone)
	if err := os.WriteFile(engagement, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(work, "run")
	began := time.Now()
	code, out := scanned(t, engagement, "--out", dir)
	if took := time.Since(began); took > 90*time.Second {
		t.Errorf("it took %v", took)
	}
	if code != "3" { // the declared MLLP listener speaks no TLS: that is a finding
		t.Errorf("exit %s, want 3\n%s", code, out)
	}
	results := string(printed(t, "results", dir))
	if !strings.Contains(results, `"state":"inconclusive"`) {
		t.Errorf("nothing is inconclusive:\n%s", results)
	}
	contacts := string(printed(t, "contacts", dir, "--host", "127.0.0.1"))
	for _, port := range []string{silent, garbage, endless, gone} {
		if !strings.Contains(contacts, "127.0.0.1:"+port) {
			t.Errorf("contact with port %s is not told", port)
		}
	}
	if strings.Contains(contacts, "unannounced") || strings.Contains(contacts, "USER") {
		t.Errorf("contacts:\n%s", contacts)
	}
}

// serve serves connections on a free loopback port until the test ends.
func serve(t *testing.T, conversation func(net.Conn)) (port string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				conversation(c)
			}()
		}
	}()
	_, port, err = net.SplitHostPort(l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	return port
}

// A full disk ends a scan in a clear line; with room again it goes on.
func TestFullDisk(t *testing.T) {
	disk := t.TempDir()
	if out, err := exec.Command("mount", "-t", "tmpfs", "-o", "size=400k", "tmpfs", disk).CombinedOutput(); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("a small disk is needed: %v %s", err, out)
		}
		t.Skipf("no small disk can be mounted here (it takes root on Linux): %v %s", err, out)
	}
	t.Cleanup(func() {
		if err := exec.Command("umount", disk).Run(); err != nil {
			t.Error(err)
		}
	})
	share := killShare(t)
	dir := filepath.Join(disk, "run")
	code, out := scanned(t, "--self-assessment", "--path", share, "--out", dir)
	if code != "1" || !strings.Contains(out, "no space left") {
		t.Fatalf("exit %s, want 1 and a word on the full disk\n%s", code, out)
	}
	if v := printed(t, "journal", "verify", dir); !bytes.Contains(v, []byte("intact")) {
		t.Errorf("the journal of the full disk: %s", v)
	}
	if out, err := exec.Command("mount", "-o", "remount,size=64m", disk).CombinedOutput(); err != nil {
		t.Fatalf("%v %s", err, out)
	}
	if code, out := scanned(t, "--self-assessment", "--path", share, "--out", dir); code != "0" {
		t.Errorf("with room again: exit %s\n%s", code, out)
	}
	if n := len(itemsOf(t, dir)); n != killFiles+2 {
		t.Errorf("%d items, want %d", n, killFiles+2)
	}
}

// Ctrl-C stops a scan within two seconds, and the same command goes on.
func TestInterrupt(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("there is no interrupt signal to send on Windows")
	}
	work := t.TempDir()
	share := filepath.Join(work, "share")
	if err := os.Mkdir(share, 0o755); err != nil {
		t.Fatal(err)
	}
	large(t, filepath.Join(share, "large.txt"), 1<<30)
	dir := filepath.Join(work, "run")
	c := again(t, "scan", "--self-assessment", "--path", share, "--out", dir, "--count-test-data")
	var said bytes.Buffer
	c.Stdout, c.Stderr = &said, &said
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	for range 1000 { // until it has begun: a gibibyte takes half a second
		if _, err := os.Stat(filepath.Join(dir, "journal.ndjson")); err == nil {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	time.Sleep(100 * time.Millisecond)
	began := time.Now()
	if err := c.Process.Signal(os.Interrupt); err != nil {
		t.Fatalf("the scan ended before it could be interrupted: %v", err)
	}
	err := c.Wait()
	if took := time.Since(began); took > 2*time.Second {
		t.Errorf("it took %v to stop", took)
	}
	if err == nil || exitCode(err) != "4" || !strings.Contains(said.String(), "the same command goes on") {
		t.Errorf("exit %v, want 4 and how to go on\n%s", err, said.String())
	}
	if code, out := scanned(t, "--self-assessment", "--path", share, "--out", dir, "--count-test-data"); code != "3" {
		t.Errorf("gone on with: exit %s\n%s", code, out)
	}
}

// Ctrl-C ends a command that has nothing to bring to an end: here one whose
// output nobody reads.
func TestInterruptElsewhere(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("there is no interrupt signal to send on Windows")
	}
	work := t.TempDir()
	share, dir := filepath.Join(work, "share"), filepath.Join(work, "run")
	if err := os.Mkdir(share, 0o755); err != nil {
		t.Fatal(err)
	}
	for i := range 1000 {
		if err := os.WriteFile(filepath.Join(share, fmt.Sprintf("f%04d.txt", i)), []byte("no news"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if code, out := scanned(t, "--self-assessment", "--path", share, "--out", dir, "--quiet"); code != "0" {
		t.Fatalf("exit %s\n%s", code, out)
	}
	c := again(t, "items", dir)
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(out, make([]byte, 1)); err != nil { // it is at work
		t.Fatal(err)
	}
	late := time.AfterFunc(2*time.Second, func() { _ = c.Process.Kill() })
	if err := c.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	state, err := c.Process.Wait()
	if !late.Stop() || err != nil || state.Success() {
		t.Errorf("interrupted, it did not end within two seconds: %v, %v", state, err)
	}
}
