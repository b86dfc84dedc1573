package identify_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"trustaudit/internal/identify"
	"trustaudit/internal/identify/nhsnumber"
)

// fill replaces {a} … {e} by valid test numbers in one piece, {A} … {E} by the
// same in groups, and {x} by one that fails its checksum.
func fill(text string) string {
	r := rand.New(rand.NewPCG(3, 9))
	for _, letter := range "abcde" {
		v := testNumber(r)
		text = strings.ReplaceAll(text, "{"+string(letter)+"}", fmt.Sprint(v))
		text = strings.ReplaceAll(text, "{"+strings.ToUpper(string(letter))+"}", fmt.Sprintf("%03d %03d %04d", v/1e7, v/1e4%1e3, v%1e4))
	}
	for strings.Contains(text, "{x}") {
		v := testNumber(r)
		text = strings.Replace(text, "{x}", fmt.Sprint(v/10*10+(v+3)%10), 1)
	}
	return text
}

// scanText scans prose, or with a leading "csv:" a table with a heading, or
// with "rows:" one without.
func scanText(s *identify.Scanner, text string) identify.Summary {
	s.Reset()
	csv, isCSV := strings.CutPrefix(text, "csv:")
	rows, isRows := strings.CutPrefix(text, "rows:")
	switch {
	case isCSV:
		head, rest, _ := strings.Cut(csv, "\n")
		s.Table("", strings.Split(head, ","))
		scanRows(s, rest)
	case isRows:
		s.Table("", nil)
		scanRows(s, rows)
	default:
		s.Text([]byte(text))
	}
	return s.Finish()
}

func scanRows(s *identify.Scanner, text string) {
	for line := range strings.Lines(text) {
		var cells [][]byte
		for _, cell := range strings.Split(strings.TrimSpace(line), ",") {
			cells = append(cells, []byte(cell))
		}
		s.Row(cells)
	}
}

// TestIdentifiable is the calibration: what is a patient's record and what is
// not.
func TestIdentifiable(t *testing.T) {
	s := newScanner()
	for _, test := range identifiableTests {
		t.Run(test.name, func(t *testing.T) {
			sum := scanText(s, fill(test.text))
			if sum.Records != test.records || sum.Identifiable != (test.records > 0) {
				t.Errorf("records = %d (score %.2f, %v), want %d\n%s", sum.Records, sum.Score, sum.Identifiers, test.records, fill(test.text))
			}
		})
	}
}

