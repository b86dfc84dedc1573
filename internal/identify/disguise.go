package identify

import (
	"encoding/base64"
	"encoding/binary"
	"slices"
)

// What was meant to hide a number and does not: base 64 or hexadecimal digits,
// the digits backwards, the same sum added to each. A coded number is decoded
// where it stands. The others can only be told by a column: they are tried on
// one that fails its own test, each as a column of its own.

// Lengths of ten digits that were coded.
const (
	base64Digits = 16 // and two of them fill it up
	hexDigits    = 2 * gluedDigits
)

// The place of virtual columns that no glued digits have, see glued.
const backwards = gluedMost - gluedDigits + 1 // and behind it, by what was added to each digit

// decoded returns the ten digits that a cell is the code of, or the cell.
func decoded(cell []byte, into *[gluedDigits + 2]byte) []byte {
	n := 0
	switch len(cell) {
	case base64Digits:
		if cell[14] != '=' || cell[15] != '=' {
			return cell
		}
		var err error
		if n, err = base64.StdEncoding.Decode(into[:], cell); err != nil {
			return cell
		}
	case hexDigits:
		for ; n < gluedDigits; n++ {
			if cell[2*n] != '3' {
				return cell
			}
			into[n] = cell[2*n+1]
		}
	default:
		return cell
	}
	for _, ch := range into[:n] {
		if !IsDigit(ch) {
			return cell
		}
	}
	return into[:n]
}

// disguised tries what may have been done to ten digits, once their column has
// failed as it stands.
func (s *Scanner) disguised(i int, cell []byte) {
	if !s.failing(i) {
		return
	}
	var plain [gluedDigits + 6]byte
	for k := range uint64(10) {
		v, ok := s.window(i, backwards+int(k))
		if !ok {
			return
		}
		if s.virtual[v].spent == s.asks.checked {
			continue // nothing is left to try there
		}
		if k == 0 {
			copy(plain[:], cell)
			slices.Reverse(plain[:gluedDigits])
		} else {
			binary.LittleEndian.PutUint64(plain[:], takenOff(k, word(cell)))
			binary.LittleEndian.PutUint64(plain[8:], takenOff(k, uint64(cell[8])|uint64(cell[9])<<8))
		}
		s.gluedAt(v, plain[:gluedDigits])
	}
}

// takenOff takes a number below ten off each of eight digits. Below nought they
// go on from nine.
func takenOff(k, digits uint64) uint64 {
	const ones, zeros = eachLow, '0' * eachLow
	d := digits&(0x0f*eachLow) + (10-k)*ones
	tens := (d + (0x80-10)*ones) & eachHigh >> 7
	return d - tens*10 + zeros
}

// failing reports whether a column of ten digits has none of the kinds with a
// check digit: values were tested, and too many failed.
func (s *Scanner) failing(i int) bool {
	tested := false
	for checked := s.asks.checked; checked != 0; checked &= checked - 1 {
		k := checked.first()
		rule, test := &s.config.Kinds[k].Column, &s.columns[i].tests[k]
		if test.tested < windowRows {
			continue
		}
		if s.columns[i].signs[k] == No {
			return false // another number, of books for one, may have a check digit of its own
		}
		if tested = true; float64(test.passed) >= rule.Share*float64(test.tested) {
			return false
		}
	}
	return tested
}
