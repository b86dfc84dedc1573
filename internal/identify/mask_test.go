package identify_test

import (
	"regexp"
	"strings"
	"testing"
)

// harmless are names that must stay readable: who mends a file must find it.
var harmless = strings.Split(strings.TrimSpace(`
report.pdf
README.md
index.html
a.zip!/b/c.docx
Clinic list template.docx
Ward 7 rota week 12.xlsx
board_minutes_2026-03.docx
backup_2026-11-20.tar.gz
backup-20261120.zip
db_dump_2026_11_19.sql
finance/2025-26/Q3/orders.csv
invoice_1234567890.pdf
INV-4825040961.pdf
scan0001.tif
IMG_20260314_101530.jpg
DSC00042.JPG
550e8400-e29b-41d4-a716-446655440000.json
d41d8cd98f00b204e9800998ecf8427e.bin
e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855
b2fb4c8df50752bf7a1fab65988d5573c357b168.pack
sha1-9434765919434765919434765919434765919434.txt
MS Word template.dotx
MS_Teams_guide.pdf
MR Brain protocol.pdf
mr_export.csv
Master Plan.docx
master_copy_v2.xlsx
Sir or Madam.txt
Dr plan.txt
Sister site codes.csv
report v1.2.3.pdf
release-10.4.2.tgz
libfoo.so.6.0.1
192.168.10.25.log
host-10.0.0.12_port2575.pcap
01392 411611.vcf
EX4 area map.png
RX8 trust codes.csv
B12 results template.xlsx
HbA1c audit.xlsx
COVID-19 guidance.pdf
H1N1 plan.docx
Room G12 booking.ics
Northfold Hospital map.png
High Street surgery.docx
Standard Operating Procedure 14.docx
Policy 2025-2028.pdf
Annual Report 2024-25.pdf
C:/Program Files/App/app.exe
usr/share/doc/python3/changelog.Debian.gz
node_modules/left-pad/index.js
.git/objects/ab/cdef0123456789abcdef0123456789abcdef01
Thumbs.db
~$letter.docx
New Folder (2)/Document1.docx
PatientLetters/2026/11/letter_000123.txt
letters/letter_0000012345.txt
export_1711672024.csv
pas.db!/patients
Sheet1
nhs_number
NHS Number
Date of Birth
Consultant Name
May 2026 figures.xlsx
Grace period rules.pdf
Will template.docx
12 lead ECG.pdf
Mark schemes 7.pdf
Postcode lookup.csv
`), "\n")

func TestMaskKeepsHarmless(t *testing.T) {
	s := newScanner()
	for _, name := range harmless {
		if got, found := s.Mask(name); found || got != name {
			t.Errorf("Mask(%q) = %q", name, got)
		}
	}
}

func TestMask(t *testing.T) {
	s := newScanner()
	tests := []struct{ path, want string }{
		{"letters/NHS_9434765919_Mrs_Canary.docx", `letters/masked-[0-9a-f]{8}\.docx`},
		{"9434765919.txt", `masked-[0-9a-f]{8}\.txt`},
		{"NHS9434765919.pdf", `masked-[0-9a-f]{8}\.pdf`},
		{"scan9434765919v2.pdf", `masked-[0-9a-f]{8}\.pdf`},
		{"943 476 5919.pdf", `masked-[0-9a-f]{8}\.pdf`},
		{"943-476-5919", `masked-[0-9a-f]{8}`},
		{"x_943_476_5919_y.csv", `masked-[0-9a-f]{8}\.csv`},
		{"943.476.5919", `masked-[0-9a-f]{8}`},
		{"ref 9434765919/inner.doc", `masked-[0-9a-f]{8}/inner\.doc`},
		{"a.zip!/9434765919.txt", `a\.zip!/masked-[0-9a-f]{8}\.txt`},
		{"9434765919.zip!/b.txt", `masked-[0-9a-f]{8}\.zip!/b\.txt`},
		{"Mrs Canary.docx", `masked-[0-9a-f]{8}\.docx`},
		{"mrs_smith_letter.docx", `masked-[0-9a-f]{8}\.docx`},
		{"mrs canary.docx", `masked-[0-9a-f]{8}\.docx`},
		{"Mr canary.docx", `masked-[0-9a-f]{8}\.docx`},
		{"MRS SMITH.docx", `masked-[0-9a-f]{8}\.docx`},
		{"Letter to Mr. J. O'Brien.docx", `masked-[0-9a-f]{8}\.docx`},
		{"Marshall_Linda_9999726348.txt", `masked-[0-9a-f]{8}\.txt`},
		{"Marshall, Linda.txt", `masked-[0-9a-f]{8}\.txt`},
		{"Linda-Marshall.txt", `masked-[0-9a-f]{8}\.txt`},
		{"dob 12-03-1958.txt", `masked-[0-9a-f]{8}\.txt`},
		{"12.03.1958", `masked-[0-9a-f]{8}`},
		{"letter_12031958.doc", `masked-[0-9a-f]{8}\.doc`},
		{"letter_19580312.doc", `masked-[0-9a-f]{8}\.doc`},
		{"12 March 1958.doc", `masked-[0-9a-f]{8}\.doc`},
		{"EX4 8AG.txt", `masked-[0-9a-f]{8}\.txt`},
		{"visit_ex4_8ag_notes.txt", `masked-[0-9a-f]{8}\.txt`},
		{"Mrs Canary/2026-11-01/letter.txt", `masked-[0-9a-f]{8}/masked-[0-9a-f]{8}/letter\.txt`},
		{"9434765919.canary surname", `masked-[0-9a-f]{8}`},
	}
	for _, tt := range tests {
		got, found := s.Mask(tt.path)
		if !found || !regexp.MustCompile("^"+tt.want+"$").MatchString(got) {
			t.Errorf("Mask(%q) = %q, %v; want %s", tt.path, got, found, tt.want)
		}
		if again, _ := s.Mask(tt.path); again != got {
			t.Errorf("Mask(%q) differs: %q, %q", tt.path, got, again)
		}
	}
}

func TestMaskName(t *testing.T) {
	s := newScanner()
	for _, name := range []string{"9434765919", "NHS 943 476 5919", "Mrs Canary's results", "EX4 8AG"} {
		if got := s.MaskName(name); !regexp.MustCompile("^masked-[0-9a-f]{8}$").MatchString(got) {
			t.Errorf("MaskName(%q) = %q", name, got)
		}
	}
	for _, name := range harmless {
		if got := s.MaskName(name); got != name {
			t.Errorf("MaskName(%q) = %q", name, got)
		}
	}
}
