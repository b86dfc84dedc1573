package corpus

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
)

// writer appends text to its buffer and counts what it plants.
type writer struct {
	r     *rand.Rand
	buf   []byte
	tally Tally
	forms forms
}

// form is a text with slots to be filled in afresh each time.
type form []piece

// piece is literal text, or a slot.
type piece struct {
	text string
	fill func(*writer)
}

func (w *writer) write(f form) {
	for _, p := range f {
		if p.fill != nil {
			p.fill(w)
			continue
		}
		w.buf = append(w.buf, p.text...)
	}
}

func (w *writer) one(list []form) { w.write(list[w.r.IntN(len(list))]) }

func (w *writer) repeat(n int, lines []form) {
	for range n {
		w.one(lines)
		w.buf = append(w.buf, '\n')
	}
}

// parse reads a form, whose slots stand in braces.
func parse(text string) (f form) {
	slots := slots()
	for text != "" {
		before, rest, found := strings.Cut(text, "{")
		if before != "" {
			f = append(f, piece{text: before})
		}
		if !found {
			break
		}
		name, after, _ := strings.Cut(rest, "}")
		fill, ok := slots[name]
		if !ok {
			panic(fmt.Sprintf("corpus: there is no slot %q", name))
		}
		f, text = append(f, piece{fill: fill}), after
	}
	return f
}

// slots are the slots by name: a list of words, or a function.
func slots() map[string]func(*writer) {
	all := map[string]func(*writer){
		"nhs":      func(w *writer) { w.plain(w.planted()) },
		"nhs334":   func(w *writer) { w.grouped(w.planted(), ' ') },
		"nhs-":     func(w *writer) { w.grouped(w.planted(), '-') },
		"mobile":   func(w *writer) { w.plain(w.tenDigits(7_100_000_000 + w.r.Uint64N(900_000_000))) },
		"epoch":    func(w *writer) { w.plain(w.tenDigits(1_720_000_000 + w.r.Uint64N(70_000_000))) }, // of 2024 to 2026; none begins like a CHI number
		"nino":     nino,
		"postcode": postcode,
		"born":     func(w *writer) { w.date(1930, 2015) },
		"date":     func(w *writer) { w.date(2019, 2026) },
		"day":      func(w *writer) { w.number(1 + w.r.IntN(28)) },
		"year":     func(w *writer) { w.number(2015 + w.r.IntN(11)) },
		"iso":      func(w *writer) { w.stamp('-', ' ') },
		"isot":     func(w *writer) { w.stamp('-', 'T') },
		"clock":    func(w *writer) { w.clock() },
		"hex8":     func(w *writer) { w.hex(8) },
		"hex12":    func(w *writer) { w.hex(12) },
		"ip":       address,
		"n9":       func(w *writer) { w.number(1 + w.r.IntN(9)) },
		"n99":      func(w *writer) { w.number(10 + w.r.IntN(90)) },
		"n999":     func(w *writer) { w.number(100 + w.r.IntN(900)) },
		"n9999":    func(w *writer) { w.number(1000 + w.r.IntN(9000)) },
		"n7":       func(w *writer) { w.number(1_000_000 + w.r.IntN(9_000_000)) },
	}
	for name, list := range words() {
		all[name] = func(w *writer) { w.buf = append(w.buf, list[w.r.IntN(len(list))]...) }
	}
	return all
}

// planted makes a valid NHS number from the range that is never issued.
func (w *writer) planted() uint64 {
	for {
		stem := (900_000_000 + w.r.Uint64N(100_000_000)) * 10
		sum := uint64(0)
		for weight, rest := uint64(2), stem/10; weight <= 10; weight++ {
			sum += rest % 10 * weight
			rest /= 10
		}
		if check := (11 - sum%11) % 11; check < 10 {
			w.tally.Planted++
			return w.tenDigits(stem + check)
		}
	}
}

func (w *writer) tenDigits(v uint64) uint64 {
	w.tally.TenDigits++
	if Valid(v) {
		w.tally.Valid++
	}
	return v
}

