package xlsx

import (
	"errors"
	"path"
	"strings"

	"trustaudit/internal/extract/grid"
	"trustaudit/internal/extract/number"
	"trustaudit/internal/extract/xml/markup"
)

// pivot reads what a pivot table keeps of the rows that it was made from, which
// stay when the rows are deleted: the definition has the columns with their
// distinct values, the records have the rows.
func (b *book) pivot(name string) error {
	if !strings.HasPrefix(path.Base(name), "pivotCacheDefinition") {
		return nil // read with its definition
	}
	all, err := b.p.Relations(name)
	if err != nil {
		return err
	}
	c := &cache{b: b}
	if err := b.each(name, c.define); err != nil {
		return err
	}
	b.reportLost()
	for _, r := range all {
		if r.Kind == "pivotCacheRecords" && b.p.Has(r.Target) {
			return c.records(r.Target)
		}
	}
	return c.distinct()
}

// each calls take with each token of a part.
func (b *book) each(part string, take func(markup.Token) error) error {
	s, closer, err := b.p.Stream(part)
	if err != nil {
		return err
	}
	defer closer.Close()
	x := markup.NewScanner(s)
	for {
		t, err := x.Next()
		if err != nil || t.Kind == markup.EOF {
			return err
		}
		if err := take(t); err != nil {
			return err
		}
	}
}

// cache is a pivot table's memory of its source.
type cache struct {
	b       *book
	columns []column
	items   grid.Strings
	element byte // f of a column, n of a number, s of a text and so on, while its attributes come
	shared  bool // values at hand are of a column's list
}

// column is one of the source's: which of the items are its distinct values.
type column struct {
	name        string
	from, count int
}

const maxColumns = 16 << 10

// define takes the definition: cacheField with its name, and in it sharedItems.
func (c *cache) define(t markup.Token) error {
	switch t.Kind {
	case markup.Start:
		c.element = 0
		switch name := string(t.Name); {
		case name == "cacheField" && len(c.columns) < maxColumns:
			c.columns = append(c.columns, column{from: c.items.Len()})
			c.element, c.shared = 'f', false
		case name == "sharedItems":
			c.shared = true
		case c.shared && len(name) == 1:
			c.element = name[0]
			if name == "m" { // nothing, in its place
				return c.item(nil)
			}
		}
	case markup.Attr:
		switch name := string(t.Name); {
		case c.element == 'f' && name == "name":
			c.columns[len(c.columns)-1].name = string(t.Text[:min(len(t.Text), 1024)])
		case c.shared && c.element != 0 && name == "v":
			return c.item(valueOf(c.element, t.Text))
		}
	case markup.End:
		c.shared = c.shared && string(t.Name) != "sharedItems"
	}
	return nil
}

// item adds a distinct value to the column at hand.
func (c *cache) item(value []byte) error {
	if len(c.columns) == 0 {
		return nil
	}
	if c.items.Add(value) == nil {
		c.columns[len(c.columns)-1].count++
		return nil
	}
	c.b.lost++
	return c.b.sink.Text(append(value, '\n'))
}

// records gives the rows: each value as it is, or by its place in the list of
// its column.
func (c *cache) records(part string) error {
	names := make([]string, len(c.columns))
	for i, col := range c.columns {
		names[i] = col.name
	}
	g, err := grid.Headed(c.b.sink, "", names)
	if err != nil {
		return err
	}
	at, element := -1, byte(0)
	return c.b.each(part, func(t markup.Token) error {
		switch {
		case t.Kind == markup.Start && len(t.Name) == 1: // r is the record, any other a value
			at, element = at+1, t.Name[0]
			if element == 'r' {
				at = -1
			}
		case t.Kind == markup.Attr && at >= 0 && string(t.Name) == "v":
			return g.Cell(at, c.value(at, element, t.Text))
		case t.Kind == markup.End && string(t.Name) == "r":
			return g.EndRow()
		}
		return nil
	})
}

func (c *cache) value(at int, element byte, v []byte) []byte {
	if element != 'x' {
		return valueOf(element, v)
	}
	if i := atoi(v); at < len(c.columns) && i >= 0 && i < c.columns[at].count {
		held, _ := c.items.At(c.columns[at].from + i)
		return held
	}
	return nil
}

// valueOf is a value of an element n, s, d or such.
func valueOf(element byte, v []byte) []byte {
	if element == 'n' {
		return number.Plain(v)
	}
	return v
}

// distinct gives the columns' values when there are no rows of them.
func (c *cache) distinct() error {
	for _, col := range c.columns {
		g, err := grid.Headed(c.b.sink, "", []string{col.name})
		if err != nil {
			return err
		}
		for i := range col.count {
			held, _ := c.items.At(col.from + i)
			if err := errors.Join(g.Cell(0, held), g.EndRow()); err != nil {
				return err
			}
		}
	}
	return nil
}
