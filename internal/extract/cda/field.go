package cda

import (
	"bytes"

	"trustaudit/internal/extract/record"
)

// role is whose a name, a number or an address is: the element that says so, and
// the word for it.
type role struct{ element, words string }

var document = role{"document", "document"}

// The words for people. Those for a patient's relatives are of people too, but
// the words for staff and organisations say that a value is not a patient's.
const (
	patient      = "patient"
	relative     = "next of kin"
	practitioner = "practitioner"
	organisation = "organisation"
)

// roles are the elements that say whose their parts are.
var roles = byElement(map[string]string{
	"recordTarget": patient, "patientRole": patient, "patientPatient": patient,
	"guardian": relative, "relatedSubject": relative, "associatedEntity": relative,
	"author": practitioner, "dataEnterer": practitioner, "informant": practitioner, "authenticator": practitioner,
	"legalAuthenticator": practitioner, "performer": practitioner, "informationRecipient": practitioner, "encounterParticipant": practitioner,
	"responsibleParty": practitioner, "assignedEntity": practitioner, "assignedAuthor": practitioner, "intendedRecipient": practitioner,
	"providerOrganization": organisation, "representedOrganization": organisation, "serviceProviderOrganization": organisation,
	"scopingOrganization": organisation, "receivedOrganization": organisation, "wholeOrganization": organisation, "custodian": organisation,
	"location": organisation, "participantRole": organisation, "assignedAuthoringDevice": organisation, "manufacturedProduct": organisation,
	"manufacturerOrganization": organisation, "specimen": organisation, "consumable": organisation,
})

func byElement(words map[string]string) map[string]role {
	m := map[string]role{}
	for element, w := range words {
		m[element] = role{element, w}
	}
	return m
}

// name is what the name of a value is put together from.
type name struct {
	role        role
	leaf, words string
}

// add adds a value of an element, for whom it is about.
func (r *reader) add(leaf, words string, b []byte) {
	if len(bytes.TrimSpace(b)) == 0 {
		return
	}
	n := name{*r.top().whose, leaf, words}
	s, ok := r.names[n]
	if !ok {
		s = n.role.element
		if leaf != "" {
			s += "." + leaf
		}
		if words != "" {
			s += " " + words
		}
		const most = 10_000
		if len(r.names) < most {
			r.names[n] = s
		}
	}
	r.record.Add(s, b)
}

// about puts whose it is before what it is: "practitioner name".
func (r *reader) about(what string) string {
	switch w := r.top().whose.words; w {
	case practitioner:
		return "practitioner work " + what
	default:
		return w + " " + what
	}
}

// attributes adds what the attributes of the element begun last say.
func (r *reader) attributes() {
	a := &r.attrs
	e := r.top()
	switch {
	case e.name == "id" && r.narrative == 0:
		r.identifier(a)
	case e.name == "birthTime":
		r.add(e.name, "date of birth", day(a.value))
	case e.name == "telecom":
		r.telecom(a.value)
	case e.name == "text" && len(r.stack) == r.narrative && string(a.coding) == "B64":
		r.file = true
		r.parts.whole = append(r.parts.whole[:0], ending(a.media)...)
	case r.narrative == 0:
		r.add(e.name, "", a.display)
	}
	*a = attributes{a.root[:0], a.extension[:0], a.value[:0], a.display[:0], a.media[:0], a.coding[:0]}
}

// identifier adds a number under the name of its scheme.
func (r *reader) identifier(a *attributes) {
	scheme := record.SchemeOID(string(a.root))
	if scheme == record.Identifier {
		switch r.top().whose.words {
		case practitioner:
			scheme = record.StaffCode
		case organisation:
			scheme = record.OrgCode
		case patient:
			scheme = "patient identifier"
		}
	}
	r.add("id", scheme, a.extension)
}

func (r *reader) telecom(b []byte) {
	kind, number, found := bytes.Cut(b, []byte{':'})
	switch {
	case !found:
		r.add("telecom", r.about("phone"), b)
	case string(kind) == "mailto":
		r.add("telecom", r.about("email"), number)
	default:
		r.add("telecom", r.about("phone"), number)
	}
}

// endText takes the text of the element that ends, or in which another begins.
func (r *reader) endText() {
	text := bytes.TrimSpace(r.text)
	r.text = r.text[:0]
	if len(text) == 0 {
		return
	}
	e := r.top()
	within := ""
	if n := len(r.stack); n > 1 {
		within = r.stack[n-2].name
	}
	p := &r.parts
	switch {
	case r.narrative > 0:
		r.add("", "narrative", text)
	case e.name == "name" || e.name == "addr":
		p.whole = append(append(p.whole, text...), ' ')
	case within == "name":
		p.name(e.name, text)
	case within == "addr" && e.name == "postalCode":
		p.postcode = append(p.postcode[:0], text...)
	case within == "addr":
		if len(p.lines) > 0 {
			p.lines = append(p.lines, ", "...)
		}
		p.lines = append(p.lines, text...)
	default:
		r.add(e.name, "", text)
	}
}

// name takes a part of a name.
func (p *parts) name(element string, text []byte) {
	switch {
	case element == "family":
		p.family = append(p.family[:0], text...)
	case element == "given" && len(p.given) == 0:
		p.given = append(p.given, text...)
	case element == "given" && len(text) > 2:
		p.middle = append(append(p.middle, text...), ' ')
	}
}

func (r *reader) endName() {
	p := &r.parts
	full := bytes.TrimSpace(bytes.Join([][]byte{p.given, p.family}, []byte{' '}))
	if len(full) == 0 {
		full = p.whole
	}
	r.add("name", r.about("name"), full)
	r.add("name", r.about("middle name"), p.middle)
}

func (r *reader) endAddress() {
	p := &r.parts
	if len(p.lines) == 0 {
		p.lines = p.whole
	}
	r.add("addr", r.about("address"), p.lines)
	r.add("addr", r.about("postcode"), p.postcode)
}

// day returns a time stamp without what is less than a second and its zone.
func day(b []byte) []byte {
	n := 0
	for n < len(b) && b[n] >= '0' && b[n] <= '9' {
		n++
	}
	switch {
	case n < 8, n == len(b) && n != 10:
		return b
	case n >= 14:
		return b[:14]
	case n >= 12:
		return b[:12]
	}
	return b[:8]
}

// ending makes the ending of a file's name of a media type.
func ending(media []byte) string {
	switch kind := string(bytes.ToLower(media[bytes.LastIndexByte(media, '/')+1:])); kind {
	case "plain":
		return ".txt"
	case "msword":
		return ".doc"
	case "pdf", "rtf", "html", "xml", "jpeg", "png", "tiff":
		return "." + kind
	}
	return ""
}
