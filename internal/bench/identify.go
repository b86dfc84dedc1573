package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"

	"trustaudit/internal/bench/corpus"
)

// What ripgrep and grep are given for four kinds at once: NHS number, National
// Insurance number, postcode, date.
const fourPatterns = nhsNumber +
	`|\b[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?[0-9]{2} ?[0-9]{2} ?[0-9]{2} ?[A-D]\b` +
	`|\b[A-Z]{1,2}[0-9][A-Z0-9]? ?[0-9][A-Z]{2}\b` +
	`|\b[0-9]{1,2}[/-][0-9]{1,2}[/-](?:[0-9]{4}|[0-9]{2})\b`

// slowRounds bounds the rounds of the engines that take seconds.
const slowRounds = 3

// engine is one that takes part: this program as a child, or a peer.
type engine struct {
	id     string
	title  string
	peer   string   // the program; empty for this one
	args   []string // of the peer, before the files
	slow   bool
	sample bool // reads the sample only: the whole would take minutes
}

func engines() []engine {
	all := []engine{
		{id: "sum", title: "floor: Go sum of words, read()"},
		{id: "mapped", title: "floor: Go sum of words, mmap"},
		{id: "cat", title: "cat to /dev/null", peer: "cat"},
		{id: "rg", title: "rg -j1 --count-matches, NHS", peer: "rg", args: []string{"--no-config", "-j1", "-I", "--count-matches", "-e", nhsNumber}, slow: true},
		{id: "rg-four", title: "rg -j1 --count-matches, four", peer: "rg", args: []string{"--no-config", "-j1", "-I", "--count-matches", "-e", fourPatterns}, slow: true},
		{id: "rg-lines", title: "rg -j1 -c, NHS (lines)", peer: "rg", args: []string{"--no-config", "-j1", "-I", "-c", "-e", nhsNumber}, slow: true},
		{id: "grep-P", title: "grep -cP, NHS (lines)", peer: "grep", args: []string{"-h", "-cP", "-e", nhsNumber}, slow: true},
		{id: "grep-E", title: "grep -cE, NHS (lines)", peer: "grep", args: []string{"-h", "-cE", "-e", nhsNumber}, slow: true},
		{id: "regexp", title: "Go regexp, NHS (a tenth of it)", slow: true, sample: true},
		{id: "nhs", title: "trustaudit, NHS number alone"},
		{id: "four", title: "trustaudit, four kinds"},
		{id: "all", title: "trustaudit, everything on", slow: true},
		{id: "all2", title: "trustaudit, everything, two cores", slow: true},
	}
	if !canMap {
		all = append(all[:1], all[2:]...)
	}
	return all
}

// measureIdentify prints a table for each corpus, then that of hostile text,
// then the bars. Engines that should agree and do not are an error.
func (b *bench) measureIdentify() error {
	missing := describeMachine()
	var bars []bar
	var wrong []error
	var most int64
	for _, c := range []struct {
		name string
		mix  corpus.Mix
	}{{"dense", corpus.Dense()}, {"sparse", corpus.Sparse()}} {
		r := race{bench: b, name: c.name, missing: missing, results: map[string]*result{}}
		if err := r.measure(c.mix); err != nil {
			return fmt.Errorf("measure %s: %w", c.name, err)
		}
		r.print()
		bars = append(bars, r.bars()...)
		wrong = append(wrong, r.disagreements()...)
		most = max(most, r.mostMemory())
	}
	if b.full {
		rss, err := b.measureLarge()
		if err != nil {
			return err
		}
		most = max(most, rss)
	}
	hostile, err := b.measureHostile()
	if err != nil {
		return err
	}
	most = max(most, hostile.most)
	bars = append(bars, hostile.bars...)
	bars = append(bars, bar{what: "memory at most, any size and text", figure: mib(most), unit: "MiB", wanted: 64, most: true})
	printBars(bars)
	return errors.Join(wrong...)
}

// describeMachine prints what the figures depend on, and returns the peers that
// are not there.
func describeMachine() (missing map[string]bool) {
	missing = map[string]bool{}
	fmt.Printf("identify: %s, %d cores, %s\n", processor(), runtime.NumCPU(), runtime.Version())
	for _, peer := range []string{"rg", "grep", "cat"} {
		output, err := exec.Command(peer, "--version").Output()
		first, _, _ := strings.Cut(string(output), "\n")
		switch {
		case err != nil:
			first = "missing: " + err.Error()
		case peer == "grep" && !strings.Contains(first, "GNU"):
			err, first = errors.ErrUnsupported, "missing: this one is not GNU grep"
		}
		missing[peer] = err != nil
		fmt.Printf("  %s: %s\n", peer, first)
	}
	return missing
}

