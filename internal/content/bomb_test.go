package content_test

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/flate"
	"compress/gzip"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"trustaudit/internal/audit"
	"trustaudit/internal/content"
	"trustaudit/internal/probe/content/fact"
)

// peak runs something and says how much memory was in use at the most, as seen
// every few milliseconds.
func peak(do func()) uint64 {
	var most atomic.Uint64
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		for {
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			most.Store(max(most.Load(), m.HeapInuse))
			select {
			case <-stop:
				return
			case <-time.After(5 * time.Millisecond):
			}
		}
	}()
	do()
	close(stop)
	<-stopped
	return most.Load()
}

func packBytes(t testing.TB, method uint16, members map[string][]byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for name, data := range members {
		f, err := w.CreateHeader(&zip.FileHeader{Name: name, Method: method})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write(data); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func gzipped(t testing.TB, write func(io.Writer) error) []byte {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if err := write(w); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// spaces are what a bomb unpacks to: text, so that all of it would be read.
func spaces(n int64) func(io.Writer) error {
	return func(w io.Writer) error {
		block := bytes.Repeat([]byte(" "), 1<<20)
		for ; n > 0; n -= int64(len(block)) {
			if _, err := w.Write(block); err != nil {
				return err
			}
		}
		return nil
	}
}

// nested packs ten of the same into one, level by level.
func nested(t testing.TB, levels int) []byte {
	data := packBytes(t, zip.Deflate, map[string][]byte{"0": bytes.Repeat([]byte(" "), 10<<20)})
	for range levels {
		members := map[string][]byte{}
		for i := range 10 {
			members[fmt.Sprint(i, ".zip")] = data
		}
		data = packBytes(t, zip.Deflate, members)
	}
	return data
}

// overlapping lists one member's bytes many times over, under many names.
func overlapping(t testing.TB, times int) []byte {
	t.Helper()
	whole := packBytes(t, zip.Deflate, map[string][]byte{"member-000000": bytes.Repeat([]byte(" "), 10<<20)})
	at, end := bytes.LastIndex(whole, []byte("PK\x01\x02")), bytes.LastIndex(whole, []byte("PK\x05\x06"))
	entry := whole[at:end]
	out := bytes.Clone(whole[:at])
	for i := range times {
		copy(entry[46:], fmt.Sprintf("member-%06d", i))
		out = append(out, entry...)
	}
	tail := bytes.Clone(whole[end:])
	binary.LittleEndian.PutUint16(tail[8:], uint16(times))
	binary.LittleEndian.PutUint16(tail[10:], uint16(times))
	binary.LittleEndian.PutUint32(tail[12:], uint32(times*len(entry)))
	return append(out, tail...)
}

// deep puts an archive into an archive, a thousand times.
func deep(t testing.TB, wrap func([]byte) []byte) []byte {
	t.Helper()
	data := []byte("9990123456")
	for range 1000 {
		data = wrap(data)
	}
	return data
}

// lying declares sizes that have nothing to do with what it holds.
func lying(t testing.TB) []byte {
	t.Helper()
	var packed bytes.Buffer
	f, err := flate.NewWriter(&packed, flate.BestSpeed)
	if err != nil {
		t.Fatal(err)
	}
	io.WriteString(f, "short")
	f.Close()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	m, err := w.CreateRaw(&zip.FileHeader{Name: "a", Method: zip.Deflate, CRC32: crc32.ChecksumIEEE([]byte("short")), CompressedSize64: uint64(packed.Len()), UncompressedSize64: 1 << 60})
	if err != nil {
		t.Fatal(err)
	}
	m.Write(packed.Bytes())
	w.Close()
	return b.Bytes()
}

// tarBlock is a member of an archive, put together by hand: the standard library
// refuses to write what it reads.
func tarBlock(kind byte, name, data string) string {
	h := make([]byte, 512)
	copy(h, name)
	copy(h[100:], "0000644\x000000000\x000000000\x00"+fmt.Sprintf("%011o\x0000000000000\x00", len(data)))
	copy(h[148:], "        "+string(kind))
	copy(h[257:], "ustar\x0000")
	sum := 0
	for _, c := range h {
		sum += int(c)
	}
	copy(h[148:], fmt.Sprintf("%06o\x00 ", sum))
	return string(h) + data + strings.Repeat("\x00", (512-len(data)%512)%512)
}

// holes is a tar of one file of a terabyte that is nearly all holes.
func holes() []byte {
	return []byte(tarBlock('x', "pax", "22 GNU.sparse.major=1\n22 GNU.sparse.minor=0\n37 GNU.sparse.realsize=1099511627776\n") +
		tarBlock('0', "holes", "1\n1099511627775\n1\n"+strings.Repeat("\x00", 512-18)+"x") + strings.Repeat("\x00", 1024))
}

func TestBombs(t *testing.T) {
	limits := audit.Limits{Expansion: 64 << 20, Depth: 8, Members: 10_000, ItemTime: 30 * time.Second}
	for _, tt := range []struct {
		label string
		data  []byte
	}{
		{"flat", packBytes(t, zip.Deflate, map[string][]byte{"a": bytes.Repeat([]byte(" "), 200<<20)})},
		{"gzip", gzipped(t, spaces(300<<20))},
		{"nested", nested(t, 5)},
		{"overlapping", overlapping(t, 60_000)},
		{"deep zip", deep(t, func(b []byte) []byte { return packBytes(t, zip.Store, map[string][]byte{"a.zip": b}) })},
		{"deep gzip", deep(t, func(b []byte) []byte {
			return gzipped(t, func(w io.Writer) error { _, err := w.Write(b); return err })
		})},
		{"lying", lying(t)},
		{"holes", holes()},
	} {
		t.Run(tt.label, func(t *testing.T) {
			var got []fact.Item
			began := time.Now()
			memory := peak(func() { got = run(t, content.Config{Limits: limits}, item("x", tt.data)) })
			if took := time.Since(began); took > 20*time.Second {
				t.Errorf("took %v", took)
			}
			if memory > 300<<20 {
				t.Errorf("%d MiB of memory", memory>>20)
			}
			last := got[len(got)-1]
			if last.Path != "x" || last.Status == fact.Read {
				t.Errorf("ended as %s %s", last.Path, last.Status)
			}
			if int64(len(got)) > limits.Members+1 {
				t.Errorf("%d items", len(got))
			}
		})
	}
}

// Names are names: wherever they point to, the member is read, and nothing else.
func TestTraversal(t *testing.T) {
	names := []string{"../../../../etc/passwd", "/etc/shadow", `C:\Windows\win.ini`, `..\..\x`, "a/../../b", "./c", strings.Repeat("d/", 3000) + "e"}
	members := map[string][]byte{}
	for _, n := range names {
		members[n] = []byte("a note")
	}
	got := run(t, content.Config{}, item("x.zip", packBytes(t, zip.Store, members)))
	if len(got) != len(names)+1 {
		t.Fatalf("%d items, want %d", len(got), len(names)+1)
	}
	for _, i := range got {
		if i.Status != fact.Read {
			t.Errorf("%.60s: %s %s", i.Path, i.Status, i.Reason)
		}
		if !strings.HasPrefix(i.Path, "x.zip") {
			t.Errorf("%.60s is not below its archive", i.Path)
		}
	}
}

// An archive of many gigabytes would take no more memory than this one.
func TestArchiveInArchiveIsStreamed(t *testing.T) {
	const members, each = 60, 4 << 20
	block := bytes.Repeat([]byte("a line of no interest to anybody\n"), each/33)
	data := gzipped(t, func(out io.Writer) error {
		w := tar.NewWriter(out)
		for i := range members {
			if err := w.WriteHeader(&tar.Header{Name: fmt.Sprintf("m%d.txt", i), Typeflag: tar.TypeReg, Size: int64(len(block)), Mode: 0o644}); err != nil {
				return err
			}
			if _, err := w.Write(block); err != nil {
				return err
			}
		}
		return w.Close()
	})
	block = nil
	var got []fact.Item
	memory := peak(func() { got = run(t, content.Config{}, item("x.tar.gz", data)) })
	if len(got) != members+2 {
		t.Fatalf("%d items", len(got))
	}
	for _, i := range got {
		if i.Status != fact.Read {
			t.Errorf("%s: %s %s", i.Path, i.Status, i.Reason)
		}
	}
	if memory > 150<<20 {
		t.Errorf("%d MiB of memory for an archive of %d MiB", memory>>20, members*each>>20)
	}
}
