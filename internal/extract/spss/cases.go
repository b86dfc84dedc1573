package spss

import (
	"bufio"
	"bytes"
	"compress/zlib"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"time"

	"trustaudit/internal/extract/charset"
)

// element is eight bytes of a case: a number, or a stretch of a text.
type element [8]byte

// elements yields the elements of cases, one after another; io.EOF at the end.
type elements func() (element, error)

// rows reads the cases.
func (f *file) rows() error {
	next := f.plain
	switch f.compression {
	case coded:
		next = (&decoder{r: f, bias: f.bias, file: f}).next
	case deflated:
		var err error
		if next, err = f.deflated(); err != nil {
			return err
		}
	}
	for n := 0; f.cases < 0 || n < f.cases; n++ {
		if n%1024 == 0 && f.ctx.Err() != nil {
			return fmt.Errorf("read cases: %w", f.ctx.Err())
		}
		err := f.take(next)
		if errors.Is(err, io.EOF) {
			if f.cases >= 0 {
				return f.Corrupt("cases")
			}
			return nil
		}
		if err != nil {
			return err
		}
		if err := f.row.Give(f.sink); err != nil {
			return err
		}
	}
	return nil
}

// take puts a case together.
func (f *file) take(next elements) error {
	for i, v := range f.variables {
		if v.width == 0 {
			e, err := next()
			if err != nil {
				return f.within(err, i)
			}
			f.number(v, math.Float64frombits(f.Order.Uint64(e[:])))
			f.row.End()
			continue
		}
		var text [256]byte
		for k := range v.elements() {
			e, err := next()
			if err != nil {
				return f.within(err, i+k)
			}
			copy(text[8*k:], e[:])
		}
		f.row.B, _ = charset.UTF8.Decode(f.row.B, bytes.TrimRight(text[:v.width], " \x00"), true)
		f.row.End()
	}
	return nil
}

// within: the end within a case is none.
func (f *file) within(err error, elements int) error {
	if errors.Is(err, io.EOF) && elements > 0 {
		return f.Corrupt("case")
	}
	return err
}

// plain yields elements as they are in the file.
func (f *file) plain() (e element, err error) {
	if f.End() {
		return e, io.EOF
	}
	copy(e[:], f.Bytes(len(e)))
	return e, f.Err()
}

// Codes that stand for elements; others are a number.
const (
	codePad     = 0
	codeEnd     = 252
	codeLiteral = 253
	codeSpaces  = 254
	codeMissing = 255
)

// missing is the number that stands for none.
const missing = -math.MaxFloat64

// decoder yields elements of which eight codes precede those that follow as they
// are.
type decoder struct {
	r     io.Reader
	file  *file
	bias  float64
	codes element
	used  int
	begun bool
}

func (d *decoder) next() (e element, err error) {
	for {
		if !d.begun || d.used == len(d.codes) {
			if err := d.read(&d.codes); err != nil {
				return e, err
			}
			d.begun, d.used = true, 0
		}
		code := d.codes[d.used]
		d.used++
		switch code {
		case codePad:
			continue
		case codeEnd:
			return e, io.EOF
		case codeLiteral:
			if err = d.read(&e); errors.Is(err, io.EOF) {
				err = d.file.Corrupt("element")
			}
			return e, err
		case codeSpaces:
			return element([]byte("        ")), nil
		case codeMissing:
			d.file.Order.PutUint64(e[:], math.Float64bits(missing))
		default:
			d.file.Order.PutUint64(e[:], math.Float64bits(float64(code)-d.bias))
		}
		return e, nil
	}
}

// read reads eight bytes; io.EOF when there are none left.
func (d *decoder) read(e *element) error {
	_, err := io.ReadFull(d.r, e[:])
	switch {
	case err == nil, errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF):
		return err
	case d.file.Err() != nil:
		return d.file.Err()
	}
	return d.file.Corrupt("elements")
}

// deflated yields the elements of blocks that are compressed one by one.
func (f *file) deflated() (elements, error) {
	f.U64()
	end := int64(f.U64())
	f.U64()
	if f.Err() != nil {
		return nil, f.Err()
	}
	if end < f.Offset() {
		return nil, f.Corrupt("header of blocks")
	}
	return (&decoder{r: bufio.NewReaderSize(&blocks{f: f, end: end}, 64<<10), bias: f.bias, file: f}).next, nil
}

// blocks decompresses blocks up to where they are listed.
type blocks struct {
	f   *file
	end int64
	z   io.ReadCloser
}

func (b *blocks) Read(p []byte) (int, error) {
	for {
		if b.z == nil {
			if b.f.Offset() >= b.end {
				return 0, io.EOF
			}
			z, err := zlib.NewReader(b.f)
			if err != nil {
				return 0, b.f.Corrupt("block")
			}
			b.z = z
		}
		n, err := b.z.Read(p)
		switch {
		case errors.Is(err, io.EOF):
			b.z = nil
			if n == 0 {
				continue
			}
			return n, nil
		case err != nil && b.f.Err() == nil:
			return n, b.f.Corrupt("block")
		case err != nil:
			return n, b.f.Err()
		}
		return n, nil
	}
}

// epoch is the seconds from the beginning of the calendar to 1970.
const epoch = 12219379200

// number writes a number as its format shows it.
func (f *file) number(v variable, n float64) {
	if n == missing || math.IsNaN(n) {
		return
	}
	switch v.format {
	case 20, 23, 24, 38, 39: // days
		f.row.B = moment(n).AppendFormat(f.row.B, time.DateOnly)
	case 22, 41:
		f.row.B = moment(n).AppendFormat(f.row.B, time.DateTime)
	default:
		f.row.B = strconv.AppendFloat(f.row.B, n, form(n), -1, 64)
	}
}

// form is how a number is written: without an exponent where that is short.
func form(n float64) byte {
	if a := math.Abs(n); a != 0 && a < 1e-9 || a > 1e18 {
		return 'g'
	}
	return 'f'
}

func moment(seconds float64) time.Time {
	if math.Abs(seconds) > 4e11 {
		return time.Time{}
	}
	return time.Unix(int64(seconds)-epoch, 0).UTC()
}
