package main

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"
	"sync"
	"time"

	"trustaudit/internal/audit"
	"trustaudit/internal/content"
	formats "trustaudit/internal/extract/all"
	"trustaudit/internal/identify"
	kinds "trustaudit/internal/identify/all"
	"trustaudit/internal/ocr"
	"trustaudit/internal/probe/content/fact"
	"trustaudit/internal/source"
)

// workers is how many files are read at the same time.
const workers = 2

// today is the day of the measurement. It is fixed, since ages are reckoned
// from it and the output has to be the same on every day.
func today() time.Time { return time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC) }

func key() *audit.Key { return audit.NewKey([32]byte{1}) }

func scannerConfig() identify.Config {
	return identify.Config{Kinds: kinds.Kinds(), Key: key(), Now: today()}
}

// specimen is a file to be judged, and the truth of it.
type specimen struct {
	name   string
	corpus string
	truth  truth
	item   source.Item
	data   []byte // of generated files
}

// outcome is what was found in a specimen, what lies in it included.
type outcome struct {
	specimen
	status       fact.Status
	reason       string
	format       string
	seal         string // its own, or else of what lies in it
	size         int64
	identifiable bool
	named        bool  // a name in it identifies somebody
	numbers      int64 // distinct, of the three kinds of ten digits
	records      int64
	score        float64
	excerpt      string
	kinds        map[string]fact.Count
	naive        *naive
}

// examine reads the specimens as a scan does and yields what was found, in
// their order.
func examine(ctx context.Context, all iter.Seq2[specimen, error], yield func(outcome) error) error {
	ctx, stop := context.WithCancel(ctx)
	var running sync.WaitGroup
	defer func() {
		stop()
		running.Wait()
	}()
	jobs := make(chan job)
	order := make(chan job, 4*workers)
	var failed error
	running.Go(func() {
		defer close(jobs)
		defer close(order)
		failed = feed(ctx, all, jobs, order)
	})
	for range workers {
		running.Go(func() {
			b := newBench()
			for j := range jobs {
				o, err := b.examine(ctx, j.specimen)
				j.done <- result{o, err}
			}
		})
	}
	for j := range order {
		r := <-j.done
		if r.err != nil {
			return r.err
		}
		if err := yield(r.outcome); err != nil {
			return err
		}
	}
	return failed // written before order was closed
}

// job is a specimen on its way through a worker.
type job struct {
	specimen specimen
	done     chan result
}

type result struct {
	outcome outcome
	err     error
}

func feed(ctx context.Context, all iter.Seq2[specimen, error], jobs, order chan<- job) error {
	for s, err := range all {
		if err != nil {
			return err
		}
		j := job{s, make(chan result, 1)}
		for _, to := range []chan<- job{jobs, order} {
			select {
			case to <- j:
			case <-ctx.Done():
				return ctx.Err()
			}
		}
	}
	return nil
}

// bench is a worker's examiner.
type bench struct {
	examiner *content.Examiner
	naive    *naive
	named    *identify.Scanner // of names
	items    []fact.Item       // of the specimen at hand, its own last
	told     bool              // a name in it identifies somebody
}

func newBench() *bench {
	config := scannerConfig()
	config.Kinds = companions(config.Kinds)
	b := &bench{naive: newNaive(), named: identify.NewScanner(config)}
	b.examiner = content.New(content.Config{
		Target: "file:///accuracy", Key: key(), Now: today(), Formats: tap(formats.Formats(), b.naive), Kinds: kinds.Kinds(),
		Emit: func(f audit.Fact) error {
			if item, ok := f.(fact.Item); ok {
				b.items = append(b.items, item)
			}
			return nil
		},
		OCR: reader(),
		Reveal: func(_, raw string) error {
			_, told := b.named.Mask(raw)
			b.told = b.told || told
			return nil
		},
	})
	return b
}

// reader reads pictures, where a program that can is installed.
func reader() func(context.Context, io.Reader) ([]byte, error) {
	program := ocr.Find()
	if program == "" {
		return nil
	}
	return program.Read
}

// companions are the kinds as they count in the names of files. A scan masks a
// person's name or a date there to be safe; that a patient is told by it wants
// something else besides: releases have a date, and examples their author.
func companions(all []identify.Kind) []identify.Kind {
	all = slices.Clone(all)
	for i := range all {
		if k := &all[i]; k.Name == "name" || k.Name == "date-of-birth" {
			k.Names.Beside |= k.Names.Alone
			k.Names.Alone = 0
		}
	}
	return all
}

func (b *bench) examine(ctx context.Context, s specimen) (outcome, error) {
	b.items, b.told = b.items[:0], false
	*b.naive = naive{nearest: far, buf: b.naive.buf[:0]}
	if err := b.examiner.Examine(ctx, s.item); err != nil {
		return outcome{}, fmt.Errorf("examine %s: %w", s.name, err)
	}
	if len(b.items) == 0 {
		return outcome{}, fmt.Errorf("examine %s: no fact came of it", s.name)
	}
	seen := *b.naive
	seen.buf = nil
	o := conclude(s, b.items, &seen)
	o.named = b.told
	o.identifiable = o.identifiable || o.named // a finding of its own
	return o, nil
}

// tenDigits reports whether a kind is one of the ten-digit numbers that
// truth.tsv counts as NHS numbers.
func tenDigits(kind string) bool {
	return kind == "nhs-number" || kind == "chi-number" || kind == "hc-number"
}

// conclude adds up an item, the last, and what lies in it. One number in two
// members of an archive counts twice.
func conclude(s specimen, items []fact.Item, seen *naive) outcome {
	own := items[len(items)-1]
	o := outcome{specimen: s, status: own.Status, reason: own.Reason, format: own.Format, seal: cmp.Or(own.Seal, memberSeal(items), "none"), size: own.Size, kinds: map[string]fact.Count{}, naive: seen}
	for _, item := range items {
		o.identifiable = o.identifiable || item.Identifiable
		o.records += item.Records
		if item.Score != 0 && (o.score == 0 || item.Score > o.score) { // 0 is said where there is no evidence
			o.score, o.excerpt = item.Score, item.Excerpt
		}
		for kind, n := range item.Identifiers {
			sum := o.kinds[kind]
			sum.Count += n.Count
			sum.Distinct += n.Distinct
			o.kinds[kind] = sum
			if tenDigits(kind) {
				o.numbers += n.Distinct
			}
		}
	}
	return o
}

// memberSeal is the seal of what lies right in the last of the items, an archive:
// weak if that of one member is.
func memberSeal(items []fact.Item) (seal string) {
	own := items[len(items)-1]
	if own.Format != "zip" && own.Format != "7z" && own.Format != "rar" {
		return ""
	}
	for _, item := range items[:len(items)-1] {
		member, ok := strings.CutPrefix(item.Path, own.Path+"!/")
		if ok && !strings.Contains(member, "!/") && item.Seal != "" && seal != "weak" {
			seal = item.Seal
		}
	}
	return seal
}

// memoryItem is an item whose file lies in memory.
func memoryItem(path string, data []byte) source.Item {
	return source.Item{Path: path, File: func() (source.File, error) {
		return &memoryFile{bytes.NewReader(data)}, nil
	}}
}

type memoryFile struct{ *bytes.Reader }

func (f *memoryFile) Stat() (int64, time.Time, error) { return f.Size(), today(), nil }
func (f *memoryFile) Close() error                    { return nil }
