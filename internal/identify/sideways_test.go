package identify_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"trustaudit/internal/audit"
	"trustaudit/internal/identify"
	"trustaudit/internal/identify/all"
)

// TestForm holds which tables are read as one record of named values.
func TestForm(t *testing.T) {
	s := identify.NewScanner(identify.Config{Kinds: all.Kinds(), Key: audit.NewKey([32]byte{1}), Now: now})
	for _, tt := range []struct {
		name    string
		columns []string
		rows    [][]string
		want    []string // names of the columns that hold something
	}{
		{"a form", nil, [][]string{{"Surname", "Okafor"}, {"Diet", "soft"}, {"Date of birth", "12/03/1958"}, {"Postcode", "EX4 8AG"}},
			[]string{"Surname", "Date of birth", "Postcode"}},
		{"drawn with strokes", nil, [][]string{{"", "Patient details", "", ""}, {"", "---", "---", ""}, {"", "Surname", "Okafor", ""}, {"", "DOB", "12/03/1958", ""}},
			[]string{"Surname", "DOB"}},
		{"two side by side", nil, [][]string{{"Surname", "Okafor", "DOB", "12/03/1958"}, {"Postcode", "EX4 8AG", "Ward", "Ash"}},
			[]string{"Surname", "DOB", "Postcode"}},
		{"of two people", nil, [][]string{{"Surname", "Okafor"}, {"DOB", "12/03/1958"}, {"Surname", "Eze"}, {"DOB", "13/04/1959"}},
			[]string{"Surname", "DOB"}},
		{"one name is none", nil, [][]string{{"Ward", "Ash"}, {"DOB", "12/03/1958"}}, nil},
		{"headings", nil, [][]string{{"Field", "Type", "Description", "Example"}, {"Surname", "text(35)", "Family name", "Okafor"}, {"DOB", "date(8)", "Date of birth", "1958-03-12"}}, nil},
		{"a table with headings", []string{"Surname", "DOB"}, [][]string{{"Okafor", "12/03/1958"}}, []string{"Surname", "DOB"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s.Reset()
			s.Table("t", tt.columns)
			for _, row := range tt.rows {
				var cells [][]byte
				for _, cell := range row {
					cells = append(cells, []byte(cell))
				}
				s.Row(cells)
			}
			var got []string
			for _, c := range s.Finish().Columns {
				if c.Table != "t" {
					t.Errorf("column %q is of table %q", c.Name, c.Table)
				}
				if c.Name != "" {
					got = append(got, c.Name)
				}
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}
