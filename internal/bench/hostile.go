package main

import (
	"bytes"
	"cmp"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"time"

	"trustaudit/internal/bench/corpus"
)

// hostileText is text made to be slow to read: a block of it at a time.
type hostileText struct {
	name  string
	large bool // as large as a corpus, not a fifth of it
	paged bool // begins with letters: it would not pass for text otherwise
	block func(*rand.Rand) []byte
}

const (
	hostileBlock = 1 << 20
	enough       = 3 * time.Second // of one hostile text at one size
)

func hostileTexts() []hostileText {
	from := func(alphabet string) func(*rand.Rand) []byte {
		return func(r *rand.Rand) []byte {
			b := make([]byte, hostileBlock)
			for i := range b {
				b[i] = alphabet[r.IntN(len(alphabet))]
			}
			return b
		}
	}
	repeated := func(text string) func(*rand.Rand) []byte {
		return func(*rand.Rand) []byte { return bytes.Repeat([]byte(text), hostileBlock/len(text)) }
	}
	return []hostileText{
		{name: "ten-digit runs alone", block: tenDigitRuns},
		{name: "digits and separators in turns", block: digitsInTurns},
		{name: "digits alone", block: from("0123456789")},
		{name: "capitals alone", block: from("ABCDEFGHIJKLMNOPQRSTUVWXYZ")},
		{name: "one line", large: true, block: oneLine},
		{name: "NULs, after letters", paged: true, block: repeated("\x00")},
		{name: "invalid UTF-8, after letters", paged: true, block: from("\x80\xbf\xc0\xc2\xe2\xed\xa0\xf0\xf4\xff\xfe a1A")},
		{name: "A1A1A1", block: repeated("A1")},
		{name: "a@a@a@", block: repeated("a@")},
		{name: "titles and labels", block: repeated("Mrs Mr NHS No: DOB: Dr EX4 8 A Ada ")},
	}
}

func tenDigitRuns(r *rand.Rand) []byte {
	var b []byte
	for i := 1; len(b) < hostileBlock; i++ {
		b = fmt.Appendf(b, "%010d", r.Uint64N(1e10))
		b = append(b, " \n"[min(1, i%8/7)])
	}
	return b
}

func digitsInTurns(r *rand.Rand) []byte {
	b := make([]byte, hostileBlock)
	for i := range b {
		if b[i] = byte('0' + r.IntN(10)); i%2 == 1 {
			b[i] = "- "[r.IntN(2)]
		}
	}
	return b
}

// oneLine is the sparse corpus without an end of line.
func oneLine(r *rand.Rand) []byte {
	var b bytes.Buffer
	if _, err := corpus.Sparse().Write(&b, r.Uint64(), hostileBlock); err != nil {
		panic(err) // a buffer takes everything
	}
	return bytes.ReplaceAll(b.Bytes(), []byte("\n"), []byte(" "))
}

// outcome is what hostile text came to.
type outcome struct {
	most int64 // memory
	bars []bar
}

// measureHostile reads each hostile text at half and at whole size with
// everything on: twice the size must take twice the time.
func (b *bench) measureHostile() (outcome, error) {
	const linear = 2.5
	var o outcome
	worst := bar{what: "hostile text: time of twice the size", unit: "x", wanted: linear, most: true}
	fmt.Printf("\nhostile text, everything on\n%-36s %8s %8s %8s %8s %8s %7s  %s\n", "text", "MB", "CPU s", "ns/byte", "GB/s", "2x size", "RSS MiB", "read as")
	for _, t := range hostileTexts() {
		size := b.size / 5
		if t.large {
			size = b.size
		}
		half, err := b.readHostile(t, size/2)
		if err != nil {
			return o, fmt.Errorf("measure %s: %w", t.name, err)
		}
		whole, err := b.readHostile(t, size)
		if err != nil {
			return o, fmt.Errorf("measure %s: %w", t.name, err)
		}
		f := median(whole.figures)
		growth := f.cpu.Seconds() / median(half.figures).cpu.Seconds()
		fmt.Printf("%-36s %8.0f %8.3f %8.2f %8.2f %7.2fx %7.0f  %s\n", t.name, float64(whole.bytes)/1e6, f.cpu.Seconds(), whole.perByte(),
			1/whole.perByte(), growth, mib(f.rss), whole.found.Read[0])
		worst.figure = max(worst.figure, growth)
		o.most = max(o.most, f.rss)
	}
	o.bars = []bar{worst}
	return o, nil
}

// readHostile writes a text and has it read with everything on, three times
// unless that takes long. The quickest counts: noise only ever adds.
func (b *bench) readHostile(t hostileText, size int64) (*result, error) {
	on := material{folder: filepath.Join(b.dir, "hostile")}
	if err := os.Mkdir(on.folder, 0o755); err != nil {
		return nil, err
	}
	defer os.RemoveAll(on.folder)
	err := writeFile(filepath.Join(on.folder, "text.txt"), func(f *os.File) error { return t.write(f, size) })
	if err != nil {
		return nil, err
	}
	res := &result{bytes: size}
	for began := time.Now(); len(res.figures) < 3 && time.Since(began) < enough; {
		f, got, err := runOne(engine{id: "all"}, on)
		if err != nil {
			return nil, err
		}
		res.figures, res.found = append(res.figures, f), got
	}
	slices.SortFunc(res.figures, func(a, b figure) int { return cmp.Compare(a.cpu, b.cpu) })
	res.figures = res.figures[:1]
	return res, nil
}

// write writes the text, a block made afresh and then repeated.
func (t hostileText) write(f *os.File, size int64) error {
	r := rand.New(rand.NewPCG(6, 6))
	if t.paged {
		told, err := corpus.Sparse().Write(f, 6, min(size, 2*hostileBlock))
		if err != nil {
			return err
		}
		size -= told.Bytes
	}
	block := t.block(r)
	for ; size > 0; size -= int64(len(block)) {
		if _, err := f.Write(block[:min(size, int64(len(block)))]); err != nil {
			return err
		}
	}
	return nil
}

// measureLarge reads sparse text of four times the size, and returns the
// memory that it took.
func (b *bench) measureLarge() (rss int64, err error) {
	on, err := b.plant("large", corpus.Sparse(), 4*b.size)
	if err != nil {
		return 0, err
	}
	defer os.RemoveAll(on.folder)
	f, got, err := runOne(engine{id: "all"}, on)
	if err != nil {
		return 0, err
	}
	fmt.Printf("\nsparse, %.0f MB, everything on: CPU %.1f s, %.0f MiB, found %s\n", float64(on.tally.Bytes)/1e6, f.cpu.Seconds(), mib(f.rss), got)
	return f.rss, nil
}
