package xls

import (
	"io"
	"sort"

	"trustaudit/internal/extract/ole/drawing"
)

// maxStretches bounds the records over which pictures are spread.
const maxStretches = 1 << 18

// stretches are the bodies of records that follow one another, as one stream.
type stretches struct {
	data    io.ReaderAt
	starts  []int64 // of each in this stream
	places  []int64 // of each in the file's
	size    int64
	decrypt func(body []byte, at int64) error
}

// drawing notes where the workbook's pictures are: in this record and those
// that continue it.
func (b *book) drawing() error {
	if b.scrambled {
		b.sink.Partial("pictures of a scrambled workbook not read")
		return nil
	}
	b.drawn.data, b.drawn.decrypt = b.data, b.in.decrypt
	for more := true; more; {
		if len(b.drawn.starts) == maxStretches {
			b.sink.Partial("more pictures than a workbook has")
			return nil
		}
		b.drawn.starts = append(b.drawn.starts, b.drawn.size)
		b.drawn.places = append(b.drawn.places, b.in.start+4)
		b.drawn.size += int64(len(b.in.body))
		var err error
		if more, err = b.in.more(); err != nil {
			return err
		}
	}
	return nil
}

// pictures gives the workbook's pictures.
func (b *book) pictures() error {
	return drawing.Pictures(b.ctx, &b.drawn, b.drawn.size, b.sink)
}

// ReadAt implements io.ReaderAt.
func (s *stretches) ReadAt(p []byte, off int64) (int, error) {
	n := 0
	for n < len(p) && off < s.size {
		i := sort.Search(len(s.starts), func(i int) bool { return s.starts[i] > off }) - 1
		end := s.size
		if i+1 < len(s.starts) {
			end = s.starts[i+1]
		}
		place := s.places[i] + off - s.starts[i]
		q := p[n:min(int64(len(p)), int64(n)+end-off)]
		m, err := s.data.ReadAt(q, place)
		if m < len(q) {
			return n + m, broken(err)
		}
		if s.decrypt != nil {
			if err := s.decrypt(q, place); err != nil {
				return n, err
			}
		}
		n, off = n+m, off+int64(m)
	}
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}
