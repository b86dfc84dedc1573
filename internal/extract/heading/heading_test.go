package heading_test

import (
	"testing"

	"trustaudit/internal/extract/heading"
)

func TestIs(t *testing.T) {
	for _, tt := range []struct {
		name      string
		first     []string
		following [][]string
		want      bool
	}{
		{"usual names", []string{"nhs_number", "surname", "dob"}, nil, true},
		{"camel case", []string{"PatientName", "DateOfBirth"}, nil, true},
		{"names with a digit", []string{"address_line_1", "address_line_2", "postcode"}, nil, true},
		{"odd names above numbers", []string{"xyz", "qq"}, [][]string{{"123", "a"}, {"456", "b"}}, true},
		{"people are no heading", []string{"John Smith", "Leeds"}, [][]string{{"Mary Jones", "York"}, {"Ann Brown", "Hull"}}, false},
		{"a number", []string{"9990123456", "name"}, nil, false},
		{"a date", []string{"01/02/1950", "surname"}, nil, false},
		{"a postcode", []string{"Smith", "LS1 1AA"}, [][]string{{"Jones", "YO1 7AA"}, {"Brown", "HU1 1AA"}}, false},
		{"the same twice", []string{"name", "name"}, nil, false},
		{"mostly empty", []string{"name", "", ""}, nil, false},
		{"a surname that is a word", []string{"Ward", "Mary"}, [][]string{{"Page", "Ann"}, {"Key", "Tom"}}, false},
		{"nothing", nil, nil, false},
		{"an address of mail", []string{"name@example.org", "id"}, nil, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := heading.Is(tt.first, tt.following); got != tt.want {
				t.Errorf("Is(%q) = %v, want %v", tt.first, got, tt.want)
			}
		})
	}
}

func TestIsForm(t *testing.T) {
	for _, tt := range []struct {
		name string
		rows [][]string
		want bool
	}{
		{"a record", [][]string{{"Surname", "Zzyx"}, {"DOB", "12/03/1958"}, {"NHS Number", "9990123456", ""}}, true},
		{"a name among the values", [][]string{{"Surname", "Zzyx"}, {"Smoker", "no"}, {"DOB", "12/03/1958"}}, true},
		{"below a title", [][]string{{"Details"}, {"Surname", "Zzyx"}, {"DOB", "12/03/1958"}, {"Ward", "B7"}}, true},
		{"people", [][]string{{"Ward", "Mary"}, {"Page", "Ann"}, {"Key", "Tom"}}, false},
		{"the same again", [][]string{{"Ward", "12"}, {"Ward", "13"}, {"Ward", "14"}}, false},
		{"three columns", [][]string{{"name", "12", "a"}, {"ward", "13", "b"}, {"sex", "14", "c"}}, false},
		{"counts by month", [][]string{{"January", "120"}, {"February", "131"}, {"March", "99"}}, false},
		{"short", [][]string{{"Surname", "Zzyx"}, {"DOB", "12/03/1958"}}, false},
		{"nothing", nil, false},
	} {
		if got := heading.IsForm(tt.rows); got != tt.want {
			t.Errorf("%s: IsForm = %v, want %v", tt.name, got, tt.want)
		}
	}
}
