// Package material generates files, records and columns whose truth is known,
// because it is decided before anything is written. The accuracy of the
// detector is measured on them.
//
// A template is a text with places to fill; a maker fills them out of a seed, so
// that the same seed gives the same bytes. Only a maker plants a patient's
// number, and it counts what it planted. Nobody here exists; numbers are drawn
// from the issued ranges as well as from those that are for tests, since a
// detector has to find both.
//
// What counts as identifiable: a patient's NHS, CHI or H&C number; a patient's
// name with a date of birth, an address, a telephone, a hospital number, or with
// what is told of his or her care; a date of birth with a full postcode. A member of
// staff, an author or a supplier is no patient, and neither is a published example.
// What could be argued about (a patient's name alone, an application for a job) is
// left out.
package material

import (
	"iter"
	"math/rand/v2"
)

// A File is one generated file and what is true of it.
type File struct {
	Name, Template string
	Data           []byte
	Identifiable   bool
	Numbers        int // distinct NHS, CHI and H&C numbers that belong to patients in it
	Records        int // records in it that identify a patient
}

// Positives yields n files that hold patients, the templates in turn.
func Positives(seed uint64, n int) iter.Seq[File] { return files(seed, n, positives()) }

// Negatives yields n files that hold none, though much in them looks like one.
func Negatives(seed uint64, n int) iter.Seq[File] { return files(seed^decoys, n, negatives()) }

// decoys sets the negatives' seeds apart from those of the positives.
const decoys = 0x6e656761

func files(seed uint64, n int, templates []template) iter.Seq[File] {
	return func(yield func(File) bool) {
		for i := range n {
			t := templates[i%len(templates)]
			if !yield(t.file(newMaker(seed, uint64(i)), i)) {
				return
			}
		}
	}
}

func newMaker(seed, i uint64) *maker {
	m := &maker{Rand: rand.New(rand.NewPCG(seed, i)), used: map[string]bool{}, planted: map[string]bool{}, row: 1}
	m.style = m.newStyle()
	return m
}
