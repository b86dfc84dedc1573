package birthdate

import "trustaudit/internal/identify"

// glance is parseAny for what most dates are: 12/03/1958, with nothing
// beside it that wants a second look. done says that it is one.
func glance(c *identify.Context, at int) (m identify.Match, ok, done bool) {
	const length = len("12/03/1958")
	if at == 0 || at+length+1 >= len(c.Text) || c.Name || c.Digits(at)&(1<<(length+1)-1) != dayFirst|3<<8 {
		return m, false, false
	}
	b := c.Text[at-1 : at+length+2]
	if b[3] != b[6] || b[3] != '/' && b[3] != '-' && b[3] != '.' || loud[b[0]] || loud[b[length+1]] || identify.IsDigit(b[length+2]) {
		return m, false, false
	}
	two := func(i int) int { return int(b[i])*10 + int(b[i+1]) - '0'*11 }
	d := date{day: two(1), month: two(4), year: two(7)*100 + two(9)}
	if d.month > 12 && d.day <= 12 { // as written in America
		d.day, d.month = d.month, d.day
	}
	if !exists(d) {
		return m, false, true
	}
	signals, ok := ownSignals(c, d.value())
	return identify.Match{End: at + length, Value: d.value(), Signals: signals}, ok, true
}

// loud are the bytes beside which a date may be a part of something longer, or the
// stamp of a line.
var loud = func() (t [256]bool) {
	for i := range t {
		t[i] = identify.IsWord(byte(i))
	}
	for _, ch := range []byte("/-.\n[") {
		t[ch] = true
	}
	return t
}()
