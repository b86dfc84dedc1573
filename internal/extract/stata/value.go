package stata

import (
	"bytes"
	"math"
	"strconv"
	"time"

	"trustaudit/internal/extract/charset"
)

// value writes a value; what is missing is an empty cell.
func (f *file) value(v variable, b []byte) {
	n := 0.0
	switch v.kind {
	case kindLongText: // where it stands
		return
	case kindByte:
		if n = float64(int8(b[0])); n > 100 {
			return
		}
	case kindInt:
		if n = float64(int16(f.Order.Uint16(b))); n > 32740 {
			return
		}
	case kindLong:
		if n = float64(int32(f.Order.Uint32(b))); n > 2147483620 {
			return
		}
	case kindFloat:
		if n = float64(math.Float32frombits(f.Order.Uint32(b))); !(math.Abs(n) < 1.7e38) {
			return
		}
	case kindDouble:
		if n = math.Float64frombits(f.Order.Uint64(b)); !(math.Abs(n) < 8.9e307) {
			return
		}
	default:
		b, _, _ = bytes.Cut(b, []byte{0})
		f.row.B, _ = charset.UTF8.Decode(f.row.B, bytes.TrimRight(b, " "), true)
		return
	}
	f.number(v, n)
}

// epoch is the days from 1960, from which Stata counts, to 1970.
const epoch = 3653

func (f *file) number(v variable, n float64) {
	switch {
	case v.unit == days && math.Abs(n) < 4e6:
		f.row.B = time.Unix((int64(n)-epoch)*86400, 0).UTC().AppendFormat(f.row.B, time.DateOnly)
	case v.unit == milliseconds && math.Abs(n) < 4e14:
		f.row.B = time.UnixMilli(int64(n)-epoch*86400e3).UTC().AppendFormat(f.row.B, time.DateTime)
	default:
		form := byte('f')
		if a := math.Abs(n); a != 0 && a < 1e-9 || a > 1e18 {
			form = 'g'
		}
		bits := 64
		if v.kind == kindFloat {
			bits = 32
		}
		f.row.B = strconv.AppendFloat(f.row.B, n, form, -1, bits)
	}
}
