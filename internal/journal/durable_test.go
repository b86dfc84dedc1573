package journal

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"
)

// childEnv makes the test binary the process that is killed.
const childEnv = "JOURNAL_TEST_CHILD"

func TestMain(m *testing.M) {
	if dir := os.Getenv(childEnv); dir != "" {
		child(dir)
		return
	}
	goleak.VerifyTestMain(m)
}

// child writes units for ever and reports each that is committed.
func child(dir string) {
	w, err := Open(dir, time.Now)
	if errors.Is(err, os.ErrNotExist) {
		w, err = Create(dir, time.Now)
	}
	if err != nil {
		fmt.Println("failed", err)
		os.Exit(1)
	}
	_, blocks := w.Head()
	var said sync.Mutex
	for g := range 3 {
		go func() {
			r := rand.New(rand.NewPCG(uint64(blocks), uint64(g)))
			for i := g; ; i += 3 {
				u := unitOf(int(blocks)*1_000_000 + i)
				b := w.Begin(u)
				for range 1 + r.IntN(200) {
					if err := b.Add(item{Path: u.Subject, Size: r.Int64()}); err != nil {
						fmt.Println("failed", err)
					}
				}
				if err := b.Commit(Done, ""); err != nil {
					fmt.Println("failed", err)
				}
				said.Lock()
				fmt.Println("done", u.ID)
				said.Unlock()
			}
		}()
	}
	select {}
}

// TestKill kills a writing process thirty times: what it reported is there, the
// chain holds, and the next process goes on.
func TestKill(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	r := rand.New(rand.NewPCG(1, 2))
	reported := map[string]bool{}
	for range 30 {
		for _, id := range killed(t, dir, time.Duration(r.IntN(60))*time.Millisecond) {
			reported[id] = true
		}
	}
	if len(reported) < 100 {
		t.Fatalf("only %d units were reported: the test tests nothing", len(reported))
	}
	w, err := Open(dir, clock())
	must(t, err)
	must(t, w.Close())
	verdict, err := Verify(dir)
	must(t, err)
	if !verdict.Intact() || verdict.IndexBehind != 0 {
		t.Errorf("after 30 deaths: %+v", verdict)
	}
	facts, err := readEverything(dir)
	must(t, err)
	if facts != verdict.Facts {
		t.Errorf("%d facts were read, the headers say %d", facts, verdict.Facts)
	}
	reader, err := OpenReader(dir)
	must(t, err)
	defer reader.Close()
	for _, h := range reader.Headers() {
		delete(reported, h.Unit.ID)
	}
	if len(reported) > 0 {
		t.Errorf("%d units that were reported done are lost", len(reported))
	}
}

// killed runs a child until it is killed, after it has begun to work, and
// returns the units that it reported.
func killed(t *testing.T, dir string, after time.Duration) (ids []string) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childEnv+"="+dir)
	out, err := cmd.StdoutPipe()
	must(t, err)
	must(t, cmd.Start())
	lines := bufio.NewScanner(out)
	for first := true; lines.Scan(); first = false {
		word, id, _ := strings.Cut(lines.Text(), " ")
		if word != "done" {
			t.Errorf("child: %s", lines.Text())
		} else {
			ids = append(ids, id)
		}
		if first {
			time.AfterFunc(after, func() { _ = cmd.Process.Kill() })
		}
	}
	if err := cmd.Wait(); err == nil {
		t.Error("the child ended by itself")
	}
	return ids
}

// copyFiles writes a journal and its index into a new folder.
func copyFiles(t *testing.T, journal, index []byte) string {
	t.Helper()
	dir := t.TempDir()
	must(t, os.WriteFile(filepath.Join(dir, journalName), journal, 0o600))
	must(t, os.WriteFile(filepath.Join(dir, indexName), index, 0o600))
	return dir
}

