package disguise

import (
	"bytes"

	"trustaudit/internal/extract/random"
)

// Bounds of the look at a beginning, in bytes. A key takes more to find than words.
const (
	least  = 64
	looked = 4 << 10
	spoken = 1 << 10
)

// known are the first bytes of files that are in no disguise, so that most of
// those that are no text cost nothing.
var known = []string{
	"PK", "%PDF", "\x89PNG", "\xff\xd8\xff", "GIF8", "\x1f\x8b", "\xd0\xcf\x11\xe0", "II*\x00", "MM\x00*", "7z\xbc\xaf", "Rar!", "BZh",
	"\xfd7zXZ", "\x28\xb5\x2f\xfd", "SQLite format", "\x7fELF", "{\\rtf", "RIFF", "OggS", "ID3", "wOF", "\x00\x01\x00\x00", "OTTO",
}

// find tells what was done to a file that begins with head.
func find(head []byte) (disguise, bool) {
	if len(head) < least || isKnown(head) {
		return disguise{}, false
	}
	if d, ok := document(head); ok {
		return d, true
	}
	head = head[:min(len(head), looked)]
	begin := head[:min(len(head), spoken)]
	if zeros := bytes.Count(begin, []byte{0}); zeros*20 > len(begin) || speaks(begin) || random.Uniform(begin) {
		return disguise{}, false
	}
	t := trial{head: begin}
	if isPrintable(begin) {
		for _, d := range []disguise{
			{scheme: "letters turned by 13 places", cipher: "ROT", table: &rot13},
			{scheme: "characters turned by 47 places", cipher: "ROT", table: &rot47},
			{scheme: "text written backwards", cipher: "reversal", backwards: true},
		} {
			if t.fits(d) {
				return d, true
			}
		}
		if isSpaced(begin) {
			return disguise{}, false
		}
	}
	t.head = head
	return t.combined()
}

func isKnown(head []byte) bool {
	for _, k := range known {
		if head[0] == k[0] && bytes.HasPrefix(head, []byte(k)) {
			return true
		}
	}
	return false
}

