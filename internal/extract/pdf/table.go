package pdf

import (
	"trustaudit/internal/extract/heading"
	"trustaudit/internal/extract/pdf/page"
)

// show gives what a page shows, as a record or more of its own.
func (d *document) show(parts []page.Part) error {
	continued := d.columns
	d.columns = nil
	for i, p := range parts {
		if p.Rows == nil {
			if err := d.sink.Text(p.Text); err != nil {
				return err
			}
			continue
		}
		columns, rows := headed(p.Rows)
		if columns == nil && len(continued) == len(p.Rows[0]) {
			columns = continued // the table goes on from the page before
		}
		continued = nil
		if columns == nil {
			if err := d.sink.Text(p.Text); err != nil { // it reads well as lines
				return err
			}
			continue
		}
		if err := d.table(columns, rows); err != nil {
			return err
		}
		if i == len(parts)-1 || i == len(parts)-2 { // but for the foot of the page
			d.columns = columns
		}
	}
	if len(parts) == 0 {
		return nil
	}
	return d.sink.Break()
}

// headed parts the heading of a table from its rows. A heading may have two lines.
func headed(rows [][][]byte) (columns []string, rest [][][]byte) {
	const sample = 20
	words := make([][]string, min(len(rows), sample))
	for i := range words {
		words[i] = texts(rows[i])
	}
	if heading.Is(words[0], words[1:]) {
		return words[0], rows[1:]
	}
	if len(words) > 2 {
		for i, second := range words[1] {
			if second != "" && words[0][i] != "" {
				second = " " + second
			}
			words[0][i] += second
		}
		if heading.Is(words[0], words[2:]) {
			return words[0], rows[2:]
		}
	}
	return nil, rows
}

func texts(cells [][]byte) []string {
	list := make([]string, len(cells))
	for i, c := range cells {
		list[i] = string(c)
	}
	return list
}

func (d *document) table(columns []string, rows [][][]byte) error {
	if err := d.sink.Table("", columns); err != nil {
		return err
	}
	for _, row := range rows {
		if err := d.sink.Row(row); err != nil {
			return err
		}
	}
	return nil
}
