package material

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The language of templates: «key» is filled for each patient, and
// «one¦other» is a choice, made once for a file or, as «~one¦other», each time.
// Both nest.
const (
	opens  = "«"
	closes = "»"
	or     = "¦"
	each   = "~"
)

// settle makes the choices that hold for a whole file.
func (m *maker) settle(text string) string {
	return m.expand(text, func(body string) string {
		if strings.HasPrefix(body, each) || !strings.Contains(body, or) {
			return opens + body + closes
		}
		return m.settle(m.choose(body))
	})
}

// fill makes the remaining choices and fills in what is asked for.
func (m *maker) fill(text string, p *patient) string {
	return m.expand(text, func(body string) string {
		if strings.Contains(body, or) {
			return m.fill(m.choose(strings.TrimPrefix(body, each)), p)
		}
		return m.value(body, p)
	})
}

// expand replaces each outermost part.
func (m *maker) expand(text string, part func(string) string) string {
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(text, opens)
		b.WriteString(before)
		if !found {
			return b.String()
		}
		end := closing(rest)
		b.WriteString(part(rest[:end]))
		text = rest[end+len(closes):]
	}
}

// closing is where the part that begins at s ends.
func closing(s string) int {
	depth := 1
	for i := range s {
		switch {
		case strings.HasPrefix(s[i:], opens):
			depth++
		case strings.HasPrefix(s[i:], closes):
			depth--
		}
		if depth == 0 {
			return i
		}
	}
	panic("a part of a template is not closed: " + s)
}

// choose takes one of the alternatives of the outermost choice.
func (m *maker) choose(body string) string {
	var all []string
	depth, start := 0, 0
	for i := range body {
		switch {
		case strings.HasPrefix(body[i:], opens):
			depth++
		case strings.HasPrefix(body[i:], closes):
			depth--
		case depth == 0 && strings.HasPrefix(body[i:], or):
			all = append(all, body[start:i])
			start = i + len(or)
		}
	}
	return m.pick(append(all, body[start:]))
}

// value is what a key stands for: «#6» random digits, «n:2-9» a number between,
// «20:sur» a field of twenty places, «2.nhs» of a second patient, or a name
// from the tables below.
func (m *maker) value(key string, p *patient) string {
	if count, ok := strings.CutPrefix(key, "#"); ok {
		return m.digits(whole(count))
	}
	if bounds, ok := strings.CutPrefix(key, "n:"); ok {
		least, most, _ := strings.Cut(bounds, "-")
		return fmt.Sprint(m.between(span{whole(least), whole(most)}))
	}
	if of, ok := strings.CutPrefix(key, "2."); ok {
		if p.kin == nil {
			p.kin = m.patient()
		}
		return m.value(of, p.kin)
	}
	if width, of, ok := strings.Cut(key, ":"); ok {
		return pad(m.value(of, p), whole(width))
	}
	if f := patientKeys[key]; f != nil {
		return f(m, p)
	}
	if f := otherKeys[key]; f != nil {
		return f(m)
	}
	panic("no such key in a template: " + key)
}

func whole(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		panic("no number in a template: " + s)
	}
	return n
}

