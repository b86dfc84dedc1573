package material

import "strings"

// tables are extracts and lists, one patient a row.
func tables() []template {
	few, some, many := span{1, 9}, span{10, 120}, span{900, 3000}
	return []template{
		{name: "pas", ext: "csv", finish: desktop, rows: some, head: "NHS_NO«sep»«PT_SURNAME«sep»PT_FORENAME¦SURNAME«sep»FORENAMES¦FAMILY_NAME«sep»GIVEN_NAME»«sep»«D_O_B¦DOB¦BIRTH_DATE¦DATE_OF_BIRTH»«sep»SEX«sep»«PCODE¦POSTCODE¦POST_CODE»«sep»SPEC\n", row: "«record»«nhs»«sep»«SUR»«sep»«FORE»«sep»«dob»«sep»«sex»«sep»«pc»«sep»«n:100-502»\n"},
		{name: "pas-hospital-number", ext: "csv", finish: desktop, rows: some, head: "«HospitalNumber¦MRN¦PASID¦UnitNumber¦LOCAL_PATIENT_ID¦Hosp_No»«sep»Surname«sep»Forename«sep»DOB«sep»Ward\n", row: "«record»«hosp»«sep»«sur»«sep»«fore»«sep»«dob»«sep»«ward»\n"},
		{name: "hes", ext: "txt", rows: some, head: "EPIKEY|NEWNHSNO|LOPATID|DOB|SEX|HOMEADD|ADMIDATE|DIAG_01|OPERTN_01|GPPRAC\n", row: "«record»«#12»|«nhs10»|«hosp»|«dob8»|«sexcode»|«pc»|«date8»|«icd»|«opcs»|«gpcode»\n"},
		{name: "cds", ext: "csv", finish: desktop, rows: some, head: "CDSUniqueIdentifier,NHSNumber,NHSNumberStatusIndicatorCode,PersonBirthDate,PersonGenderCodeCurrent,PostcodeOfUsualAddress,StartDateHospitalProviderSpell\n", row: "«record»R«#10»«#2»,«nhs10»,01,«dobiso»,«sexcode»,«pc»,«dateiso»\n"},
		{name: "ecds", ext: "csv", finish: desktop, rows: some, head: "ecds_id,nhs_number,local_patient_id,birth_date,arrival_datetime,chief_complaint,discharge_destination\n", row: "«record»«run»,«nhs10»,«hosp»,«dobiso»,«iso»,«#8»,306689006\n"},
		{name: "sus", ext: "csv", rows: some, head: "\"Generated Record Identifier\",\"NHS Number\",\"Date of Birth\",\"Postcode\",\"Core HRG\",\"Tariff\"\n", row: "«record»\"«#9»\",\"«nhs10»\",\"«dobiso»\",\"«pc»\",\"FZ«#2»A\",\"«n:90-9000»\"\n"},
		{name: "no-heading", ext: "csv", finish: desktop, rows: span{8, 120}, row: "«record»«nhs»«sep»«SUR»«sep»«FORE»«sep»«dob»«sep»«pc»\n"},
		{name: "no-heading-bare", ext: "csv", finish: desktop, rows: span{10, 120}, row: "«record»«nhs10»«sep»«date8»«sep»«icd»«sep»«n:1-40»\n"},
		{name: "no-heading-second", ext: "csv", finish: desktop, rows: span{10, 120}, row: "«record»«run»«sep»«nhs10»«sep»«n:1-99»«sep»Y\n"},
		{name: "no-heading-among-ten-digits", ext: "csv", finish: desktop, rows: span{12, 120}, row: "«record»«ten»«sep»«nhs10»«sep»«epoch»«sep»«mob9»\n"},
		{name: "no-heading-chi", ext: "csv", finish: desktop, rows: span{10, 120}, row: "«record»«chi»«sep»«SUR»«sep»«date8»«sep»«icd»\n"},
		{name: "chi", ext: "csv", finish: desktop, rows: some, head: "«CHI¦CHI_NUMBER¦Chi No»«sep»SURNAME«sep»FORENAME«sep»HB\n", row: "«record»«chi»«sep»«SUR»«sep»«FORE»«sep»S0800«#4»\n"},
		{name: "hc-number", ext: "csv", finish: desktop, rows: some, head: "«HCN¦H&C Number¦hc_number»«sep»Surname«sep»DOB«sep»Trust\n", row: "«record»«hc»«sep»«sur»«sep»«dob»«sep»Belfast\n"},
		{name: "old-numbers", ext: "csv", finish: desktop, rows: some, head: "Old NHS No«sep»Name«sep»DOB\n", row: "«record»«oldnhs»«sep»«full»«sep»«dob»\n"},
		{name: "patient-id", ext: "csv", finish: desktop, rows: some, head: "«Patient ID¦PatientId¦Pat_ID¦ID¦Identifier»«sep»Test«sep»Result«sep»Taken\n", row: "«record»«nhs10»«sep»«~HbA1c¦eGFR¦Na¦K¦CRP¦Hb»«sep»«n:3-190»«sep»«date»\n"},
		{name: "misnamed", ext: "csv", finish: desktop, rows: some, head: "«Ref¦Reference¦Key¦Col1¦Field3»«sep»Attended«sep»Outcome\n", row: "«record»«nhs»«sep»«date»«sep»«~DNA¦Seen¦Cancelled»\n"},
		{name: "quoted-cells", ext: "csv", finish: crlf, rows: some, head: "\"Name\",\"NHS Number\",\"Address\",\"DOB\"\n", row: "«record»\"«last»\",\"«nhs334»\",\"«addr»\",\"«dobuk»\"\n"},
		{name: "apostrophe", ext: "csv", finish: desktop, rows: some, head: "Name,NHS Number,DOB\n", row: "«record»«full»,'«nhs10»,«dob»\n"},
		{name: "as-formula", ext: "csv", finish: desktop, rows: some, head: "Name,NHS No,Clinic\n", row: "«record»«full»,\"=\"\"«nhs10»\"\"\",«spec»\n"},
		{name: "floats", ext: "csv", rows: some, head: "nhs_number,birth_year,score\n", row: "«record»«nhs10».0,«n:1930-2015».0,«real»\n"},
		{name: "scientific", ext: "csv", finish: desktop, rows: some, head: "NHS Number,Surname,DOB\n", row: "«record»«nhssci»,«sur»,«dob»\n"},
		{name: "three-cells", ext: "csv", finish: desktop, rows: some, head: "NHS1,NHS2,NHS3,Surname,DOB\n", row: "«record»«nhs1»,«nhs2»,«nhs3»,«sur»,«dob»\n"},
		{name: "tabs", ext: "tsv", finish: desktop, rows: some, head: "Surname\tForename\tNHS number\tDOB\tDiagnosis\n", row: "«record»«sur»\t«fore»\t«nhs»\t«dob»\t«dx»\n"},
		{name: "pipes", ext: "psv", rows: some, head: "nhs|name|dob|pc\n", row: "«record»«nhs10»|«full»|«dobiso»|«pctight»\n"},
		{name: "semicolons", ext: "csv", finish: desktop, rows: some, head: "Name;Geboren;NHS;Station\n", row: "«record»«full»;«dob»;«nhs»;«ward»\n"},
		{name: "fixed-width", ext: "dat", finish: desktop, rows: some, row: "«record»«10:nhs10»«20:SUR»«15:FORE»«8:dob8»«1:sex»«8:pc»«6:gpcode»\n"},
		{name: "fixed-width-run-together", ext: "dat", finish: crlf, rows: span{12, 120}, row: "«record»A1«nhs10»«dob8»«sexcode»«ods»«date8»\n"},
		{name: "wide", ext: "csv", finish: wide, rows: some, head: "Surname\tForename\tNHS No\tDOB\n", row: "«record»«sur»\t«fore»\t«nhs10»\t«dobuk»\n"},
		{name: "accents", ext: "csv", finish: windows1252, rows: some, head: "Prénom;Nom;NHS No;DOB\n", row: "«record»«~Zoë¦José¦Renée¦Siân¦Chloé¦«fore»»;«sur»;«nhs»;«dobuk»\n"},
		{name: "returns-only", ext: "csv", finish: cr, rows: some, head: "NHS No,Surname,DOB,Ward\n", row: "«record»«nhs»,«sur»,«dobuk»,«ward»\n"},
		{name: "preamble", ext: "csv", finish: desktop, rows: some, head: "Report: Inpatients waiting over 18 weeks,,,\nRun by: «person»,,,\nPrinted: «today»,,,\n,,,\nPatient,NHS Number,Weeks,Consultant\n", row: "«record»«full»,«nhs»,«n:18-104»,«surname»\n", foot: ",,,\nEnd of report,,,\n"},
		{name: "free-text-column", ext: "csv", finish: desktop, rows: some, head: "Ticket,Opened,Team,Notes\n", row: "«record»INC0«#6»,«dateuk»,PAS support,\"Duplicate for «full» NHS «nhs334», please merge with «hosp»\"\n"},
		{name: "many-columns", ext: "csv", finish: desktop, rows: some, head: "c1,c2,c3,c4,c5,c6,c7,c8,c9,c10,c11,c12,c13,c14,c15,c16,c17,c18,c19,nhsno\n", row: "«record»«n:1-9»,«n:1-9»,«real»,«real»,,,,«hex8»,Y,N,«date8»,«icd»,,«n:1-9»,0,0,0,«real»,«ods»,«nhs10»\n"},
		{name: "thousands", ext: "csv", rows: many, head: "pseudo,nhs_number,activity_date\n", row: "«record»«hex8»,«nhs10»,«date8»\n"},
		{name: "attendances", ext: "csv", rows: some, again: true, head: "nhs_number,attended,clinic\n", row: "«record»«nhs10»,«dateiso»,«spec»\n"},
		{name: "one-patient", ext: "csv", finish: desktop, rows: few, head: "Surname,Forename,DOB,NHS Number,Tel\n", row: "«record»«sur»,«fore»,«dob»,«nhs»,«mobile»\n"},
		{name: "names-birthdays", ext: "csv", finish: desktop, rows: some, head: "«Patient Name¦Child¦Client name¦Service user»«sep»«DOB¦Date of birth»«sep»Vaccine«sep»Given\n", row: "«record»«full»«sep»«dob»«sep»MMR«sep»«date»\n"},
		{name: "names-addresses", ext: "csv", finish: desktop, rows: some, head: "Title,Forename,Surname,Address1,Town,Postcode,DOB,Consent\n", row: "«record»«title»,«fore»,«sur»,«house» «street»,«town»,«pc»,«dob»,Y\n"},
		{name: "surname-first-birthdays", ext: "tsv", finish: desktop, rows: some, head: "Patient\tDOB\tProcedure\tSurgeon\n", row: "«record»«last»\t«dob»\t«proc»\t«surname»\n"},
		{name: "linkage-key", ext: "csv", rows: some, head: "study_id,nhs_number\n", row: "«record»S«#5»,«nhs10»\n"},
		{name: "mother-baby", ext: "csv", rows: some, head: "MOTHER_NHS,BABY_NHS,DELIVERY_DATE,GESTATION\n", row: "«record»«nhs10»,«2.nhs10»,«date8»,«n:28-42»\n"},
		{name: "field-and-value", ext: "csv", finish: desktop, head: "«record»Field«sep»Value\nNHS Number«sep»«nhs»\nSurname«sep»«sur»\nForename«sep»«fore»\nDOB«sep»«dob»\n"},
		{name: "transposed", ext: "csv", finish: desktop, custom: transposed},
		{name: "worklist", ext: "csv", finish: desktop, rows: some, head: "Accession,PatientID,PatientName,Modality,Scheduled\n", row: "«record»«#8»,«nhs10»,«SUR»^«FORE»,«~CT¦MR¦US»,«iso»\n"},
		{name: "free-text-no-number", ext: "csv", finish: desktop, rows: some, head: "Date,Taken by,Message\n", row: "«record»«dateuk»,«forename»,\"«name», dob «dobuk», rang about «~results¦«drug»¦transport»\"\n"},
		{name: "blank-lines", ext: "txt", finish: desktop, rows: span{4, 40}, head: "NHS;NAME;;\n;;;\n", row: "«record»«nhs10»;«last»;;\n;;;\n"},
		{name: "python-rows", ext: "txt", rows: some, head: "[", row: "«record»('«nhs10»', '«sur»', datetime.date(«n:1930-2015», «n:1-12», «n:1-28»)),\n", foot: "]\n"},
		{name: "lost-zeros", ext: "csv", finish: desktop, custom: lostZeros},
		{name: "some-blank", ext: "csv", finish: desktop, custom: someBlank},
		{name: "some-wrong", ext: "csv", finish: desktop, custom: someWrong},
		{name: "html-table", ext: "html", rows: some, head: "<html><body><table border=1><tr><th>Patient</th><th>NHS&#32;No.</th><th>DOB</th></tr>\n", row: "«record»<tr><td>«full»</td><td>«nhs334»</td><td>«dobuk»</td></tr>\n", foot: "</table></body></html>\n"},
		{name: "html-as-xls", ext: "xls", rows: some, head: "<table><tr><td>CRN</td><td>NHS</td><td>Surname</td><td>DOB</td></tr>", row: "«record»<tr><td>«hosp»</td><td style='mso-number-format:\"\\@\"'>«nhs10»</td><td>«sur»</td><td>«dobuk»</td></tr>\n", foot: "</table>"},
		{name: "sql-insert", ext: "sql", rows: some, head: "SET NAMES utf8;\n", row: "«record»INSERT INTO «patients¦dbo.Patient¦PMI» (id, nhs_number, surname, forename, dob) VALUES («run», '«nhs10»', '«sur»', '«fore»', '«dobiso»');\n"},
		{name: "sql-insert-bare", ext: "sql", rows: span{10, 90}, row: "«record»INSERT INTO t_ref VALUES («run»,«nhs10»,'«date8»',NULL,0);\n"},
		{name: "sql-extended-insert", ext: "sql", rows: some, head: "INSERT INTO `person` VALUES ", row: "«record»(«run»,'«nhs10»','«sur»','«fore»','«dobiso»','«pc»'),", foot: "(0,'','','','1900-01-01','');\n"},
		{name: "sql-copy", ext: "sql", rows: some, head: "--\n-- PostgreSQL database dump\n--\n\nCOPY public.patient (id, nhs_number, family_name, given_name, birth_date) FROM stdin;\n", row: "«record»«run»\t«nhs10»\t«sur»\t«fore»\t«dobiso»\n", foot: "\\.\n"},
		{name: "sql-console", ext: "txt", finish: crlf, rows: some, head: "PatientID   NHSNumber  Surname              DateOfBirth\n----------- ---------- -------------------- -----------\n", row: "«record»«12:run»«11:nhs10»«21:sur»«dobiso»\n", foot: "\n(rows affected)\n"},
	}
}

