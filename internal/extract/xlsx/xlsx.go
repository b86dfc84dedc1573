// Package xlsx reads workbooks of Excel: every sheet as a table, hidden ones
// too, with dates as dates and numbers as their digits; then comments, text
// boxes, the values that pivot tables and links keep, properties, and the files
// embedded in them. Pictures are not looked into.
package xlsx

import (
	"bytes"
	"context"
	"fmt"
	"path"
	"strings"

	"trustaudit/internal/extract"
	"trustaudit/internal/extract/ooxml"
	"trustaudit/internal/extract/xml/markup"
)

// Format is the workbook of Excel 2007 and later.
var Format = extract.Format{Name: "xlsx", Detect: detect, Read: read}

func detect(head []byte, name string) extract.Confidence {
	return ooxml.Detect(head, name, "xl", ".xlsx", ".xlsm", ".xltx", ".xltm", ".xlsb")
}

func read(ctx context.Context, doc extract.Document, sink extract.Sink) error {
	p, err := ooxml.Open(ctx, doc, sink)
	if err != nil {
		return err
	}
	if !p.Has("xl/workbook.xml") {
		if p.Has("xl/workbook.bin") {
			return fmt.Errorf("read binary workbook: %w", extract.ErrUnsupported)
		}
		return fmt.Errorf("find workbook: %w", extract.ErrCorrupt)
	}
	b := &book{ctx: ctx, p: p, sink: sink}
	sheets, err := b.open()
	if err != nil {
		return err
	}
	seen := make(map[string]bool)
	for _, s := range sheets {
		if seen[s.part] || !p.Has(s.part) {
			continue
		}
		seen[s.part] = true
		err := ooxml.Each([]string{s.part}, sink, func(part string) error { return b.sheet(s.name, part) })
		if err != nil {
			return err
		}
	}
	return ooxml.Each(p.Names(), sink, func(name string) error {
		if seen[name] {
			return nil
		}
		return b.part(name)
	})
}

// part reads a part that is no sheet of the workbook's list.
func (b *book) part(name string) error {
	dir := path.Dir(name)
	switch {
	case ooxml.Embedded(name):
		return b.p.Child(name, b.sink)
	case path.Ext(name) != ".xml":
		return nil
	case dir == "xl/worksheets":
		return b.sheet("", name)
	case strings.HasPrefix(path.Base(name), "comments"), dir == "xl/threadedComments", dir == "xl/drawings":
		return b.p.Prose(name, b.sink)
	case dir == "xl/pivotCache", dir == "xl/externalLinks", dir == "docProps", dir == "customXml" && strings.HasPrefix(path.Base(name), "item") && !strings.HasPrefix(path.Base(name), "itemProps"):
		return b.p.Labelled(name, b.sink)
	}
	return nil
}

// book is a workbook while it is read.
type book struct {
	ctx    context.Context
	p      *ooxml.Package
	sink   extract.Sink
	shared stringTable
	dates  []bool // by style of a cell
	from04 bool   // days are counted from 1904
}

type sheet struct{ name, part string }

// open reads what the sheets need: their list, the styles, the shared strings.
func (b *book) open() ([]sheet, error) {
	var sheets []sheet
	ids := make([]string, 0, 8)
	err := b.tokens("xl/workbook.xml", func(x *scan) {
		switch {
		case x.at("sheet") && len(sheets) < 10_000:
			sheets = append(sheets, sheet{name: x.attr("name")})
			ids = append(ids, x.attr("id"))
		case x.at("workbookPr"):
			b.from04 = x.attr("date1904") == "1" || x.attr("date1904") == "true"
		}
	})
	if err != nil {
		return nil, err
	}
	targets := make(map[string]string)
	err = ooxml.Each(b.present("xl/_rels/workbook.xml.rels", "xl/styles.xml", "xl/sharedStrings.xml"), b.sink, func(name string) error {
		switch path.Base(name) {
		case "styles.xml":
			return b.styles(name)
		case "sharedStrings.xml":
			return b.strings(name)
		}
		return b.tokens(name, func(x *scan) {
			if x.at("Relationship") && len(targets) < 10_000 {
				targets[x.attr("Id")] = x.attr("Target")
			}
		})
	})
	for i := range sheets {
		target := targets[ids[i]]
		if strings.HasPrefix(target, "/") {
			sheets[i].part = strings.TrimPrefix(target, "/")
		} else {
			sheets[i].part = path.Join("xl", target)
		}
	}
	return sheets, err
}

func (b *book) present(names ...string) []string {
	var out []string
	for _, n := range names {
		if b.p.Has(n) {
			out = append(out, n)
		}
	}
	return out
}