var identifiableTests = []struct {
	name    string
	text    string
	records int64
}{
	// Records of patients.
	{"label, wrapped", "the NHS number is " + strings.Replace(fill("{A}"), " ", "\r\n", 1), 1},
	{"label, plain", "NHS Number: {a}", 1},
	{"label, grouped", "NHS No. {A}", 1},
	{"label, hyphens", "nhs number " + strings.ReplaceAll(fill("{A}"), " ", "-"), 1},
	{"label on the line above", "NHS Number\n{A}\n", 1},
	{"label in JSON", `{"nhsNumber": "{a}"}`, 1},
	{"label in FHIR", `{"system":"https://fhir.nhs.uk/Id/nhs-number","value":"{a}"}`, 1},
	{"label in CDA", `<id root="2.16.840.1.113883.2.1.4.1" extension="{a}"/>`, 1},
	{"label in XML", "<NHSNumber>{a}</NHSNumber>", 1},
	{"label in capitals", "NHS NUMBER={A};", 1},
	{"label with stops", "N.H.S. No. {A}", 1},
	{"CHI", "CHI number: {a}", 1},
	{"number and titled name", "Mrs Ada Canary ({a}) was seen today.", 1},
	{"number and listed name", "Heather Robinson ({A}) was admitted with chest pain.", 1},
	{"number and date of birth", "DOB 12/03/1958 {a}", 1},
	{"number and postcode", "{A}, 37 The Crescent, EX4 8AG", 1},
	{"name and date of birth", "Re: George Hall, DOB 19/09/1936", 1},
	{"name and date of birth in words", "Mr George Hall, born on 19th September 1936", 1},
	{"name and American date", "Miss Ann Hughes, date of birth: 09/19/1936", 1},
	{"name and postcode", "Mrs Ada Canary\n37 The Crescent\nExeter\nEX4 8AG\n", 1},
	{"date of birth and postcode", "Born 03/08/1971, lives at LS1 4UG", 1},
	{"dotted label", "Mrs Canary, D.O.B. 01.02.1959", 1},
	{"compact date", "Mrs Canary, DOB: 19590201", 1},
	{"short year", "Mrs Canary dob 1/2/59", 1},
	{"no-break spaces", strings.ReplaceAll(fill("NHS No: {A}"), " ", "\u00a0"), 1},
	{"ideographic spaces", "NHS No: " + strings.ReplaceAll(fill("{A}"), " ", "\u3000"), 1},
	{"full letter", "Northfold Hospital NHS Trust, EX2 5DW\nClinic date: 11/03/2025\n\nDear Dr Jones\nRe: Mrs Ada Canary, DOB 19/09/1936, NHS Number: {A}\n37 The Crescent, Exeter, EX4 8AG\n\nShe is well.\n\nYours sincerely\nMr P. Lacey\n", 1},
	{"mistyped number in a letter", "Re: Mrs Ada Canary, DOB 19/09/1936, NHS Number: {x}", 1},
	{"one patient, number twice", "NHS Number: {a}\nMrs Canary\n\nNHS No: {A}", 1},
	{"two patients on two lines", "NHS Number: {a}, Mrs Canary\nNHS Number: {b}, Mr Finch", 2},
	{"three patients in blocks", "Name: Ada Canary\nDOB: 01/02/1950\nNHS: {a}\n\nName: Bob Finch\nDOB: 02/03/1951\nNHS: {b}\n\nName: Cat Swift\nDOB: 03/04/1952\nNHS: {c}\n", 3},
	{"two patients in one line of JSON", `{"nhs":"{a}","dob":"1950-01-02"},{"nhs":"{b}","dob":"1951-02-03"}`, 2},
	{"log with numbers", "2026-11-21 10:00:01 lookup NHS number {a} ok\n2026-11-21 10:00:02 lookup NHS number {b} ok\n", 2},
	{"HL7", "MSH|^~\\&|PAS|RX1\rPID|1||RX1234567^^^RX1^MR~{a}^^^NHS^NH||Canary^Ada||19271116|F\r", 1},
	{"HL7 without number", "MSH|^~\\&|PAS|RX1\rPID|1||RX1234567^^^RX1^MR||ZQUARTZ^ADA^B||192711161200|F\r", 1},
	{"CSV with heading", "csv:Surname,Forename,DOB,NHS Number,Postcode\nCanary,Ada,12/03/1958,{a},EX4 8AG\nFinch,Bob,13/04/1961,{b},EX1 1AA\n", 2},
	{"CSV, number alone", "csv:nhs_number,ward\n{a},A1\n{b},B2\n", 2},
	{"CSV, names and dates", "csv:name,date_of_birth\nKevin Mitchell,09/06/1982\nJoan Turner,10/02/1978\n", 2},
	{"CSV, quasi-identifiers", "csv:dob,postcode,sex\n1936-09-19,DE2 1JL,M\n2014-03-27,EX4 8AG,F\n", 2},
	{"CSV, numbers as floats", "csv:NHS Number,x\n{a}.0,1\n'{b},2\n", 2},
	{"CSV, birth dates with midnight", "csv:Patient Name,Birth Date\nAda Canary,1958-03-12 00:00:00\n", 1},
	{"CSV, free text", "csv:id,note\n1,Spoke to Mrs Canary DOB 12/03/1958\n2,No answer\n", 1},
	{"CSV, headings run together", "csv:PatientNHSNumber\n{a}\n", 1},
	{"a list of bare numbers", list(40, testNumber), 40},
	{"a column of quoted numbers", "rows:'" + strings.ReplaceAll(strings.TrimSpace(list(40, testNumber)), "\n", "'\n'") + "'\n", 40},
	{"numbers parted over three columns that are counted", "csv:name,No1,No2,No3,ward\nCanary,999,001,7808,A1\nFinch,999,001,7816,A2\nWren,999,001,7867,A2\n", 3},
	{"and over three that are not", "csv:name,Low,Mid,High,ward\nCanary,999,001,7808,A1\nFinch,999,001,7816,A2\nWren,999,001,7867,A2\n", 0},
	{"numbers parted over three cells", "csv:name,NHS no,,,ward\nCanary,999,001,7808,A1\nFinch,999,001,7816,A2\n", 2},
	{"a column of bare numbers", "rows:" + list(40, testNumber), 40},
	{"fields of a record", "resourceType: Patient\nfamily: Zzyx\ngiven: Qwop\nbirthDate: 1958-03-12\n", 1},
	{"fields of a commissioning data set", "PersonGivenName: Qwop\nPersonFamilyName: Zzyx\nPersonBirthDate: 1958-03-12\n", 1},
	{"EDIFACT", "PNA+PAT+1:OPI+++SU:ZZYX+FO:QWOP'\nDTM+329:19580312:102'\n", 1},
	{"patient whom no list knows", "Pt: ZZYX, Qwop (12-Mar-1958), 37 The Crescent, EX4 8AG", 1},
	{"patient's name in a form", "Patient Name: Qwop Zzyx     D.O.B: 12/03/1958\n", 1},
	{"text as a spreadsheet is told", "csv:NHS,Result\n=\"{a}\",neg\n", 1},

	// Not records of patients.
	{"fields of a practitioner", "resourceType: Practitioner\nfamily: Zzyx\ngiven: Qwop\nline: The Grove\npostalCode: EX4 8AG\n", 0},
	{"fields of a contact", "Contact: \nSurname: Canary\nPostCode: EX4 8AG\n", 0},
	{"surname field and a postcode", "Surname: Zzyx\nPostCode: EX4 8AG\n", 0},
	{"EDIFACT, another date", "PNA+PAT+1:OPI+++SU:ZZYX'\nDTM+137:19580312:102'\n", 0},
	{"practices", "csv:ODS,Practice,Opened,Postcode\n" + strings.Repeat("C81001,The Grove Surgery,12/03/1958,EX4 8AG\nC81002,Mill Lane Surgery,13/04/1961,EX4 8AH\nC81003,Elm Surgery,14/05/1949,EX4 8AJ\nC81004,Hill Surgery,15/06/1937,EX4 8AL\nC81005,Park Surgery,16/07/1972,EX4 8AN\nC81006,High Surgery,17/08/1955,EX4 8AP\nC81007,Low Surgery,18/09/1966,EX4 8AQ\nC81008,Old Surgery,19/10/1948,EX4 8AR\n", 2), 0},
	{"consultants", "csv:Consultant,Qualified\nMrs Ada Canary,12/03/1958\nMrs Ada Canary,13/04/1961\nMrs Ada Canary,14/05/1949\nMrs Ada Canary,15/06/1937\nMrs Ada Canary,16/07/1972\nMrs Ada Canary,17/08/1955\nMrs Ada Canary,18/09/1966\nMrs Ada Canary,19/01/1948\n", 0},
	{"a hospital named after people", "csv:Code,Town,Postcode\nRL1,THE ROBERT JONES AND AGNES HUNT ORTHOPAEDIC HOSPITAL NHS FOUNDATION TRUST,EX4 8AG\n", 0},
	{"street of a person in an address", "csv:code,address_line_2,postcode\nRT4,FFORDD RICHARD DAVIES,EX4 8AG\n", 0},
	{"staff with the postcode of their base", "csv:Surname,Forename,Base,Base postcode\nCanary,Ada,Northfold,EX4 8AG\n", 0},
	{"permits, one of which passes", "csv:Permit,Name\n{x},Ann Hughes\n{a},Jane Hill\n{x},Heather Robinson\n{x},Joan Bailey\n{x},Alan Smith\n{x},Raymond Brown\n", 0},
	{"permits, one of which passes in another scheme", "csv:Permit,Name\n{x},Ann Hughes\n3500000002,Jane Hill\n{x},Heather Robinson\n{x},Joan Bailey\n{x},Alan Smith\n{x},Raymond Brown\n", 0},
	{"references, one of whose numbers passes", "AU  - Heather Robinson\nAN  - {a}\n" + strings.Repeat("\nAU  - Joan Bailey\nAN  - {x}\n", 8), 0},
	{"references, one of whose numbers passes in another scheme", "AU  - Heather Robinson\nAN  - 3500000002\n" + strings.Repeat("\nAU  - Joan Bailey\nAN  - {x}\n", 8), 0},
	{"nothing", "", 0},
	{"bare number", "{a}", 0},
	{"bare grouped number", "The figure is {A} today.", 0},
	{"failed number with label", "NHS Number: {x}", 0},
	{"telephone", "Tel {a}", 0},
	{"telephone in groups", "Phone: 0161 {A}", 0},
	{"mobile with country code", "Call +44{a}", 0},
	{"invoice", "Invoice {a} was paid on 03/04/2026.", 0},
	{"order with staff name", "Ward clerk Charlotte Smith ordered 20 boxes, order number {a}.", 0},
	{"ISBN", "ISBN {a} is on the reading list.", 0},
	{"asset tag", "Asset tag {a} moved to store room 4.", 0},
	{"epoch", "Server time 1711672024 recorded by the monitoring job.", 0},
	{"money", "Total £{a}", 0},
	{"decimal", "Ratio {a}.53 and 0.{a}", 0},
	{"inside a word", "REF{a}X and INV{a}", 0},
	{"inside a longer number", "{a}1 and 12{a}", 0},
	{"UUID", "550e8400-e29b-41d4-a716-44{a}", 0},
	{"missing value", "NHS Number: 9999999999", 0},
	{"zeros", "NHS Number: 0000000000", 0},
	{"name alone", "Dear Mrs Canary, thank you for your letter.", 0},
	{"date of birth alone", "DOB: 12/03/1958", 0},
	{"postcode alone", "37 The Crescent, Exeter EX4 8AG", 0},
	{"letterhead", "Northfold Hospital\nBarrack Road\nExeter EX2 5DW\n\nDr Smith\nConsultant\n", 0},
	{"letterhead and surgeon", "Northfold General Hospital, Barrack Road, Exeter EX2 5DW\nTel 01392 411611\n\nDear Doctor\n\nThank you for the meeting of 12/03/2026.\n\nYours sincerely\n\nMr P. Lacey\n", 0},
	{"surgery", "The Surgery, 1 High Street, EX1 1AA. Partners: Dr A Jones, Dr B Khan, Dr C Patel", 0},
	{"board minutes", "Present: Mr J Smith (Chair), Mrs A Jones\nThe committee met on 12/03/2026 at Trust Headquarters, EX2 5DW.\nMeeting ref 0282431160\n", 0},
	{"staff training", "Raymond Brown, staff nurse, completed training on 12/02/2026.", 0},
	{"trusts", "csv:Name,Postcode\nBARTS HEALTH NHS TRUST,E1 2ES\nNorthfold Hospital,EX2 5DW\n", 0},
	{"a street named after somebody", "csv:code,address,postcode\nR1A,CHARLES HASTINGS WAY,WR5 1JR\n", 0},
	{"two dates", "Version 1.2 of 12/03/2019, reviewed 13/04/2021.", 0},
	{"admission date", "Mrs Canary. Date admitted 12/03/2026.", 0},
	{"template", "Dear [Title] [Surname], NHS Number: [number], DOB: [date]", 0},
	{"policy words", "Names, dates of birth and NHS numbers must not be sent by fax.", 0},
	{"git log", "commit b2fb4c8df50752bf7a1fab65988d5573c357b168\nDate: 1601786616\n\n    fix #66095\n", 0},
	{"log with epochs", "1711672024 INFO start\n1711672034 INFO request 4825040969 done\n", 0},
	{"sequence of ids", sequence(100), 0},
	{"random ids", list(200, random), 0},
	{"random column", "rows:" + list(200, random), 0},
	{"random column called NHS number", "csv:NHS Number\n" + list(200, random), 0},
	{"serial column", "rows:" + sequence(200), 0},
	{"ISBN column", "csv:ISBN,Title\n0709512430,A\n0597946892,B\n0330421182,C\n", 0},
	{"invoice column that passes", "csv:Invoice No,Amount\n{a},12.00\n{b},13.00\n{c},14.00\n", 0},
	{"phone list", "csv:Name,Phone\nJoan Bailey,01632960101\nAlan Smith,07700900101\n", 0},
	{"staff rota", "csv:Staff,Site,Site postcode\nJoan Bailey,Northfold Hospital,EX2 5DW\nAlan Smith,Northfold Hospital,EX2 5DW\n", 0},
	{"staff list with dates", "csv:Employee,Start date,End date\nJoan Bailey,12/03/1991,12/03/2021\n", 0},
	{"appointments without names", "csv:ward,procedure,date\nA1,Asthma,16/02/2025\nB7,Asthma,17/02/2025\n", 0},
	{"suppliers", "csv:Supplier,Contact,Postcode\nAcme Ltd,Joan Bailey,EX4 8AG\n", 0},
	{"aggregates", "csv:Trust,Specialty,Attendances\nRX8,Asthma,577\n", 0},
	{"GPS track", "csv:t,lat,lon\n1690000000,53.3286988,-1.7608264\n1690000005,53.5643334,-1.3604720\n", 0},
	{"pseudonymised", "csv:pid,year_of_birth,sex\n2ecf59618717011a9e73a6537a01de6c6271f49b15ea2d283744f3b0220cbcda,1936,M\n", 0},
	{"names far apart", "Mrs Canary wrote." + strings.Repeat(" It rains in Spain and nowhere else today.", 50) + " Our shop is at EX4 8AG.", 0},
}

