package journal

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// blocks cuts a sound journal into its blocks; blocks[0] is block 1.
func blocksOf(t testing.TB, dir string) [][]byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, journalName))
	must(t, err)
	r, err := OpenReader(dir)
	must(t, err)
	defer r.Close()
	var all [][]byte
	start := int64(0)
	for _, h := range r.Headers() {
		all = append(all, data[start:h.offset+h.Bytes])
		start = h.offset + h.Bytes
	}
	return all
}

func join(blocks ...[]byte) []byte { return bytes.Join(blocks, nil) }

// forge makes a block that follows from the last of the given ones.
func forge(t testing.TB, blocks [][]byte, kind string) []byte {
	t.Helper()
	line, _, _ := bytes.Cut(blocks[len(blocks)-1], []byte("\n"))
	payload := []byte("{\"forged\":true}\n")
	prev, err := hashRange(bytes.NewReader(line), 0, int64(len(line)), make([]byte, 4096))
	must(t, err)
	digest, err := hashRange(bytes.NewReader(payload), 0, int64(len(payload)), make([]byte, 4096))
	must(t, err)
	l := headerLine{N: int64(len(blocks) + 1), Kind: kind, At: clock()(), Prev: prev, Bytes: int64(len(payload)), SHA256: digest}
	header, err := l.encode()
	must(t, err)
	return join(header, []byte("\n"), payload)
}

// swapByte changes the first byte after a mark to another of its sort.
func swapByte(data []byte, mark string) []byte {
	data = slices.Clone(data)
	i := bytes.Index(data, []byte(mark)) + len(mark)
	switch data[i] {
	case '1':
		data[i] = '2'
	default:
		data[i] = '1'
	}
	return data
}

type kindAt struct {
	Kind  DefectKind
	Block int64
}

// tampering is what is done to a journal of blocks 1 to 8 (opened, five units,
// finished, closed), and what Verify should say.
type tampering struct {
	name string
	how  func(t *testing.T, b [][]byte) []byte
	want []kindAt
}