// patientKeys are about the patient; those of numbers plant them.
var patientKeys = map[string]func(*maker, *patient) string{
	"record":   func(m *maker, _ *patient) string { m.records++; return "" },
	"title":    func(_ *maker, p *patient) string { return p.title },
	"fore":     func(_ *maker, p *patient) string { return p.forename },
	"FORE":     func(_ *maker, p *patient) string { return strings.ToUpper(p.forename) },
	"sur":      func(_ *maker, p *patient) string { return p.surname },
	"SUR":      func(_ *maker, p *patient) string { return strings.ToUpper(p.surname) },
	"initial":  func(_ *maker, p *patient) string { return p.forename[:1] },
	"initials": func(_ *maker, p *patient) string { return p.forename[:1] + p.surname[:1] },
	"full":     func(_ *maker, p *patient) string { return p.forename + " " + p.surname },
	"name":     func(_ *maker, p *patient) string { return p.title + " " + p.forename + " " + p.surname },
	"sir":      func(_ *maker, p *patient) string { return p.title + " " + p.surname },
	"last":     func(_ *maker, p *patient) string { return strings.ToUpper(p.surname) + ", " + p.forename },
	"dob":      func(m *maker, p *patient) string { return p.born.Format(m.style.date) },
	"dobiso":   func(_ *maker, p *patient) string { return p.born.Format(time.DateOnly) },
	"dob8":     func(_ *maker, p *patient) string { return p.born.Format("20060102") },
	"dobuk":    func(_ *maker, p *patient) string { return p.born.Format("02/01/2006") },
	"dobshort": func(_ *maker, p *patient) string { return p.born.Format("02/01/06") },
	"doblong":  func(_ *maker, p *patient) string { return p.born.Format("2 January 2006") },
	"age":      func(m *maker, p *patient) string { return fmt.Sprint(int(m.style.today.Sub(p.born).Hours() / 8766)) },
	"sex":      func(_ *maker, p *patient) string { return p.either("M", "F") },
	"gender":   func(_ *maker, p *patient) string { return p.either("Male", "Female") },
	"male":     func(_ *maker, p *patient) string { return p.either("male", "female") },
	"sexcode":  func(_ *maker, p *patient) string { return p.either("1", "2") },
	"he":       func(_ *maker, p *patient) string { return p.either("he", "she") },
	"He":       func(_ *maker, p *patient) string { return p.either("He", "She") },
	"his":      func(_ *maker, p *patient) string { return p.either("his", "her") },
	"him":      func(_ *maker, p *patient) string { return p.either("him", "her") },
	"man":      func(_ *maker, p *patient) string { return p.either("gentleman", "lady") },
	"nhs":      func(m *maker, p *patient) string { return number(m.plant(p.number), m.style.join) },
	"nhs10":    func(m *maker, p *patient) string { return m.plant(p.number) },
	"nhs334":   func(m *maker, p *patient) string { return group(m.plant(p.number), " ") },
	"nhsdash":  func(m *maker, p *patient) string { return group(m.plant(p.number), "-") },
	"nhs1":     func(m *maker, p *patient) string { return m.plant(p.number)[:3] },
	"nhs2":     func(m *maker, p *patient) string { return m.plant(p.number)[3:6] },
	"nhs3":     func(m *maker, p *patient) string { return m.plant(p.number)[6:] },
	"nhssci":   func(m *maker, p *patient) string { return scientific(m.plant(p.number)) },
	"nhs64":    func(m *maker, p *patient) string { return base64.StdEncoding.EncodeToString([]byte(m.plant(p.number))) },
	"nhsback":  func(m *maker, p *patient) string { return backwards(m.plant(p.number)) },
	"chi":      func(m *maker, p *patient) string { return m.plant(p.chi) },
	"chi64":    func(m *maker, p *patient) string { return m.plant(p.chi)[:6] + " " + p.chi[6:] },
	"hc":       func(m *maker, p *patient) string { return m.plant(p.hc) },
	"hc334":    func(m *maker, p *patient) string { return group(m.plant(p.hc), " ") },
	"hosp":     func(_ *maker, p *patient) string { return p.hospital },
	"oldnhs":   func(m *maker, _ *patient) string { return m.oldStyle() },
	"house":    func(_ *maker, p *patient) string { return p.house },
	"street":   func(_ *maker, p *patient) string { return p.street },
	"town":     func(_ *maker, p *patient) string { return p.town.name },
	"pc":       func(_ *maker, p *patient) string { return p.postcode },
	"pctight":  func(_ *maker, p *patient) string { return strings.ReplaceAll(p.postcode, " ", "") },
	"addr":     func(_ *maker, p *patient) string { return p.address() },
	"phone":    func(_ *maker, p *patient) string { return p.phone },
	"mobile":   func(_ *maker, p *patient) string { return p.mobile },
	"mob":      func(_ *maker, p *patient) string { return strings.ReplaceAll(p.mobile, " ", "") },
	"email":    func(m *maker, p *patient) string { return p.email(m) },
}