// documents are first bytes that are long enough not to be met by chance.
var documents = []string{
	"PK\x03\x04\x14\x00", "PK\x03\x04\x0a\x00", "PK\x03\x04\x2d\x00", "%PDF-1.", "%PDF-2.", "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "{\\rtf1",
	"SQLite format 3\x00", "\x89PNG\r\n\x1a\n",
}

// document reports whether a head is that of a document, combined with one byte.
func document(head []byte) (disguise, bool) {
	for _, mark := range documents {
		k := head[0] ^ mark[0]
		if k != 0 && head[1]^mark[1] == k && isCombined(head, mark, k) {
			return keyed([]byte{k}), true
		}
	}
	return disguise{}, false
}

func isCombined(head []byte, mark string, k byte) bool {
	for i := range len(mark) {
		if head[i]^mark[i] != k {
			return false
		}
	}
	return true
}

var rot13 = func() (t [256]byte) {
	for i := range t {
		c := byte(i)
		switch lower := c | 0x20; {
		case lower >= 'a' && lower <= 'm':
			c += 13
		case lower >= 'n' && lower <= 'z':
			c -= 13
		}
		t[i] = c
	}
	return t
}()

var rot47 = func() (t [256]byte) {
	for i := range t {
		c := byte(i)
		switch {
		case c >= '!' && c <= 'O':
			c += 47
		case c >= 'P' && c <= '~':
			c -= 47
		}
		t[i] = c
	}
	return t
}()

// isPrintable reports whether nearly all bytes are of a text.
func isPrintable(b []byte) bool {
	const most = 50 // one in so many is not
	odd := 0
	for _, c := range b {
		if c < ' ' && c != '\n' && c != '\r' && c != '\t' || c >= 0x7f {
			odd++
		}
	}
	return odd*most <= len(b)
}

// isSpaced reports whether printable bytes are parted by spaces or lines, or are
// letters and digits throughout: what was combined with a key is neither.
func isSpaced(b []byte) bool {
	spaces, plain := 0, 0
	for _, c := range b {
		switch lower := c | 0x20; {
		case c == ' ', c == '\n':
			spaces++
		case lower >= 'a' && lower <= 'z', c >= '0' && c <= '9':
			plain++
		}
	}
	return spaces*100 > len(b) || plain*20 > 19*len(b)
}

// trial tries disguises on a beginning.
type trial struct {
	head  []byte
	plain [looked]byte
}

// fits reports whether the beginning is text without a disguise.
func (t *trial) fits(d disguise) bool {
	plain := t.plain[:copy(t.plain[:], t.head)]
	const first = 256 // most that fails does so soon
	if d.backwards {
		d.undo(plain, 0)
		return tells(plain)
	}
	n := min(first, len(plain))
	d.undo(plain[:n], 0)
	if !isPrintable(plain[:n]) {
		return false
	}
	d.undo(plain[n:], int64(n))
	return isPrintable(plain) && tells(plain)
}

// combined looks for a key that the bytes were combined with.
func (t *trial) combined() (disguise, bool) {
	if random.Uniform(t.head) {
		return disguise{}, false
	}
	for _, k := range t.single() {
		if d := keyed([]byte{k}); t.fits(d) {
			return d, true
		}
	}
	if n := t.period(); n > 1 {
		if d := keyed(t.repeated(n)); t.fits(d) {
			return d, true
		}
	}
	return disguise{}, false
}

func keyed(key []byte) disguise {
	return disguise{scheme: "bytes combined with a short key", cipher: "XOR", key: key}
}

// single returns the bytes that may be a key of one: with them one of the most
// frequent bytes is one that is frequent in texts.
func (t *trial) single() []byte {
	const tried = 3
	counts := t.counts(0, 1)
	var keys []byte
	for range tried {
		most := 0
		for i, n := range counts {
			if n > counts[most] {
				most = i
			}
		}
		counts[most] = 0
		for _, c := range []byte(" e0,\n9a1") {
			if k := byte(most) ^ c; k != 0 && bytes.IndexByte(keys, k) < 0 {
				keys = append(keys, k)
			}
		}
	}
	return keys
}

// counts counts the bytes at every step-th place.
func (t *trial) counts(from, step int) (counts [256]int) {
	for i := from; i < len(t.head); i += step {
		counts[t.head[i]]++
	}
	return counts
}

// maxKey is the longest key that is looked for.
const maxKey = 32

// period returns the length of a key that is repeated: at that distance two bytes
// are equal as often as they are in text. A multiple of it will do as well, but is
// longer; zero is none.
func (t *trial) period() int {
	const often, places = 25, 8 // one in so many is equal; a key needs so many places for each of its bytes
	for n := 2; n <= min(maxKey, len(t.head)/places); n++ {
		same := 0
		for i, c := range t.head[n:] {
			if c == t.head[i] {
				same++
			}
		}
		if same*often > len(t.head)-n {
			return n
		}
	}
	return 0
}

// repeated returns the key of n bytes that makes the best text.
func (t *trial) repeated(n int) []byte {
	key := make([]byte, n)
	for i := range key {
		best := -1 << 30
		met := t.met(i, n)
		for k := range 256 {
			sum := 0
			for _, m := range met {
				sum += m.count * worth[m.value^byte(k)]
			}
			if sum > best {
				best, key[i] = sum, byte(k)
			}
		}
	}
	return key
}

// frequency is how often a byte is there.
type frequency struct {
	value byte
	count int
}

// met lists the bytes at every step-th place.
func (t *trial) met(from, step int) (list []frequency) {
	for c, n := range t.counts(from, step) {
		if n > 0 {
			list = append(list, frequency{byte(c), n})
		}
	}
	return list
}

// worth says how much a byte speaks for text.
var worth = func() (t [256]int) {
	for i := range t {
		t[i] = -8
		if i >= ' ' && i < 0x7f {
			t[i] = 0
		}
	}
	for value, bytes := range map[int]string{
		4: " e", 3: "ainorst", 2: "bcdfghjklmpquvwxyz0123456789,\n\r", 1: "ABCDEFGHIJKLMNOPQRSTUVWXYZ./-",
	} {
		for _, c := range []byte(bytes) {
			t[c] = value
		}
	}
	return t
}()
