package tendigit

import (
	"testing"

	"trustaudit/internal/identify"
)

var kinds = map[string]*identify.Kind{
	"nhs": kindOf(NHS, "nhs-number"),
	"chi": kindOf(CHI, "chi-number"),
	"hc":  kindOf(HC, "hc-number"),
}

func kindOf(s Scheme, name string) *identify.Kind {
	k := New(s, name, name)
	return &k
}

func contextOf(text string) *identify.Context { return &identify.Context{Text: []byte(text)} }

// found asks a kind at every place at which a run of digits begins.
func found(k *identify.Kind, c *identify.Context) (m identify.Match, ok bool) {
	for at := range c.Text {
		if !identify.IsDigit(c.Text[at]) || at > 0 && identify.IsDigit(c.Text[at-1]) {
			continue
		}
		if m, ok = k.Find(c, at); ok {
			return m, true
		}
	}
	return m, false
}

const never = 1 << 30 // no match

// TestFind asks at every place of a text. Numbers are computed test values:
// 9434765919 is in the range for tests, the others are of nobody known.
func TestFind(t *testing.T) {
	for _, tt := range []struct {
		kind, text string
		want       uint32 // signals beside checksum, range and test
	}{
		// As it is written.
		{"nhs", "9434765919", 0},
		{"nhs", "943 476 5919", grouped}, {"nhs", "943-476-5919", grouped}, {"nhs", "943.476.5919", grouped},
		{"nhs", "943\u00a0476\u00a05919", grouped}, {"nhs", "943\u00a0476 5919", grouped}, {"nhs", "943\u2009476\u20095919", grouped},
		{"nhs", "943\u00ad476\u00ad5919", grouped}, {"nhs", "943\u200b476\u200b5919", grouped}, {"nhs", "943\u2060476\u20605919", grouped},
		{"nhs", "943\ufeff476\ufeff5919", grouped}, {"nhs", "943\u2013476\u20135919", grouped}, {"nhs", "943\u2011476\u20115919", grouped},
		{"nhs", "943\u3000476\u30005919", grouped}, {"nhs", "943 - 476 - 5919", grouped}, {"nhs", "943  476  5919", grouped},
		{"nhs", "943\n476 5919", grouped}, {"nhs", "943 476\n5919", grouped}, {"nhs", "943 476\r\n5919", grouped}, {"nhs", "943\r\n476 5919", grouped},
		{"nhs", "943 476\n> 5919", grouped}, {"nhs", "943\n> 476 5919", grouped}, {"nhs", "943 476\r\n> 5919", grouped},
		{"nhs", "NHS 943/476/5919", parted | label}, {"nhs", "NHS 943_476_5919", parted | label}, {"nhs", "NHS 943,476,5919", parted | label}, {"nhs", "NHS 943:476:5919", parted | label},
		{"nhs", "NHS 943|476|5919", parted | label}, {"nhs", "NHS 943·476·5919", parted | label},
		{"nhs", "NHS 943 4765919", parted | label}, {"nhs", "NHS 943-4765919", parted | label}, {"nhs", "NHS 943476 5919", parted | label}, {"nhs", "NHS 94347 65919", parted | label},
		{"nhs", "NHS 94347\n65919", parted | label}, {"nhs", "NHS 94347\u00a065919", parted | label}, {"nhs", "NHS 943\u200b4765919", parted | label},
		{"nhs", "943  476 5919", never}, {"nhs", "9434 765 919", never}, {"nhs", "943 476 591", never}, {"nhs", "943 476 59190", never},
		{"nhs", "943\n476\n5919", never}, {"nhs", "943-476\n5919", never}, {"nhs", "943 476-5919", never}, {"nhs", "943/476 5919", never},
		{"nhs", "943.4765919", never}, {"nhs", "94347.65919", never}, {"nhs", "943\r476 5919", never},
		{"nhs", "943 476 5918", never}, {"nhs", "9434765918", never}, // failed, but for the plain one

		{"nhs", "943/476/5919", never}, {"nhs", "943 4765919", never}, {"nhs", "94347 65919", never}, {"hc", "320123 4567", never},

		// What stands beside it.
		{"nhs", "'9434765919'", 0}, {"nhs", "(9434765919)", 0}, {"nhs", "[9434765919]", 0}, {"nhs", "^9434765919^", 0}, {"nhs", "|9434765919|", 0},
		{"nhs", ",9434765919,", 0}, {"nhs", "x 9434765919.", 0}, {"nhs", "9434765919.0", 0}, {"nhs", "9434765919\n", 0}, {"nhs", "é9434765919", 0},
		{"nhs", "#9434765919", 0}, {"nhs", "https://x/9434765919/y", 0}, {"nhs", "q=9434765919&r", 0}, {"nhs", "flow=9434765919&r", vague}, {"nhs", "(21)9434765919", other}, {"nhs", "Ada Marshall 943 476 5919", grouped | named},
		{"nhs", "Ada Marshall 9434765919", 0}, {"nhs", `{"n":9434765919}`, 0}, {"nhs", "\\9434765919\\", 0},
		{"nhs", "Canary,943 476 5919,F", grouped}, {"nhs", "12,943 476 5919", grouped}, {"nhs", "943 476 5919 12/03/1958", grouped}, {"nhs", "(943 476 5919)", grouped},
		{"nhs", "19434765919", never}, {"nhs", "94347659191", never}, {"nhs", "0.9434765919", never}, {"nhs", "9434765919.5", never},
		{"nhs", "9434765919.05", never}, {"nhs", "+9434765919", never}, {"nhs", "$9434765919", never}, {"nhs", "£9434765919", never}, {"nhs", "€9434765919", never},
		{"nhs", "12-9434765919", never}, {"nhs", "9434765919-12", never}, {"nhs", "1-943-476-5919", never}, {"nhs", "943-476-5919-1", never}, {"nhs", "12/943/476/5919", never},
		{"nhs", "0161 943 476 5919", never}, {"nhs", "+44 943 476 5919", never}, {"nhs", "04/01/07 943 476 5919", grouped}, {"nhs", "NHS 12 94347 65919", never}, {"nhs", "NHS 94347 65919 12", never}, {"nhs", "NHS 94347 65919-12", never}, {"nhs", "NHS 943/476/5919/12", never},

		// The boxes of a form; a no-break space of another code page.
		{"nhs", "NHS [943] [476] [5919]", parted | label}, {"nhs", "NHS 943 | 476 | 5919", parted | label}, {"nhs", "943 | 476 | 5919", never}, {"nhs", "NHS [943][476][5919]", parted | label},
		{"nhs", "NHS 943\xa0476\xa05919", grouped | label}, {"nhs", "943\xa0476\xa05919", grouped}, {"nhs", "943\xa0\xa0476 5919", never},

		// Glued.
		{"nhs", "NHS9434765919", label}, {"nhs", "NHSNo:943 476 5919DOB", grouped | label}, {"nhs", "9434765919DOB", glued}, {"nhs", "9434765919DOB12/03/1958", glued},
		{"nhs", "NHS No.9434765919", label}, {"nhs", "NHS-9434765919", label}, {"nhs", "NHS_9434765919", label}, {"nhs", "nhsNumber=9434765919&x=1", label},
		{"nhs", "/nhs-number/9434765919/", label}, {"nhs", "NHS#9434765919", label},
		{"nhs", "REF9434765919", never}, {"nhs", "x9434765919", never}, {"nhs", "9434765919ms", never}, {"nhs", "9434765919AB", never}, {"nhs", "9434765919X1", never},
		{"nhs", "INV-9434765919", never}, {"nhs", "v.9434765919", never}, {"nhs", "a71f-9434765919", never}, {"nhs", "case#9434765919", never},

		// Noughts before it.
		{"nhs", "NHS 0009434765919", padded | label}, {"nhs", "0009434765919", never}, {"nhs", "NHS 09434765919", never}, {"nhs", "NHS 0000009434765919", padded | label},
		{"nhs", "NHS 00000009434765919", never}, {"chi", "CHI 0000101580002", padded | label},

		// Placeholders.
		{"nhs", "NHS 9999999999", never}, {"nhs", "NHS 0000000000", never}, {"nhs", "NHS 9876543210", never}, {"chi", "CHI 1111111111", never},

		// The other schemes.
		{"chi", "0101580002", 0}, {"chi", "010158 0002", grouped}, {"chi", "010158-0002", grouped}, {"chi", "010 158 0002", grouped}, {"chi", "CHI 01015 80002", parted | label},
		{"chi", "9434765919", never}, {"nhs", "0101580002", never}, {"hc", "0101580002", never},
		{"hc", "3201234567", 0}, {"hc", "320 123 4567", grouped}, {"hc", "HCN 320123 4567", parted | label}, {"hc", "H&C No: 3201234567", label}, {"nhs", "3201234567", never},
		{"nhs", "8001234568", never}, {"nhs", "NHS No 8001234568", outside | label}, {"nhs", "NHS 3102990002", outside | label}, {"chi", "CHI 3102990002", never},
		{"chi", "1602830118", epoch}, {"chi", "1203241534", stamp}, {"chi", "CHI 1602830118", label},

		// What it is called.
		{"nhs", "Tel 9434765919", other}, {"nhs", "9434765919^^^NHS^NH", label}, {"chi", "0101580002^^^CHI^CHI", label}, {"nhs", "9434765919^^^RX1^MR", 0},
		{"nhs", `<id root="2.16.840.1.113883.2.1.4.1" extension="9434765919"/>`, label}, {"nhs", `<id root="2.16.840.1.113883.2.1.4.12" other="9434765919"/>`, 0},
		{"chi", `<id root="2.16.840.1.113883.2.1.3.2.4.16.53" extension="0101580002"/>`, label},
		{"nhs", "Patient 9434765919", patient}, {"nhs", "Patient ID: 943 476 5919", patient | grouped}, {"nhs", "pt Mrs 9434765919", patient}, {"nhs", "Patient NHS No 9434765919", label},
		{"nhs", "ref=9434765919", vague}, {"nhs", "Patient ref 9434765919", vague}, {"nhs", "Impatient 9434765919", 0}, {"nhs", "INV-patient 9434765919", patient},
		{"nhs", "9781402894626 / 9434765919", other}, {"nhs", "9434765919 9781402894626", other}, {"nhs", "9481402894626 / 9434765919", 0}, {"nhs", "9781402894626\n9434765919", 0},
		{"chi", "1711672024", never}, {"chi", "CHI 1203241534", label},
	} {
		m, ok := found(kinds[tt.kind], contextOf(tt.text))
		got := m.Signals &^ (inRange | test | checksum)
		if !ok || m.Signals&failed != 0 {
			got = never
		}
		if got != tt.want {
			t.Errorf("%s %q: signals %b, want %b", tt.kind, tt.text, got, tt.want)
		}
	}
}