var tamperings = []tampering{
	{"nothing", func(t *testing.T, b [][]byte) []byte { return join(b...) }, nil},
	{"payload byte", func(t *testing.T, b [][]byte) []byte {
		b[3] = swapByte(b[3], `"size":`)
		return join(b...)
	}, []kindAt{{Altered, 4}}},
	{"last payload", func(t *testing.T, b [][]byte) []byte {
		b[7] = bytes.Replace(b[7], []byte("{}\n"), []byte("[]\n"), 1)
		return join(b...)
	}, []kindAt{{Altered, 8}}},
	{"payload longer", func(t *testing.T, b [][]byte) []byte {
		b[3] = append(slices.Clone(b[3]), "test.item/1 {}\n"...)
		return join(b...)
	}, []kindAt{{Inserted, 5}}},
	{"payload longer inside", func(t *testing.T, b [][]byte) []byte {
		b[3] = bytes.Replace(b[3], []byte("test.item/1"), []byte("test.item/1111"), 1)
		return join(b...)
	}, []kindAt{{Altered, 4}}},
	{"payload shorter", func(t *testing.T, b [][]byte) []byte {
		b[3] = b[3][:len(b[3])-20]
		return join(b...)
	}, []kindAt{{Altered, 4}}},
	{"header time", func(t *testing.T, b [][]byte) []byte {
		b[3] = swapByte(b[3], `"at":"2026-`)
		return join(b...)
	}, []kindAt{{Altered, 4}}},
	{"last header", func(t *testing.T, b [][]byte) []byte {
		b[7] = swapByte(b[7], `"at":"2026-`)
		return join(b...)
	}, []kindAt{{Altered, 8}}},
	{"first header", func(t *testing.T, b [][]byte) []byte {
		b[0] = swapByte(b[0], `"at":"2026-`)
		return join(b...)
	}, []kindAt{{Altered, 1}}},
	{"header number", func(t *testing.T, b [][]byte) []byte {
		b[3] = bytes.Replace(b[3], []byte(`{"n":4,`), []byte(`{"n":6,`), 1)
		return join(b...)
	}, []kindAt{{Altered, 4}}},
	{"header link", func(t *testing.T, b [][]byte) []byte {
		b[3] = swapByte(b[3], `"prev":"`)
		return join(b...)
	}, []kindAt{{Altered, 4}}},
	{"header length less", func(t *testing.T, b [][]byte) []byte {
		b[3] = bytes.Replace(b[3], []byte(`"bytes":`), []byte(`"bytes":1`), 1)
		return join(b...)
	}, []kindAt{{Altered, 4}}},
	{"header length huge", func(t *testing.T, b [][]byte) []byte {
		b[3] = bytes.Replace(b[3], []byte(`"bytes":`), []byte(`"bytes":99999999`), 1)
		return join(b...)
	}, []kindAt{{Altered, 4}}},
	{"header garbled", func(t *testing.T, b [][]byte) []byte {
		b[3] = bytes.Replace(b[3], []byte(`"kind"`), []byte(`"kimd"`), 1)
		return join(b...)
	}, []kindAt{{Altered, 4}}},
	{"header spelt otherwise", func(t *testing.T, b [][]byte) []byte {
		b[3] = bytes.Replace(b[3], []byte(`"kind"`), []byte(`"Kind"`), 1)
		return join(b...)
	}, []kindAt{{Altered, 4}}},
	{"fact re-signed", resign, []kindAt{{Altered, 4}}},
	{"middle block removed", func(t *testing.T, b [][]byte) []byte {
		return join(slices.Delete(b, 3, 4)...)
	}, []kindAt{{Removed, 4}}},
	{"two blocks removed", func(t *testing.T, b [][]byte) []byte {
		return join(slices.Delete(b, 3, 5)...)
	}, []kindAt{{Removed, 4}}},
	{"first block removed", func(t *testing.T, b [][]byte) []byte { return join(b[1:]...) }, []kindAt{{Removed, 1}}},
	{"neighbours swapped", func(t *testing.T, b [][]byte) []byte {
		b[3], b[4] = b[4], b[3]
		return join(b...)
	}, []kindAt{{Reordered, 4}}},
	{"block moved to the end", func(t *testing.T, b [][]byte) []byte {
		return join(append(append([][]byte{}, append(b[:3:3], b[4:]...)...), b[3])...)
	}, []kindAt{{Reordered, 4}}},
	{"cut between blocks", func(t *testing.T, b [][]byte) []byte { return join(b[:5]...) }, []kindAt{{CutOff, 6}}},
	{"cut to nothing", func(t *testing.T, b [][]byte) []byte { return nil }, []kindAt{{CutOff, 1}}},
	{"cut in a payload", func(t *testing.T, b [][]byte) []byte {
		all := join(b[:6]...)
		return all[:len(all)-7]
	}, []kindAt{{CutOff, 6}}},
	{"cut in a header", func(t *testing.T, b [][]byte) []byte { return join(join(b[:5]...), b[5][:40]) }, []kindAt{{CutOff, 6}}},
	{"block repeated", func(t *testing.T, b [][]byte) []byte {
		return join(slices.Insert(b, 4, b[3])...)
	}, []kindAt{{Inserted, 4}}},
	{"forged block at the end", func(t *testing.T, b [][]byte) []byte {
		return join(append(b, forge(t, b, "adjudication"))...)
	}, []kindAt{{Inserted, 9}}},
	{"forged block that does not follow", func(t *testing.T, b [][]byte) []byte {
		return join(append(b, bytes.Replace(forge(t, b[:7], "target"), []byte(`{"n":8`), []byte(`{"n":9`), 1))...)
	}, []kindAt{{Inserted, 9}}},
	{"forged block inside", func(t *testing.T, b [][]byte) []byte {
		return join(slices.Insert(b, 3, forge(t, b[:3], "target"))...)
	}, []kindAt{{Inserted, 4}, {Altered, 4}}},
	{"garbage at the end", func(t *testing.T, b [][]byte) []byte { return join(join(b...), []byte("garbage")) }, []kindAt{{Trailing, 9}}},
	{"lines at the end", func(t *testing.T, b [][]byte) []byte { return join(join(b...), []byte("a\nb\n{}\n")) }, []kindAt{{Trailing, 9}}},
	{"garbage inside", func(t *testing.T, b [][]byte) []byte {
		return join(slices.Insert(b, 3, []byte("some\nlines\n"))...)
	}, []kindAt{{Inserted, 4}}},
}

