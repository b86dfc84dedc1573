// Package corpus writes the text on which the bench measures engines that look
// for identifiers: clinic letters, rows of patients and logs, all synthetic,
// the same for the same seed, with a tally of what lies in it. NHS numbers are
// of the range that is never issued.
package corpus

import (
	"fmt"
	"io"
	"math/rand/v2"
)

// Mix says how much of a corpus each kind of section makes up.
type Mix struct{ parts []part }

// part is one kind of section and its share of the bytes.
type part struct {
	share float64
	write func(*writer)
}

// Dense holds a ten-digit number in every 108 bytes or so, four in ten of them
// NHS numbers: letters, rows of patients with a telephone number beside the
// NHS number, and logs with time stamps in seconds.
func Dense() Mix {
	return Mix{[]part{{0.58, letter}, {0.20, rows}, {0.22, epochLog}}}
}

// Sparse holds an NHS number in every 3.2 kB or so, and hardly another
// ten-digit number: letters and logs.
func Sparse() Mix {
	return Mix{[]part{{0.64, letter}, {0.20, serviceLog}, {0.16, accessLog}}}
}

// Tally counts what was written.
type Tally struct {
	Bytes     int64
	TenDigits int64 // numbers in the form of an NHS number, 3-3-4 or in one piece
	Planted   int64 // NHS numbers among them
	Valid     int64 // and those that pass modulus 11, planted or by chance
	NINOs     int64
	Postcodes int64
	Dates     int64 // day, month and year as numbers
}

// Add adds another tally.
func (t *Tally) Add(o Tally) {
	t.Bytes += o.Bytes
	t.TenDigits += o.TenDigits
	t.Planted += o.Planted
	t.Valid += o.Valid
	t.NINOs += o.NINOs
	t.Postcodes += o.Postcodes
	t.Dates += o.Dates
}

// flushAt is how much is gathered before it is written.
const flushAt = 1 << 20

// Write writes whole sections until there are size bytes, or a section more.
func (m Mix) Write(out io.Writer, seed uint64, size int64) (Tally, error) {
	w := &writer{r: rand.New(rand.NewPCG(seed, 11)), forms: readForms()}
	written := make([]int64, len(m.parts))
	for w.tally.Bytes < size {
		i := m.behind(written, w.tally.Bytes)
		before := len(w.buf)
		m.parts[i].write(w)
		n := int64(len(w.buf) - before)
		written[i] += n
		w.tally.Bytes += n
		if len(w.buf) < flushAt && w.tally.Bytes < size {
			continue
		}
		if _, err := out.Write(w.buf); err != nil {
			return w.tally, fmt.Errorf("write corpus: %w", err)
		}
		w.buf = w.buf[:0]
	}
	return w.tally, nil
}

// behind is the part that lacks most of its share.
func (m Mix) behind(written []int64, total int64) int {
	worst, lack := 0, 0.0
	for i, p := range m.parts {
		if l := p.share*float64(total) - float64(written[i]); l > lack {
			worst, lack = i, l
		}
	}
	return worst
}

// Valid reports whether ten digits pass the modulus 11 check of NHS numbers.
func Valid(number uint64) bool {
	sum := uint64(0)
	for weight := uint64(1); weight <= 10; weight++ { // the check digit weighs 1
		sum += number % 10 * weight
		number /= 10
	}
	return sum%11 == 0
}

func letter(w *writer) {
	w.write(w.forms.head)
	for range 2 + w.r.IntN(3) {
		for range 3 + w.r.IntN(4) {
			w.one(w.forms.sentences)
			w.buf = append(w.buf, ' ')
		}
		w.buf = append(w.buf, "\n\n"...)
	}
	w.one(w.forms.endings)
}

func rows(w *writer) {
	w.write(w.forms.heading)
	w.repeat(80+w.r.IntN(80), w.forms.rows)
}

func epochLog(w *writer)   { w.repeat(40+w.r.IntN(40), w.forms.epochs) }
func serviceLog(w *writer) { w.repeat(40+w.r.IntN(40), w.forms.services) }
func accessLog(w *writer)  { w.repeat(40+w.r.IntN(40), w.forms.requests) }
