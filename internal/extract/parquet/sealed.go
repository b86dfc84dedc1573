package parquet

import (
	"fmt"
	"io"

	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"

	"trustaudit/internal/extract"
)

const (
	tailBytes = 8        // the footer's size, and the mark
	maxFooter = 32 << 20 // it is held in memory, several times over
)

// unseal looks at the footer. Of a file with encrypted columns it makes one
// without them, and says so to the sink; any other file is left as it is.
func unseal(f *file, size int64, sink extract.Sink) (int64, io.ReaderAt, error) {
	footer, err := footerOf(f, size)
	if err != nil {
		return 0, nil, err
	}
	meta, err := decode(footer)
	if err != nil {
		return 0, nil, cause(f, err)
	}
	if meta.EncryptionAlgorithm.Value == nil {
		return size, f, nil
	}
	cipher := "AES-GCM"
	if _, ctr := meta.EncryptionAlgorithm.Value.(*format.AesGcmCtrV1); ctr {
		cipher = "AES-CTR"
	}
	if err := sink.Seal(algorithm(cipher)); err != nil {
		return 0, nil, err
	}
	sealed, ok := strip(&meta)
	if !ok {
		return 0, nil, fmt.Errorf("read columns: %w", extract.ErrSealed)
	}
	sink.Partial(fmt.Sprintf("%d columns encrypted", sealed))
	return splice(f, size-tailBytes-int64(len(footer)), meta)
}

// footerOf reads the footer.
func footerOf(f *file, size int64) ([]byte, error) {
	var tail [tailBytes]byte
	if size < 2*tailBytes {
		return nil, fmt.Errorf("read footer: %w", extract.ErrCorrupt)
	}
	if _, err := f.ReadAt(tail[:], size-tailBytes); err != nil {
		return nil, f.why()
	}
	n := le32(tail[:])
	if string(tail[4:]) != plainMark || n > size-tailBytes-4 {
		return nil, fmt.Errorf("read footer: %w", extract.ErrCorrupt)
	}
	if n > maxFooter {
		return nil, fmt.Errorf("read footer of %d bytes: %w", n, extract.ErrUnsupported)
	}
	footer := make([]byte, n)
	if _, err := f.ReadAt(footer, size-tailBytes-n); err != nil {
		return nil, f.why()
	}
	return footer, nil
}

// decode reads the footer, behind which a signature may stand.
func decode(footer []byte) (meta format.FileMetaData, err error) {
	defer recovered(&err)
	var protocol thrift.CompactProtocol
	if err := thrift.NewDecoder(protocol.NewReaderFromBytes(footer)).Decode(&meta); err != nil {
		return meta, errLibrary
	}
	return meta, nil
}

// strip takes the encrypted columns out of a flat schema; not ok when there are
// no others, or when the schema is not flat.
func strip(meta *format.FileMetaData) (sealed int, ok bool) {
	if len(meta.Schema) < 2 || len(meta.RowGroups) == 0 {
		return 0, false
	}
	leaves := meta.Schema[1:]
	hidden := make([]bool, len(leaves))
	for i := range meta.RowGroups {
		columns := meta.RowGroups[i].Columns
		if len(columns) != len(leaves) {
			return 0, false
		}
		for j := range columns {
			hidden[j] = hidden[j] || columns[j].CryptoMetadata.Value != nil
		}
	}
	meta.Schema, sealed = append(meta.Schema[:1:1], without(leaves, hidden)...), 0
	for _, h := range hidden {
		if h {
			sealed++
		}
	}
	for i := range meta.RowGroups {
		meta.RowGroups[i].Columns = without(meta.RowGroups[i].Columns, hidden)
	}
	meta.ColumnOrders = nil
	meta.EncryptionAlgorithm = format.EncryptionAlgorithm{}
	meta.Schema[0].NumChildren.V = int32(len(leaves) - sealed)
	return sealed, sealed < len(leaves)
}

func without[T any](list []T, hidden []bool) []T {
	var kept []T
	for i := range list {
		if !hidden[i] {
			kept = append(kept, list[i])
		}
	}
	return kept
}

// splice is the file with another footer.
func splice(f *file, body int64, meta format.FileMetaData) (int64, io.ReaderAt, error) {
	footer, err := thrift.Marshal(new(thrift.CompactProtocol), meta)
	if err != nil {
		return 0, nil, fmt.Errorf("write footer: %w", extract.ErrCorrupt)
	}
	n := len(footer)
	footer = append(footer, byte(n), byte(n>>8), byte(n>>16), byte(n>>24))
	footer = append(footer, plainMark...)
	return body + int64(len(footer)), &spliced{f, body, footer}, nil
}

// spliced is a file whose end is another.
type spliced struct {
	io.ReaderAt
	body int64
	end  []byte
}

func (s *spliced) ReadAt(p []byte, off int64) (n int, err error) {
	if off < s.body {
		n, err = s.ReaderAt.ReadAt(p[:min(int64(len(p)), s.body-off)], off)
		if err != nil || n == len(p) {
			return n, err
		}
		off += int64(n)
	}
	m := copy(p[n:], s.end[min(int64(len(s.end)), off-s.body):])
	if n += m; n < len(p) {
		return n, io.EOF
	}
	return n, nil
}
