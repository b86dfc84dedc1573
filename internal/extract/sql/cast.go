package sql

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"time"
)

// uncast replaces a value in the cell at hand that a function makes of another by
// that one: CAST(1950-01-02 AS Date), to_date(1950-01-02,YYYY-MM-DD).
func (r *reader) uncast() {
	v := r.row.cell()
	open := bytes.IndexByte(v, '(')
	if open <= 0 || open > 16 || v[len(v)-1] != ')' {
		return
	}
	inside := v[open+1 : len(v)-1]
	switch string(bytes.ToUpper(v[:open])) {
	case "CAST", "TRY_CAST":
		i := bytes.LastIndex(bytes.ToUpper(inside), []byte(" AS "))
		if i < 0 {
			return
		}
		value, kind := inside[:i], inside[i+len(" AS "):]
		if date := serverDate(value, kind); date != "" {
			value = []byte(date)
		}
		inside = value
	case "TO_DATE", "TO_TIMESTAMP", "STR_TO_DATE", "TO_CHAR", "DATE", "TIMESTAMP", "RTRIM", "TO_CLOB", "TO_NCHAR":
		inside, _, _ = bytes.Cut(inside, []byte{','})
	default:
		return
	}
	inside = bytes.Clone(bytes.TrimSpace(inside))
	r.row.clear()
	r.row.flat = append(r.row.flat, inside...)
}

// serverDate reads a date as older scripts of SQL Server write it, in its bytes.
func serverDate(value, kind []byte) string {
	if len(value) < 8 || value[0] != '0' || value[1]|0x20 != 'x' {
		return ""
	}
	b, err := hex.DecodeString(string(value[2:]))
	if err != nil {
		return ""
	}
	kind, _, _ = bytes.Cut(kind, []byte{'('})
	since := func(year, days int) string {
		return time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, days).Format(time.DateOnly)
	}
	tail := func(b []byte) int { return int(b[0]) | int(b[1])<<8 | int(b[2])<<16 }
	switch name := string(bytes.ToUpper(bytes.TrimSpace(kind))); {
	case name == "DATETIME" && len(b) == 8:
		return since(1900, int(int32(binary.BigEndian.Uint32(b))))
	case name == "SMALLDATETIME" && len(b) == 4:
		return since(1900, int(binary.BigEndian.Uint16(b)))
	case name == "DATE" && (len(b) == 3 || len(b) == 4):
		return since(1, tail(b))
	case name == "DATETIME2" && len(b) >= 6:
		return since(1, tail(b[len(b)-3:]))
	}
	return ""
}
