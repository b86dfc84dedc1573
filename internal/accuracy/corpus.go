package main

import (
	"context"
	"fmt"
	"iter"
	"maps"
	"os"
	"path/filepath"
	"strings"

	"trustaudit/internal/engagement"
	"trustaudit/internal/source"
	"trustaudit/internal/source/file"
)

// measureCorpus measures the files that truth.tsv names.
func (s *study) measureCorpus(ctx context.Context) error {
	if s.corpus == "" {
		fmt.Fprintln(s.out, "no corpus given: generated material only")
		return nil
	}
	truths, err := s.readTruths()
	if err != nil {
		return err
	}
	store, err := openFolder(ctx, s.corpus)
	if err != nil {
		return err
	}
	defer store.Close()
	total, read := newSurvey(), newPerusal()
	err = examine(ctx, corpusFiles(ctx, store, truths), func(o outcome) error {
		delete(truths, o.name)
		total.add(o)
		read.add(&o)
		return nil
	})
	if err != nil {
		return err
	}
	total.print(s.out, "corpus")
	read.print(s.out, s.list)
	if len(truths) > 0 {
		fmt.Fprintf(s.out, "\ncorpus: %d files of truth.tsv are not there\n", len(truths))
	}
	if s.list {
		total.printWrong(s.out, "corpus")
	}
	if text := total.files[place{"", textual}]; text != nil {
		s.promiseFiles("corpus", text[ours])
	}
	read.promise(s)
	return nil
}

func (s *study) readTruths() (map[string]truth, error) {
	f, err := os.Open(filepath.Join(s.corpus, "truth.tsv"))
	if err != nil {
		return nil, fmt.Errorf("open the truth: %w", err)
	}
	defer f.Close()
	all, err := readTruth(f)
	if err != nil {
		return nil, fmt.Errorf("read truth.tsv: %w", err)
	}
	return all, nil
}

func openFolder(ctx context.Context, folder string) (source.Source, error) {
	path, err := filepath.Abs(folder)
	if err != nil {
		return nil, fmt.Errorf("open corpus: %w", err)
	}
	url, err := engagement.StoreURL(path, "")
	if err != nil {
		return nil, fmt.Errorf("open corpus: %w", err)
	}
	store, err := file.Opener.Open(ctx, source.Config{URL: url})
	if err != nil {
		return nil, fmt.Errorf("open corpus: %w", err)
	}
	return store, nil
}

// corpusFiles are the files of a store of which the truth is known.
func corpusFiles(ctx context.Context, store source.Source, truths map[string]truth) iter.Seq2[specimen, error] {
	known := maps.Clone(truths) // the caller crosses out while we walk
	return func(yield func(specimen, error) bool) {
		for item, err := range store.Items(ctx) {
			if err != nil {
				yield(specimen{}, fmt.Errorf("list corpus: %w", err))
				return
			}
			t, ok := known[item.Path]
			if !ok {
				continue
			}
			top, _, _ := strings.Cut(item.Path, "/")
			if !yield(specimen{name: item.Path, corpus: top, truth: t, item: item}, nil) {
				return
			}
		}
	}
}
