package clinical

import (
	"bytes"
	"strings"
	"testing"

	"trustaudit/internal/identifytest"
)

func TestKind(t *testing.T) {
	if Kind.Parse != nil || Kind.Cell != nil || len(Kind.Shapes) > 0 {
		t.Error("a flag looks for matches")
	}
	identifytest.Prose(Kind, "a text") // panics over a list that is amiss
}

var clinicalTexts = []string{
	"Diagnosis: type 2 diabetes mellitus. Metformin 500 mg bd.",
	"PMH: HTN, IHD. NKDA. O/E chest clear.",
	"Admitted with community acquired pneumonia, treated with co-amoxiclav.",
	"Problems: 1. Crohn's disease 2. iron deficiency anaemia",
	"DIAG_01 E11.9 DIAG_02 I10.X DIAG_03 N18.3 DIAG_04 J44.1",
	"ICD-10 codes E119, I10",
	"SNOMED CT 73211009 and 38341003",
	"observations: 73211009, 38341003, 195967001",
	"Read code C10F. and H33..",
	"journal G20.. C10.. H33.. 246..",
	"OPCS-4: W37.1 W40.1",
	"She has a history of depression and anxiety and takes sertraline.",
	"hysteroscopy and polypectomy on 12/03/2026, postoperative pain controlled with paracetamol",
	"<code value=\"44054006\"/><display value=\"Diabetes mellitus type 2 (disorder)\"/>",
	"MRI SCAN SHOWS METASTATIC DISEASE OF THE LIVER. FOR PALLIATIVE CHEMOTHERAPY.",
	"This 67 year old man presented with central chest pain and shortness of breath.",
}

var administrativeTexts = []string{
	"",
	"Your appointment is at 10:30 on Tuesday 4 March in the Cardiology clinic, Outpatients 2. Please bring this letter with you.",
	"Dear Mrs Canary, your appointment has been cancelled. Please ring the booking office on 01632 960909 to arrange another one.",
	"Surname,Forename,DOB,NHS Number,Postcode,GP Practice\nCanary,Ada,12/03/1958,9434765919,EX4 8AG,Moorgate Medical Centre",
	"The patient transport booking for ward 7 was made by the discharge lounge. Wheelchair needed. Escort: none.",
	"Parking permit for visitors of the Royal Westmere Infirmary. Registration number AB12 CDE.",
	"Payroll number 4825040961, band 6, 37.5 hours, cost centre E11204, NI number QQ123456C",
	"Complaint ref 20260312: the patient says that nobody answered the telephone and that the waiting room was cold.",
	"Invoice 104521 order 330174 item 900123 delivery 771204 account 20011409 total 4511.20",
	"Policy A10.2: All staff must complete training. See also section B12 and room C15.",
	"Request finished in 38 ms, request=7346019255 epoch 1760000000 worker 17",
	"Next of kin: John Canary (husband), 37 The Crescent, Exeter. Religion: none. Language: English. Interpreter: no.",
	"Mental Health Act office, Respiratory Medicine, Renal Unit and Radiology: notes requested from medical records.",
	"Books: Vascular Surgery, Renal Medicine, Respiratory Medicine, Cardiac Surgery, Psychiatric Nursing, Gastric Surgery at a glance",
	"Friends and family test: how likely are you to recommend our ward to friends and family if they needed similar care or treatment?",
}

func TestFlag(t *testing.T) {
	for _, text := range clinicalTexts {
		if !Flag([]byte(text)) {
			t.Errorf("%q: not clinical (weight %.1f)", text, weigh(text))
		}
	}
	for _, text := range administrativeTexts {
		if Flag([]byte(text)) {
			t.Errorf("%q: clinical (weight %.1f)", text, weigh(text))
		}
	}
}

// weigh is the weight of the whole text.
func weigh(text string) float64 {
	v := *load()
	s := scan{vocabulary: &v, text: []byte(text)}
	for i := 0; i < len(text); {
		if ch := text[i]; ch >= '0' && ch <= '9' || ch|0x20 >= 'a' && ch|0x20 <= 'z' {
			i = s.token(i)
		} else {
			i++
		}
	}
	return s.weight
}

func TestTermCountsOnce(t *testing.T) {
	if Flag([]byte(strings.Repeat("diabetes, ", 100))) {
		t.Error("a word said often is enough")
	}
	if Flag([]byte(strings.Repeat("E11.9 ", 100))) {
		t.Error("a code written often is enough")
	}
}

func TestSNOMED(t *testing.T) {
	tests := map[string]bool{
		"73211009": true, "38341003": true, "195967001": true, "22298006": true, "138875005": true, "100005": true,
		"44054006": true, "999000011000001104": true, "900000000000207008": true, "1000000000000103": false,
		"73211008": false, "73211090": false, "37211009": false, "073211009": false, "9434765919": false,
	}
	for number, want := range tests {
		if got := isSNOMED([]byte(number)); got != want {
			t.Errorf("%s: got %v, want %v", number, got, want)
		}
	}
}

// Every single wrong digit and every swap of two neighbours is told.
func TestVerhoeff(t *testing.T) {
	const number = "195967001"
	for i := range len(number) {
		for d := byte('0'); d <= '9'; d++ {
			b := []byte(number)
			b[i] = d
			if got := verhoeff(b); got != (d == number[i]) {
				t.Errorf("%s: got %v", b, got)
			}
		}
		if i > 0 && number[i] != number[i-1] {
			b := []byte(number)
			b[i], b[i-1] = b[i-1], b[i]
			if verhoeff(b) {
				t.Errorf("%s: passes", b)
			}
		}
	}
}

func TestCategories(t *testing.T) {
	v := load()
	for code, want := range map[string]bool{"A00": true, "A10": false, "B14": false, "C35": false, "D49": false, "E11": true, "I10": true, "M29": false, "S99": true, "U07": true, "U50": false, "X99": true, "Z99": true, "Z66": false} {
		if got := v.icd[category([]byte(code))]; got != want {
			t.Errorf("ICD-10 %s: got %v, want %v", code, got, want)
		}
	}
	for code, want := range map[string]bool{"A00": false, "W37": true, "I10": false, "K40": true, "O10": false, "Z94": true} {
		if got := v.opcs[category([]byte(code))]; got != want {
			t.Errorf("OPCS-4 %s: got %v, want %v", code, got, want)
		}
	}
}

func TestVocabulary(t *testing.T) {
	v := load()
	if n := len(v.terms) + len(v.capitals); n < 2000 || n > maxTerms {
		t.Errorf("%d terms", n)
	}
	for name := range v.terms {
		if name != strings.ToLower(name) || strings.TrimSpace(name) != name || strings.Count(name, " ") >= phraseWords || name == "" {
			t.Errorf("the term %q is never found", name)
		}
	}
	for name := range v.capitals {
		if len(name) > maxAbbreviation || len(name) < 2 {
			t.Errorf("the abbreviation %q is never found", name)
		}
	}
}

func FuzzFlag(f *testing.F) {
	for _, text := range append(clinicalTexts, administrativeTexts...) {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		if Flag(text) && !Flag(bytes.Join([][]byte{text, text}, []byte("\n"))) {
			t.Errorf("%q: clinical, but not twice", text)
		}
	})
}

func BenchmarkFlag(b *testing.B) {
	text := []byte(strings.Repeat(administrativeTexts[1], 20))
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		Flag(text)
	}
}
