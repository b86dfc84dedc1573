package email

import (
	"fmt"
	"strings"
	"testing"

	"trustaudit/internal/identify"
	"trustaudit/internal/identifytest"
)

func TestProse(t *testing.T) {
	for text, want := range map[string]string{
		"ada.canary@gmail.com":                   "@gmail.com: private",
		"Write to ada@btinternet.com.":           "@btinternet.com: private",
		"<Ada_1@Hotmail.co.uk>":                  "@Hotmail.co.uk: private",
		"mailto:o'brien+x@yahoo.co.uk?cc=":       "@yahoo.co.uk: private",
		"ada@canary.co.uk":                       "@canary.co.uk: other",
		"ada@a-b.example.com":                    "@a-b.example.com: other test",
		"ada@host.invalid":                       "@host.invalid: other test",
		"ada@notexample.com":                     "@notexample.com: other",
		"ada.canary@nhs.net":                     "@nhs.net: staff",
		"a@northfold.nhs.uk":                     "@northfold.nhs.uk: staff",
		"a@GOV.UK":                               "@GOV.UK: staff",
		"a@mynhs.uk":                             "@mynhs.uk: other",
		"info@canary.co.uk":                      "@canary.co.uk: other role",
		"Enquiries.exeter@gmail.com":             "@gmail.com: role",
		"no-reply@canary.co.uk":                  "@canary.co.uk: other role",
		"information@canary.co.uk":               "@canary.co.uk: other",
		"a@b.com,c@d.com":                        "@b.com: other\n@d.com: other",
		"root@10.0.0.1":                          "",
		"svc@batch from":                         "",
		"@gmail.com":                             "",
		"a @gmail.com":                           "",
		"a.@gmail.com":                           "",
		"a@.com":                                 "",
		"a@-b.com":                               "",
		"a@b.c":                                  "",
		"a@b..com":                               "",
		"a@b.c0m":                                "",
		strings.Repeat("a", 65) + "@b.com":       "",
		"a@" + strings.Repeat("b", 200) + ".com": "",
	} {
		if got := strings.Join(identifytest.Prose(Kind, text), "\n"); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

// TestValue holds that an address is the same in any case, and ends where its
// sentence does.
func TestValue(t *testing.T) {
	value := func(text string) uint64 {
		c := identify.Context{Text: []byte(text)}
		m, _ := Kind.Find(&c, strings.IndexByte(text, '@'))
		return m.Value
	}
	for text, want := range map[string]bool{"ADA@Gmail.com": true, "'ada@gmail.com'": true, "ada@gmail.com.": true, "ida@gmail.com": false, "ada@gmail.co": false} {
		if got := value(text) == value("ada@gmail.com"); got != want {
			t.Errorf("%q is the same: %v", text, got)
		}
	}
}

func TestCell(t *testing.T) {
	for _, tt := range []struct{ heading, value, want string }{
		{"", "ada@gmail.com", "ada@gmail.com: private"},
		{"Patient email", "ADA@CANARY.CO.UK", "ADA@CANARY.CO.UK: other label"},
		{"Supplier e-mail", "ada@canary.co.uk", "ada@canary.co.uk: other staff"},
		{"", "a.da@gmail", "tested"},
		{"", "(ada@gmail.com)", "tested"},
		{"", "a.b.c.d", ""},
	} {
		got := identifytest.Cell(Kind, tt.heading, tt.value)
		if got != tt.want {
			t.Errorf("%q below %q: %q, want %q", tt.value, tt.heading, got, tt.want)
		}
	}
}

func TestColumn(t *testing.T) {
	var theirs, ours []string
	for i := range 40 {
		theirs = append(theirs, fmt.Sprintf("ada%d@%s", i, []string{"gmail.com", "canary.co.uk"}[i%2]))
		ours = append(ours, fmt.Sprintf("ada%d@nhs.net", i))
	}
	if got := identifytest.Column(Kind, "", theirs); got != "email" {
		t.Errorf("a column of addresses is of kind %q", got)
	}
	if got := identifytest.Column(Kind, "", ours); got != "" {
		t.Errorf("a column of staff's addresses is of kind %q", got)
	}
}

func TestPromises(t *testing.T) { identifytest.Run(t, Kind) }

func FuzzFind(f *testing.F) {
	identifytest.Fuzz(f, Kind, "mailto:o'brien+x@yahoo.co.uk?cc=", "a@b..com", "@", "a@b.")
}

func BenchmarkRejects(b *testing.B) { identifytest.Rejects(b, Kind) }