// TestTornTail cuts the journal at every byte of its last block, as a death in
// mid-append does, with the zero bytes that a power cut can leave, and without.
func TestTornTail(t *testing.T) {
	dir, w := create(t)
	must(t, w.Append("opened", 1))
	for i := range 3 {
		commit(t, w, i+1, 4)
	}
	must(t, w.Close())
	b := blocksOf(t, dir)
	before := join(b[:3]...)
	index, err := os.ReadFile(filepath.Join(dir, indexName))
	must(t, err)
	whole := lines(t, dir, every)
	for cut := range len(b[3]) {
		for _, zeros := range []int{0, 5000} {
			if zeros > 0 && cut%16 != 0 {
				continue
			}
			torn := join(before, b[3][:cut], make([]byte, zeros))
			dir := copyFiles(t, torn, index[:3*entrySize])
			if got := lines(t, dir, every); !slices.Equal(whole[:8], got) {
				t.Fatalf("cut at %d: a reader sees %d facts", cut, len(got))
			}
			w, err := Open(dir, clock())
			if err != nil {
				t.Fatalf("cut at %d: %v", cut, err)
			}
			if mended := w.Mended(); (len(mended) == 1) != (cut+zeros > 0) {
				t.Fatalf("cut at %d: mended %v", cut, mended)
			}
			commit(t, w, 3, 4)
			must(t, w.Close())
			if got := lines(t, dir, every); !slices.Equal(whole, got) {
				t.Fatalf("cut at %d, then gone on: %d facts", cut, len(got))
			}
			if v, err := Verify(dir); err != nil || !v.Intact() {
				t.Fatalf("cut at %d, then gone on: %v %v", cut, err, v.Defects)
			}
		}
		// The index knows the block: somebody cut it.
		dir := copyFiles(t, join(before, b[3][:cut]), index)
		var damage *DamagedError
		if _, err := Open(dir, clock()); !errors.As(err, &damage) || damage.Defect.Kind != CutOff {
			t.Fatalf("cut at %d against the index: %v", cut, err)
		}
		if _, err := OpenReader(dir); !errors.As(err, &damage) {
			t.Fatalf("cut at %d against the index: a reader says %v", cut, err)
		}
		if v, err := Verify(dir); err != nil || !cmp.Equal(kinds(v.Defects), []kindAt{{CutOff, 4}}) {
			t.Fatalf("cut at %d against the index: %v %v", cut, err, v.Defects)
		}
	}
}

func TestIndexIsMended(t *testing.T) {
	dir, w := create(t)
	must(t, w.Append("opened", 1))
	for i := range 40 {
		commit(t, w, i+1, 4)
	}
	must(t, w.Close())
	journal, err := os.ReadFile(filepath.Join(dir, journalName))
	must(t, err)
	index, err := os.ReadFile(filepath.Join(dir, indexName))
	must(t, err)
	for _, kept := range []int{0, 1, 50, entrySize, 3*entrySize + 7, 40 * entrySize, 41*entrySize - 1, 41 * entrySize} {
		for _, zeros := range []int{0, 7, 300} {
			dir := copyFiles(t, journal, append(index[:kept:kept], make([]byte, zeros)...))
			v, err := Verify(dir)
			must(t, err)
			if !v.Intact() || v.IndexBehind != int64(41-kept/entrySize) {
				t.Errorf("%d bytes kept: %v, behind by %d", kept, v.Defects, v.IndexBehind)
			}
			w, err := Open(dir, clock())
			must(t, err)
			must(t, w.Close())
			got, err := os.ReadFile(filepath.Join(dir, indexName))
			must(t, err)
			if !bytes.Equal(got, index) {
				t.Errorf("%d bytes and %d zeros kept: the index was not mended", kept, zeros)
			}
		}
	}
	dir = copyFiles(t, journal, nil)
	must(t, os.Remove(filepath.Join(dir, indexName)))
	w, err = Open(dir, clock())
	must(t, err)
	if m := w.Mended(); len(m) != 1 || m[0].Kind != IndexMissing {
		t.Errorf("mended %v", m)
	}
	must(t, w.Close())
}

// TestOpenRechecks: an altered payload near the end is refused; so is one that
// the index does not know yet.
func TestOpenRechecks(t *testing.T) {
	dir, w := create(t)
	for i := range 4 {
		commit(t, w, i+1, 4)
	}
	must(t, w.Close())
	b := blocksOf(t, dir)
	b[2] = swapByte(b[2], `"size":`)
	index, err := os.ReadFile(filepath.Join(dir, indexName))
	must(t, err)
	for _, known := range []int{4, 1} {
		dir := copyFiles(t, join(b...), index[:known*entrySize])
		var damage *DamagedError
		if _, err := Open(dir, clock()); !errors.As(err, &damage) || damage.Defect.Block != 3 {
			t.Errorf("index of %d: %v", known, err)
		}
	}
}

func TestOpenRemovesSpills(t *testing.T) {
	dir, w := create(t)
	must(t, w.Close())
	left := filepath.Join(dir, spillPrefix+"123")
	must(t, os.WriteFile(left, []byte("x"), 0o600))
	w, err := Open(dir, clock())
	must(t, err)
	must(t, w.Close())
	if _, err := os.Stat(left); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a spill file was left: %v", err)
	}
}