// TestNames asks about names of files, where words glue to numbers.
func TestNames(t *testing.T) {
	for text, want := range map[string]bool{
		"9434765919.txt": true, "scan9434765919v2": true, "943_476_5919": true, "943 476 5919": true, "x943-476-5919y": true,
		"d41d8cd9434765919f00b204": false, "19434765919": false, "letter_0000012345": false, "export_1711672024.csv": false, "IMG_2403121530": false,
		"94347 65919": false,
	} {
		c := contextOf(text)
		c.Name = true
		got := false
		for _, k := range kinds {
			m, ok := found(k, c)
			got = got || ok && m.Signals&k.Names.Alone != 0 && m.Signals&k.Names.Unless == 0
		}
		if got != want {
			t.Errorf("%q: masked %v, want %v", text, got, want)
		}
	}
}

func TestExamples(t *testing.T) {
	for text, want := range map[string]bool{"4010232137": true, "450 557 7104": true, "943 476 5919": true, "401 023 2145": false} {
		if m, ok := kinds["nhs"].Find(contextOf(text), 0); !ok || (m.Signals&test != 0) != want {
			t.Errorf("%s: found %v, a test value %v, want %v", text, ok, m.Signals&test != 0, want)
		}
	}
}

func TestCell(t *testing.T) {
	type verdict struct {
		tested, ok bool
		signals    uint32 // beside checksum, failed, range and test
		value      uint64
	}
	pass := func(signals uint32, v uint64) verdict { return verdict{true, true, signals, v} }
	fail := verdict{tested: true}
	none := verdict{}
	const nhs = 9434765919
	for _, tt := range []struct {
		kind, text string
		head       identify.Sign
		want       verdict
	}{
		{"nhs", "9434765919", 0, pass(0, nhs)}, {"nhs", "943 476 5919", 0, pass(grouped, nhs)}, {"nhs", "943476 5919", 0, pass(parted, nhs)},
		{"nhs", "9434765919", identify.Yes, pass(label, nhs)}, {"nhs", "9434765919", identify.No, pass(other, nhs)},
		{"nhs", "9434765919.0", 0, pass(0, nhs)}, {"nhs", "9,434,765,919", 0, pass(0, nhs)}, {"nhs", "9.434765919E9", 0, pass(0, nhs)}, {"nhs", "9.434765919e+09", 0, pass(0, nhs)},
		{"nhs", "9.43477E+09", identify.Yes, verdict{false, true, rounded | label, 0}}, {"nhs", "9.43477E+09", 0, none}, {"chi", "9.43477E+09", identify.Yes, none},
		{"nhs", "9.43477E+08", identify.Yes, none}, {"nhs", "9.4347659190E9", 0, none}, {"nhs", "9.434765919E10", 0, none}, {"nhs", "94.34765919E8", 0, none},
		{"nhs", "0009434765919", identify.Yes, pass(padded|label, nhs)}, {"nhs", "09434765919", 0, none}, {"nhs", "94347659191", 0, none}, {"nhs", "943476591", 0, none},
		{"nhs", "NHS9434765919", 0, pass(label, nhs)}, {"nhs", "NHS No: 943 476 5919", 0, pass(grouped|label, nhs)}, {"nhs", "INV9434765919", 0, none}, {"nhs", "9434765919DOB", 0, none},
		{"nhs", "9434765918", 0, fail}, {"nhs", "943 476 5919 1", 0, none}, {"nhs", "9434765919.5", 0, none}, {"nhs", "943,476,5919", 0, pass(parted, nhs)},
		{"nhs", "9999999999", identify.Yes, none}, {"nhs", "8001234568", 0, fail}, {"nhs", "8001234568", identify.Yes, pass(outside|label, 8001234568)},
		{"nhs", "0101580002", 0, none}, {"nhs", "3201234567", 0, none},
		{"chi", "0101580002", 0, pass(0, 101580002)}, {"chi", "101580002", 0, pass(short, 101580002)}, {"chi", "101580002", identify.Yes, pass(short|label, 101580002)},
		{"chi", "1.01580002E8", 0, pass(short, 101580002)}, {"chi", "1711672024", identify.No, fail}, {"chi", "1602830118", 0, pass(epoch, 1602830118)}, {"chi", "1602830118", identify.Yes, pass(label, 1602830118)}, {"chi", "101580008", 0, fail}, {"chi", "991580009", 0, fail}, {"chi", "9434765919", 0, none},
		{"hc", "3201234567", 0, pass(0, 3201234567)}, {"hc", "101580002", 0, none}, {"hc", "8001234568", 0, fail}, {"hc", "320123456", 0, none},
	} {
		c := contextOf(tt.text)
		c.Head = tt.head
		m, tested, ok := kinds[tt.kind].Cell(c, identify.ShapeOf(c.Text))
		got := verdict{tested: tested, ok: ok}
		if ok {
			got.signals, got.value = m.Signals&^(checksum|inRange|test), m.Value
		}
		if got != tt.want {
			t.Errorf("%s %q: %+v, want %+v", tt.kind, tt.text, got, tt.want)
		}
	}
}

// TestShapes holds that a shape fits every form that is found.
func TestShapes(t *testing.T) {
	for _, text := range []string{"9434765919", "943 476 5919", "943\u00a0476\u00a05919", "943\u00a0476 5919", "943 476\u00a05919", "943\u2009476\u20095919", "943\u2009476 5919", "943 476\u20095919",
		"943 476\r\n> 5919", "943 4765919", "943\u200b4765919", "94347 65919", "94347\u00a065919", "94347\u200965919", "943476 5919", "943476\u00a05919"} {
		if !fits(text) {
			t.Errorf("%q fits no shape", text)
		}
	}
}

func fits(text string) bool {
	for _, shape := range shapes {
		ok := true
		for i := range min(len(shape), 13) {
			ok = ok && i < len(text) && (shape[i] == 'd') == identify.IsDigit(text[i])
		}
		if ok {
			return true
		}
	}
	return false
}
