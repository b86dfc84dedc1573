package parquet

import (
	"encoding/binary"
	"math/big"
	"strconv"
	"time"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/deprecated"
	"github.com/parquet-go/parquet-go/format"

	"trustaudit/internal/extract/row"
)

// kind is how the values of a column are written.
type kind struct {
	meaning meaning
	scale   int
	unit    time.Duration
}

type meaning int

const (
	plain meaning = iota
	date
	moment
	clock
	decimal
	unsigned
)

func kindOf(t parquet.Type) kind {
	if logical := t.LogicalType(); logical != nil {
		switch l := logical.Value.(type) {
		case *format.DateType:
			return kind{meaning: date}
		case *format.TimestampType:
			return kind{meaning: moment, unit: unit(l.Unit)}
		case *format.TimeType:
			return kind{meaning: clock, unit: unit(l.Unit)}
		case *format.DecimalType:
			return kind{meaning: decimal, scale: int(l.Scale)}
		case *format.IntType:
			if !l.IsSigned {
				return kind{meaning: unsigned}
			}
		}
	}
	if old := t.ConvertedType(); old != nil {
		switch *old {
		case deprecated.Date:
			return kind{meaning: date}
		case deprecated.TimestampMillis:
			return kind{meaning: moment, unit: time.Millisecond}
		case deprecated.TimestampMicros:
			return kind{meaning: moment, unit: time.Microsecond}
		case deprecated.Uint32, deprecated.Uint64:
			return kind{meaning: unsigned}
		}
	}
	return kind{}
}

func unit(u format.TimeUnit) time.Duration {
	switch u.Value.(type) {
	case *format.MilliSeconds:
		return time.Millisecond
	case *format.MicroSeconds:
		return time.Microsecond
	}
	return time.Nanosecond
}

// append writes a value into the row's cell at hand; false when it is binary and
// was left out.
func (k kind) append(to *row.Row, v parquet.Value) bool {
	switch v.Kind() {
	case parquet.Boolean:
		to.B = strconv.AppendBool(to.B, v.Boolean())
	case parquet.Int32:
		to.B = k.integer(to.B, int64(v.Int32()), 32)
	case parquet.Int64:
		to.B = k.integer(to.B, v.Int64(), 64)
	case parquet.Int96:
		n := v.Int96()
		to.B = moments(to.B, (int64(n[2])-julian)*day, int64(uint64(n[1])<<32|uint64(n[0])))
	case parquet.Float:
		to.B = strconv.AppendFloat(to.B, float64(v.Float()), 'f', -1, 32)
	case parquet.Double:
		to.B = strconv.AppendFloat(to.B, v.Double(), 'f', -1, 64)
	case parquet.ByteArray, parquet.FixedLenByteArray:
		if k.meaning == decimal {
			to.B = append(to.B, scaled(twos(v.ByteArray()), k.scale)...)
			return true
		}
		return to.Bytes(v.ByteArray())
	}
	return true
}

const (
	julian = 2440588 // the Julian day of 1970-01-01
	day    = 86400
)

func (k kind) integer(b []byte, n int64, bits int) []byte {
	switch k.meaning {
	case date:
		return time.Unix(n*day, 0).UTC().AppendFormat(b, time.DateOnly)
	case moment:
		each := int64(time.Second / k.unit)
		return moments(b, n/each, n%each*int64(k.unit))
	case clock:
		return time.Unix(0, 0).UTC().Add(time.Duration(n)*k.unit).AppendFormat(b, time.TimeOnly)
	case decimal:
		return append(b, scaled(big.NewInt(n), k.scale)...)
	case unsigned:
		if bits == 32 {
			return strconv.AppendUint(b, uint64(uint32(n)), 10)
		}
		return strconv.AppendUint(b, uint64(n), 10)
	}
	return strconv.AppendInt(b, n, 10)
}

func moments(b []byte, seconds, nanoseconds int64) []byte {
	return time.Unix(seconds, nanoseconds).UTC().AppendFormat(b, "2006-01-02 15:04:05")
}

// twos reads a big-endian number in two's complement.
func twos(b []byte) *big.Int {
	n := new(big.Int).SetBytes(b)
	if len(b) > 0 && b[0]&0x80 != 0 {
		n.Sub(n, new(big.Int).Lsh(big.NewInt(1), uint(8*len(b))))
	}
	return n
}

// scaled writes a number with the point as many places from its end.
func scaled(n *big.Int, scale int) string {
	if scale <= 0 || scale > 64 {
		return n.String()
	}
	rat := new(big.Rat).SetFrac(n, new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(scale)), nil))
	return rat.FloatString(scale)
}

// le32 reads the size at the end of a file.
func le32(b []byte) int64 { return int64(binary.LittleEndian.Uint32(b)) }
