package weakseal

import (
	"fmt"
	"strconv"
	"strings"
	"sync"

	"trustaudit/templates"
)

// derivation is a row of templates/seals/kdfs.tsv.
type derivation struct {
	name    string // in capitals and without hyphens, or its beginning
	scheme  string // words that the seal is described with, or empty
	fewest  int64  // zero when the form leaves no choice
	never   bool
	advised int64
	words   string
}

// derivationOf returns the row that is of a derivation in a form.
func derivationOf(name, said string) (derivation, bool) {
	name = strings.ToUpper(strings.NewReplacer("-", "", " ", "").Replace(name))
	if name == "" {
		return derivation{}, false
	}
	for _, d := range lists().derivations {
		if strings.HasPrefix(name, d.name) && strings.Contains(said, d.scheme) {
			return d, true
		}
	}
	return derivation{}, false
}

// remedy returns what to do about a weak seal, by what is said of it.
func remedy(said string) string {
	for _, r := range lists().remedies {
		if strings.Contains(said, r[0]) {
			return r[1]
		}
	}
	return ""
}

type data struct {
	derivations []derivation
	remedies    [][2]string // words of a seal, and what to do
}

// lists are the data that seals are judged by.
var lists = sync.OnceValue(func() (d data) {
	for _, row := range rows("kdfs.tsv", 5) {
		k, err := readDerivation(row)
		if err != nil {
			panic(err) // it is part of the binary
		}
		d.derivations = append(d.derivations, k)
	}
	for _, row := range rows("remedies.tsv", 2) {
		d.remedies = append(d.remedies, [2]string{row[0], row[1]})
	}
	return d
})

func readDerivation(row []string) (d derivation, err error) {
	d = derivation{name: row[0], words: row[4], never: row[2] == "never"}
	if row[1] != "-" {
		d.scheme = row[1]
	}
	if !d.never && row[2] != "fixed" {
		if d.fewest, err = strconv.ParseInt(row[2], 10, 64); err != nil {
			return d, fmt.Errorf("read derivations: %w", err)
		}
	}
	if d.advised, err = strconv.ParseInt(row[3], 10, 64); err != nil {
		return d, fmt.Errorf("read derivations: %w", err)
	}
	return d, nil
}

// rows reads a list, whose rows all have as many columns.
func rows(name string, columns int) (all [][]string) {
	text, err := templates.SealData.ReadFile("seals/" + name)
	if err != nil {
		panic(err) // it is part of the binary
	}
	for n, line := range strings.Split(string(text), "\n") {
		if line == "" || line[0] == '#' {
			continue
		}
		row := strings.Split(line, "\t")
		if len(row) != columns {
			panic(fmt.Sprintf("read %s: line %d has %d columns, not %d", name, n+1, len(row), columns))
		}
		all = append(all, row)
	}
	return all
}
