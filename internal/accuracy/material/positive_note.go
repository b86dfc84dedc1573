package material

// notes are the short things that people leave behind.
func notes() []template {
	return []template{
		{name: "note-call-back", ext: "txt", finish: desktop, head: "«record»Pls call back «sir» «nhs334» re «bloods¦scan¦her tablets¦results»\n"},
		{name: "note-number-only-label", ext: "txt", finish: desktop, head: "«record»NHS no «nhs» - chase «letter¦bloods¦MRI» please, «forename»\n"},
		{name: "note-glued", ext: "txt", finish: desktop, head: "«record»«NHS¦NHSNo:¦NHSno¦nhsnumber=¦NHS:»«nhs10»\n"},
		{name: "note-glued-both", ext: "txt", finish: desktop, head: "«record»Name:«full»NHSNo:«nhs334»DOB:«dobuk»Ward:«ward»\n"},
		{name: "note-chi", ext: "txt", finish: desktop, head: "«record»«sir» CHI «chi¦«chi64»» phoned about «drug», ring «mobile»\n"},
		{name: "handover", ext: "txt", finish: desktop, rows: span{6, 28}, head: "«ward» handover «today» «time»\n\n", row: "«record»Bed «i»: «initials» «age»«sex» «nhs» «dx», «sx», obs 4 hrly, «~home tomorrow¦awaiting scan¦NBM¦MFFD»\n"},
		{name: "handover-names", ext: "txt", finish: desktop, rows: span{6, 28}, head: "HANDOVER «ward» «today»\n", row: "«record»B«i» «last» dob «dobshort» hosp «hosp» - «dx» - «~physio¦OT review¦bloods am¦for TTO»\n"},
		{name: "theatre-list", ext: "txt", finish: desktop, rows: span{3, 10}, head: "THEATRE «n:1-9»  «staff»  «next»\n\n", row: "«record»«i». «last» («age»y) «sex»  NHS «nhs»  «ward»\n    «proc», «~GA¦spinal¦LA»\n"},
		{name: "theatre-list-hospital", ext: "txt", finish: desktop, rows: span{3, 10}, head: "Theatre list «next», surgeon «staff»\n", row: "«record»«time»  «hosp»  «SUR» «fore»  «dobuk»  «proc»\n"},
		{name: "clinic-list-fixed", ext: "txt", finish: desktop, rows: span{4, 28}, head: "CLINIC LIST  «spec»   «today8»   PAGE 1\n\nTIME  NAME                     HOSP NO    NHS NO        DOB\n", row: "«record»«time» «25:last»«11:hosp»«14:nhs334»«dobuk»\n"},
		{name: "labels", ext: "lbl", finish: desktop, rows: span{1, 12}, row: "«record»^XA\n^FO40,30^A0N,30,30^FD«last»^FS\n^FO40,70^FDDOB «dobuk»  «sex»^FS\n^FO40,110^FDNHS «nhs334»^FS\n^FO40,150^BCN,60^FD«hosp»^FS\n^XZ\n"},
		{name: "labels-epl", ext: "prn", finish: crlf, rows: span{1, 12}, row: "«record»N\nA50,20,0,3,1,1,N,\"«SUR» «FORE»\"\nA50,60,0,2,1,1,N,\"«nhs334»  «dobuk»\"\nB50,90,0,1,2,4,60,N,\"«nhs10»\"\nP1\n"},
		{name: "todo", ext: "txt", finish: desktop, rows: span{2, 9}, head: "Jobs «today»\n- order toner\n", row: "«record»- «sir» («nhs») «~chase CT¦letter to GP¦rebook OPA¦copy notes for solicitor»\n", foot: "- book leave\n"},
		{name: "minutes-mdt", ext: "txt", finish: desktop, rows: span{3, 15}, head: "«spec» MDT «today»\nPresent: «staff», «staff», «person»\n\n", row: "«record»«i». «full», «age», NHS no. «nhs»: «dx». Outcome: «~surgery¦surveillance¦refer oncology¦repeat imaging».\n"},
		{name: "bed-state", ext: "txt", finish: desktop, rows: span{8, 25}, head: "Bed state «ward» «today»\n", row: "«record»«i»\t«full»\t«dobuk»\t«pc»\t«dx»\n"},
		{name: "death-list", ext: "txt", finish: desktop, rows: span{2, 14}, head: "Deaths for mortality review\n", row: "«record»«full» b. «dobuk» d. «dateuk» «addr» cause 1a «dx»\n"},
		{name: "vaccination-list", ext: "txt", finish: desktop, rows: span{5, 30}, head: "Housebound flu list\n", row: "«record»«name», «addr», «dob»\n"},
		{name: "chi-list", ext: "txt", finish: desktop, rows: span{8, 40}, row: "«record»«chi» «SUR»\n"},
		{name: "numbers-only", ext: "txt", finish: desktop, rows: span{12, 200}, row: "«record»«nhs»\n"},
		{name: "numbers-comma", ext: "txt", finish: desktop, rows: span{12, 60}, row: "«record»«nhs10», "},
		{name: "chi-only", ext: "txt", finish: desktop, rows: span{12, 200}, row: "«record»«chi»\n"},
		{name: "hc-list", ext: "txt", finish: desktop, rows: span{4, 30}, head: "H&C Number, patient\n", row: "«record»«hc¦«hc334»» «full»\n"},
		{name: "ini", ext: "ini", finish: desktop, head: "«record»[session]\nuser=«hex8»\n[lastpatient]\nNhsNumber=«nhs10»\nSurname=«sur»\nDateOfBirth=«dobiso»\nwindow=«n:1-9»00x«n:1-9»00\n"},
		{name: "properties", ext: "properties", head: "«record»# recovered form\nform.patient.surname=«sur»\nform.patient.forename=«fore»\nform.patient.nhs=«nhs10»\nform.patient.dob=«dobiso»\n"},
		{name: "yaml", ext: "yaml", rows: span{1, 20}, head: "patients:\n", row: "«record»  - name: «full»\n    nhs_number: \"«nhs10»\"\n    dob: «dobiso»\n    sex: «male»\n"},
		{name: "markdown-table", ext: "md", rows: span{2, 20}, head: "## Waiting list\n\n| Patient | NHS no | Procedure |\n|---|---|---|\n", row: "«record»| «full» | «nhs» | «proc» |\n"},
		{name: "calendar", ext: "ics", finish: crlf, rows: span{1, 15}, head: "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//clinic//EN\n", row: "«record»BEGIN:VEVENT\nUID:«uuid»\nDTSTART:«date8»T«n:10-17»0000Z\nSUMMARY:«spec» - «full» NHS «nhs»\nDESCRIPTION:dob «dobuk»\\, «proc»\nEND:VEVENT\n", foot: "END:VCALENDAR\n"},
		{name: "contact-card", ext: "vcf", finish: crlf, rows: span{1, 10}, row: "«record»BEGIN:VCARD\nVERSION:3.0\nN:«sur»;«fore»;;«title»;\nFN:«name»\nBDAY:«dobiso»\nADR:;;«house» «street»;«town»;;«pc»;\nTEL:«mobile»\nNOTE:Patient\\, NHS «nhs»\nEND:VCARD\n"},
		{name: "conversation", ext: "txt", finish: desktop, head: "«record»[«time»] «forename»: hi is bed 4 going today\n[«time»] «forename»: who\n[«time»] «forename»: «fore» «sur» «nhs334»\n[«time»] «forename»: waiting for tto\n"},
		{name: "minute-from-phone", ext: "txt", finish: desktop, head: "«record»T/C from «sir»'s daughter. DOB «dobuk», «house» «street» «pc». Worried about «sx». Advised to continue «drug». «person», «date»\n"},
	}
}
