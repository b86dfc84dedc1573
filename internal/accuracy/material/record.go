package material

import (
	"iter"
	"strings"
)

// A Record is one passage or one row, and what is true of it.
type Record struct {
	Template     string
	Text         string   // a passage
	Columns      []string // headings of a row, if it has any
	Cells        []string // a row, if there is no text
	Identifiable bool
}

// Records yields n records that are hard to tell. Whether there is a patient is
// drawn first; what stands in the record, what it is called and what is said
// around it are drawn from distributions that overlap, so that the same surface
// can be either. A detector that says "even" should be right half of the time.
func Records(seed uint64, n int) iter.Seq[Record] {
	return func(yield func(Record) bool) {
		all := situations()
		for i := range n {
			if !yield(all[i%len(all)].record(newMaker(seed, uint64(i)))) {
				return
			}
		}
	}
}

// A situation is what a record holds, and how often such a record is about a
// patient. The odds are of what a hospital's shares hold: a lone number that
// passes is a patient's half of the time, since there are ten or twenty times
// as many other numbers as patients' and one in eleven of them passes; names
// with addresses are more often of firms and colleagues.
type situation struct {
	name    string
	patient int // per cent
	parts   []part
}

func situations() []situation {
	return []situation{
		// Decoys: numbers of orders, calls and mobiles, most of them such as pass
		// by chance, since those that fail are told at once.
		{"number", 50, []part{tenDigits}},
		// Decoys: a customer's or colleague's name by a ticket's number.
		{"number-name", 60, []part{tenDigits, personName}},
		// Decoys: an order and its day.
		{"number-date", 50, []part{tenDigits, day}},
		// Decoys: a delivery and where it goes.
		{"number-place", 45, []part{tenDigits, place}},
		// Decoys: whom to ring about a job.
		{"number-phone", 40, []part{tenDigits, telephone}},
		// Decoys: an appointment, an interview, a signature.
		{"name-date", 45, []part{personName, day}},
		// Decoys: a supplier, a practice, a colleague's office.
		{"name-place", 40, []part{personName, place}},
		// Decoys: colleagues and representatives.
		{"name-phone", 30, []part{personName, telephone}},
		// Decoys: a member of staff and the number of an asset or a call.
		{"name-local", 45, []part{personName, localNumber}},
		// Decoys: a delivery, the opening of a site.
		{"date-place", 40, []part{day, place}},
		// Decoys: a visit of an engineer; a new colleague.
		{"name-date-place", 60, []part{personName, day, place}},
		// Decoys: somebody's order of a certain day.
		{"number-name-date", 75, []part{tenDigits, personName, day}},
	}
}

// A part is one thing in a record.
type part int

const (
	tenDigits part = iota
	personName
	day
	place
	telephone
	localNumber // a number that means something in one house only
)

// A wording is what a part may be called, with how often out of a hundred when
// it is a patient's and when it is not.
type wording struct {
	text              string
	patient, stranger int
}

// The labels in prose. "NHS" is now and then written over other numbers, and a
// patient's number now and then stands under another name.
func labels(p part) []wording {
	switch p {
	case tenDigits:
		return []wording{{"", 55, 50}, {"«NHS no¦NHS¦nhs number:¦NHS No.»", 15, 1}, {"«no¦number¦ref¦ID¦#¦Ref:»", 26, 29}, {"«order¦PO¦account¦tel¦job¦case»", 4, 20}}
	case day:
		return []wording{{"", 45, 35}, {"«dob¦born¦DOB:¦d.o.b.»", 35, 2}, {"«date¦on¦from»", 15, 38}, {"«due¦signed¦delivered¦booked for¦appt¦start date»", 5, 25}}
	case place:
		return []wording{{"", 50, 50}, {"«lives at¦home address¦address»", 35, 12}, {"«at¦of»", 13, 23}, {"«deliver to¦office¦site¦c/o»", 2, 15}}
	case telephone:
		return []wording{{"", 40, 30}, {"«tel¦on¦phone»", 40, 40}, {"«home¦her mobile¦his mobile¦NOK»", 17, 3}, {"«office¦ext¦bleep¦desk¦work»", 3, 27}}
	case localNumber:
		return []wording{{"", 40, 40}, {"«hosp no¦MRN¦unit no¦hospital number»", 35, 1}, {"«no¦ref¦ID»", 23, 34}, {"«asset¦job¦staff no¦badge»", 2, 25}}
	}
	return []wording{{"", 85, 85}, {"«patient¦pt¦re»", 12, 3}, {"«contact¦attn¦with¦FAO»", 3, 12}}
}

// The headings of rows.
func headings(p part) []wording {
	switch p {
	case tenDigits:
		return []wording{{"«NHS No¦NHSNumber¦nhs_no»", 25, 1}, {"«ID¦Ref¦Number¦Identifier¦Key»", 65, 69}, {"«Order¦Account¦Mobile¦Job»", 10, 30}}
	case day:
		return []wording{{"«DOB¦BirthDate¦Date of birth»", 45, 2}, {"«Date¦Day¦D1»", 45, 58}, {"«Start¦Due¦Created¦Joined»", 10, 40}}
	case place:
		return []wording{{"«Postcode¦Address¦Location»", 90, 75}, {"«Site¦Office¦Delivery»", 10, 25}}
	case telephone:
		return []wording{{"«Tel¦Phone¦Number»", 80, 70}, {"«Ext¦Work¦Desk»", 3, 28}, {"«Home¦NOK tel»", 17, 2}}
	case localNumber:
		return []wording{{"«HospNo¦MRN¦CRN»", 40, 1}, {"«ID¦Ref¦Code»", 56, 64}, {"«Asset¦StaffNo»", 4, 35}}
	}
	return []wording{{"«Name¦Full name¦Person»", 70, 72}, {"«Patient¦Client»", 26, 3}, {"«Contact¦Employee»", 4, 25}}
}