// list returns n numbers, one a line.
func list(n int, number func(*rand.Rand) uint64) string {
	r := rand.New(rand.NewPCG(5, 5))
	var b strings.Builder
	for range n {
		fmt.Fprintf(&b, "%010d\n", number(r))
	}
	return b.String()
}

func random(r *rand.Rand) uint64 { return r.Uint64N(1e10) }

func sequence(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "%010d\n", 4000000000+7*i)
	}
	return b.String()
}

func TestTestData(t *testing.T) {
	r := rand.New(rand.NewPCG(8, 8))
	live := uint64(0)
	for stem := uint64(400000000); live == 0; stem += 13 { // computed, never printed
		for check := range uint64(10) {
			if v := stem*10 + check; nhsnumber.Valid(v) {
				live = v
			}
		}
	}
	test := testNumber(r)
	tests := []struct {
		name, text string
		want       bool
	}{
		{"test number", fmt.Sprintf("NHS No: %d", test), true},
		{"published example in an issued range", "NHS No: 401 023 2137", true},
		{"live number", fmt.Sprintf("NHS No: %d", live), false},
		{"both", fmt.Sprintf("NHS No: %d\nNHS No: %d", live, test), false},
		{"no number", "Re: George Hall, DOB 19/09/1936", false},
		{"nothing", "", false},
		{"table", fmt.Sprintf("csv:NHS Number\n%d\n", test), true},
		{"table with a live number", fmt.Sprintf("csv:NHS Number\n%d\n%d\n", test, live), false},
	}
	s := newScanner()
	for _, tt := range tests {
		if got := scanText(s, tt.text).TestData; got != tt.want {
			t.Errorf("%s: TestData = %v, want %v", tt.name, got, tt.want)
		}
	}
}

