package fact

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"trustaudit/internal/audit"
)

// A scan writes and reads a row for every file, and encoding/json would be a
// tenth of its work. AppendJSON and ParseJSON know the one form in which rows
// are written and leave everything else to encoding/json; the tests hold them
// equal to it.

// AppendJSON implements audit.Appender.
func (i Item) AppendJSON(b []byte) ([]byte, bool) {
	w := writer{b: b}
	w.text(`{"id":`, i.ID)
	w.text(`,"path":`, i.Path)
	w.some(`,"path_base64":`, i.PathBase64)
	w.flag(`,"path_masked":true`, i.PathMasked)
	w.number(`,"size":`, i.Size)
	w.some(`,"modified":`, i.Modified)
	w.some(`,"format":`, i.Format)
	w.text(`,"status":`, string(i.Status))
	w.some(`,"reason":`, i.Reason)
	w.flag(`,"by_children":true`, i.ByChildren)
	w.some(`,"seal":`, i.Seal)
	w.flag(`,"open":true`, i.Open)
	w.some(`,"seal_detail":`, i.SealDetail)
	w.some(`,"seal_cipher":`, i.SealCipher)
	w.count(`,"seal_bits":`, i.SealBits)
	w.some(`,"seal_kdf":`, i.SealKDF)
	w.count(`,"seal_rounds":`, i.SealRounds)
	w.flag(`,"identifiable":true`, i.Identifiable)
	w.flag(`,"test_data":true`, i.TestData)
	w.count(`,"records":`, i.Records)
	w.flag(`,"clinical":true`, i.Clinical)
	w.flag(`,"states_password":true`, i.StatesPassword)
	w.counts(i.Identifiers)
	if i.Score != 0 {
		w.fraction(`,"score":`, i.Score)
	}
	w.some(`,"excerpt":`, i.Excerpt)
	return append(w.b, '}'), !w.odd
}

// ParseJSON implements audit.Parser.
func (Item) ParseJSON(data []byte) (audit.Fact, bool) {
	var i Item
	r := reader{rest: string(data)}
	i.ID = r.text(`{"id":`)
	i.Path = r.text(`,"path":`)
	i.PathBase64 = r.some(`,"path_base64":`)
	i.PathMasked = r.has(`,"path_masked":true`)
	i.Size = r.number(`,"size":`)
	i.Modified = r.some(`,"modified":`)
	i.Format = r.some(`,"format":`)
	i.Status = Status(r.text(`,"status":`))
	i.Reason = r.some(`,"reason":`)
	i.ByChildren = r.has(`,"by_children":true`)
	i.Seal = r.some(`,"seal":`)
	i.Open = r.has(`,"open":true`)
	i.SealDetail = r.some(`,"seal_detail":`)
	i.SealCipher = r.some(`,"seal_cipher":`)
	i.SealBits = r.count(`,"seal_bits":`)
	i.SealKDF = r.some(`,"seal_kdf":`)
	i.SealRounds = r.count(`,"seal_rounds":`)
	i.Identifiable = r.has(`,"identifiable":true`)
	i.TestData = r.has(`,"test_data":true`)
	i.Records = r.count(`,"records":`)
	i.Clinical = r.has(`,"clinical":true`)
	i.StatesPassword = r.has(`,"states_password":true`)
	i.Identifiers = r.counts()
	if r.begins(`,"score":`) {
		i.Score = r.fraction(`,"score":`)
	}
	i.Excerpt = r.some(`,"excerpt":`)
	r.must(`}`)
	if r.odd || r.rest != "" {
		return nil, false
	}
	return i, true
}

// writer appends to b. What it cannot write as encoding/json would makes it
// odd.
type writer struct {
	b   []byte
	odd bool
}

func (w *writer) text(key, value string) {
	w.odd = w.odd || !plain(value)
	w.b = append(append(w.b, key...), '"')
	w.b = append(append(w.b, value...), '"')
}

func (w *writer) some(key, value string) {
	if value != "" {
		w.text(key, value)
	}
}

func (w *writer) flag(member string, value bool) {
	if value {
		w.b = append(w.b, member...)
	}
}

func (w *writer) number(key string, value int64) {
	w.b = strconv.AppendInt(append(w.b, key...), value, 10)
}

// count writes a number that is left out when it is zero.
func (w *writer) count(key string, value int64) {
	if value != 0 {
		w.number(key, value)
	}
}

