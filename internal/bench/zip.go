package main

import (
	"archive/zip"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"time"

	"trustaudit/internal/extract"
	extractzip "trustaudit/internal/extract/zip"
)

// zipBytes is what the archives hold, unpacked: one of long files, one of short.
const zipBytes = 200_000_000

// measureZip has archives unpacked, with and without looking at what is in them,
// in turns with unzip.
func (b *bench) measureZip() error {
	if _, err := exec.LookPath("unzip"); err != nil {
		return fmt.Errorf("find unzip: %w", err)
	}
	var bars []bar
	for _, kind := range []struct {
		what    string
		letters int // in a member
	}{{"members of 1 MB", 500}, {"members of 8 KB", 4}} {
		on := material{folder: filepath.Join(b.dir, "zip")}
		size, err := writeZip(on.folder, min(b.size, zipBytes), kind.letters)
		if err != nil {
			return err
		}
		all, err := b.raceZip(on, size)
		if err != nil {
			return err
		}
		fmt.Printf("\nZIP, %s: %.0f MB unpacked\n", kind.what, float64(size)/1e6)
		for _, id := range []string{unzipPeer, "zip", "all"} {
			m := median(all[id])
			row(id, m, fmt.Sprintf("%.0f MB/s", float64(size)/1e6/m.cpu.Seconds()), "see below")
		}
		for _, of := range []struct {
			id, what string
			wanted   float64
		}{{"zip", "unpacked", 1.3}, {"all", "unpacked and examined", 0}} {
			bars = append(bars, bar{
				what: fmt.Sprintf("%s, %s: CPU over unzip -p | wc", kind.what, of.what), unit: "x", wanted: of.wanted, most: true,
				figure: least(all[of.id]) / least(all[unzipPeer]),
			})
		}
		if err := os.RemoveAll(on.folder); err != nil {
			return err
		}
	}
	printBars(slices.DeleteFunc(slices.Clone(bars), func(b bar) bool { return b.wanted == 0 }))
	for _, b := range bars {
		if b.wanted == 0 {
			fmt.Printf("  %-52s %7.2f x\n", b.what, b.figure)
		}
	}
	return nil
}

const unzipPeer = "unzip -p | wc -c"

// raceZip runs the peer and the engines in turns.
func (b *bench) raceZip(on material, size int64) (map[string][]figure, error) {
	all := map[string][]figure{}
	for i := range b.rounds + 1 { // the first round warms the cache and does not count
		f, n, err := runOne(engine{id: unzipPeer, peer: "sh", args: []string{"-c", `for f in "$0"/*; do unzip -p "$f"; done | wc -c`, on.folder}}, material{})
		if err != nil {
			return nil, err
		}
		if n.Count != size {
			return nil, fmt.Errorf("unzip gives %d bytes, not %d", n.Count, size)
		}
		if i > 0 {
			all[unzipPeer] = append(all[unzipPeer], f)
		}
		for _, id := range []string{"zip", "all"} {
			f, got, err := runOne(engine{id: id}, on)
			if err != nil {
				return nil, err
			}
			if id == "zip" && got.Count != size {
				return nil, fmt.Errorf("%d bytes were unpacked, not %d", got.Count, size)
			}
			if i > 0 {
				all[id] = append(all[id], f)
			}
		}
	}
	return all, nil
}

func least(all []figure) float64 {
	f := slices.MinFunc(all, func(a, b figure) int { return cmp.Compare(a.cpu, b.cpu) })
	return max(f.cpu, time.Millisecond).Seconds()
}

// writeZip packs letters until there are so many bytes of them.
func writeZip(folder string, size int64, letters int) (written int64, err error) {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return 0, err
	}
	r := rand.New(rand.NewPCG(2007, 14))
	err = writeFile(filepath.Join(folder, "letters.zip"), func(f *os.File) error {
		w := zip.NewWriter(f)
		for i := 0; written < size; i++ {
			m, err := w.Create(fmt.Sprintf("folder%d/letters%d.txt", i/100, i))
			if err != nil {
				return err
			}
			for range letters {
				n, err := io.WriteString(m, letter(r, r.IntN(4) == 0)+"\n")
				if written += int64(n); err != nil {
					return err
				}
			}
		}
		return w.Close()
	})
	return written, err
}

// unpackAll unpacks every archive of a folder, and counts.
func unpackAll(folder string) (f found, err error) {
	err = eachFile(folder, func(file *os.File) error {
		info, err := file.Stat()
		if err != nil {
			return err
		}
		s := countingSink{buf: make([]byte, 64<<10)}
		err = extractzip.Format.Read(context.Background(), extract.Document{Name: info.Name(), Size: info.Size(), Data: file}, &s)
		f.Count += s.n
		return err
	})
	return f, err
}

// countingSink counts the bytes of all members.
type countingSink struct {
	buf []byte
	n   int64
}

// Child implements extract.Sink.
func (s *countingSink) Child(c extract.Child) error {
	r, err := c.Open()
	if err != nil {
		return err
	}
	for {
		n, err := r.Read(s.buf)
		s.n += int64(n)
		if errors.Is(err, io.EOF) {
			return r.Close()
		}
		if err != nil {
			return err
		}
	}
}

func (*countingSink) Text([]byte) error               { return nil }
func (*countingSink) Break() error                    { return nil }
func (*countingSink) Table(string, []string) error    { return nil }
func (*countingSink) Row([][]byte) error              { return nil }
func (*countingSink) Fields([]string, [][]byte) error { return nil }
func (*countingSink) Seal(extract.Seal) error         { return nil }
func (*countingSink) Partial(string)                  {}