// TestSummary pins counts, distinct counts, columns and the excerpt.
func TestSummary(t *testing.T) {
	var b strings.Builder
	b.WriteString("csv:Surname,DOB,NHS Number,Token,Invoice\n")
	r := rand.New(rand.NewPCG(2, 2))
	for i := range 60 {
		fmt.Fprintf(&b, "Canary,%02d/03/1958,%d,%032x,%d\n", i%20+1, testNumber(r), r.Uint64(), random(r))
	}
	got := scanText(newScanner(), b.String())
	want := identify.Summary{Identifiable: true, TestData: true, Records: 60, Score: got.Score,
		Identifiers: map[string]identify.Count{
			"nhs-number":    {Count: 60, Distinct: 60},
			"date-of-birth": {Count: 60, Distinct: 20},
			"name":          {Count: 60, Distinct: 1},
		},
		Columns: []identify.Column{
			{Index: 0, Name: "Surname", Rows: 60, Distinct: 1, Kind: "name", Share: 1},
			{Index: 1, Name: "DOB", Rows: 60, Distinct: 20, Kind: "date-of-birth", Share: 1},
			{Index: 2, Name: "NHS Number", Rows: 60, Distinct: 60, Kind: "nhs-number", Share: 1, Tested: "nhs-number"},
			{Index: 3, Name: "Token", Rows: 60, Distinct: 60, Shape: "hex-32"},
		},
		Excerpt: got.Excerpt,
	}
	for i := range got.Columns {
		if n, _ := got.Columns[i].Sketch.Distinct(); n != got.Columns[i].Distinct {
			t.Errorf("column %d: sketch counts %d, column %d", i, n, got.Columns[i].Distinct)
		}
		got.Columns[i].Sketch.Lowest = nil
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if !strings.Contains(got.Excerpt, "••• ••••") || strings.Contains(got.Excerpt, "Canary") || len([]rune(got.Excerpt)) > 80 {
		t.Errorf("excerpt %q", got.Excerpt)
	}
}

// TestSplit holds that however a text is cut into calls, the same is found.
func TestSplit(t *testing.T) {
	text := []byte(fill(strings.Repeat("Dear Mrs Canary, your NHS number is {A} and you were born on 12 March 1958.\n\nNHS No {b}, EX4 8AG.\n\n", 900)))
	s := newScanner()
	s.Text(text)
	want := s.Finish()
	if want.Records < 900 {
		t.Fatalf("records = %d", want.Records)
	}
	r := rand.New(rand.NewPCG(4, 4))
	for range 20 {
		s.Reset()
		for rest := text; len(rest) > 0; {
			n := min(len(rest), 1+r.IntN(400))
			s.Text(rest[:n])
			rest = rest[n:]
		}
		if diff := cmp.Diff(want, s.Finish()); diff != "" {
			t.Fatal(diff)
		}
	}
}

// TestReuse holds that an item leaves nothing behind for the next.
func TestReuse(t *testing.T) {
	s := newScanner()
	for _, test := range identifiableTests {
		want := scanText(newScanner(), fill(test.text))
		got := scanText(s, fill(test.text))
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", test.name, diff)
		}
	}
}