// resign alters a fact and makes the block's own header fit, as somebody would
// who knows the format.
func resign(t *testing.T, b [][]byte) []byte {
	line, payload, _ := bytes.Cut(b[3], []byte("\n"))
	l, err := parseHeader(line)
	must(t, err)
	payload = swapByte(payload, `"size":`)
	l.SHA256, err = hashRange(bytes.NewReader(payload), 0, int64(len(payload)), make([]byte, 4096))
	must(t, err)
	line, err = l.encode()
	must(t, err)
	b[3] = join(line, []byte("\n"), payload)
	return join(b...)
}

func kinds(defects []Defect) (list []kindAt) {
	for _, d := range defects {
		list = append(list, kindAt{d.Kind, d.Block})
	}
	return list
}

func TestVerifyTells(t *testing.T) {
	for _, tt := range tamperings {
		t.Run(tt.name, func(t *testing.T) {
			dir := sample(t, 5)
			data := tt.how(t, blocksOf(t, dir))
			change(t, dir, func([]byte) []byte { return data })
			got, err := Verify(dir)
			must(t, err)
			if diff := cmp.Diff(tt.want, kinds(got.Defects)); diff != "" {
				t.Errorf("%s\n%v", diff, got.Defects)
			}
			if got.Intact() != (tt.want == nil) {
				t.Error("Intact disagrees")
			}
			// What Verify tells, neither a writer nor a reader may pass over.
			w, err := Open(dir, clock())
			if err == nil {
				w.Close()
				t.Fatal("Open took it")
			}
			var damage *DamagedError
			if tt.want != nil && !errors.As(err, &damage) {
				t.Errorf("Open: %v", err)
			}
			if _, err := readEverything(dir); (err == nil) != (tt.want == nil) {
				t.Errorf("reading: %v", err)
			}
		})
	}
}

// readEverything reads each payload.
func readEverything(dir string) (facts int64, err error) {
	r, err := OpenReader(dir)
	if err != nil {
		return 0, err
	}
	defer r.Close()
	for _, h := range r.Headers() {
		if h.Kind != KindUnit {
			var v any
			if err := r.Record(h, &v); err != nil {
				return facts, err
			}
			continue
		}
		err := r.Facts(h, every, func(_ string, data []byte) error {
			facts++
			return nil
		})
		if err != nil {
			return facts, err
		}
	}
	return facts, nil
}

// TestVerifyWithoutIndex: the index is gone or another; the chain must do.
func TestVerifyWithoutIndex(t *testing.T) {
	for _, tt := range tamperings {
		if tt.want == nil || tt.want[0].Kind == CutOff {
			continue // an end that is cut between blocks cannot show
		}
		t.Run(tt.name, func(t *testing.T) {
			dir := sample(t, 5)
			data := tt.how(t, blocksOf(t, dir))
			change(t, dir, func([]byte) []byte { return data })
			must(t, os.Remove(filepath.Join(dir, indexName)))
			got, err := Verify(dir)
			must(t, err)
			list := kinds(got.Defects)
			if !slices.Contains(list, kindAt{IndexMissing, 1}) {
				t.Errorf("the index is not missed: %v", list)
			}
			if tt.name == "last header" {
				return // nothing but the index or a report names its hash
			}
			if len(list) < 2 {
				t.Errorf("the tampering does not show: %v", list)
			}
			if _, err := readEverything(dir); err == nil {
				t.Error("a reader took it")
			}
			var damage *DamagedError
			if _, err := Open(dir, clock()); !errors.As(err, &damage) {
				t.Errorf("Open: %v", err)
			}
		})
	}
}

// TestHeaderMustFitFacts: a header that names other facts than its payload
// holds, with a sound hash of it, is refused by whoever reads the facts.
func TestHeaderMustFitFacts(t *testing.T) {
	for name, how := range map[string]func(*headerLine){
		"one more":     func(l *headerLine) { l.Facts++ },
		"one less":     func(l *headerLine) { l.Facts-- },
		"another kind": func(l *headerLine) { l.Kinds = []string{"test.other/1"} },
	} {
		t.Run(name, func(t *testing.T) {
			dir, w := create(t)
			commit(t, w, 1, 5)
			must(t, w.Close())
			line, payload, _ := bytes.Cut(blocksOf(t, dir)[0], []byte("\n"))
			l, err := parseHeader(line)
			must(t, err)
			how(l)
			line, err = l.encode()
			must(t, err)
			dir = copyFiles(t, join(line, []byte("\n"), payload), nil)
			var damage *DamagedError
			if _, err := readEverything(dir); !errors.As(err, &damage) {
				t.Errorf("reading: %v", err)
			}
		})
	}
}

