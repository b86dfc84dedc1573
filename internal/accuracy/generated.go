package main

import (
	"context"
	"fmt"
	"io"
	"iter"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"trustaudit/internal/accuracy/material"
)

// measureMaterial measures generated positives and hard negatives.
func (s *study) measureMaterial(ctx context.Context) error {
	total := newSurvey()
	err := examine(ctx, s.generated(), func(o outcome) error {
		total.add(o)
		if s.keep == "" || o.fault() == faultNumbers {
			return nil
		}
		return s.keepFile(&o)
	})
	if err != nil {
		return err
	}
	total.print(s.out, "generated")
	table(s.out, "generated: identifiable records in files", func(row func(string, ...any)) {
		c := total.records
		row("right\texcess\tlacking\tprecision\trecall\tF1")
		row("%d\t%d\t%d\t%s\t%s\t%s", c.TP, c.FP, c.FN, percent(c.precision()), percent(c.recall()), percent(c.f1()))
	})
	total.printTemplates(s.out)
	if s.list {
		total.printWrong(s.out, "generated")
	}
	if text := total.files[place{"", textual}]; text != nil {
		s.promiseFiles("generated", text[ours])
	}
	return nil
}

// generated yields the positives, then the negatives.
func (s *study) generated() iter.Seq2[specimen, error] {
	return func(yield func(specimen, error) bool) {
		for _, half := range []struct {
			name  string
			files iter.Seq[material.File]
		}{{"positives", material.Positives(s.seed, s.files)}, {"negatives", material.Negatives(s.seed, s.files)}} {
			for f := range half.files {
				if !yield(generatedFile(half.name, f), nil) {
					return
				}
			}
		}
	}
}

func generatedFile(half string, f material.File) specimen {
	t := truth{Format: f.Template, Group: textual, Extractable: true, Answer: negative, Numbers: int64(f.Numbers), Records: int64(f.Records)}
	if f.Identifiable {
		t.Answer = positive
	}
	return specimen{name: half + "/" + f.Name, corpus: half, truth: t, item: memoryItem(f.Name, f.Data), data: f.Data}
}

// keepFile writes a file that was judged wrongly to where it can be looked at.
func (s *study) keepFile(o *outcome) error {
	if err := os.MkdirAll(s.keep, 0o755); err != nil {
		return fmt.Errorf("keep files: %w", err)
	}
	name := fmt.Sprintf("%s-%s-%s-%s", o.fault(), o.corpus, o.truth.Format, filepath.Base(o.name))
	if err := os.WriteFile(filepath.Join(s.keep, name), o.data, 0o644); err != nil {
		return fmt.Errorf("keep files: %w", err)
	}
	return nil
}

// printTemplates lists the templates of which a file was judged wrongly.
func (s *survey) printTemplates(w io.Writer) {
	table(w, fmt.Sprintf("generated: templates of which a file was judged wrongly, of %d", len(s.templates)), func(row func(string, ...any)) {
		row("template\tfiles\tmissed\tfalse")
		for _, name := range slices.Sorted(maps.Keys(s.templates)) {
			if c := s.templates[name]; c.FN+c.FP > 0 {
				row("%s\t%d\t%d\t%d", name, c.TP+c.FN+c.FP+c.TN+c.Unread, c.FN, c.FP)
			}
		}
	})
}
