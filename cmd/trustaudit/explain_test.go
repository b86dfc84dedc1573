package main

import (
	"bufio"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"trustaudit/internal/identify"
	contentfact "trustaudit/internal/probe/content/fact"
)

func TestOdds(t *testing.T) {
	for bans, want := range map[float64]string{
		0: "even", 0.1: "even", 0.3: "2 to 1", -0.3: "1 to 2", 0.7: "5 to 1", 0.99: "10 to 1", 1: "10 to 1", 2.3: "200 to 1",
		-2.3: "1 to 200", 2.99: "1,000 to 1", 4.28: "20,000 to 1", 6: "1,000,000 to 1", 9: "1,000,000,000 to 1",
		9.5: "over a billion to 1", -12: "1 to over a billion",
	} {
		if got := odds(bans); got != want {
			t.Errorf("%v bans: %q, want %q", bans, got, want)
		}
	}
}

func TestGrouped(t *testing.T) {
	for n, want := range map[int64]string{0: "0", 999: "999", 1000: "1,000", -1000: "-1,000", -100: "-100", 1234567: "1,234,567"} {
		if got := grouped(n); got != want {
			t.Errorf("%d: %q, want %q", n, got, want)
		}
	}
}

// TestPrintable holds that a name cannot steer the terminal.
func TestPrintable(t *testing.T) {
	for name, want := range map[string]string{
		"nhs no": "nhs no", "\x1b[2Jx": "\uFFFD[2Jx", "a\nb\u202ec": "a\uFFFDb\uFFFDc", "ärzte": "ärzte",
		strings.Repeat("ä", 12): strings.Repeat("ä", 9) + "…",
	} {
		if got := printable(name, 10); got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
}

func TestVerdict(t *testing.T) {
	for want, item := range map[string]contentfact.Item{
		"not identifiable":                                            {Status: contentfact.Read},
		"identifiable: 1,200 records":                                 {Status: contentfact.Read, Identifiable: true, Records: 1200},
		"identifiable by test data alone: 1 record":                   {Status: contentfact.Read, Identifiable: true, TestData: true, Records: 1},
		"identifiable: 1 record; read in part: limit reached":         {Status: contentfact.Partial, Identifiable: true, Records: 1, Reason: "limit reached"},
		"not identifiable; read in part: corrupt":                     {Status: contentfact.Partial, Reason: "corrupt"},
		"not read: encrypted":                                         {Status: contentfact.Sealed, Seal: "strong", Reason: "encrypted"},
		"not read: permission denied":                                 {Status: contentfact.Unreadable, Reason: "permission denied"},
		"not read: skipped":                                           {Status: contentfact.Skipped},
		"identifiable: 2 records":                                     {Status: contentfact.Partial, ByChildren: true, Identifiable: true, Records: 2, Reason: "1 of 2 members not read"},
		"identifiable: 3 records; not read: weak, not opened in full": {Status: contentfact.Sealed, Identifiable: true, Records: 3, Reason: "weak, not opened in full"},
	} {
		if got := verdict(item); got != want {
			t.Errorf("%+v: %q, want %q", item, got, want)
		}
	}
}

// TestExplainedText shows the whole page of an item.
func TestExplainedText(t *testing.T) {
	offset := int64(1041)
	e := explained{
		Item: contentfact.Item{
			Path: "lists/clinic.csv", Format: "csv", Size: 20480, Status: contentfact.Read,
			Identifiable: true, Records: 1200, Score: 2.28, Clinical: true, Excerpt: "NHS number 943 ••• ••••, date of birth",
			Identifiers: map[string]contentfact.Count{
				"nhs-number": {Count: 1200, Distinct: 1100}, "date-of-birth": {Count: 1200, Distinct: 900, Estimated: true}, "name": {Count: 7, Distinct: 7},
			},
		},
		Records: []explainedRecord{
			{Count: 1200, Row: 2, Score: 2.28, Odds: "200 to 1", Evidence: []evidence{
				{Kind: "prior", Bans: -2, Why: "one of a hundred records that hold anything of the kind is a patient's"},
				{Kind: "nhs-number", Signal: "checksum", Column: "nhs_no", Bans: 1.03, Why: "98 % of written numbers pass"},
				{Kind: "nhs-number", Signal: "test", Column: "nhs_no", Why: "changes nothing"},
				{Kind: "nhs-number", Signal: "column", Column: "nhs_no", Bans: 3.25, Why: strings.Repeat("chance has it otherwise ", 6)},
				{Kind: "name", Signal: "any", Bans: 0.1, Why: "capitalised words"},
				{Kind: "name", Signal: "staff", Bans: -0.6, Why: "of somebody who works there"},
				{Kind: "postcode", Signal: identify.RejectedColumn, Column: "code", Why: "something else"},
			}},
			{Count: 1, Offset: &offset, Score: -0.5, Odds: "1 to 3", Evidence: []evidence{{Kind: "prior", Bans: -0.5, Why: "few are"}}},
			{Count: 1, Row: 9}, {Count: 1, Row: 12}, {Count: 1, Row: 14}, {Count: 1, Row: 19}, {Count: 1, Row: 20},
		},
		Columns: []explainedColumn{
			{Column: contentfact.Column{Name: "nhs_no", Kind: "nhs-number", Tested: "nhs-number", Share: 0.994, Rows: 1200, Distinct: 1100}, Values: 256, Passed: 254},
			{Column: contentfact.Column{Index: 3, Shape: "hex-64", Distinct: 1200}},
			{Column: contentfact.Column{Name: "chi", Tested: "chi-number", Scrambled: true}, Values: 200, Passed: 17},
			{Column: contentfact.Column{Name: "mrn", Tested: "hospital-number", Scrambled: true}},
			{Column: contentfact.Column{Name: "ref", Tested: "hc-number"}, Values: 3, Passed: 3},
			{Column: contentfact.Column{Name: "code", Tested: "nino"}},
			{Column: contentfact.Column{Name: "born", Kind: "date-of-birth", Share: 1, Rows: 1, Distinct: 1}},
		},
	}
	var b strings.Builder
	text := &explainedText{w: bufio.NewWriter(&b), threshold: identify.Reason{Why: "more likely than not"}}
	for _, err := range []error{
		text.begin("file:///srv/share", true), text.item(e), text.item(explained{Item: contentfact.Item{Status: contentfact.Unreadable}}),
		text.item(explained{Item: contentfact.Item{Status: contentfact.Read}}), text.end(), text.close(nil),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(strings.Split(page, "\n"), strings.Split(b.String(), "\n")); diff != "" {
		t.Errorf("page (-want +got):\n%s", diff)
	}
	for _, line := range strings.Split(b.String(), "\n") {
		if n := len([]rune(line)); n > 100 {
			t.Errorf("%d characters: %s", n, line)
		}
	}
}

const page = `file:///srv/share

lists/clinic.csv
  format       csv, 20,480 bytes
  verdict      identifiable: 1,200 records
  score        +2.3 bans: 200 to 1 that the best record is a patient's
  excerpt      NHS number 943 ••• ••••, date of birth
  identifiers  date-of-birth 1,200 (about 900 distinct), nhs-number 1,200 (1,100 distinct), name 7
  clinical     clinical content stands in the records or beside them

  1,200 records like the one at row 2
    -2.00  prior              one of a hundred records that hold anything of the kind is a patient's
           nhs-number in nhs_no
    +1.03    checksum         98 % of written numbers pass
    +3.25    column           chance has it otherwise chance has it otherwise chance has it
                              otherwise chance has it otherwise chance has it otherwise chance has
                              it otherwise
           name
    +0.10    any              capitalised words
    -0.60    staff            of somebody who works there
    +0.50    (no less)        evidence of one kind never counts for less than nothing
           postcode in code
     0.00    rejected column  something else
    ─────
    +2.28  sum                200 to 1
     0.00  threshold          more likely than not: reached

  1 record at byte 1,041 of the text
    -0.50  prior              few are
    ─────
    -0.50  sum                1 to 3
     0.00  threshold          more likely than not: not reached

  1 record at row 9
    ─────
     0.00  sum                
     0.00  threshold          more likely than not: reached

  1 record at row 12
    ─────
     0.00  sum                
     0.00  threshold          more likely than not: reached

  1 record at row 14
    ─────
     0.00  sum                
     0.00  threshold          more likely than not: reached

  2 more kinds of record of less weight: --json tells them

  columns
    nhs_no    nhs-number in 99 % of 1,200 rows, 1,100 distinct; 254 of 256 values pass the check
              digit
    column 4  looks like digests: hex-64, 1,200 distinct
    chi       scrambled: called CHI number, but 17 of 200 values pass the check digit, as chance has
              it
    mrn       scrambled: called hospital-number, but its values are none
    ref       could be Health and Care numbers: 3 of 3 values pass the check digit, too few to
              decide
    code      could be nino, too few to decide
    born      date-of-birth in 100 % of 1 row, 1 distinct

2 other items hold nothing that is evidence; 1 of them not read in full: --json says why.
`
