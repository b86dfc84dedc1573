package ole_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"trustaudit/internal/extract"
	"trustaudit/internal/extract/ole"
)

func stream(name, data string) ole.Part {
	return ole.Part{Name: name, Size: int64(len(data)), Open: func() (io.Reader, error) { return strings.NewReader(data), nil }}
}

func storage(name string, parts ...ole.Part) ole.Part { return ole.Part{Name: name, Parts: parts} }

func pack(t testing.TB, parts ...ole.Part) []byte {
	t.Helper()
	r, err := ole.Pack(storage("Root Entry", parts...))
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func open(t testing.TB, b []byte) *ole.File {
	t.Helper()
	f, err := ole.Open(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestStreams(t *testing.T) {
	for _, size := range []int{0, 1, 511, 512, 513, 5000, 5 << 20} { // the last in large sectors
		t.Run(fmt.Sprint(size), func(t *testing.T) {
			data := strings.Repeat("0123456789abcdef", size/16+1)[:size]
			b := pack(t, stream("one", data), storage("below", stream("\x01two", "deep"), storage("further", stream("three", data))))
			f := open(t, b)
			for path, want := range map[string]string{"one": data, "BELOW/\x01Two": "deep", "below/further/three": data} {
				e := f.Root().Stream(path)
				if e == nil {
					t.Fatalf("%q not found", path)
				}
				got, err := f.ReadAll(e, 1<<30)
				if err != nil || string(got) != want {
					t.Errorf("%q: %d bytes, want %d: %v", path, len(got), len(want), err)
				}
				s, err := f.Open(e)
				if err != nil {
					t.Fatal(err)
				}
				if err := iotest.TestReader(s, []byte(want)); size < 10_000 && err != nil {
					t.Errorf("%q: %v", path, err)
				}
			}
			if diff := cmp.Diff([]string{"one", "below"}, ole.Streams(b)); diff != "" {
				t.Errorf("names differ (-want +got):\n%s", diff)
			}
			if f.Root().Stream("below") != nil || f.Root().Child("none") != nil {
				t.Error("a storage is no stream, and what is not there is not found")
			}
		})
	}
}

// small makes a file with small sectors, as every writer but ours does: a
// stream of 100 bytes in two of them.
func small() []byte {
	b := make([]byte, 512*5)
	copy(b, ole.Mark)
	put := func(at int, v uint32) { binary.LittleEndian.PutUint32(b[at:], v) }
	binary.LittleEndian.PutUint16(b[30:], 9)
	binary.LittleEndian.PutUint16(b[32:], 6)
	put(44, 1)
	put(48, 1) // directory
	put(56, 4096)
	put(60, 2) // table of small sectors
	put(64, 1)
	put(68, 0xfffffffe)
	for i := range 109 {
		put(76+4*i, 0xffffffff)
	}
	put(76, 0)
	table := 512
	for i, v := range []uint32{0xfffffffd, 0xfffffffe, 0xfffffffe, 0xfffffffe} {
		put(table+4*i, v)
	}
	entry := func(at int, name string, kind byte, down, start uint32, size int) {
		for i := range name {
			b[at+2*i] = name[i]
		}
		b[at+64], b[at+66] = byte(2*len(name)+2), kind
		put(at+68, 0xffffffff)
		put(at+72, 0xffffffff)
		put(at+76, down)
		put(at+116, start)
		put(at+120, uint32(size))
	}
	entry(1024, "Root Entry", 5, 1, 3, 512)
	entry(1024+128, "s", 2, 0xffffffff, 2, 100)
	for i, v := range []uint32{0xfffffffe, 0xfffffffe, 4, 0xffffffff, 0xfffffffe} {
		put(1536+4*i, v)
	}
	copy(b[2048+2*64:], strings.Repeat("a", 64))
	copy(b[2048+4*64:], strings.Repeat("b", 64))
	return b
}

func TestSmallSectors(t *testing.T) {
	f := open(t, small())
	got, err := f.ReadAll(f.Root().Stream("s"), 1000)
	if want := strings.Repeat("a", 64) + strings.Repeat("b", 36); err != nil || string(got) != want {
		t.Errorf("got %q, %v", got, err)
	}
}

// What a hostile file says of itself ends in an error, or in less data.
func TestHostile(t *testing.T) {
	for name, spoil := range map[string]func(b []byte){
		"table leads in a circle":      func(b []byte) { binary.LittleEndian.PutUint32(b[512+4:], 1) },
		"directory refers to itself":   func(b []byte) { binary.LittleEndian.PutUint32(b[1024+128+72:], 1) },
		"storage holds the root":       func(b []byte) { b[1024+128+66] = 1; binary.LittleEndian.PutUint32(b[1024+128+76:], 0) },
		"stream is said to be huge":    func(b []byte) { binary.LittleEndian.PutUint32(b[1024+128+120:], 0x7fffffff) },
		"stream begins nowhere":        func(b []byte) { binary.LittleEndian.PutUint32(b[1024+128+116:], 0x00ffffff) },
		"list of tables in a circle":   func(b []byte) { binary.LittleEndian.PutUint32(b[68:], 3) },
		"small sectors begin nowhere":  func(b []byte) { binary.LittleEndian.PutUint32(b[1024+116:], 0x00ffffff) },
		"small sectors in a circle":    func(b []byte) { binary.LittleEndian.PutUint32(b[1536+8:], 2) },
		"directory begins nowhere":     func(b []byte) { binary.LittleEndian.PutUint32(b[48:], 0x00ffffff) },
		"everything is a small sector": func(b []byte) { binary.LittleEndian.PutUint32(b[56:], 0xffffffff) },
	} {
		t.Run(name, func(t *testing.T) {
			b := small()
			spoil(b)
			f, err := ole.Open(bytes.NewReader(b))
			if err != nil {
				if !errors.Is(err, extract.ErrCorrupt) {
					t.Errorf("error %v", err)
				}
				return
			}
			for _, e := range f.Root().Children {
				if e.Storage {
					continue
				}
				if got, err := f.ReadAll(e, 1<<20); err != nil && !errors.Is(err, extract.ErrCorrupt) || len(got) > 4096 {
					t.Errorf("%d bytes, error %v", len(got), err)
				}
			}
		})
	}
}

// A header that lies about how many tables there are is not believed.
func TestAbsurdCounts(t *testing.T) {
	b := pack(t, stream("one", "data"))
	binary.LittleEndian.PutUint32(b[44:], 0xfffffff0)
	binary.LittleEndian.PutUint32(b[72:], 0xfffffff0)
	f := open(t, b)
	if got, err := f.ReadAll(f.Root().Stream("one"), 10); err != nil || string(got) != "data" {
		t.Errorf("got %q, %v", got, err)
	}
}

// A circle of sectors ends soon, whatever the file says of its size.
func TestCircle(t *testing.T) {
	b := pack(t, stream("one", strings.Repeat("x", 5000)), stream("two", "y"))
	binary.LittleEndian.PutUint32(b[512+4*4:], 3) // the stream's second sector leads back to its first
	e := 1024 + 128
	binary.LittleEndian.PutUint32(b[e+120:], 0xffffffff)
	f := open(t, b)
	got, err := f.ReadAll(f.Root().Stream("one"), 1<<40)
	if !errors.Is(err, extract.ErrCorrupt) || len(got) > 64<<10 {
		t.Errorf("%d bytes, error %v", len(got), err)
	}
	if got, err := f.ReadAll(f.Root().Stream("two"), 10); string(got) != "y" || err != nil {
		t.Errorf("got %q, %v", got, err)
	}
}

func TestCopy(t *testing.T) {
	f := open(t, pack(t, storage("object", stream("Workbook", "cells"), storage("inner", stream("x", "y")))))
	r, err := f.Copy(f.Root().Child("object"))
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	g := open(t, b)
	for path, want := range map[string]string{"Workbook": "cells", "inner/x": "y"} {
		if got, err := g.ReadAll(g.Root().Stream(path), 10); err != nil || string(got) != want {
			t.Errorf("%q is %q, %v", path, got, err)
		}
	}
}

// A stream that ends before its size says so when it is packed.
func TestPackShort(t *testing.T) {
	short := stream("short", "abc")
	short.Size = 10
	r, err := ole.Pack(storage("Root Entry", short))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadAll(r); !errors.Is(err, extract.ErrCorrupt) {
		t.Errorf("error %v", err)
	}
	short.Size = 1 << 40
	if _, err := ole.Pack(storage("Root Entry", short)); !errors.Is(err, extract.ErrUnsupported) {
		t.Errorf("error %v", err)
	}
}

func FuzzOpen(f *testing.F) {
	f.Add(small())
	f.Add(pack(f, stream("one", "data"), storage("two", stream("three", "x"))))
	f.Fuzz(func(t *testing.T, in []byte) {
		c, err := ole.Open(bytes.NewReader(in))
		if err != nil {
			return
		}
		left := []*ole.Entry{c.Root()}
		for n := 0; len(left) > 0; n++ {
			e := left[0]
			left = append(left[1:], e.Children...)
			if n > 1<<16 {
				t.Fatal("more entries than fit")
			}
			if b, err := c.ReadAll(e, 1<<20); err == nil && int64(len(b)) != min(e.Size, 1<<20) {
				t.Errorf("%d bytes of %d, and no error", len(b), e.Size)
			}
		}
	})
}