// scan is an element with its attributes.
type scan struct {
	name  string
	attrs map[string]string
}

func (x *scan) at(name string) bool     { return x.name == name }
func (x *scan) attr(name string) string { return x.attrs[name] }

// tokens calls see for each element of a part, once its attributes are known.
func (b *book) tokens(part string, see func(*scan)) error {
	s, closer, err := b.p.Stream(part)
	if err != nil {
		return err
	}
	defer closer.Close()
	x := markup.NewScanner(s)
	el := &scan{attrs: make(map[string]string)}
	for {
		t, err := x.Next()
		if err != nil {
			return err
		}
		if t.Kind == markup.Attr && len(el.attrs) < 64 {
			el.attrs[string(t.Name)] = string(t.Text[:min(len(t.Text), 1024)])
			continue
		}
		if el.name != "" {
			see(el)
		}
		if el.name = ""; t.Kind == markup.Start {
			el.name = string(t.Name)
			clear(el.attrs)
		}
		if t.Kind == markup.EOF {
			return nil
		}
	}
}

// styles notes which styles of cells show a number as a date.
func (b *book) styles(part string) error {
	custom := make(map[string]bool)
	listed := false // the styles of cells; styles of styles are before them, others behind
	return b.tokens(part, func(x *scan) {
		switch x.name {
		case "numFmt":
			if len(custom) < 10_000 {
				custom[x.attr("numFmtId")] = dateFormat(x.attr("formatCode"))
			}
		case "cellXfs":
			listed = true
		case "cellStyles", "dxfs":
			listed = false
		case "xf":
			if id := x.attr("numFmtId"); listed && len(b.dates) < 100_000 {
				b.dates = append(b.dates, custom[id] || builtinDate[id])
			}
		}
	})
}

var builtinDate = map[string]bool{
	"14": true, "15": true, "16": true, "17": true, "22": true,
	"27": true, "28": true, "29": true, "30": true, "31": true, "36": true, "50": true, "57": true,
}

// dateFormat: a format with a day or a year in it, outside of quotes, colours
// and conditions.
func dateFormat(code string) bool {
	quoted, bracket := false, false
	for i := 0; i < len(code); i++ {
		switch c := code[i]; {
		case c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case c == '[' && !quoted:
			bracket = true
		case c == ']':
			bracket = false
		case !quoted && !bracket && (c == 'd' || c == 'y' || c == 'D' || c == 'Y'):
			return true
		}
	}
	return false
}

// maxShared bounds the shared strings that are held.
const maxShared = 32 << 20

// stringTable holds the strings that cells refer to by number.
type stringTable struct {
	bytes []byte
	ends  []uint32
}

func (t *stringTable) at(i int) ([]byte, bool) {
	if i < 0 || i >= len(t.ends) {
		return nil, false
	}
	start := uint32(0)
	if i > 0 {
		start = t.ends[i-1]
	}
	return t.bytes[start:t.ends[i]], true
}

// strings reads the shared strings. Those that are too many to be held go to
// the sink as text, parted from the rows they belong to.
func (b *book) strings(part string) error {
	s, closer, err := b.p.Stream(part)
	if err != nil {
		return err
	}
	defer closer.Close()
	x := markup.NewScanner(s)
	in, phonetic, over := false, false, false
	for {
		t, err := x.Next()
		if err != nil || t.Kind == markup.EOF {
			return err
		}
		switch {
		case t.Kind == markup.Start && string(t.Name) == "t":
			in = !phonetic
		case t.Kind == markup.Start && string(t.Name) == "rPh":
			phonetic = true
		case t.Kind == markup.End && string(t.Name) == "rPh":
			phonetic = false
		case t.Kind == markup.End && string(t.Name) == "t":
			in = false
		case t.Kind == markup.Text && in && !over:
			b.shared.bytes = append(b.shared.bytes, t.Text...)
		case t.Kind == markup.Text && in:
			err = b.sink.Text(t.Text)
		case t.Kind == markup.End && string(t.Name) == "si" && over:
			err = b.sink.Text([]byte("\n"))
		case t.Kind == markup.End && string(t.Name) == "si":
			b.shared.ends = append(b.shared.ends, uint32(len(b.shared.bytes)))
			if over = len(b.shared.bytes) >= maxShared || len(b.shared.ends) >= maxShared/8; over {
				b.sink.Partial("more text than is joined to its rows")
			}
		}
		if err != nil {
			return err
		}
		if !over && len(b.shared.bytes) >= 2*maxShared { // one string
			over = true
			b.sink.Partial("more text than is joined to its rows")
			if err := b.sink.Text(bytes.TrimSpace(b.shared.bytes)); err != nil {
				return err
			}
		}
	}
}
