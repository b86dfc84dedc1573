package demo

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// notice stands in everything that the demonstration writes.
const notice = "SYNTHETIC DEMONSTRATION DATA - no such person exists"

// How much there is of what.
const (
	textLetters  = 40
	wordLetters  = 20
	extractRows  = 2000
	bareRows     = 300
	archiveRows  = 200
	documentRows = 120
)

// share writes the files of a share, all of one day.
type share struct {
	dir    string
	people *people
}

// file is one file of the share and what makes its bytes.
type file struct {
	path string
	make func() ([]byte, error)
}

// write writes the whole share.
func (s *share) write() error {
	for _, f := range s.files() {
		data, err := f.make()
		if err != nil {
			return fmt.Errorf("make %s: %w", f.path, err)
		}
		if err := writeFile(filepath.Join(s.dir, filepath.FromSlash(f.path)), data); err != nil {
			return err
		}
	}
	return nil
}

func (s *share) files() []file {
	files := []file{
		{"README.txt", func() ([]byte, error) { return []byte(readme), nil }},
		{"rota/rota.csv", rota},
		{"extracts/admissions.csv", func() ([]byte, error) { return s.table(extractRows, true) }},
		{"extracts/pathology-feed.csv", func() ([]byte, error) { return s.table(bareRows, false) }},
		{"extracts/referrals.json", s.referrals},
		{"extracts/demographics.xml", s.demographics},
		{"extracts/waiting-list.xlsx", func() ([]byte, error) { return workbook(s.rows(documentRows, true)) }},
		{"transfers/transfer-to-icb.zip", func() ([]byte, error) { return s.archive(sealAES) }},
		{"transfers/old-transfer.zip", func() ([]byte, error) { return s.archive(sealZipCrypto) }},
	}
	for i := range textLetters {
		path := fmt.Sprintf("letters/clinic/letter-%03d.txt", i+1)
		files = append(files, file{path, func() ([]byte, error) { return []byte(letter(s.people.next())), nil }})
	}
	for i := range wordLetters {
		path := fmt.Sprintf("letters/discharge/summary-%03d.docx", i+1)
		files = append(files, file{path, func() ([]byte, error) { return document(letter(s.people.next())) }})
	}
	named := s.people.next()
	path := fmt.Sprintf("scans/%s %s %s.txt", named.surname, named.forename, named.number)
	return append(files, file{path, func() ([]byte, error) { return []byte(notice + "\nScanned page 1 of 1: see the paper notes.\n"), nil }})
}

const readme = notice + `.
This share belongs to a trust that does not exist. It was written by
"trustaudit demo" to be audited. NHS numbers are of a range that is not issued.
`

func letter(p patient) string {
	return fmt.Sprintf(`%s
Demonstration NHS Trust, %s outpatients

%s

NHS No: %s
Date of birth: %s
Address: 1 Example Street, %s

Dear %s %s,

Thank you for coming to the %s clinic. Your results are as we hoped, and we
will see you again in six months. Please ring the department if anything changes
before then.

Yours sincerely,
The %s team
`, notice, p.specialty, p.admitted.Format("2 January 2006"), p.spaced(), p.born.Format("02/01/2006"),
		p.postcode, p.title, p.surname, strings.ToLower(p.specialty), strings.ToLower(p.specialty))
}

var heading = []string{"NHS Number", "Title", "Surname", "Forename", "Date of Birth", "Postcode", "Admitted", "Specialty", "Note"}

// rows are the rows of an extract, the first of them a heading if wanted.
func (s *share) rows(n int, headed bool) [][]string {
	var out [][]string
	if headed {
		out = append(out, heading)
	}
	for _, p := range s.people.some(n) {
		out = append(out, []string{
			p.number, p.title, p.surname, p.forename, p.born.Format("02/01/2006"), p.postcode,
			p.admitted.Format("2006-01-02"), p.specialty, notice,
		})
	}
	return out
}

func (s *share) table(n int, headed bool) ([]byte, error) {
	return comma(s.rows(n, headed))
}

func comma(rows [][]string) ([]byte, error) {
	var out bytes.Buffer
	w := csv.NewWriter(&out)
	if err := w.WriteAll(rows); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// rota is a table in which there are no patients.
func rota() ([]byte, error) {
	rows := [][]string{{"Week", "Ward", "Early", "Late", "Night", "Note"}}
	for week := range 52 {
		rows = append(rows, []string{
			fmt.Sprint(week + 1), fmt.Sprintf("Ward %d", week%7+1), fmt.Sprint(5 + week%3),
			fmt.Sprint(4 + week%2), "3", "SYNTHETIC DEMONSTRATION DATA",
		})
	}
	return comma(rows)
}

// referral is how an interface writes a patient, as JSON or XML.
type referral struct {
	XMLName   xml.Name `json:"-" xml:"patient"`
	Number    string   `json:"nhs_number" xml:"nhsNumber"`
	Name      string   `json:"name" xml:"name"`
	Born      string   `json:"date_of_birth" xml:"dateOfBirth"`
	Postcode  string   `json:"postcode" xml:"postcode"`
	Specialty string   `json:"specialty" xml:"specialty"`
}

func (s *share) referralList() []referral {
	var out []referral
	for _, p := range s.people.some(documentRows) {
		out = append(out, referral{
			Number: p.number, Name: p.name(), Born: p.born.Format("2006-01-02"), Postcode: p.postcode, Specialty: p.specialty,
		})
	}
	return out
}

func (s *share) referrals() ([]byte, error) {
	return json.MarshalIndent(struct {
		Notice    string     `json:"notice"`
		Referrals []referral `json:"referrals"`
	}{notice, s.referralList()}, "", "  ")
}

func (s *share) demographics() ([]byte, error) {
	body, err := xml.MarshalIndent(struct {
		XMLName  xml.Name `xml:"demographics"`
		Notice   string   `xml:"notice"`
		Patients []referral
	}{Notice: notice, Patients: s.referralList()}, "", "  ")
	return append([]byte(xml.Header), body...), err
}

// archive seals an extract into a ZIP.
func (s *share) archive(seal seal) ([]byte, error) {
	extract, err := s.table(archiveRows, true)
	if err != nil {
		return nil, err
	}
	return seal(member{name: "extract.csv", data: extract, password: "demonstration-password", salt: s.people.salt()})
}

// writeFile writes a file, with its folders, and dates it like all the others.
func writeFile(path string, data []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("make the folder of %s: %w", path, err)
	}
	if err := os.WriteFile(path, data, 0o600); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	if err := os.Chtimes(path, firstDay, firstDay); err != nil {
		return fmt.Errorf("date %s: %w", path, err)
	}
	return nil
}
