package crypt

// Pad is what a document's bytes are scrambled with.
type Pad [16]byte

// The tables of the scrambling: a key begins with one of the first, by the
// password's length; each bit of a character turns a number that is derived
// from the second, by its place; what a password lacks is filled up by the
// third.
func scrambleFirst() [15]uint16 {
	return [15]uint16{0xe1f0, 0x1d0f, 0xcc9c, 0x84c0, 0x110c, 0x0e10, 0xf1ce, 0x313e, 0x1872, 0xe139, 0xd40f, 0x84f9, 0x280c, 0xa96a, 0x4ec3}
}

func scrambleRows() [15]uint16 {
	return [15]uint16{0xaefc, 0x7b61, 0x4563, 0x0375, 0xd849, 0x6f45, 0xeb23, 0x47d3, 0xb861, 0x45a0, 0xaa51, 0x76b4, 0x3730, 0x3331, 0x1021}
}

func scrambleFill() [15]byte {
	return [15]byte{0xbb, 0xff, 0xff, 0xba, 0xff, 0xff, 0xb9, 0x80, 0x00, 0xbe, 0x0f, 0x00, 0xbf, 0x0f, 0x00}
}

// Scramble returns the pad of the password that Excel keeps for itself, if the
// document's key and digest are of that password.
func Scramble(key, digest uint16) (Pad, bool) {
	password := Passwords()[0]
	password = password[:min(len(password), 15)]
	if scrambleKey(password) != key || scrambleDigest(password) != digest {
		return Pad{}, false
	}
	return scramblePad(password, key), true
}

// scrambleDigest is the word by which a password is recognised.
func scrambleDigest(password string) uint16 {
	sum := uint16(0)
	for i := len(password) - 1; i >= 0; i-- {
		sum = (sum>>14&1 | sum<<1&0x7fff) ^ uint16(password[i])
	}
	sum = (sum>>14&1 | sum<<1&0x7fff) ^ uint16(len(password))
	return sum ^ 0xce4b
}

func scrambleKey(password string) uint16 {
	key := scrambleFirst()[len(password)-1]
	rows := scrambleRows()
	for i := range len(password) {
		// The last character turns the last row, and the first character the
		// row that is as many before it.
		turn := rows[15-len(password)+i]
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
	fill := scrambleFill()
	copy(pad[len(password):], fill[:])
	for i := range pad {
		b := pad[i] ^ byte(key>>(8*(i%2)))
		pad[i] = b>>1 | b<<7
	}
	return pad
}

// Apply takes the scrambling off a record whose body begins at a place of the
// stream; the pad is shifted by where the body ends.
func (p *Pad) Apply(body []byte, at int64) {
	for i := range body {
		b := body[i] ^ p[(at+int64(i))%16]
		body[i] = b>>5 | b<<3
	}
}
