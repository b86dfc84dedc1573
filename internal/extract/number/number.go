// Package number writes the numbers of files as people read them.
package number

import (
	"bytes"
	"math"
	"strconv"
)

// Plain turns a whole number in exponent form or with a fraction of zeros
// (9.990123456E9, 9990123456.0) into its digits; anything else stays as it is.
func Plain(b []byte) []byte {
	if len(b) < 3 || len(b) > 32 || !bytes.ContainsAny(b, ".eE") {
		return b
	}
	v, err := strconv.ParseFloat(string(b), 64)
	if err != nil || v != math.Trunc(v) || math.Abs(v) >= 1e15 {
		return b
	}
	return strconv.AppendInt(nil, int64(v), 10)
}