func (w *writer) plain(v uint64) { w.buf = strconv.AppendUint(w.buf, v, 10) }

func (w *writer) grouped(v uint64, gap byte) {
	w.padded(int(v/1e7), 3)
	w.buf = append(w.buf, gap)
	w.padded(int(v/1e4%1e3), 3)
	w.buf = append(w.buf, gap)
	w.padded(int(v%1e4), 4)
}

func (w *writer) number(n int) { w.buf = strconv.AppendInt(w.buf, int64(n), 10) }

func (w *writer) padded(n, width int) {
	at := len(w.buf) + width
	for range width {
		w.buf = append(w.buf, '0')
	}
	for i := at - 1; n > 0; i-- {
		w.buf[i] = byte('0' + n%10)
		n /= 10
	}
}

func (w *writer) date(from, to int) {
	w.tally.Dates++
	w.padded(1+w.r.IntN(28), 2)
	w.buf = append(w.buf, '/')
	w.padded(1+w.r.IntN(12), 2)
	w.buf = append(w.buf, '/')
	w.number(from + w.r.IntN(to-from))
}

func (w *writer) stamp(dash, gap byte) {
	w.number(2024 + w.r.IntN(3))
	w.buf = append(w.buf, dash)
	w.padded(1+w.r.IntN(12), 2)
	w.buf = append(w.buf, dash)
	w.padded(1+w.r.IntN(28), 2)
	w.buf = append(w.buf, gap)
	w.clock()
}

func (w *writer) clock() {
	w.padded(w.r.IntN(24), 2)
	w.buf = append(w.buf, ':')
	w.padded(w.r.IntN(60), 2)
	w.buf = append(w.buf, ':')
	w.padded(w.r.IntN(60), 2)
}

// hex writes n hexadecimal digits, the first of them a letter.
func (w *writer) hex(n int) {
	const digits = "abcdef0123456789"
	bits := w.r.Uint64()
	w.buf = append(w.buf, digits[bits%6])
	for range n - 1 {
		bits >>= 4
		w.buf = append(w.buf, digits[bits&15])
	}
}

func address(w *writer) {
	w.buf = append(w.buf, "10."...)
	w.number(100 + w.r.IntN(120))
	w.buf = append(w.buf, '.')
	w.number(w.r.IntN(256))
	w.buf = append(w.buf, '.')
	w.number(1 + w.r.IntN(254))
}

// nino writes a National Insurance number, in one piece or in twos.
func nino(w *writer) {
	prefixes := [...]string{"AB", "CE", "EH", "HT", "JK", "JW", "LY", "MX", "NR", "PA", "RS", "SH", "WM", "YZ"}
	w.tally.NINOs++
	w.buf = append(w.buf, prefixes[w.r.IntN(len(prefixes))]...)
	spaced := w.r.IntN(2) == 0
	for range 3 {
		if spaced {
			w.buf = append(w.buf, ' ')
		}
		w.padded(w.r.IntN(100), 2)
	}
	if spaced {
		w.buf = append(w.buf, ' ')
	}
	w.buf = append(w.buf, byte('A'+w.r.IntN(4)))
}

func postcode(w *writer) {
	outcodes := [...]string{"B15", "BD9", "BN2", "BS8", "CB2", "CF10", "CV6", "DE22", "DN4", "EX4", "GL1", "HU3", "IP4",
		"L9", "LE5", "LN2", "LS9", "M13", "NE1", "NG7", "NR4", "OX3", "PL6", "PR2", "RG1", "S10", "SA6", "SE1", "SN3", "SO16",
		"ST4", "SW17", "TS4", "W12", "WF1", "WV10", "YO31"}
	const inward = "ABDEFGHJLNPQRSTUWXYZ"
	w.tally.Postcodes++
	w.buf = append(w.buf, outcodes[w.r.IntN(len(outcodes))]...)
	w.buf = append(w.buf, ' ', byte('0'+w.r.IntN(10)), inward[w.r.IntN(len(inward))], inward[w.r.IntN(len(inward))])
}