func (w *writer) fraction(key string, value float64) {
	if size := math.Abs(value); !(size >= 1e-6 && size < 1e21) { // or else it has an exponent, or no form
		w.odd = true
		return
	}
	w.b = strconv.AppendFloat(append(w.b, key...), value, 'f', -1, 64)
}

func (w *writer) counts(all map[string]Count) {
	if len(all) == 0 {
		return
	}
	var room [8]string
	kinds := room[:0]
	for kind := range all {
		kinds = append(kinds, kind)
	}
	slices.Sort(kinds)
	w.b = append(w.b, `,"identifiers":`...)
	before := byte('{')
	for _, kind := range kinds {
		c := all[kind]
		w.b = append(w.b, before)
		w.text("", kind)
		w.number(`:{"count":`, c.Count)
		w.number(`,"distinct":`, c.Distinct)
		w.b = strconv.AppendBool(append(w.b, `,"estimated":`...), c.Estimated)
		w.b = append(w.b, '}')
		before = ','
	}
	w.b = append(w.b, '}')
}

// plain reports whether a string stands in JSON as it is.
func plain(s string) bool {
	ascii := true
	for i := range len(s) {
		switch ch := s[i]; {
		case ch < ' ' || ch == '"' || ch == '\\':
			return false
		case ch >= utf8.RuneSelf:
			ascii = false
		}
	}
	return ascii || utf8.ValidString(s) && !strings.ContainsAny(s, "\u2028\u2029")
}

// reader takes from rest what it expects there. Anything else makes it odd.
type reader struct {
	rest string
	odd  bool
}

func (r *reader) begins(key string) bool { return strings.HasPrefix(r.rest, key) }

// has takes the words if they stand there.
func (r *reader) has(words string) bool {
	if !r.begins(words) {
		return false
	}
	r.rest = r.rest[len(words):]
	return true
}

func (r *reader) must(words string) {
	if !r.has(words) {
		r.odd = true
	}
}

func (r *reader) some(key string) string {
	if !r.begins(key) {
		return ""
	}
	return r.text(key)
}

func (r *reader) text(key string) string {
	r.must(key)
	r.must(`"`)
	end := strings.IndexByte(r.rest, '"')
	if end < 0 || !plain(r.rest[:end]) {
		r.odd = true
		return ""
	}
	value := r.rest[:end]
	r.rest = r.rest[end+1:]
	return value
}

func (r *reader) number(key string) int64 {
	r.must(key)
	digits := r.digits()
	value, err := strconv.ParseInt(digits, 10, 64)
	if err != nil {
		r.odd = true
	}
	return value
}

// count takes a number that is left out when it is zero.
func (r *reader) count(key string) int64 {
	if !r.begins(key) {
		return 0
	}
	return r.number(key)
}

// digits takes a whole number of at least one digit, without needless zeros.
func (r *reader) digits() string {
	n := 0
	if n < len(r.rest) && r.rest[n] == '-' {
		n++
	}
	first := n
	for n < len(r.rest) && r.rest[n] >= '0' && r.rest[n] <= '9' {
		n++
	}
	if n == first || r.rest[first] == '0' && n > first+1 {
		r.odd = true
	}
	digits := r.rest[:n]
	r.rest = r.rest[n:]
	return digits
}

func (r *reader) fraction(key string) float64 {
	r.must(key)
	whole := r.rest
	n := len(r.digits())
	if r.has(".") {
		from := len(r.rest)
		r.rest = strings.TrimLeft(r.rest, "0123456789")
		if from == len(r.rest) {
			r.odd = true
		}
		n += 1 + from - len(r.rest)
	}
	value, err := strconv.ParseFloat(whole[:n], 64)
	if err != nil {
		r.odd = true
	}
	return value
}

func (r *reader) counts() map[string]Count {
	if !r.has(`,"identifiers":{`) {
		return nil
	}
	all := map[string]Count{}
	for !r.odd {
		var c Count
		kind := r.text("")
		c.Count = r.number(`:{"count":`)
		c.Distinct = r.number(`,"distinct":`)
		c.Estimated = r.has(`,"estimated":true`)
		if !c.Estimated {
			r.must(`,"estimated":false`)
		}
		r.must(`}`)
		all[kind] = c
		if r.has(`}`) {
			break
		}
		r.must(`,`)
	}
	return all
}
