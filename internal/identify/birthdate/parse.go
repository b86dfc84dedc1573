package birthdate

import (
	"bytes"
	"strconv"
	"time"

	"trustaudit/internal/identify"
)

// read reads the date that begins at at: 12/03/1958, 12.3.58, 1958-03-12,
// 12 March 1958, 12th Mar 1958, 12-Mar-58, 19580312 or 12031958.
func read(c *identify.Context, at int) (d date, ok bool) {
	if d, ok, done := swift(c, at); done {
		return d, ok
	}
	first, n := number(c, at, 15)
	i := at + n
	switch {
	case n == 4 && first >= 1800:
		d, ok = yearFirst(c, first, i)
	case n == 12 || n == 14: // a time behind it
		if n == 14 {
			first /= 100
		}
		if first%100 < 60 && first/100%100 < 24 {
			d, ok = packed(first / 10000)
		}
		d.end, d.compact = i, true
	case n == 8:
		d, ok = packed(first)
		d.end, d.compact = i, true
	case n == 1 || n == 2:
		if sep := c.At(i); separates(c, sep) && identify.IsDigit(c.At(i+1)) {
			d, ok = numeric(c, first, i, sep)
		} else {
			d, ok = worded(c, first, i)
			d.worded = true
		}
	}
	return d, ok && exists(d)
}

// swift reads the two common forms, 12/03/1958 and 1958-03-12, where nothing is
// left to doubt. done says that nobody else need look.
func swift(c *identify.Context, at int) (d date, ok, done bool) {
	const length = len("1958-03-12")
	if at+length > len(c.Text) {
		return d, false, false
	}
	b := c.Text[at : at+length]
	two := func(i int) int { return int(b[i]-'0')*10 + int(b[i+1]-'0') }
	switch c.Digits(at) & (1<<(length+1) - 1) {
	case dayFirst | 3<<8:
		if b[2] != b[5] || !separates(c, b[2]) {
			return d, false, false
		}
		d = date{day: two(0), month: two(3), year: two(6)*100 + two(8), end: at + length}
		if d.month > 12 && d.day <= 12 { // as written in America
			d.day, d.month = d.month, d.day
		}
	case yearFirstDigits | 3<<8:
		if b[4] != b[7] || !separates(c, b[4]) {
			return d, false, false
		}
		d = date{day: two(8), month: two(5), year: two(0)*100 + two(2), end: at + length}
	default:
		return d, false, false
	}
	return d, exists(d), true
}

// monthFirst reads a cell that begins with its month: Mar 12 1958, March 12th,
// 1958.
func monthFirst(c *identify.Context) (d date, ok bool) {
	month, length := monthAt(c, 0)
	if month == 0 {
		return d, false
	}
	i := skipGap(c, length)
	day, n := number(c, i, 3)
	if i += n; n == 0 || n > 2 {
		return d, false
	}
	i = skipGap(c, skipOrdinal(c, i))
	year, n := number(c, i, 5)
	d = date{day: day, month: month, year: year, end: i + n}
	return d, n == 4 && exists(d)
}

// serial reads the number of days by which a spreadsheet counts from the end of
// 1899. A smaller one is a year, a larger one none of a date of birth.
func serial(cell []byte) (d date, ok bool) {
	const least, most = 5000, 50000
	body := bytes.TrimSuffix(cell, []byte(".0"))
	days, err := strconv.Atoi(string(body))
	if err != nil || days < least || days > most {
		return d, false
	}
	day := time.Date(1899, 12, 30+days, 0, 0, 0, 0, time.UTC)
	return date{day: day.Day(), month: int(day.Month()), year: day.Year(), end: len(cell)}, true
}

// separates reports whether sep parts the numbers of a date.
func separates(c *identify.Context, sep byte) bool {
	return sep == '/' || sep == '-' || sep == '.' || c.Name && (sep == '_' || sep == ' ')
}

// number reads up to limit digits.
func number(c *identify.Context, at, limit int) (v, n int) {
	text := c.Text[min(at, len(c.Text)):]
	for n < min(limit, len(text)) && identify.IsDigit(text[n]) {
		v = v*10 + int(text[n]-'0')
		n++
	}
	return v, n
}

func yearFirst(c *identify.Context, year, i int) (date, bool) {
	sep := c.At(i)
	if !separates(c, sep) {
		return date{}, false
	}
	month, m := number(c, i+1, 3)
	day, n := number(c, i+2+m, 3)
	if m == 0 || m > 2 || n == 0 || n > 2 || c.At(i+1+m) != sep {
		return date{}, false
	}
	return date{day: day, month: month, year: year, end: i + 2 + m + n}, true
}

