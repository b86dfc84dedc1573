package main

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const heading = "file\tformat\tencrypted\treadable_text_extractable\tnhs_numbers\thas_patient_identifiable_record\tmod11_candidates\tremarks\n"

func TestReadTruth(t *testing.T) {
	got, err := readTruth(strings.NewReader(heading +
		"a/x.csv\tcsv\tnone\tyes\t12\tyes\t14\tremark\n" +
		"a/y.pdf\tpdf\tstrong\tno\t0\tno\t0\t\n" +
		"b/z.csv\tcsv\tnone\tpartly\t3\tyes (weak pseudonym)\t0\t\n" +
		"b/q.jpg\timage/jpg\tnone\tocr\t0\tpersonal data (not patient)\t0\t\n"))
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]truth{
		"a/x.csv": {Format: "csv", Group: textual, Extractable: true, Seal: "none", Answer: positive, Numbers: 12, Records: -1},
		"a/y.pdf": {Format: "pdf", Group: documents, Seal: "strong", Answer: negative, Records: -1},
		"b/z.csv": {Format: "csv", Group: textual, Seal: "none", Answer: positive, Numbers: 3, Records: -1},
		"b/q.jpg": {Format: "image/jpg", Group: rest, Seal: "none", Answer: aside, Records: -1},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("truth differs (-want +got):\n%s", diff)
	}
}

func TestReadTruthRefuses(t *testing.T) {
	for _, tt := range []struct{ label, text, want string }{
		{"nothing", "", "heading"},
		{"no such column", "file\tformat\n", `no column "readable_text_extractable"`},
		{"short line", heading + "a\tcsv\n", "line 2: it has 2 columns"},
		{"no number", heading + "a\tcsv\tnone\tyes\tmany\tyes\t0\t\n", "line 2: nhs_numbers"},
		{"endless line", heading + strings.Repeat("x", 1<<20), "read line"},
	} {
		t.Run(tt.label, func(t *testing.T) {
			if _, err := readTruth(strings.NewReader(tt.text)); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want one with %q", err, tt.want)
			}
		})
	}
}

func TestAnswers(t *testing.T) {
	for word, want := range map[string]answer{
		"yes": positive, "yes (quasi-identifiers, k=1)": positive, "no": negative,
		"unsure": aside, "name only": aside, "personal data (not patient)": aside, "yesterday": aside, "": aside,
	} {
		if got := answerOf(word); got != want {
			t.Errorf("%q: %s, want %s", word, got, want)
		}
	}
}

func TestGroups(t *testing.T) {
	for format, want := range map[string]group{
		"csv": textual, "csv/utf-16": textual, "cda xml": textual, "fhir ndjson": textual, "hl7v2": textual, "eml html": textual,
		"pg_dump plain (COPY)": textual, "sql dump (sqlite)": textual, "mariadb-dump": textual, "dat": textual,
		"pdf": documents, "odf/text": documents, "dbf (x-dbf)": documents, "wpd (vnd.wordperfect)": documents,
		"pg_dump -Fc": rest, "eml+docx+pdf": rest, "eml>rfc822>csv": rest, "base64 of csv": rest, "zip": rest, "crypto/pem": rest,
		"rot13 text": rest, "tiff g4 image of letter": rest, "": rest,
	} {
		if got := groupOf(format); got != want {
			t.Errorf("%q: %s, want %s", format, got, want)
		}
	}
}

func FuzzReadTruth(f *testing.F) {
	f.Add(heading + "a/x.csv\tcsv\tnone\tyes\t12\tyes\t14\tremark\n")
	f.Add("file\n\n\t")
	f.Fuzz(func(t *testing.T, text string) {
		all, err := readTruth(strings.NewReader(text))
		if err == nil && len(all) > strings.Count(text, "\n") {
			t.Errorf("%d files of %d lines", len(all), strings.Count(text, "\n"))
		}
	})
}