// otherKeys are about everything else.
var otherKeys = map[string]func(*maker) string{
	"sep":       func(m *maker) string { return m.style.separator },
	"nbsp":      func(*maker) string { return "\u00a0" },
	"thin":      func(*maker) string { return "\u2009" },
	"shy":       func(*maker) string { return "\u00ad" },
	"feed":      func(*maker) string { return "\f" },
	"tab":       func(*maker) string { return "\t" },
	"i":         func(m *maker) string { return fmt.Sprint(m.row) },
	"run":       func(m *maker) string { return fmt.Sprint(m.style.start + m.row) },
	"today":     func(m *maker) string { return m.style.today.Format(m.style.date) },
	"todaylong": func(m *maker) string { return m.style.today.Format("2 January 2006") },
	"today8":    func(m *maker) string { return m.style.today.Format("20060102") },
	"todayiso":  func(m *maker) string { return m.style.today.Format(time.DateOnly) },
	"year":      func(m *maker) string { return m.style.today.Format("2006") },
	"date":      func(m *maker) string { return m.before(120).Format(m.style.date) },
	"dateuk":    func(m *maker) string { return m.before(120).Format("02/01/2006") },
	"dateiso":   func(m *maker) string { return m.before(400).Format(time.DateOnly) },
	"date8":     func(m *maker) string { return m.before(400).Format("20060102") },
	"stamp":     func(m *maker) string { return m.tick().Format("20060102150405") },
	"iso":       func(m *maker) string { return m.tick().Format(time.RFC3339) },
	"logtime":   func(m *maker) string { return m.tick().Format("2006-01-02 15:04:05.000") },
	"maildate":  func(m *maker) string { return m.before(30).Format(time.RFC1123Z) },
	"webtime":   func(m *maker) string { return m.tick().Format("02/Jan/2006:15:04:05 -0700") },
	"tick":      func(m *maker) string { return fmt.Sprint(m.tick().Unix()) },
	"tickms":    func(m *maker) string { return fmt.Sprint(m.tick().UnixMilli()) },
	"next":      func(m *maker) string { return m.after(90).Format(m.style.date) },
	"nextuk":    func(m *maker) string { return m.after(90).Format("02/01/2006") },
	"time":      func(m *maker) string { return fmt.Sprintf("%02d:%02d", 8+m.IntN(10), 5*m.IntN(12)) },
	"epoch":     func(m *maker) string { return fmt.Sprint(m.before(3000).Unix()) },
	"epochms":   func(m *maker) string { return fmt.Sprint(m.before(3000).UnixMilli()) },
	"dx":        func(m *maker) string { return m.pick(diagnoses) },
	"drug":      func(m *maker) string { return m.pick(drugs) },
	"sx":        func(m *maker) string { return m.pick(symptoms) },
	"proc":      func(m *maker) string { return m.pick(procedures) },
	"spec":      func(m *maker) string { return m.pick(specialties) },
	"ward":      func(m *maker) string { return m.pick(wards) },
	"hospital":  func(m *maker) string { return m.pick(hospitals) },
	"surgery":   func(m *maker) string { return m.pick(surgeries) },
	"firm":      func(m *maker) string { return m.pick(firms) },
	"goods":     func(m *maker) string { return m.pick(goods) },
	"job":       func(m *maker) string { return m.pick(jobs) },
	"staff":     func(m *maker) string { return m.staff() },
	"dr":        func(m *maker) string { return "Dr " + m.pick(surnames) },
	"person":    func(m *maker) string { return m.person() },
	"surname":   func(m *maker) string { return m.pick(surnames) },
	"forename":  func(m *maker) string { return m.forename(m.IntN(2) == 0) },
	"staffmail": func(m *maker) string { return m.mail("nhs.net") },
	"firmmail":  func(m *maker) string { return m.mail("example.co.uk") },
	"desk":      func(m *maker) string { return "0161 496 0" + m.digits(3) },
	"ownmob":    func(m *maker) string { return "07" + m.digits(3) + " " + m.digits(6) },
	"mob9":      func(m *maker) string { return "7" + m.one("3", "4", "5", "7", "8", "9") + m.digits(8) },
	"street2":   func(m *maker) string { return fmt.Sprint(1+m.IntN(140)) + " " + m.pick(streets) },
	"town2":     func(m *maker) string { return m.elsewhere() },
	"pc2":       func(m *maker) string { return m.code() },
	"site":      func(m *maker) string { return m.site() },
	"outcode":   func(m *maker) string { return towns[m.IntN(len(towns))].area },
	"prose":     func(m *maker) string { return m.pick(prose) },
	"policy":    func(m *maker) string { return m.pick(policy) },
	"ten":       func(m *maker) string { return fmt.Sprint(1+m.IntN(9)) + m.digits(9) },
	"pass":      func(m *maker) string { return m.passing() },
	"isbn":      func(m *maker) string { return m.isbn() },
	"ean":       func(m *maker) string { return ean("50" + m.digits(10)) },
	"isbn13":    func(m *maker) string { return ean("978" + m.digits(9)) },
	"card":      func(m *maker) string { return luhn("4" + m.digits(14)) },
	"luhn10":    func(m *maker) string { return luhn(fmt.Sprint(1+m.IntN(9)) + m.digits(8)) },
	"uuid":      func(m *maker) string { return m.uuid() },
	"hex8":      func(m *maker) string { return fmt.Sprintf("%08x", m.Uint32()) },
	"hex40":     func(m *maker) string { return m.hex(40) },
	"hex64":     func(m *maker) string { return m.hex(64) },
	"ip":        func(m *maker) string { return fmt.Sprintf("10.%d.%d.%d", m.IntN(256), m.IntN(256), 1+m.IntN(254)) },
	"reg":       func(m *maker) string { return fmt.Sprintf("Y%c%s %cKX", 'A'+m.IntN(26), m.digits(2), 'A'+m.IntN(26)) },
	"real":      func(m *maker) string { return fmt.Sprintf("%.3f", m.Float64()*100) },
	"gpcode":    func(m *maker) string { return string(rune('A'+m.IntN(16))) + "8" + m.digits(4) },
	"ods":       func(m *maker) string { return "R" + string(rune('A'+m.IntN(26))) + string(rune('A'+m.IntN(26))) },
	"icd":       func(m *maker) string { return string(rune('A'+m.IntN(20))) + m.digits(2) + "." + m.digits(1) },
	"opcs":      func(m *maker) string { return string(rune('A'+m.IntN(20))) + m.digits(2) + "." + m.digits(1) },
	"lsoa":      func(m *maker) string { return "E010" + m.digits(5) },
	"nmc":       func(m *maker) string { return m.digits(2) + "A" + m.digits(4) + string(rune('A'+m.IntN(26))) },
}

