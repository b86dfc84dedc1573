package demo

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"time"
)

// patient is a person who does not exist.
type patient struct {
	title, forename, surname string
	number                   string // valid by modulus 11, of the unissued range
	born                     time.Time
	postcode                 string
	specialty                string
	admitted                 time.Time
}

var (
	titles      = []string{"Mr", "Mrs", "Miss", "Ms", "Dr"}
	forenames   = []string{"Aveline", "Barnaby", "Cerys", "Dorothy", "Edmund", "Farida", "Gwilym", "Harriet", "Idris", "Jemima", "Kofi", "Leonora", "Margaret", "Nikhil", "Olwen", "Peter", "Rosalind", "Samuel", "Tamsin", "Walter"}
	surnames    = []string{"Ashworth", "Bickerstaff", "Clutterbuck", "Davies", "Entwistle", "Fairweather", "Goldthorpe", "Hargreaves", "Inglethorpe", "Jenkins", "Kirkbride", "Lockwood", "Merriweather", "Nightingale", "Ogden", "Patel", "Ramsbottom", "Shufflebotham", "Thistlethwaite", "Wainwright"}
	outcodes    = []string{"LS1", "M14", "B15", "NE4", "BS2", "S10", "CF24", "PL4", "NR2", "EX1"}
	specialties = []string{"Cardiology", "Dermatology", "Gastroenterology", "General surgery", "Neurology", "Ophthalmology", "Oncology", "Respiratory medicine", "Rheumatology", "Urology"}
)

// inwardLetters are those that end a postcode.
const inwardLetters = "ABDEFGHJLNPQRSTUWXYZ"

// firstDay is the day on which the demonstration begins: all of its dates are
// counted from here, so that a seed gives the same trust on every day.
var firstDay = time.Date(2026, time.January, 5, 9, 0, 0, 0, time.UTC)

// people makes patients out of a seed.
type people struct {
	random *rand.Rand
	issued map[string]bool
}

func newPeople(seed int64) *people {
	return &people{random: rand.New(rand.NewPCG(uint64(seed), 0x5eed)), issued: map[string]bool{}}
}

// next returns a patient whose number no earlier one has.
func (p *people) next() patient {
	return patient{
		title:     pick(p, titles),
		forename:  pick(p, forenames),
		surname:   pick(p, surnames),
		number:    p.number(),
		born:      time.Date(1930, time.January, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, p.random.IntN(80*365)),
		postcode:  p.postcode(),
		specialty: pick(p, specialties),
		admitted:  firstDay.AddDate(0, 0, p.random.IntN(150)),
	}
}

// some returns n patients.
func (p *people) some(n int) []patient {
	out := make([]patient, n)
	for i := range out {
		out[i] = p.next()
	}
	return out
}

func pick[T any](p *people, list []T) T { return list[p.random.IntN(len(list))] }

func (p *people) postcode() string {
	letter := func() byte { return inwardLetters[p.random.IntN(len(inwardLetters))] }
	return fmt.Sprintf("%s %d%c%c", pick(p, outcodes), p.random.IntN(10), letter(), letter())
}

// number returns an NHS number that was never issued: 999 and six more digits,
// and the check digit that makes it valid.
func (p *people) number() string {
	for {
		nine := fmt.Sprintf("999%06d", p.random.IntN(1_000_000))
		check, ok := checkDigit(nine)
		if !ok || p.issued[nine] {
			continue
		}
		p.issued[nine] = true
		return nine + check
	}
}

// checkDigit returns the tenth digit by modulus 11; some nine have none.
func checkDigit(nine string) (string, bool) {
	sum := 0
	for i, c := range []byte(nine) {
		sum += int(c-'0') * (10 - i)
	}
	switch check := 11 - sum%11; check {
	case 11:
		return "0", true
	case 10:
		return "", false
	default:
		return string(rune('0' + check)), true
	}
}

// spaced is the number as letters show it.
func (p patient) spaced() string {
	return p.number[:3] + " " + p.number[3:6] + " " + p.number[6:]
}

func (p patient) name() string { return p.title + " " + p.forename + " " + p.surname }

// pseudonym is what the trust's extract for research calls the patient: a
// digest with a salt that is the same for all.
func (p patient) pseudonym() string {
	sum := sha256.Sum256([]byte("demonstration-salt-2026:" + p.number))
	return hex.EncodeToString(sum[:])
}