// TestConcurrentUnits has eight goroutines write units, and two read meanwhile.
func TestConcurrentUnits(t *testing.T) {
	dir, w := create(t)
	must(t, w.Append("opened", 1))
	var writers, readers sync.WaitGroup
	stop := make(chan struct{})
	for range 2 {
		readers.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				if _, err := readEverything(dir); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	for g := range 8 {
		writers.Go(func() {
			for i := range 20 {
				commit(t, w, 100*g+i, 1+(i*37)%300)
				if i%5 == 0 {
					if err := errors.Join(w.Append("contact", i), w.Sync()); err != nil {
						t.Error(err)
					}
				}
			}
		})
	}
	writers.Wait()
	close(stop)
	readers.Wait()
	must(t, w.Append(KindFinished, 1))
	must(t, w.Close())
	v, err := Verify(dir)
	must(t, err)
	if !v.Intact() || v.Blocks != 1+8*20+8*4+1 {
		t.Errorf("%+v", v)
	}
	r, err := OpenReader(dir)
	must(t, err)
	defer r.Close()
	for _, h := range r.Headers() {
		must(t, r.Facts(h, every, func(string, []byte) error { return nil }))
	}
}

// TestSyncByItself: a commit reaches the index without anybody asking.
func TestSyncByItself(t *testing.T) {
	dir, w := create(t)
	commit(t, w, 1, 4)
	deadline := time.Now().Add(10 * syncEvery)
	for {
		data, err := os.ReadFile(filepath.Join(dir, indexName))
		must(t, err)
		if len(data) == entrySize {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("nothing was synced")
		}
		time.Sleep(10 * time.Millisecond)
	}
	must(t, w.Append(KindFinished, 1))
	if data, err := os.ReadFile(filepath.Join(dir, indexName)); err != nil || len(data) != 2*entrySize {
		t.Errorf("finished was not synced at once: %d bytes, %v", len(data), err)
	}
}

// fullDisk takes so many bytes and no more, in part of a write as well.
type fullDisk struct {
	file
	room int
	sync error
}

var errFull = errors.New("no space left on device")

func (d *fullDisk) WriteAt(p []byte, off int64) (int, error) {
	if len(p) <= d.room {
		d.room -= len(p)
		return d.file.WriteAt(p, off)
	}
	n, _ := d.file.WriteAt(p[:d.room], off)
	d.room = 0
	return n, errFull
}

func (d *fullDisk) Sync() error { return errors.Join(d.sync, d.file.Sync()) }

// TestFullDisk lets the disk run full at every byte of a block.
func TestFullDisk(t *testing.T) {
	block := 0
	for room := 0; block == 0 || room < block; room += 7 {
		dir, w := create(t)
		must(t, w.Append("opened", 1))
		commit(t, w, 1, 5)
		w.file = &fullDisk{file: w.file, room: room}
		if err := add(w.Begin(unitOf(2)), 6); !errors.Is(err, errFull) {
			t.Fatalf("room for %d: %v", room, err)
		}
		for _, err := range []error{w.Append("target", 1), w.Sync(), w.Close()} {
			if !errors.Is(err, errFull) {
				t.Fatalf("room for %d: the writer goes on: %v", room, err)
			}
		}
		if v, err := Verify(dir); err != nil || !v.Intact() || v.Blocks != 2 || v.IndexBehind != 0 {
			t.Fatalf("room for %d: %v %+v", room, err, v)
		}
		w, err := Open(dir, clock())
		must(t, err)
		must(t, add(w.Begin(unitOf(2)), 6))
		must(t, w.Close())
		block = len(blocksOf(t, dir)[2])
	}
	if block < 500 {
		t.Errorf("the block had %d bytes: the test tests little", block)
	}
}

// add commits a block of n facts.
func add(b *Block, n int) error {
	for i := range n {
		if err := b.Add(item{Path: strings.Repeat("x", 20), Size: int64(i) << 30}); err != nil {
			return err
		}
	}
	return b.Commit(Done, "")
}

func TestFailingSync(t *testing.T) {
	dir, w := create(t)
	w.file = &fullDisk{file: w.file, room: 1 << 20, sync: io.ErrShortWrite}
	commit(t, w, 1, 5)
	if err := w.Append(KindFinished, 1); !errors.Is(err, io.ErrShortWrite) {
		t.Errorf("finished: %v", err)
	}
	if err := w.Append("target", 1); !errors.Is(err, io.ErrShortWrite) {
		t.Errorf("Append after a sync that failed: %v", err)
	}
	if err := w.Close(); !errors.Is(err, io.ErrShortWrite) {
		t.Errorf("Close: %v", err)
	}
	if data, err := os.ReadFile(filepath.Join(dir, indexName)); err != nil || len(data) != 0 {
		t.Errorf("the index vouches for what may not be on the disk: %d bytes, %v", len(data), err)
	}
}

// TestMemoryStaysFlat writes a block of some 300 MB.
func TestMemoryStaysFlat(t *testing.T) {
	if testing.Short() {
		t.Skip("a large block")
	}
	dir, w := create(t)
	fact := item{Path: strings.Repeat("folder/", 200)}
	b := w.Begin(unitOf(1))
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for i := range 200_000 {
		fact.Size = int64(i)
		must(t, b.Add(fact))
	}
	must(t, b.Commit(Done, ""))
	must(t, w.Close())
	runtime.ReadMemStats(&after)
	if grown := int64(after.HeapSys) - int64(before.HeapSys); grown > 64<<20 {
		t.Errorf("the heap grew by %d MiB", grown>>20)
	}
	facts, err := readEverything(dir)
	must(t, err)
	if facts != 200_000 {
		t.Errorf("%d facts came back", facts)
	}
}
