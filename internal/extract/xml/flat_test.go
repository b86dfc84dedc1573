package xml_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"trustaudit/internal/extract/xml"
	"trustaudit/internal/extracttest"
)

func TestFlat(t *testing.T) {
	const person = `<Patient id="7"><NHSNumber>9990123456</NHSNumber><Name use=""><Given>Ann</Given><Family>O&apos;Example</Family></Name><Empty/></Patient>`
	const fields = "id=7 NHSNumber=9990123456 Name.Given=Ann Name.Family=O'Example"
	for _, tt := range []struct {
		label, in string
		want      []string
	}{
		{"records", "<all>" + strings.Repeat(person, 3) + "</all>", []string{fields, fields}},
		{"spaced", "<all>\n" + strings.Repeat(person+"\n <!-- note -->", 2) + "</all>", []string{fields}},
		{"something repeats", `<all>` + strings.Repeat(`<r><a>1</a><a>2</a><b>3</b></r>`, 2) + `</all>`, nil},
		{"text and elements", `<all>` + strings.Repeat(`<r>word <a>1</a><b>2</b></r>`, 2) + `</all>`, nil},
		{"text behind elements", `<all>` + strings.Repeat(`<r><a>1</a><b>2</b> word</r>`, 2) + `</all>`, nil},
		{"one value", `<all>` + strings.Repeat(`<r><a>1</a></r>`, 2) + `</all>`, nil},
		{"prose", `<all>` + strings.Repeat(`<r><a>1</a><b>`+strings.Repeat("word ", 60)+`</b></r>`, 2) + `</all>`, nil},
		{"too deep", `<all>` + strings.Repeat(`<r><a>1</a><b><c><d><e><f>2</f></e></d></c></b></r>`, 2) + `</all>`, nil},
	} {
		var got []string
		recording := extracttest.Read(t, xml.Format, "x.xml", []byte(tt.in))
		for _, r := range recording.Records {
			var fields []string
			for _, f := range r {
				fields = append(fields, f.Name+"="+f.Value)
			}
			got = append(got, strings.Join(fields, " "))
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s: records differ (-want +got):\n%s", tt.label, diff)
		}
		if all := strings.Join(recording.Texts, ""); tt.want == nil && strings.Count(all, "1") != 2 {
			t.Errorf("%s: texts %q", tt.label, all)
		}
	}
}
