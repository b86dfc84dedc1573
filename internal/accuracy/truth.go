package main

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// answer is whether a file holds a patient who can be identified.
type answer int

// The answers. What is aside is counted and otherwise left out: whether it
// identifies a patient is not certain.
const (
	aside answer = iota
	negative
	positive
)

func (a answer) String() string { return [...]string{"aside", "negative", "positive"}[a] }

// truth is what is known of a file.
type truth struct {
	Format      string
	Group       group
	Extractable bool   // text can be had from it without a secret or reading pictures
	Seal        string // none, weak or strong; anything else when nobody is sure
	Answer      answer
	Numbers     int64 // distinct NHS, CHI and H&C numbers
	Records     int64 // identifiable records; negative when not known
}

// truthColumns are the columns of truth.tsv that are read.
var truthColumns = [...]string{"file", "format", "readable_text_extractable", "nhs_numbers", "has_patient_identifiable_record", "encrypted"}

// readTruth reads a truth.tsv: a heading, then a line for each file.
func readTruth(r io.Reader) (map[string]truth, error) {
	lines := bufio.NewScanner(r)
	if !lines.Scan() {
		return nil, fmt.Errorf("read heading: %w", orEOF(lines.Err()))
	}
	at, err := columnPlaces(strings.Split(lines.Text(), "\t"))
	if err != nil {
		return nil, err
	}
	all := map[string]truth{}
	for n := 2; lines.Scan(); n++ {
		cells := strings.Split(lines.Text(), "\t")
		var want [len(truthColumns)]string
		for i, place := range at {
			if place >= len(cells) {
				return nil, fmt.Errorf("line %d: it has %d columns only", n, len(cells))
			}
			want[i] = cells[place]
		}
		numbers, err := strconv.ParseInt(want[3], 10, 64)
		if err != nil {
			return nil, fmt.Errorf("line %d: nhs_numbers: %w", n, err)
		}
		all[want[0]] = truth{Format: want[1], Group: groupOf(want[1]), Extractable: want[2] == "yes",
			Seal: want[5], Answer: answerOf(want[4]), Numbers: numbers, Records: -1}
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("read line: %w", err)
	}
	return all, nil
}

func orEOF(err error) error {
	if err == nil {
		return io.ErrUnexpectedEOF
	}
	return err
}

func columnPlaces(heading []string) (at [len(truthColumns)]int, err error) {
	for i, name := range truthColumns {
		at[i] = -1
		for j, h := range heading {
			if h == name {
				at[i] = j
			}
		}
		if at[i] < 0 {
			return at, fmt.Errorf("there is no column %q", name)
		}
	}
	return at, nil
}

func answerOf(word string) answer {
	switch {
	case word == "yes", strings.HasPrefix(word, "yes "):
		return positive
	case word == "no":
		return negative
	}
	return aside
}

// group is a family of formats.
type group string

// The groups.
const (
	textual   group = "text formats"
	documents group = "documents"
	rest      group = "the rest"
)

// groupOf sorts a format, as truth.tsv calls it, into its group. What is text
// only once it has been decoded (base64, a mail with attached documents) is of
// the rest.
func groupOf(format string) group {
	switch format {
	case "cda xml", "sql dump (sqlite)", "pg_dump plain (COPY)", "pg_dump inserts":
		return textual
	}
	if strings.ContainsAny(format, "+>") || strings.Contains(format, " of ") {
		return rest
	}
	end := strings.IndexAny(format, " /")
	if end < 0 {
		end = len(format)
	}
	switch format[:end] {
	case "csv", "tsv", "txt", "json", "jsonl", "fhir", "xml", "html", "hl7", "hl7v2", "dat", "eml", "mbox", "ccda", "log", "md",
		"conf", "vcs", "pipe-separated", "fixed-width", "mariadb-dump", "lock":
		return textual
	case "pdf", "doc", "docx", "xls", "xlsx", "ppt", "pptx", "odt", "ods", "odp", "odf", "fods", "fodt", "fodp", "rtf", "msg", "pst",
		"vsdx", "access", "dbf", "wp", "wpd", "one", "hwp", "ooxml", "ole-other", "ole-visio", "ole-publisher", "ooxml-encrypted":
		return documents
	}
	return rest
}
