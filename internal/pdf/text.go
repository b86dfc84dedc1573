package pdf

import (
	"encoding/binary"
	"errors"
	"fmt"
	"time"
	"unicode/utf16"
)

// Text returns the string object for text: ASCII as it is, anything else in
// UTF-16.
func Text(text string) String {
	for i := range len(text) {
		if text[i] >= 0x80 {
			b := []byte{0xFE, 0xFF}
			for _, u := range utf16.Encode([]rune(text)) {
				b = binary.BigEndian.AppendUint16(b, u)
			}
			return String(b)
		}
	}
	return String(text)
}

// Text returns the text that a string object holds, as [Text] writes it.
// Bytes that are neither ASCII nor UTF-16 become replacement characters.
func (s String) Text() string {
	if len(s) < 2 || s[:2] != "\xFE\xFF" {
		return string([]rune(string(s)))
	}
	var units []uint16
	for i := 2; i+1 < len(s); i += 2 {
		units = append(units, binary.BigEndian.Uint16([]byte(s[i:i+2])))
	}
	return string(utf16.Decode(units))
}

const dateLayout = "D:20060102150405Z"

// Date returns the string object for an instant, to the second, in UTC.
func Date(t time.Time) String { return String(t.UTC().Format(dateLayout)) }

// Date returns the instant that a string object holds, as [Date] writes it.
func (s String) Date() (time.Time, error) {
	t, err := time.Parse(dateLayout, string(s))
	if err != nil {
		return time.Time{}, fmt.Errorf("read date: %w", errors.New("not of the form D:YYYYMMDDHHMMSSZ"))
	}
	return t, nil
}
