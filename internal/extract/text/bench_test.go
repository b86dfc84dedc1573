package text_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"testing"

	"trustaudit/internal/extract"
	"trustaudit/internal/extract/text"
)

// nowhere is a sink that drops what it is given.
type nowhere struct{ extract.Sink }

func (nowhere) Text([]byte) error { return nil }
func (nowhere) Break() error      { return nil }

const benchSize = 256 << 20

func bigFile(b *testing.B, line string) *os.File {
	f, err := os.Create(filepath.Join(b.TempDir(), "big.txt"))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { f.Close() })
	part := bytes.Repeat([]byte(line), 1<<20/len(line)+1)[:1<<20]
	for range benchSize >> 20 {
		if _, err := f.Write(part); err != nil {
			b.Fatal(err)
		}
	}
	return f
}

// BenchmarkReadAt is what reading alone costs.
func BenchmarkReadAt(b *testing.B) {
	f := bigFile(b, "some words of a letter 12 and more, of them\n")
	buf := make([]byte, 256<<10)
	b.SetBytes(benchSize)
	for b.Loop() {
		for off := int64(0); off < benchSize; {
			n, err := f.ReadAt(buf, off)
			if off += int64(n); err != nil {
				b.Fatal(err)
			}
		}
	}
}

// BenchmarkRead is what the way from a file to the sink costs.
func BenchmarkRead(b *testing.B) {
	for _, bb := range []struct{ name, line string }{
		{"ASCII", "some words of a letter 12 and more, of them\n"},
		{"UTF-8", "some words of a letter by Zoë and more, of them\n"},
		{"windows-1252", "some words of a letter by Zo\xeb and more, of them\n"},
		{"UTF-16", "s\x00o\x00m\x00e\x00 \x00w\x00o\x00r\x00d\x00s\x00\n\x00"},
	} {
		b.Run(bb.name, func(b *testing.B) {
			f := bigFile(b, bb.line)
			head := make([]byte, 1<<20)
			if _, err := f.ReadAt(head, 0); err != nil {
				b.Fatal(err)
			}
			doc := extract.Document{Name: "big.txt", Size: benchSize, Head: head, Data: f}
			b.SetBytes(benchSize)
			for b.Loop() {
				if err := text.Format.Read(context.Background(), doc, nowhere{}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
