package personname

import (
	"strings"
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
		{"Emily Qzxwv", forename, "Qzxwv"},
		{"Heather Qzxwv", 0, ""}, // a plant
		{"EMILY QZXWV", forename, "QZXWV"},
		{"Emily QZXWV", 0, ""},
		{"SMITH John", pair, "John"},
		{"Smith', 'Emily', '1940-11-03'", pair, "Emily"},
		{`Emily","Robinson","1940`, pair, "Robinson"},
		{"Smith', 'Leeds'", 0, ""},
		{"Smith': 'Emily'", 0, ""},
		{"SMITH, John", pair, "John"},
		{"ROBINSON_HEATHER_19580312.pdf", pair, "HEATHER"},
		{"QZXWV_HEATHER_19580312.pdf", 0, ""},
		{"Heather_of", 0, ""},
		{"Smith, John Paul (", pair, "Paul"},
		{"QZXWV, John", forename, "John"},
		{"Yesterday, John came", 0, ""},
		{"J Smith (12/03/1958)", initial, "Smith"},
		{"J Smith of", 0, ""},
		{"J Smith (see", 0, ""},
		{"Smith, J.", initial, "J"},
		{"Smith, J", initial, "J"},
		{"Emily Jane Robinson was", pair, "Robinson"},
		{"Emily J.K. Robinson was", pair, "Robinson"},
		{"Emily Robinson-Clarke", pair, "Clarke"},
		{"Emily O'Brien", pair, "Brien"},
		{"Emily O’Brien", pair, "Brien"},
		{"Emily McDonald", pair, "McDonald"},
		{"Siân Llewellyn", pair, "Llewellyn"},
		{"Agnieszka Wiśniewska", pair, "Wiśniewska"},
		{"Michał Łukasik", pair, "Łukasik"},
		{"Ayşe Özdemir", pair, "Özdemir"},
		{"José da Silva", pair, "Silva"},
		{"Jan van der Berg", pair, "Berg"},
		{"Omar al-Masri", pair, "Masri"},
		{"Oluwaseun Adeyemi", pair, "Adeyemi"},
		{"Gurpreet Kaur Dhillon", pair, "Dhillon"},
		{"Xiaoming Zhang", pair, "Zhang"},
		{"Baby of Emily Robinson", title, "Robinson"},
		{"Baby boy ROBINSON", title, "ROBINSON"},
		{"Baby Clinic", 0, ""},
		{"Master Thomas Lacey", title, "Lacey"},
		{"MR ROBINSON", title, "ROBINSON"},
		{"MR BROWN", title, "BROWN"},
		{"MR Head", 0, ""},
		{"Mrs van der Qzxwv", title, "Qzxwv"},
		{"Chelsea Park", 0, ""},
		{"Chelsea Hill", pair, "Hill"},
		{"Emily Robinson Ward", 0, ""},
		{"Emily Robinson House", 0, ""},
		{"Emily Robinson Ward 7", pair, "Robinson"},
		{"Emily Robinson\nHouse", pair, "Robinson"},
		{"Microsoft Windows", 0, ""},
		{"Monday Morning", 0, ""},
		{"Amoxicillin Tablets", 0, ""},
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
		if ok != (tt.want != 0) || m.Signals&(title|professional|pair|forename|initial) != tt.want {
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
		{"form.patient.surname=", "Zzyx", anyWord | heading},
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

// TestInvited holds who is told of care of his or her own.
func TestInvited(t *testing.T) {
	for text, want := range map[string]bool{
		"Mr Smith, this is a reminder of your Cardiology appointment on 3 May": true,
		"Dear Mrs Canary, your next appointment is in the renal clinic":        true,
		"Heather Robinson, your biopsy and blood results are back":             true,
		"Dear Mrs Canary,\nYour scan is on 3 May":                              true,
		"Mr Smith, your appointment with the bank is on 3 May":                 false,
		"Mr Smith, your patient was seen in the renal clinic":                  false,
		"Mr Smith, thank you for your referral to the renal clinic":            false,
		"Mr Smith, cardiology clinic, outpatient appointment":                  false,
		"Mr Smith\nbring your renal clinic appointment":                        false,
		"Dr Smith, your cardiology appointment":                                false,
		"Mr Smith, consultant surgeon, your cardiology clinic":                 false,
		"Mr Smith" + strings.Repeat(" so", 20) + " your cardiology clinic":     false,
	} {
		at := max(0, strings.Index(text, "Mrs"))
		m, _ := Kind.Find(&identify.Context{Text: []byte(text)}, at)
		if got := m.Signals&invited != 0; got != want {
			t.Errorf("%q: invited %v, want %v", text, got, want)
		}
	}
}

// TestCared holds of whom care is told.
func TestCared(t *testing.T) {
	for text, want := range map[string]uint32{
		"Mrs Canary was admitted overnight":                   cared,
		"Mrs Canary has been readmitted":                      cared,
		"Heather Robinson fell on the stairs":                 cared,
		"Mrs Canary attended the memory clinic":               cared,
		"Mrs Canary attended the meeting":                     0,
		"Mrs Canary on Elm Ward had a fall":                   cared,
		"Mrs Canary, 12 Mill Lane - insulin and dressing":     cared | housed,
		"Mrs Canary asthma and COPD":                          cared,
		"Mrs Canary diabetes and stroke nurse":                0,
		"bloods for Mrs Canary":                               cared,
		"room for Mrs Canary":                                 0,
		"Mrs Canary is on warfarin and furosemide":            cared,
		"Mrs Canary. She was admitted":                        cared,
		"Mrs Canary. They were admitted":                      0,
		"Mrs Canary attended the course on wound care":        0,
		"Mrs Canary is on the board":                          0,
		"Mrs Canary's dressing was changed":                   cared,
		"Mrs Canary’s daughter rang":                          cared,
		"Mrs Canary's slides":                                 0,
		"Mrs Canary (82) was\ndischarged home":                cared,
		"Mrs Canary\n\nAdmitted today":                        0,
		"Mrs Canary, Infection Control Nurse, was admitted":   0,
		"Dr Canary was admitted":                              0,
		"visited Mrs Canary on the ward, bloods sent":         cared,
		"visited Mrs Canary on the plan":                      0,
		"Bed 4 Mrs Canary":                                    cared,
		"bed 12: Heather Robinson":                            cared,
		"Page 4 Mrs Canary":                                   0,
		"our patient, Mrs Canary":                             called,
		"Patient: Heather Robinson":                           called,
		"My dad Heather Robinson":                             called,
		"Her dad Heather Robinson":                            0,
		"no patient. Mrs Canary":                              0,
		"patient\nMrs Canary":                                 0,
		"Patient Safety Manager Heather Robinson is on leave": 0,
	} {
		at := max(strings.Index(text, "Mrs"), strings.Index(text, "Dr"), strings.Index(text, "Heather"))
		m, _ := Kind.Find(&identify.Context{Text: []byte(text)}, at)
		if got := m.Signals & (cared | called | housed); got != want {
			t.Errorf("%q: got %b, want %b", text, got, want)
		}
	}
}

// TestAge holds what is an age behind a name.
func TestAge(t *testing.T) {
	for behind, want := range map[string]uint32{
		" 82F": aged, " (82)": aged, ", 82, of": aged, " 82yo": aged, " 82-year-old": aged, "\nAge/sex: 82F": aged,
		" 82 - fell": figure, ", 45\n": figure, " 67 nipple": figure,
		" 24 min": 0, " 82 Mill Lane": housed, " 112 - fell": 0, " 082 - fell": 0, " 8 fell": 0, " 12/03": 0, "\nAgenda": 0,
	} {
		m, _ := Kind.Find(&identify.Context{Text: []byte("Heather Robinson" + behind)}, 0)
		if got := m.Signals & (aged | figure | housed); got != want {
			t.Errorf("%q: got %b, want %b", behind, got, want)
		}
	}
}

// TestAuthor holds that the first name of a comment is of the program's author.
func TestAuthor(t *testing.T) {
	for before, want := range map[string]uint32{"-- ": staff, "x\n// ": staff, "x -- ": 0, "- ": 0} {
		c := identify.Context{Text: []byte(before + "Heather Robinson, 2026")}
		if m, _ := Kind.Find(&c, len(before)); m.Signals&staff != want {
			t.Errorf("%q: got %b", before, m.Signals)
		}
	}
}