func TestVerifyIndex(t *testing.T) {
	tests := []struct {
		name string
		how  func(index []byte) []byte
		want []kindAt
	}{
		{"removed", nil, []kindAt{{IndexMissing, 1}}},
		{"shorter", func(x []byte) []byte { return x[:3*entrySize] }, []kindAt{{IndexDisagrees, 4}}},
		{"torn", func(x []byte) []byte { return x[:len(x)-5] }, []kindAt{{IndexDisagrees, 8}}},
		{"longer", func(x []byte) []byte { return append(x, appendEntry(nil, 9, entry{end: 1 << 40})...) }, []kindAt{{CutOff, 9}}},
		{"hash", func(x []byte) []byte { return replaceEntry(x, 3, func(e *entry) { e.hash[5]++ }) }, []kindAt{{IndexDisagrees, 3}}},
		{"end", func(x []byte) []byte { return replaceEntry(x, 3, func(e *entry) { e.end++ }) }, []kindAt{{IndexDisagrees, 3}}},
		{"garbled", func(x []byte) []byte { x[3*entrySize+40] = 'x'; return x }, []kindAt{{IndexDisagrees, 4}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir := sample(t, 5)
			name := filepath.Join(dir, indexName)
			data, err := os.ReadFile(name)
			must(t, err)
			must(t, os.Remove(name))
			if tt.how != nil {
				must(t, os.WriteFile(name, tt.how(data), 0o600))
			}
			got, err := Verify(dir)
			must(t, err)
			if diff := cmp.Diff(tt.want, kinds(got.Defects)); diff != "" {
				t.Errorf("%s\n%v", diff, got.Defects)
			}
		})
	}
}

func replaceEntry(index []byte, n int64, how func(*entry)) []byte {
	at := (n - 1) * entrySize
	e, _ := parseEntry(index[at:at+entrySize], n)
	how(&e)
	copy(index[at:], appendEntry(nil, n, e))
	return index
}

func TestVerifyWithHead(t *testing.T) {
	dir, w := create(t)
	must(t, w.Append("opened", 1))
	for i := range 4 {
		commit(t, w, i+1, 5)
	}
	hash, blocks := w.Head()
	check := func(name string, want []kindAt, o ...Option) {
		t.Helper()
		got, err := Verify(dir, o...)
		must(t, err)
		if diff := cmp.Diff(want, kinds(got.Defects)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	must(t, w.Sync())
	check("the same", nil, WithHead(hash, blocks))
	must(t, w.Append("adjudication", 1))
	must(t, w.Append(KindClosed, 1))
	closedHash, closedBlocks := w.Head()
	must(t, w.Close())
	check("grown", nil, WithHead(hash, blocks))
	check("another head", []kindAt{{HeadDisagrees, 5}}, WithHead(strings.Repeat("a", 64), 5))
	all := blocksOf(t, dir)
	change(t, dir, func([]byte) []byte { return join(all[:5]...) })
	index, err := os.ReadFile(filepath.Join(dir, indexName))
	must(t, err)
	must(t, os.WriteFile(filepath.Join(dir, indexName), index[:5*entrySize], 0o600))
	check("cut together with its index", []kindAt{{CutOff, 6}}, WithHead(closedHash, closedBlocks))
	check("cut together with its index, and nothing known", nil)
}

func TestVerdict(t *testing.T) {
	dir := sample(t, 5)
	r, err := OpenReader(dir)
	must(t, err)
	defer r.Close()
	hash, _ := r.Head()
	info, err := os.Stat(filepath.Join(dir, journalName))
	must(t, err)
	got, err := Verify(dir)
	must(t, err)
	want := Verdict{Head: hash, Blocks: 8, Facts: 5 + 6 + 7 + 8 + 9, Bytes: info.Size(), Finished: true, Closed: true}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if _, err := Verify(t.TempDir()); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("Verify of nothing: %v", err)
	}
}

// TestVerifyGivesUp: what is damaged past telling neither hangs nor grows.
func TestVerifyGivesUp(t *testing.T) {
	dir := sample(t, 5)
	one := blocksOf(t, dir)[3]
	var many []byte
	for i := range 20_000 {
		n := []byte(`{"n":` + strconv.Itoa(5+2*i) + `,`)
		many = append(many, bytes.Replace(one, []byte(`{"n":4,`), n, 1)...)
	}
	change(t, dir, func(data []byte) []byte { return append(data, many...) })
	got, err := Verify(dir)
	must(t, err)
	if !got.Stopped || len(got.Defects) > 3*maxDefects {
		t.Errorf("stopped %v after %d defects", got.Stopped, len(got.Defects))
	}
}

func TestParseHeader(t *testing.T) {
	line, _, _ := bytes.Cut(blocksOf(t, sample(t, 1))[1], []byte("\n"))
	if _, err := parseHeader(line); err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string][2]string{
		"space":            {`"kind":`, `"kind": `},
		"other case":       {`"kind":`, `"Kind":`},
		"unknown field":    {`"kind":`, `"more":1,"kind":`},
		"field twice":      {`"kind":`, `"kind":"unit","kind":`},
		"zero spelt out":   {`"unit":{`, `"reason":"","unit":{`},
		"long hash":        {`"sha256":"`, `"sha256":"a`},
		"upper-case hash":  {string(line[bytes.Index(line, []byte(`"sha256"`)):][:75]), `"sha256":"` + strings.Repeat("AB", 32) + `"`},
		"number zero":      {`{"n":2`, `{"n":0`},
		"number huge":      {`{"n":2`, `{"n":1000000000000`},
		"number too huge":  {`{"n":2`, `{"n":99999999999999999999`},
		"negative length":  {`"bytes":`, `"bytes":-`},
		"other status":     {`"done"`, `"perhaps"`},
		"no unit":          {`"kind":"unit"`, `"kind":"target"`},
		"kind with space":  {`"kind":"unit"`, `"kind":"a unit"`},
		"other time zone":  {`Z","prev"`, `+00:00","prev"`},
		"other order":      {`{"n":2,"kind":"unit",`, `{"kind":"unit","n":2,`},
		"something before": {`{"n"`, ` {"n"`},
	} {
		bad := bytes.Replace(line, []byte(change[0]), []byte(change[1]), 1)
		if bytes.Equal(bad, line) {
			t.Errorf("%s: nothing was changed", name)
		}
		if _, err := parseHeader(bad); err == nil {
			t.Errorf("%s: taken: %s", name, bad)
		}
	}
}