// What is said around it.
func talk() []wording {
	return []wording{
		{"", 40, 40},
		{"«re bloods¦chase scan¦needs a letter¦for clinic¦bed 4¦on «drug»¦has «sx»¦?«dx»»", 38, 8},
		{"«pls ring back¦see note¦as discussed¦urgent¦FYI¦waiting¦can you check¦done»", 20, 27},
		{"««goods»¦invoice query¦for the rota¦printer fault¦re contract¦meeting room¦training¦«firm»»", 2, 25},
	}
}

// say draws a wording.
func (m *maker) say(all []wording, patient bool) string {
	at := m.IntN(100)
	for _, w := range all {
		share := w.stranger
		if patient {
			share = w.patient
		}
		if at -= share; at < 0 {
			return m.fill(m.settle(w.text), nil)
		}
	}
	panic("the shares of a wording are less than a hundred")
}

func (s situation) record(m *maker) Record {
	patient := m.IntN(100) < s.patient
	r := Record{Template: s.name, Identifiable: patient}
	subject := m.subject(patient)
	// One patient's number in fifty was mistyped. With no name beside it, it
	// identifies nobody.
	if patient && m.IntN(50) == 0 {
		subject[tenDigits] = m.mistyped(strings.NewReplacer(" ", "", "-", "").Replace(subject[tenDigits]))
		r.Identifiable = len(s.parts) > 2 || s.parts[0] != tenDigits
	}
	switch form := m.IntN(10); {
	case form < 5:
		r.Text = s.passage(m, subject, patient)
	case form < 6:
		r.Text = s.form(m, subject, patient)
	default:
		r.Columns, r.Cells = s.row(m, subject, patient)
	}
	return r
}

// subject is what the parts of a record are, of a patient or not.
func (m *maker) subject(isPatient bool) map[part]string {
	p := m.patient()
	if isPatient {
		return map[part]string{
			tenDigits:   m.fill("«nhs»", p),
			personName:  m.fill("«~«name»¦«full»¦«sir»¦«last»¦«initial». «sur»»", p),
			day:         m.fill("«dob»", p),
			place:       m.fill("«~«addr»¦«pc»¦«house» «street» «pc»»", p),
			telephone:   m.fill("«~«mobile»¦«phone»¦«mob»»", p),
			localNumber: p.hospital,
		}
	}
	return map[part]string{
		tenDigits:   number(m.strangeNumber(), m.style.join),
		personName:  m.fill("«~«staff»¦«person»¦«person»¦«title» «surname»¦«dr»»", p),
		day:         m.fill("«~«date»¦«date»¦«next»¦«next»¦«dob»»", p), // the last: of a building, a will, a founder
		place:       m.fill("«~«site»¦«pc2»¦«street2» «pc2»¦«firm», «site»¦«surgery», «pc2»»", p),
		telephone:   m.fill("«~«ownmob»¦«desk»¦01«#3» «#6»»", p),
		localNumber: m.hospitalNumber(),
	}
}

// strangeNumber is ten digits that are nobody's NHS number. Four in five pass
// modulus 11, since those that fail are no riddle.
func (m *maker) strangeNumber() string {
	draw := m.one("«ten»", "«ten»", "«mob9»", "45«#8»", "«~4¦6¦7»«#9»")
	pass := m.IntN(5) > 0
	for {
		if ten := m.fill(draw, nil); passes(ten) == pass {
			return ten
		}
	}
}

// passage writes the parts in some order, with something said around them.
func (s situation) passage(m *maker, subject map[part]string, patient bool) string {
	var said []string
	for _, i := range m.Perm(len(s.parts)) {
		p := s.parts[i]
		said = append(said, strings.TrimSpace(m.say(labels(p), patient)+" "+subject[p]))
	}
	joined := strings.Join(said, m.one(", ", " ", " - ", "\n", "; "))
	if m.IntN(6) == 0 {
		joined += m.one(". ", "\n\n") + m.pick(policy)
	}
	words := m.say(talk(), patient)
	if words == "" {
		return joined + "\n"
	}
	if m.IntN(2) == 0 {
		return words + m.one(": ", " ", " - ") + joined + "\n"
	}
	return joined + m.one(" ", ". ", " - ") + words + "\n"
}

// form writes the parts as fields, under what would be headings of a table.
func (s situation) form(m *maker, subject map[part]string, patient bool) string {
	is, ends := m.one(": ", " : ", "="), m.one("\n", "\n", "; ")
	var b strings.Builder
	for _, p := range s.parts {
		b.WriteString(m.say(headings(p), patient) + is + subject[p] + ends)
	}
	return b.String() + m.one("Notes", "Remarks") + is + m.say(talk(), patient) + "\n"
}

// row writes the parts as cells among others that say nothing.
func (s situation) row(m *maker, subject map[part]string, patient bool) (columns, cells []string) {
	cell := func(heading, value string) {
		columns = append(columns, heading)
		cells = append(cells, value)
	}
	for _, p := range s.parts {
		cell(m.say(headings(p), patient), subject[p])
		if m.IntN(3) == 0 {
			cell(m.one("Status", "Code", "Qty", "Flag"), m.one("Y", "N", "1", "2", "open", "A", ""))
		}
	}
	if m.IntN(2) == 0 {
		cell(m.one("Notes", "Comment", "Text"), m.say(talk(), patient))
	}
	if m.IntN(5) < 2 {
		columns = nil
	}
	return columns, cells
}
