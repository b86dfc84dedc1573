package personname

import (
	"testing"

	"trustaudit/internal/identify"
)

func TestFind(t *testing.T) {
	tests := []struct {
		text string
		want uint32 // 0: no match
		end  string // what the match must end with
	}{
		{"Mrs Canary was seen", title, "Canary"},
		{"Mr. J. Canary", title, "Canary"},
		{"Mr J.R. Smith is", title, "Smith"},
		{"Miss Ann Hughes", title, "Hughes"},
		{"MRS CANARY", title, "CANARY"},
		{"Ms O'Brien", title, "Brien"},
		{"Mr Hill", title, "Hill"},
		{"Mrs Park", title, "Park"},
		{"Jane Hill", pair, "Hill"},
		{"Dr Smith", professional, "Smith"},
		{"Heather Robinson (", pair, "Robinson"},
		{"HEATHER ROBINSON", pair, "ROBINSON"},
		{"Heather J. Robinson", pair, "Robinson"},
		{"Robinson, Heather", pair, "Heather"},
		{"Canary^Ada", 0, ""},
		{"Robinson^Heather", pair, "Heather"},
		{"Heather Qzxwv", forename, "Qzxwv"},
		{"Agnes Hunt and Robert Jones Memorial Hospital", 0, ""},
		{"Agnes Hunt & Robert Jones Trust", 0, ""},
		{"Agnes Hunt NHS number", pair, "Hunt"},
		{"Agnes Hunt came to the hospital", pair, "Hunt"},
		{"Mrs", 0, ""},
		{"Mrs ", 0, ""},
		{"Mr and Mrs", 0, ""},
		{"MR Brain", 0, ""},
		{"MS Word", 0, ""},
		{"Ms Word", 0, ""},
		{"Master Plan", 0, ""},
		{"Victoria Road", 0, ""},
		{"The Crescent", 0, ""},
		{"Blood Pressure", 0, ""},
		{"Heather robinson", 0, ""},
		{"", 0, ""},
	}
	for _, tt := range tests {
		c := identify.Context{Text: []byte(tt.text)}
		m, ok := Kind.Find(&c, 0)
		if ok != (tt.want != 0) || m.Signals&(title|professional|pair|forename) != tt.want {
			t.Errorf("%q: got %b, %v, want %b", tt.text, m.Signals, ok, tt.want)
		}
		if got := tt.text[:m.End]; len(got) < len(tt.end) || got[len(got)-len(tt.end):] != tt.end {
			t.Errorf("%q: match is %q, want its end to be %q", tt.text, got, tt.end)
		}
	}
}

func TestContext(t *testing.T) {
	tests := []struct {
		before, name, after string
		want                uint32
	}{
		{"Re: ", "Mrs Canary", "", label},
		{"Patient ", "Alan Ellis", ", hosp", label},
		{"Dear ", "Mrs Canary", ",", label},
		{"Yours sincerely\n\n\n\n", "Mr Lacey", "", staff},
		{"Yours sincerely\n", "Mr Lacey", "", staff},
		{"Re:\n\n\n", "Mrs Canary", "", 0},
		{"Consultant: ", "Mr Lacey", "", staff},
		{"", "Raymond Brown", ", staff nurse", staff},
		{"", "Mr Lacey", "\nConsultant", staff},
		{"saw ", "Mrs Canary", " today", 0},
	}
	for _, tt := range tests {
		c := identify.Context{Text: []byte(tt.before + tt.name + tt.after)}
		m, ok := Kind.Find(&c, len(tt.before))
		if got := m.Signals & (label | staff); !ok || got != tt.want {
			t.Errorf("%q: got %b, %v, want %b", c.Text, got, ok, tt.want)
		}
	}
}

func TestField(t *testing.T) {
	tests := []struct {
		before, name string
		want         uint32 // 0: no match
	}{
		{"family: ", "Zzyx", anyWord | heading},
		{"surname=", "Zzyx", anyWord | heading},
		{`"familyName":"`, "Zzyx", anyWord | heading},
		{"patient_forename: ", "Zzyx\n", anyWord | heading},
		{"PNA+PAT+1:OPI+++SU:", "ZZYX+FO:Q", anyWord | heading},
		{"resourceType: Practitioner\nname family: ", "Zzyx", anyWord | heading | staff},
		{"author: X\nresourceType: Patient\nfamily: ", "Zzyx", anyWord | heading},
		{"Patient: ", "ZZYX, Qwop (", anyWord | heading | label},
		{"Patient: ", "Declined", 0},
		{"Patient: ", "Zzyx House", 0},
		{"SU:", "ZZYX", 0},
		{"city: ", "Leeds", 0},
		{"family ", "Zzyx", 0},
	}
	for _, tt := range tests {
		c := identify.Context{Text: []byte(tt.before + tt.name)}
		m, ok := Kind.Find(&c, len(tt.before))
		if ok != (tt.want != 0) || m.Signals != tt.want {
			t.Errorf("%q: got %b, %v, want %b", c.Text, m.Signals, ok, tt.want)
		}
	}
}
