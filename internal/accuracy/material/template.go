package material

import (
	"embed"
	"fmt"
	"io/fs"
	"slices"
	"strings"
)

// The templates are data: a file holds many, each as
//
//	%% name extension finish
//	what stands once, about the first patient
//	%%row 3 25
//	what stands for each patient, three to twenty-five times
//	%%foot
//	what stands once more
//
// with an empty line behind it. All but the name and the extension may be
// missing. "again" behind the numbers says that a patient can have several rows.
// A line that ends in a backslash goes on without a line feed. What stands before
// the first template says what the file is about. parts.txt holds, in the same
// form, texts that several templates share.
//
//go:embed templates
var written embed.FS

// A template is a kind of file. Its texts are in the language of fill.
type template struct {
	name, ext string
	head      string
	row       string
	rows      span
	again     bool // a patient can have several rows
	foot      string
	finish    func(*maker, string) []byte // how the text becomes bytes; plain if nil
	custom    func(*maker) string         // in place of the texts
}

// A span is an inclusive range; the zero span is one row if there is a row.
type span struct{ least, most int }

// finishes are those that a template can name.
var finishes = map[string]func(*maker, string) []byte{
	"desktop": desktop, "crlf": crlf, "cr": cr, "framed": framed, "wide": wide,
	"windows1252": windows1252, "quoted": quoted, "coded": coded,
}

func positives() []template { return slices.Concat(read("positive"), customs()) }

func negatives() []template {
	return append(read("negative"), template{name: "running-numbers", ext: "txt", custom: runningNumbers})
}

// read reads the templates of a folder. They are part of the program, so that
// what is wrong in them is a programmer's mistake.
func read(folder string) []template {
	parts := readParts()
	names, err := fs.Glob(written, "templates/"+folder+"/*.txt")
	if err != nil {
		panic(err)
	}
	var all []template
	for _, name := range names {
		for _, block := range blocks(name) {
			all = append(all, parse(parts.Replace(block)))
		}
	}
	return all
}

func readParts() *strings.Replacer {
	var pairs []string
	for _, block := range blocks("templates/parts.txt") {
		name, text, _ := strings.Cut(block, "\n")
		pairs = append(pairs, opens+name+closes, strings.TrimSuffix(text, "\n"))
	}
	return strings.NewReplacer(pairs...)
}

// blocks returns the templates of a file as they are written, from the name on.
func blocks(file string) []string {
	data, err := written.ReadFile(file)
	if err != nil {
		panic(err)
	}
	text := strings.ReplaceAll(string(data), "\r\n", "\n")
	return strings.Split(text, "\n%% ")[1:]
}

func parse(block string) template {
	heading, text, _ := strings.Cut(block, "\n")
	fields := strings.Fields(heading)
	if len(fields) < 2 {
		panic("a template needs a name and an extension: " + heading)
	}
	t := template{name: fields[0], ext: fields[1]}
	if len(fields) > 2 {
		if t.finish = finishes[fields[2]]; t.finish == nil {
			panic("no such finish: " + heading)
		}
	}
	text = strings.ReplaceAll(text, "\\\n", "")
	text, t.foot, _ = strings.Cut(text, "%%foot\n")
	t.head, text, _ = strings.Cut(text, "%%row ")
	if numbers, row, ok := strings.Cut(text, "\n"); ok {
		t.row = row
		t.rows, t.again = parseRows(numbers)
	}
	return t
}

func parseRows(s string) (rows span, again bool) {
	fields := strings.Fields(s)
	if len(fields) < 2 {
		panic("rows need two numbers: " + s)
	}
	return span{whole(fields[0]), whole(fields[1])}, len(fields) > 2 && fields[2] == "again"
}

func (t template) file(m *maker, i int) File {
	text := t.text(m)
	data := []byte(text)
	if t.finish != nil {
		data = t.finish(m, text)
	}
	return File{
		Name:         fmt.Sprintf("%05d.%s", i, t.ext),
		Template:     t.name,
		Data:         data,
		Identifiable: m.records > 0,
		Numbers:      len(m.planted),
		Records:      m.records,
	}
}

func (t template) text(m *maker) string {
	if t.custom != nil {
		return t.custom(m)
	}
	first := m.patient()
	text := m.fill(m.settle(t.head), first)
	if t.row != "" {
		text += t.body(m, first)
	}
	return text + m.fill(m.settle(t.foot), first)
}

// body writes the rows. The choices in a row are made once for all of them,
// as one program would.
func (t template) body(m *maker, p *patient) string {
	var b []byte
	row := m.settle(t.row)
	pool := []*patient{p}
	rows := max(1, m.between(t.rows))
	for m.row = 1; m.row <= rows; m.row++ {
		b = append(b, m.fill(row, p)...)
		if t.again && m.IntN(3) == 0 {
			p = pool[m.IntN(len(pool))]
			continue
		}
		p = m.patient()
		pool = append(pool, p)
	}
	return string(b)
}
