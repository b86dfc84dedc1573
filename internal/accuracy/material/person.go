package material

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"
)

// A maker fills templates out of one seed, and counts what it plants.
type maker struct {
	*rand.Rand
	style   style
	used    map[string]bool // stems of numbers that are taken
	planted map[string]bool // numbers that were written as a patient's
	records int
	row     int       // of the row that is being written, from one
	clock   time.Time // of a log
	other   string    // who was named last, and is no patient
	place   *town     // which was named last, and whose postcode was not
}

// A style is how one author or program writes, throughout a file.
type style struct {
	date      string // layout
	join      string // what stands between the groups of a number
	scheme    scheme
	today     time.Time
	start     int    // of running numbers
	separator string // of cells
}

func (m *maker) newStyle() style {
	s := style{
		date:      m.one("02/01/2006", "02/01/2006", "02/01/2006", "2/1/2006", "02-01-2006", "02.01.2006", "2006-01-02", "02-Jan-2006", "2 January 2006", "02 Jan 2006"),
		join:      m.one("", "", " ", " ", "-"),
		today:     time.Date(2014, time.January, 6, 8, 0, 0, 0, time.UTC).AddDate(0, 0, m.IntN(12*365)),
		start:     m.IntN(800_000) + 100_000,
		separator: m.one(",", ",", ",", ";", "\t", "|"),
	}
	switch n := m.IntN(100); {
	case n < 20:
		s.scheme = forTests
	case n < 24:
		s.scheme = unissued
	}
	return s
}

// A patient is a person who does not exist.
type patient struct {
	male                     bool
	title, forename, surname string
	born                     time.Time
	number, chi, hc          string // read by the maker's methods only, which count them
	hospital                 string
	house, street            string
	town                     town
	postcode                 string
	phone, mobile            string
	kin                      *patient // another who stands in the same record
}

func (m *maker) patient() *patient {
	p := &patient{male: m.IntN(2) == 0, surname: m.pick(surnames), house: fmt.Sprint(1 + m.IntN(140)), street: m.pick(streets), town: towns[m.IntN(len(towns))]}
	p.born = m.style.today.AddDate(0, 0, -m.age())
	p.forename = m.forename(p.male)
	p.title = m.title(p)
	p.number = m.nhs(m.style.scheme)
	p.chi = m.chi(p)
	p.hc = m.hc()
	p.hospital = m.hospitalNumber()
	p.postcode = m.postcode(p.town.area)
	p.phone = "01" + m.digits(3) + " " + m.digits(6)
	p.mobile = "07" + m.digits(3) + " " + m.digits(6)
	return p
}

// age is in days; hospitals see the old and the newly born.
func (m *maker) age() int {
	switch n := m.IntN(10); {
	case n < 2:
		return m.IntN(17 * 365)
	case n < 5:
		return 18*365 + m.IntN(40*365)
	}
	return 58*365 + m.IntN(38*365)
}

func (m *maker) forename(male bool) string {
	if male {
		return m.pick(men)
	}
	return m.pick(women)
}

func (m *maker) title(p *patient) string {
	child := m.style.today.Sub(p.born) < 16*366*24*time.Hour
	switch {
	case child && p.male:
		return "Master"
	case child:
		return "Miss"
	case p.male:
		return "Mr"
	}
	return m.one("Mrs", "Mrs", "Ms", "Miss")
}

// hospitalNumber is as trusts write them: no check digit, no rule.
func (m *maker) hospitalNumber() string {
	return m.one("R", "K", "W", "RXQ", "H", "", "PP", "U") + m.digits(6+m.IntN(2))
}

func (m *maker) postcode(area string) string {
	const letters = "ABDEFGHJLNPQRSTUWXYZ"
	return fmt.Sprintf("%s %d%c%c", area, m.IntN(10), letters[m.IntN(len(letters))], letters[m.IntN(len(letters))])
}

// plant notes a number as a patient's, and returns it.
func (m *maker) plant(number string) string {
	m.planted[number] = true
	return number
}

func (p *patient) address() string {
	return fmt.Sprintf("%s %s, %s, %s", p.house, p.street, p.town.name, p.postcode)
}

// site is the address of something that is nobody's home.
func (m *maker) site() string {
	t := towns[m.IntN(len(towns))]
	return fmt.Sprintf("%d %s, %s, %s", 1+m.IntN(140), m.pick(streets), t.name, m.postcode(t.area))
}

// staff is the name of somebody who works there.
func (m *maker) staff() string {
	male := m.IntN(2) == 0
	title := m.one("Dr", "Dr", "Mr", "Prof")
	if !male {
		title = m.one("Dr", "Dr", "Ms", "Mrs", "Miss")
	}
	m.other = m.forename(male) + " " + m.pick(surnames)
	return title + " " + m.other
}

// person is a name without a title.
func (m *maker) person() string {
	m.other = m.forename(m.IntN(2) == 0) + " " + m.pick(surnames)
	return m.other
}

// mail is the address of the colleague who was named last.
func (m *maker) mail(domain string) string {
	if m.other == "" {
		m.person()
	}
	who := m.other
	m.other = ""
	return strings.ToLower(strings.NewReplacer("'", "", " ", ".").Replace(who)) + "@" + domain
}

// tick is the next time in a log.
func (m *maker) tick() time.Time {
	if m.clock.IsZero() {
		m.clock = m.before(9)
	}
	m.clock = m.clock.Add(time.Duration(m.IntN(90_000)) * time.Millisecond)
	return m.clock
}

// elsewhere names a town, and code a postcode: in that town, if it was named.
func (m *maker) elsewhere() string {
	m.place = &towns[m.IntN(len(towns))]
	return m.place.name
}

func (m *maker) code() string {
	t := m.place
	if m.place = nil; t == nil {
		t = &towns[m.IntN(len(towns))]
	}
	return m.postcode(t.area)
}

func (m *maker) pick(list []string) string { return list[m.IntN(len(list))] }

func (m *maker) one(list ...string) string { return m.pick(list) }

func (m *maker) between(s span) int {
	if s.most <= s.least {
		return s.least
	}
	return s.least + m.IntN(s.most-s.least+1)
}

// before is a day up to n days before the file's own.
func (m *maker) before(n int) time.Time {
	return m.style.today.AddDate(0, 0, -m.IntN(n)).Add(time.Duration(m.IntN(10*3600)) * time.Second)
}

// after is a day up to n days after it.
func (m *maker) after(n int) time.Time { return m.style.today.AddDate(0, 0, 1+m.IntN(n)) }
