package crypt

// Pad is what a document's bytes are scrambled with.
type Pad [16]byte

// scrambleRows are by the place of a character in a password of 15: each of its
// bits turns a number that is derived from the row.
func scrambleRows() [15]uint16 {
	return [15]uint16{0xaefc, 0x7b61, 0x4563, 0x0375, 0xd849, 0x6f45, 0xeb23, 0x47d3, 0xb861, 0x45a0, 0xaa51, 0x76b4, 0x3730, 0x3331, 0x1021}
}

// What the key of a password of 15 characters begins with, and what fills up
// its pad to 16.
const (
	scrambleFirst = 0x4ec3
	scrambleFill  = 0xbb
)

// Scramble returns the pad of the password that Excel keeps for itself, if the
// document's key and digest are of that password. It is as long as a password
// of this kind can be, so no shorter one is provided for.
func Scramble(key, digest uint16) (Pad, bool) {
	password := Passwords()[0]
	if scrambleKey(password) != key || scrambleDigest(password) != digest {
		return Pad{}, false
	}
	return scramblePad(password, key), true
}

// scrambleDigest is the word by which a password is recognised.
func scrambleDigest(password string) uint16 {
	sum := uint16(0)
	turn := func(c byte) { sum = (sum>>14&1 | sum<<1&0x7fff) ^ uint16(c) }
	for i := len(password) - 1; i >= 0; i-- {
		turn(password[i])
	}
	turn(byte(len(password)))
	return sum ^ 0xce4b
}

func scrambleKey(password string) uint16 {
	key := uint16(scrambleFirst)
	for i, turn := range scrambleRows() {
		for bit := range 7 {
			if password[i]>>bit&1 != 0 {
				key ^= turn
			}
			carry := turn>>15 != 0
			if turn <<= 1; carry {
				turn ^= 0x1021
			}
		}
	}
	return key
}

func scramblePad(password string, key uint16) Pad {
	var pad Pad
	copy(pad[:], password)
	pad[len(pad)-1] = scrambleFill
	for i := range pad {
		b := pad[i] ^ byte(key>>(8*(i%2)))
		pad[i] = b>>1 | b<<7
	}
	return pad
}

// Apply takes the scrambling off bytes; at is the place in the stream of the
// first, and the length of its record besides.
func (p *Pad) Apply(body []byte, at int64) {
	for i := range body {
		b := body[i] ^ p[(at+int64(i))%16]
		body[i] = b>>5 | b<<3
	}
}