// processor is the processor's name where the system tells it.
func processor() string {
	f, err := os.Open("/proc/cpuinfo")
	if err != nil {
		return runtime.GOARCH
	}
	defer f.Close()
	for s := bufio.NewScanner(f); s.Scan(); {
		if name, value, ok := strings.Cut(s.Text(), ":"); ok && strings.TrimSpace(name) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return runtime.GOARCH
}

// race is a run of all engines over one corpus, in turns.
type race struct {
	bench   *bench
	name    string
	missing map[string]bool
	whole   material
	sample  material // a tenth of it, for what is slow and for what is checked
	results map[string]*result
	agree   map[string]found // what engines found in the sample
}

// material is a folder with two files.
type material struct {
	folder string
	files  []string
	tally  corpus.Tally
}

// result is what one engine used and found.
type result struct {
	engine  engine
	figures []figure
	found   found
	bytes   int64
}

// perByte is the CPU time per byte, in nanoseconds.
func (r *result) perByte() float64 {
	return float64(median(r.figures).cpu.Nanoseconds()) / float64(r.bytes)
}

func (r *race) measure(mix corpus.Mix) (err error) {
	if r.whole, err = r.bench.plant(r.name, mix, r.bench.size); err != nil {
		return err
	}
	defer os.RemoveAll(r.whole.folder)
	if r.sample, err = r.bench.plant(r.name+"-sample", mix, r.bench.size/10); err != nil {
		return err
	}
	defer os.RemoveAll(r.sample.folder)
	if _, _, err := runOne(engine{id: "sum"}, r.whole); err != nil { // so that the files are cached
		return err
	}
	for round := range max(r.bench.rounds, 1) {
		for _, e := range engines() {
			if r.missing[e.peer] || e.slow && round >= slowRounds {
				continue
			}
			if err := r.run(e); err != nil {
				return err
			}
		}
	}
	return r.runSample()
}

// run lets an engine have its turn.
func (r *race) run(e engine) error {
	on := r.whole
	if e.sample {
		on = r.sample
	}
	f, found, err := runOne(e, on)
	if err != nil {
		return err
	}
	if r.results[e.id] == nil {
		r.results[e.id] = &result{engine: e, bytes: on.tally.Bytes, found: found}
	}
	r.results[e.id].figures = append(r.results[e.id].figures, f)
	return nil
}

// runSample lets the engine that is checked read the sample that Go's regular
// expressions read.
func (r *race) runSample() error {
	r.agree = map[string]found{}
	_, nhs, err := runOne(engine{id: "nhs"}, r.sample)
	r.agree["nhs"] = nhs
	return err
}

// plant writes two files of half the size each.
func (b *bench) plant(name string, mix corpus.Mix, size int64) (material, error) {
	m := material{folder: filepath.Join(b.dir, name)}
	if err := os.Mkdir(m.folder, 0o755); err != nil {
		return m, err
	}
	for i := range 2 {
		path := filepath.Join(m.folder, fmt.Sprintf("text-%d.txt", i))
		err := writeFile(path, func(f *os.File) error {
			t, err := mix.Write(f, uint64(i), size/2)
			m.tally.Add(t)
			return err
		})
		if err != nil {
			return m, err
		}
		m.files = append(m.files, path)
	}
	return m, nil
}

// writeFile writes a file through to the disk, so that no later measurement
// shares the machine with the writing.
func writeFile(path string, write func(*os.File) error) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	return errors.Join(write(f), f.Sync(), f.Close())
}

// runOne runs an engine as a process of its own.
func runOne(e engine, on material) (figure, found, error) {
	c := exec.Command(e.peer, append(e.args[:len(e.args):len(e.args)], on.files...)...)
	if e.peer == "" {
		own, err := os.Executable()
		if err != nil {
			return figure{}, found{}, err
		}
		c = exec.Command(own, engineVerb, e.id, on.folder)
	}
	c.Env = append(os.Environ(), "LC_ALL=C")
	var out, complaint bytes.Buffer
	c.Stderr = &complaint
	if e.peer != "cat" { // whose output goes nowhere
		c.Stdout = &out
	}
	f, err := timed(c)
	if err != nil {
		return figure{}, found{}, fmt.Errorf("run %s: %w\n%s", e.id, err, complaint.Bytes())
	}
	var got found
	switch e.peer {
	case "":
		err = json.Unmarshal(out.Bytes(), &got)
	default:
		got.Count, err = sumLines(out.String())
	}
	if err != nil {
		return figure{}, found{}, fmt.Errorf("read what %s counted: %w", e.id, err)
	}
	return f, got, nil
}

// sumLines adds up a count for each file.
func sumLines(text string) (sum int64, err error) {
	for field := range strings.FieldsSeq(text) {
		n, err := strconv.ParseInt(field, 10, 64)
		if err != nil {
			return 0, err
		}
		sum += n
	}
	return sum, nil
}