// TestDistinctEstimate holds the count beyond the exact bound.
func TestDistinctEstimate(t *testing.T) {
	s := newScanner()
	s.Table("", []string{"NHS Number"})
	const n = 250_000
	stem := 900_000_000
	for count := 0; count < n; stem++ {
		for check := range 10 {
			if v := uint64(stem*10 + check); nhsnumber.Valid(v) {
				s.Row([][]byte{fmt.Append(nil, v)})
				count++
			}
		}
	}
	got := s.Finish().Identifiers["nhs-number"]
	if got.Count != n || !got.Estimated || got.Distinct < n*97/100 || got.Distinct > n {
		t.Errorf("got %+v of %d", got, n)
	}
}

// Two or three values that all pass say more of their column than each of itself.
func TestShortColumn(t *testing.T) {
	for _, tt := range []struct {
		name, rows string
		want       int64 // records
	}{
		{"all pass", "rows:Fletcher,{a}\nHaines,{b}\nMarsden,{c}\n", 3},
		{"one fails", "rows:Fletcher,{a}\nHaines,{b}\nMarsden,{x}\n", 0},
		{"two only", "rows:Fletcher,{a}\nHaines,{b}\n", 2},
		{"one of two fails", "rows:Fletcher,{a}\nHaines,{x}\n", 0},
		{"one, three times", "rows:Fletcher,{a}\nHaines,{a}\nMarsden,{a}\n", 0},
	} {
		if got := scanText(newScanner(), fill(tt.rows)).Records; got != tt.want {
			t.Errorf("%s: got %d records, want %d", tt.name, got, tt.want)
		}
	}
}