func FuzzHeader(f *testing.F) {
	for _, b := range blocksOf(f, sample(f, 2)) {
		line, _, _ := bytes.Cut(b, []byte("\n"))
		f.Add(line)
	}
	f.Fuzz(func(t *testing.T, line []byte) {
		l, err := parseHeader(line)
		if err != nil {
			return
		}
		if !json.Valid(line) || bytes.ContainsAny(line, "\n\x00") || l.N < 1 || l.Bytes < 0 {
			t.Errorf("taken as a header: %q", line)
		}
	})
}

// FuzzJournal holds the three ways of reading against one another: whatever
// Verify calls intact can be read, and opened unless it is closed.
func FuzzJournal(f *testing.F) {
	dir := sample(f, 2)
	data, err := os.ReadFile(filepath.Join(dir, journalName))
	must(f, err)
	index, err := os.ReadFile(filepath.Join(dir, indexName))
	must(f, err)
	f.Add(data, index)
	f.Add(data[:len(data)-3], index[:3*entrySize])
	f.Add(append(slices.Clone(data), 0, 0), []byte{})
	f.Add(join(data, data), index)
	dir = f.TempDir()
	f.Fuzz(func(t *testing.T, data, index []byte) {
		must(t, os.WriteFile(filepath.Join(dir, journalName), data, 0o600))
		must(t, os.WriteFile(filepath.Join(dir, indexName), index, 0o600))
		got, err := Verify(dir)
		must(t, err)
		facts, err := readEverything(dir)
		if got.Intact() && (err != nil || facts != got.Facts) {
			t.Errorf("intact, and not to be read: %v", err)
		}
		w, err := Open(dir, clock())
		if err != nil {
			if got.Intact() && !errors.Is(err, ErrClosed) {
				t.Errorf("intact, and not to be opened: %v", err)
			}
			return
		}
		must(t, w.Append("target", 1))
		must(t, w.Close())
		if facts, err = readEverything(dir); err == nil && got.Intact() && facts != got.Facts {
			t.Errorf("%d facts after going on, %d before", facts, got.Facts)
		}
	})
}
