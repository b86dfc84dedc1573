package database

import (
	"path"
	"strings"

	"trustaudit/internal/extract"
)

// kind is what a file may be.
type kind struct {
	name   string
	at     int // where its mark is
	mark   string
	names  string // its extensions, each between dots; any will do when the mark alone tells
	packed bool   // its text is compressed
	mask   byte   // with which its bytes are masked
	seal   func(extract.Document) (extract.Seal, error)
	server bool // its pages are SQL Server's
}

// kinds are looked at in this order.
var kinds = []kind{
	{name: "SQL Server data file", mark: "\x01\x0f\x00\x00", names: ".mdf.ndf.", seal: sqlServer, server: true},
	{name: "SQL Server backup", mark: "TAPE", server: true},
	{name: "compressed SQL Server backup", mark: "MSSQLBAK", packed: true},
	{name: "Oracle data file", at: 28, mark: "}|{z"},
	{name: "Oracle export", at: 3, mark: "EXPORT:V"},
	{name: "MySQL table", at: 4, mark: "\x00\x00\x00\x00", names: ".ibd.ibdata1.", seal: innoDB},
	{name: "ESE database", at: 4, mark: "\xef\xcd\xab\x89"},
	{name: "FileMaker database", at: 14, mark: "\xc0HBAM", mask: 0x5a},
	{name: "SAS data set", mark: "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\xc2\xea\x81\x60\xb3\x14\x11\xcf"},
	{name: "SPSS portable file", at: 40, mark: "ASCII SPSS PORT FILE"},
	{name: "R data", mark: "RDX2\n"},
	{name: "R data", mark: "RDX3\n"},
	{name: "R object", mark: "X\n\x00\x00\x00"},
	{name: "Redis dump", mark: "REDIS00"},
	{name: "HDF5 file", mark: "\x89HDF\r\n\x1a\n"},
	{name: "MATLAB file", mark: "MATLAB 5.0 MAT-file"},
	{name: "Python pickle", mark: "\x80\x02", names: ".pkl.pickle.p."},
	{name: "Python pickle", mark: "\x80\x03", names: ".pkl.pickle.p."},
	{name: "Python pickle", mark: "\x80\x04\x95"},
	{name: "Python pickle", mark: "\x80\x05\x95"},
	{name: "ORC file", mark: "ORC", names: ".orc.", packed: true},
	{name: "Arrow file", mark: "ARROW1\x00\x00", packed: true},
	{name: "Feather file", mark: "FEA1", names: ".feather.fea.", packed: true},
	{name: "DuckDB database", at: 8, mark: "DUCK", names: ".duckdb.db.ddb.", packed: true},
	{name: "Firebird database", mark: "\x01\x00", names: ".fdb.gdb.ib."},
	{name: "Paradox table", at: 2, mark: "\x00\x08", names: ".db."},
	{name: "MyISAM table", names: ".myd."},
	{name: "memos of dBase", names: ".dbt.fpt."},
	{name: "InterSystems database", names: ".dat."},
	{name: "Progress database", names: ".d1.bi."},
	{name: "FileMaker database", names: ".fp3.fp5.fp7.fmp12."},
}

// intersystems are the names that its databases have.
var intersystems = map[string]bool{"cache.dat": true, "iris.dat": true}

// find tells what a file is; nil when it is none of these.
func find(head []byte, name string) *kind {
	if len(head) < 32 {
		return nil
	}
	name = strings.ToLower(name)
	ext := path.Ext(name)
	if ext != "" {
		ext += "." // as it stands among a kind's names
	}
	for i := range kinds {
		k := &kinds[i]
		switch {
		case !has(head, k.at, k.mark):
		case k.names == "":
			return k
		case ext == "" || !strings.Contains(k.names, ext):
		case ext == ".dat." && !intersystems[name]:
		default:
			return k
		}
	}
	return nil
}