// transposed is a sheet with a patient in each column.
func transposed(m *maker) string {
	lines := []string{"Name", "NHS No", "Ward"}
	for range 3 + m.IntN(8) {
		p := m.patient()
		for i, key := range []string{"«record»«full»", "«nhs»", "«ward»"} {
			lines[i] += "," + m.fill(key, p)
		}
	}
	return strings.Join(lines, "\n") + "\n"
}

// lostZeros is a list of CHI numbers that a spreadsheet took for numbers.
func lostZeros(m *maker) string {
	out := "CHI,Surname,Forename,DOB\n"
	for range 10 + m.IntN(60) {
		p := m.patient()
		number := m.plant(p.chi)
		if number[0] == '0' {
			number = number[1:]
		}
		out += number + m.fill(",«record»«sur»,«fore»,«dobuk»\n", p)
	}
	return out
}

// someBlank is a list in which some rows hold no number, and so nobody.
func someBlank(m *maker) string {
	out := "«NHS Number¦NHSNo»,Clinic,Attended\n"
	out = m.settle(out)
	for range 10 + m.IntN(60) {
		row := "«record»«nhs»,«spec»,«date»\n"
		if m.IntN(4) == 0 {
			row = ",«spec»,«date»\n"
		}
		out += m.fill(row, m.patient())
	}
	return out
}

// someWrong is a list in which some numbers were mistyped. The patients' names
// still identify them.
func someWrong(m *maker) string {
	out := "NHS Number,Surname,Forename,DOB\n"
	for range 10 + m.IntN(60) {
		p := m.patient()
		number := m.mistyped(p.number)
		if m.IntN(12) > 0 {
			number = m.plant(p.number)
		}
		out += number + m.fill(",«record»«sur»,«fore»,«dobuk»\n", p)
	}
	return out
}

// mistyped changes one digit, which modulus 11 always tells.
func (m *maker) mistyped(ten string) string {
	b := []byte(ten)
	at := 1 + m.IntN(8)
	b[at] = '0' + (b[at]-'0'+byte(1+m.IntN(9)))%10
	return string(b)
}
