package sas_test

import (
	"encoding/binary"
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"trustaudit/internal/extract"
	"trustaudit/internal/extract/sas"
	"trustaudit/internal/extracttest"
)

var be = binary.BigEndian

// variable writes the description of a variable.
func variable(number bool, width int, name, label, shown, long string) []byte {
	b := make([]byte, 140)
	for i := range b[8:72] {
		b[8+i] = ' '
	}
	kind := uint16(2)
	if number {
		kind = 1
	}
	be.PutUint16(b, kind)
	be.PutUint16(b[4:], uint16(width))
	copy(b[8:16], name)
	copy(b[16:56], label)
	copy(b[56:64], shown)
	copy(b[88:], long)
	return b
}

// member writes a table.
func member(version8 bool, name string, rows string, variables ...[]byte) []byte {
	kinds := []string{"MEMBER  ", "DSCRPTR ", "NAMESTR ", "OBS     "}
	if version8 {
		kinds = []string{"MEMBV8  ", "DSCPTV8 ", "NAMSTV8 ", "OBSV8   "}
	}
	fill := func(s string) []byte { return fmt.Appendf(nil, "%-*s", (len(s)+79)/80*80, s) }
	header := func(kind, rest string) []byte {
		return fill("HEADER RECORD*******" + kind + "HEADER RECORD!!!!!!!" + rest)
	}
	b := header(kinds[0], "000000000000000001600000000140  ")
	b = append(b, header(kinds[1], "000000000000000000000000000000  ")...)
	b = append(b, fill(fmt.Sprintf("%-8s%-8s%-8s9.4", "SAS", name, "SASDATA"))...)
	b = append(b, fill("21NOV26:12:00:00")...)
	b = append(b, header(kinds[2], fmt.Sprintf("000000%04d00000000000000000000  ", len(variables)))...)
	all := ""
	for _, v := range variables {
		all += string(v)
	}
	b = append(b, fill(all)...)
	if version8 {
		b = append(b, header("LABELV8 ", "1")...)
		b = append(b, fill("a long label")...)
	}
	b = append(b, header(kinds[3], "000000000000000000000000000000  ")...)
	return append(b, fill(rows)...)
}

func library(version8 bool, members ...[]byte) (b []byte) {
	kind := "LIBRARY "
	if version8 {
		kind = "LIBV8   "
	}
	b = fmt.Appendf(nil, "%-80s%-80s%-80s", "HEADER RECORD*******"+kind+"HEADER RECORD!!!!!!!", "SAS", "21NOV26")
	for _, m := range members {
		b = append(b, m...)
	}
	return b
}

const (
	born  = "\xc3\xe4\x40\x00" // -3652, in four bytes: 1950-01-01
	seven = "\x41\x70\x00\x00\x00\x00\x00\x00"
	none  = "\x2e\x00\x00\x00\x00\x00\x00\x00"
	zero  = "\x00\x00\x00\x00\x00\x00\x00\x00"
)

func patients(version8 bool) []byte {
	return library(version8,
		member(version8, "PAT", "9990123456"+born+seven+"9990123464"+none[:4]+"\xc1\x18\x00\x00\x00\x00\x00\x00"+"9990123472"+born+zero,
			variable(false, 10, "V1", "NHS number", "$", ""), variable(true, 4, "BORN", "", "DATE", "date_of_birth"), variable(true, 8, "NO", "", "BEST", "")),
		member(version8, "WARD", "Ward 7  Ward 8  ", variable(false, 8, "WARD", "", "", "")))
}

func TestRead(t *testing.T) {
	for _, version8 := range []bool{false, true} {
		got := extracttest.Read(t, sas.Format, "x", patients(version8))
		want := []extracttest.Table{
			{Name: "PAT", Columns: []string{"V1 NHS number", "date_of_birth", "NO"}, Rows: [][]string{{"9990123456", "1950-01-01", "7"}, {"9990123464", "", "-1.5"}, {"9990123472", "1950-01-01", "0"}}},
			{Name: "WARD", Columns: []string{"WARD"}, Rows: [][]string{{"Ward 7"}, {"Ward 8"}}},
		}
		if diff := cmp.Diff(want, got.Tables); diff != "" || got.Err != nil {
			t.Errorf("tables (-want +got):\n%s%v", diff, got.Err)
		}
	}
}

func TestCut(t *testing.T) {
	data := patients(false)
	got := extracttest.Read(t, sas.Format, "x", data[:len(data)-75])
	if !errors.Is(got.Err, extract.ErrCorrupt) {
		t.Errorf("%v", got.Err)
	}
}

func TestConformance(t *testing.T) {
	extracttest.Run(t, sas.Format, []extracttest.Sample{
		{Name: "v5.xpt", Data: patients(false), Want: []string{"NHS number", "9990123456", "9990123464", "Ward 7"}},
		{Name: "v8.xpt", Data: patients(true), Want: []string{"NHS number", "9990123456", "9990123464", "Ward 7"}},
	})
}

func FuzzRead(f *testing.F) {
	f.Add(patients(false))
	f.Fuzz(func(t *testing.T, data []byte) { extracttest.Fuzz(t, sas.Format, "x.xpt", data) })
}
