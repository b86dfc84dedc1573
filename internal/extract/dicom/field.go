package dicom

import (
	"bytes"
	"fmt"
	"strings"
	"sync"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"

	"trustaudit/internal/extract"
	"trustaudit/internal/extract/record"
	"trustaudit/templates"
)

// meaning is what an attribute holds, and its name: "(0010,0010) patient name".
type meaning struct{ kind, name string }

// meanings are the attributes that hold people, as the list has them.
var meanings = sync.OnceValue(func() map[tag]meaning {
	data, err := templates.IdentifierData.ReadFile("identifiers/fields/dicom.tsv")
	if err != nil {
		panic(fmt.Sprintf("read embedded list: %v", err))
	}
	m := map[tag]meaning{}
	for line := range strings.Lines(string(data)) {
		columns := strings.Split(strings.TrimRight(line, "\r\n"), "\t")
		if len(columns) != 3 || line[0] == '#' {
			continue
		}
		var group, element uint16
		if _, err := fmt.Sscanf(columns[0], "%04X,%04X", &group, &element); err != nil {
			panic(fmt.Sprintf("read embedded list: tag %s: %v", columns[0], err))
		}
		t := tag(group)<<16 | tag(element)
		m[t] = meaning{columns[1], t.String() + " " + columns[2]}
	}
	return m
})

// fields gathers the record of a patient.
type fields struct {
	sink   extract.Sink
	record record.Record
	names  map[tag]string // of attributes of which nothing is known
	named  bool           // the record has a patient's name: of a printed list
	set    *charmap.Charmap
	id     []byte // a patient's number, until its issuer has come
	idName string
	plain  []byte
}

func newFields(sink extract.Sink) fields { return fields{sink: sink, names: map[tag]string{}} }

func (f *fields) give() error {
	f.endID()
	f.named = false
	return f.record.Give(f.sink)
}

// add adds an attribute's value, or values.
func (f *fields) add(h header, m meaning, value []byte) {
	value = bytes.TrimRight(value, "\x00 ")
	if m.kind != "issuer" {
		f.endID()
	}
	switch h.tag {
	case characterSet:
		f.set = sets[string(bytes.TrimSpace(value[bytes.LastIndexByte(value, '\\')+1:]))]
		return
	case directoryType:
		return
	}
	if m.kind == "" && !readable(value) {
		return
	}
	value = f.decode(value)
	if m.kind == "" {
		m = meaning{"plain", f.name(h.tag)}
		if h.vr == "PN" {
			m.kind = "name"
		}
	}
	if m.kind == "text" {
		f.record.Add(m.name, value)
		return
	}
	for one := range bytes.SplitSeq(value, []byte{'\\'}) {
		f.one(m, bytes.TrimSpace(one))
	}
}

// one adds one value.
func (f *fields) one(m meaning, value []byte) {
	switch m.kind {
	case "name":
		f.record.Add(m.name, spoken(value))
	case "id":
		f.endID()
		f.id, f.idName = append(f.id[:0], value...), m.name
	case "issuer":
		if record.SchemeCode(string(value)) == record.NHSNumber {
			f.idName = strings.Replace(f.idName, "patient ID", record.NHSNumber, 1)
		}
		f.endID()
		f.record.Add(m.name, value)
	case "date":
		f.record.Add(m.name, bytes.ReplaceAll(value, []byte{'.'}, nil)) // the dots of an old edition
	default:
		f.record.Add(m.name, value)
	}
}

// endID adds the number that waits for its issuer.
func (f *fields) endID() {
	f.record.Add(f.idName, f.id)
	f.id = f.id[:0]
}

// name returns the name of an attribute of which nothing is known.
func (f *fields) name(t tag) string {
	s, ok := f.names[t]
	if !ok {
		s = "dicom " + t.String()
		const most = 10_000
		if len(f.names) < most {
			f.names[t] = s
		}
	}
	return s
}

// spoken returns a name as it is spoken: it is written family^given^middle^…, and
// once more in other scripts.
func spoken(value []byte) []byte {
	value, _, _ = bytes.Cut(value, []byte{'='})
	family, rest, _ := bytes.Cut(value, []byte{'^'})
	given, _, _ := bytes.Cut(rest, []byte{'^'})
	return bytes.TrimSpace(bytes.Join([][]byte{bytes.TrimSpace(given), bytes.TrimSpace(family)}, []byte{' '}))
}

// sets are the character sets of one byte.
var sets = map[string]*charmap.Charmap{
	"ISO_IR 101": charmap.ISO8859_2, "ISO_IR 109": charmap.ISO8859_3, "ISO_IR 110": charmap.ISO8859_4,
	"ISO_IR 144": charmap.ISO8859_5, "ISO_IR 127": charmap.ISO8859_6, "ISO_IR 126": charmap.ISO8859_7,
	"ISO_IR 138": charmap.ISO8859_8, "ISO_IR 148": charmap.ISO8859_9, "ISO_IR 100": charmap.ISO8859_1,
}

// decode returns a value in UTF-8. A set that is not known is taken for UTF-8,
// and what is not that for Latin.
func (f *fields) decode(value []byte) []byte {
	set := f.set
	if set == nil || set == charmap.ISO8859_1 { // what says Latin is often UTF-8
		if utf8.Valid(value) {
			return value
		}
		set = charmap.ISO8859_1
	}
	f.plain = f.plain[:0]
	for _, c := range value {
		f.plain = utf8.AppendRune(f.plain, set.DecodeByte(c))
	}
	return f.plain
}

// readable reports whether a value of which nothing is known is words.
func readable(value []byte) bool {
	const shortest = 3
	if len(value) < shortest {
		return false
	}
	for _, c := range value {
		if c < ' ' && c != '\r' && c != '\n' && c != '\t' && c != '\f' && c != 0x1b || c == 0x7f {
			return false
		}
	}
	return true
}