func (p *patient) either(man, woman string) string {
	if p.male {
		return man
	}
	return woman
}

func (p *patient) email(m *maker) string {
	clean := strings.NewReplacer("'", "", "-", "")
	return strings.ToLower(clean.Replace(p.forename+m.one(".", "_", "")+p.surname)) + m.digits(m.IntN(3)) + "@example.com"
}

func number(ten, join string) string {
	if join == "" {
		return ten
	}
	return group(ten, join)
}

func backwards(s string) string {
	b := []byte(s)
	slices.Reverse(b)
	return string(b)
}

// scientific is what a spreadsheet writes when the column is too narrow to care.
func scientific(ten string) string { return ten[:1] + "." + ten[1:] + "E+09" }

// oldStyle is a number as before 1996: letters, and digits after them.
func (m *maker) oldStyle() string {
	const letters = "ABCDEFGHJKLMNPRSTWXYZ"
	b := make([]byte, 4)
	for i := range b {
		b[i] = letters[m.IntN(len(letters))]
	}
	return string(b) + " " + m.digits(2+m.IntN(2))
}

func (m *maker) hex(n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = "0123456789abcdef"[m.IntN(16)]
	}
	return string(b)
}

func (m *maker) uuid() string {
	h := m.hex(32)
	return h[:8] + "-" + h[8:12] + "-4" + h[13:16] + "-a" + h[17:20] + "-" + h[20:]
}