func numeric(c *identify.Context, day, i int, sep byte) (date, bool) {
	month, m := number(c, i+1, 3)
	if m > 2 || c.At(i+1+m) != sep {
		return date{}, false
	}
	year, n := number(c, i+2+m, 5)
	if n != 2 && n != 4 || sep == '.' && c.At(i+2+m+n) == sep && identify.IsDigit(c.At(i+3+m+n)) { // 10.2.39.64 is an address
		return date{}, false
	}
	if month > 12 && day <= 12 { // as written in America
		day, month = month, day
	}
	if n == 2 {
		year = century(c, year, month, day)
	}
	return date{day: day, month: month, year: year, end: i + 2 + m + n}, true
}

// century completes a year of two digits such that the day is the last one that
// has come.
func century(c *identify.Context, year, month, day int) int {
	full := c.Today()/1000000*100 + year
	if full*10000+month*100+day <= c.Today() {
		return full
	}
	return full - 100
}

// packed reads eight digits as YYYYMMDD, else as DDMMYYYY.
func packed(v int) (date, bool) {
	d := date{day: v % 100, month: v / 100 % 100, year: v / 10000}
	if d.year >= 1800 && d.year < 2200 && exists(d) {
		return d, true
	}
	return date{day: v / 1000000, month: v / 10000 % 100, year: v % 10000}, true
}

// worded reads a month in words behind the day.
func worded(c *identify.Context, day, i int) (date, bool) {
	i = skipGap(c, skipOrdinal(c, i))
	month, length := monthAt(c, i)
	if month == 0 {
		return date{}, false
	}
	i = skipGap(c, i+length)
	year, n := number(c, i, 5)
	if n != 2 && n != 4 {
		return date{}, false
	}
	if n == 2 {
		year = century(c, year, month, day)
	}
	return date{day: day, month: month, year: year, end: i + n}, true
}

// skipOrdinal steps over the letters of 1st, 2nd, 3rd, 4th.
func skipOrdinal(c *identify.Context, i int) int {
	if i+2 > len(c.Text) {
		return i
	}
	switch string(c.Text[i : i+2]) {
	case "st", "nd", "rd", "th":
		return i + 2
	}
	return i
}

// skipGap steps over the little that stands between the words of a date.
func skipGap(c *identify.Context, i int) int {
	const most = 3
	for n := 0; n < most; n++ {
		switch ch := c.At(i); {
		case ch == ' ', ch == '-', ch == ',', ch == '.', ch == '/', ch == '_' && c.Name:
			i++
		default:
			return i
		}
	}
	return i
}

var months = [...]string{"january", "february", "march", "april", "may", "june", "july", "august",
	"september", "october", "november", "december"}

// byLetters has the months by the first three letters of their names.
var byLetters = func() (t [1 << 4]struct {
	letters uint32
	month   int
}) {
	for i, name := range months {
		letters := uint32(name[0]) | uint32(name[1])<<8 | uint32(name[2])<<16
		m := &t[letters*monthHash>>28]
		m.letters, m.month = letters, i+1
	}
	return t
}()

// monthHash gives each of the months a place of its own.
const monthHash = 0x67e5

// monthAt returns the month whose name, short or full, begins at i.
func monthAt(c *identify.Context, i int) (month, length int) {
	if i+3 > len(c.Text) {
		return 0, 0
	}
	letters := uint32(c.Text[i]) | uint32(c.Text[i+1])<<8 | uint32(c.Text[i+2])<<16 | 0x202020
	m := &byLetters[letters*monthHash>>28]
	if m.letters != letters {
		return 0, 0
	}
	const september = 9
	name := months[m.month-1]
	switch {
	case !identify.IsLetter(c.At(i + 3)):
		return m.month, 3
	case !identify.IsLetter(c.At(i+len(name))) && sameLetters(c, i+3, name[3:]):
		return m.month, len(name)
	case m.month == september && c.At(i+3)|0x20 == 't' && !identify.IsLetter(c.At(i+4)):
		return m.month, 4
	}
	return 0, 0
}

// sameLetters reports whether the word stands at i, in any case.
func sameLetters(c *identify.Context, i int, word string) bool {
	for k := range len(word) {
		if c.At(i+k)|0x20 != word[k] {
			return false
		}
	}
	return true
}

// exists reports whether the calendar has the day.
func exists(d date) bool {
	const longer = 1<<1 | 1<<3 | 1<<5 | 1<<7 | 1<<8 | 1<<10 | 1<<12 // months
	if d.month < 1 || d.month > 12 || d.day < 1 || d.year < 1800 {
		return false
	}
	last := 30 + longer>>d.month&1
	if d.month == 2 {
		last = 28
		if d.year%4 == 0 && (d.year%100 != 0 || d.year%400 == 0) {
			last = 29
		}
	}
	return d.day <= last
}
