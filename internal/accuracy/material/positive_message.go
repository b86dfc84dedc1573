package material

// Segments that several messages share.
const (
	msh   = "MSH|^~\\&|«PAS¦iPM¦LORENZO¦CRIS¦ICE»|«ods»|«TIE¦ENSEMBLE¦RHAPSODY»|«ods»|«stamp»||"
	pid   = "PID|1||«nhs10»^^^NHS^NH~«hosp»^^^«ods»^«PI¦MR»||«SUR»^«FORE»^^^«title»||«dob8»|«sex»|||«house» «street»^^«town»^^«pctight»||«mob»\n"
	trail = "PV1|1|I|«ward»^^«n:1-30»|||||^«SUR»|||||||||||«#7»\n"
)

// messages are what systems send one another and leave in folders.
func messages() []template {
	few := span{1, 25}
	return []template{
		{name: "hl7-adt", ext: "hl7", finish: cr, head: "«record»" + msh + "ADT^A0«1¦3¦4¦8»|«#8»|P|2.4\nEVN|A01|«stamp»\n" + pid + trail},
		{name: "hl7-adt-no-names", ext: "hl7", finish: cr, head: "«record»" + msh + "ADT^A31|«#8»|P|2.3\nEVN|A31|«stamp»\nPID|1||«nhs10»^^^^NH||^||\n"},
		{name: "hl7-pid19", ext: "hl7", finish: cr, head: "«record»" + msh + "ADT^A28|«#6»|P|2.3\nPID|1|«hosp»|||«SUR»^«FORE»||«dob8»|«sex»||||||||||«#8»|«nhs10»\n"},
		{name: "hl7-results", ext: "hl7", finish: cr, head: "«record»" + msh + "ORU^R01|«#8»|P|2.3.1\n" + pid + "OBR|1|«#8»|«#8»|FBC^Full blood count|||«stamp»\nOBX|1|NM|Hb^Haemoglobin||1«#2»|g/L|130-170|N|||F\nOBX|2|NM|WBC^White cells||«n:3-19»|10*9/L|4-11|N|||F\n"},
		{name: "hl7-own-segment", ext: "hl7", finish: cr, head: "«record»" + msh + "ADT^A08|«#8»|P|2.4\nPID|1||«hosp»^^^«ods»||^\nZPI|1|«nhs334»|01|«dobiso»\n"},
		{name: "hl7-next-of-kin", ext: "hl7", finish: cr, head: "«record»" + msh + "ADT^A01|«#8»|P|2.4\n" + pid + "NK1|1|«2.SUR»^«2.FORE»|MTH|«house» «street»^^«town»^^«pc»|«phone»\n" + trail},
		{name: "hl7-chi", ext: "hl7", finish: cr, head: "«record»" + msh + "ADT^A04|«#8»|P|2.4\nPID|1||«chi»^^^NHSScotland^CHI||«SUR»^«FORE»||«dob8»|«sex»\n"},
		{name: "hl7-hc", ext: "hl7", finish: cr, head: "«record»" + msh + "ADT^A04|«#8»|P|2.4\nPID|1||«hc»^^^HCN^HC||«SUR»^«FORE»||«dob8»|«sex»\n"},
		{name: "hl7-batch", ext: "dat", finish: cr, rows: few, head: "FHS|^~\\&|PAS|«ods»\nBHS|^~\\&|PAS|«ods»\n", row: "«record»" + msh + "SIU^S12|«#8»|P|2.4\nSCH|«#6»||||||OUTPAT\n" + pid, foot: "BTS|1\nFTS|1\n"},
		{name: "hl7-framed", ext: "mllp", finish: framed, rows: few, row: "«record»" + msh + "MDM^T02|«#8»|P|2.5\n" + pid + "TXA|1|OP|TX|«stamp»\n\n"},
		{name: "hl7-line-feeds", ext: "txt", finish: desktop, rows: few, row: "«record»" + msh + "ORM^O01|«#8»|P|2.3\n" + pid + "ORC|NW|«#8»\n\n"},
		{name: "hl7-xml", ext: "xml", head: "«record»<ADT_A01 xmlns=\"urn:hl7-org:v2xml\"><MSH><MSH.9><MSG.1>ADT</MSG.1></MSH.9></MSH><PID><PID.3><CX.1>«nhs10»</CX.1><CX.5>NH</CX.5></PID.3><PID.5><XPN.1><FN.1>«sur»</FN.1></XPN.1><XPN.2>«fore»</XPN.2></PID.5><PID.7><TS.1>«dob8»</TS.1></PID.7></PID></ADT_A01>\n"},
		{name: "edifact", ext: "edi", custom: edifact},
		{name: "fhir-patient", ext: "json", head: "«record»{\n  \"resourceType\": \"Patient\",\n  \"id\": \"«uuid»\",\n  \"identifier\": [{\"system\": \"https://fhir.«nhs.uk¦nhs.net»/Id/nhs-number\", \"value\": \"«nhs10»\"}],\n  \"name\": [{\"use\": \"official\", \"family\": \"«sur»\", \"given\": [\"«fore»\"]}],\n  \"gender\": \"«male»\",\n  \"birthDate\": \"«dobiso»\"\n}\n"},
		{name: "fhir-number-alone", ext: "json", head: "«record»{\"resourceType\":\"Appointment\",\"status\":\"booked\",\"participant\":[{\"actor\":{\"identifier\":{\"system\":\"https://fhir.nhs.uk/Id/nhs-number\",\"value\":\"«nhs10»\"}}}]}\n"},
		{name: "fhir-bundle", ext: "json", rows: few, head: "{\"resourceType\":\"Bundle\",\"type\":\"searchset\",\"entry\":[\n", row: "«record»{\"fullUrl\":\"urn:uuid:«uuid»\",\"resource\":{\"resourceType\":\"Patient\",\"identifier\":[{\"system\":\"https://fhir.nhs.uk/Id/nhs-number\",\"value\":\"«nhs10»\"}],\"name\":[{\"family\":\"«sur»\",\"given\":[\"«fore»\"]}],\"birthDate\":\"«dobiso»\",\"address\":[{\"postalCode\":\"«pc»\"}]}},\n", foot: "{\"resource\":{\"resourceType\":\"OperationOutcome\",\"issue\":[]}}]}\n"},
		{name: "fhir-bulk", ext: "ndjson", rows: span{3, 90}, row: "«record»{\"resourceType\":\"Patient\",\"id\":\"«uuid»\",\"identifier\":[{\"system\":\"https://fhir.nhs.uk/Id/nhs-number\",\"value\":\"«nhs10»\"}],\"birthDate\":\"«dobiso»\"}\n"},
		{name: "fhir-xml", ext: "xml", head: "«record»<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Patient xmlns=\"http://hl7.org/fhir\">\n  <identifier><system value=\"https://fhir.nhs.uk/Id/nhs-number\"/><value value=\"«nhs10»\"/></identifier>\n  <name><family value=\"«sur»\"/><given value=\"«fore»\"/></name>\n  <birthDate value=\"«dobiso»\"/>\n</Patient>\n"},
		{name: "cda", ext: "xml", head: "«record»<?xml version=\"1.0\"?>\n<ClinicalDocument xmlns=\"urn:hl7-org:v3\"><recordTarget><patientRole classCode=\"PAT\"><id root=\"2.16.840.1.113883.2.1.4.1\" extension=\"«nhs10»\"/><addr><streetAddressLine>«house» «street»</streetAddressLine><postalCode>«pc»</postalCode></addr><patient><name><prefix>«title»</prefix><given>«fore»</given><family>«sur»</family></name><birthTime value=\"«dob8»\"/></patient></patientRole></recordTarget><component><structuredBody><component><section><title>Diagnosis</title><text>«dx»</text></section></component></structuredBody></component></ClinicalDocument>\n"},
		{name: "cda-id-alone", ext: "xml", head: "«record»<ClinicalDocument xmlns=\"urn:hl7-org:v3\"><recordTarget><patientRole><id extension=\"«nhs10»\" root=\"2.16.840.1.113883.2.1.4.1\"/></patientRole></recordTarget></ClinicalDocument>\n"},
		{name: "xml-attributes", ext: "xml", rows: few, head: "<?xml version=\"1.0\"?>\n<export>\n", row: "«record»  <pt nhsNo=\"«nhs10»\" surname=\"«sur»\" forename=\"«fore»\" dob=\"«dobiso»\"/>\n", foot: "</export>\n"},
		{name: "xml-cds", ext: "xml", rows: few, head: "<CDSMessage xmlns:cds=\"urn:nhs-uk\">\n", row: "«record»<cds:PatientIdentity><cds:NHSNumber>«nhs10»</cds:NHSNumber><cds:PersonBirthDate>«dobiso»</cds:PersonBirthDate><cds:PostcodeOfUsualAddress>«pc»</cds:PostcodeOfUsualAddress></cds:PatientIdentity>\n", foot: "</CDSMessage>\n"},
		{name: "soap-trace", ext: "xml", head: "«record»<soap:Envelope xmlns:soap=\"http://schemas.xmlsoap.org/soap/envelope/\"><soap:Body><getPatientDetailsByNHSNumberRequest><Person.NHSNumber><id root=\"2.16.840.1.113883.2.1.4.1\" extension=\"«nhs10»\"/></Person.NHSNumber><Person.DateOfBirth value=\"«dob8»\"/></getPatientDetailsByNHSNumberRequest></soap:Body></soap:Envelope>\n"},
		{name: "json-camel", ext: "json", rows: few, head: "{\"patients\":[", row: "«record»{\"nhsNumber\":\"«nhs»\",\"firstName\":\"«fore»\",\"lastName\":\"«sur»\",\"dateOfBirth\":\"«dobiso»\"},\n", foot: "{}]}\n"},
		{name: "json-snake", ext: "json", rows: few, head: "[\n", row: "«record»  {\"id\": «run», \"nhs_number\": «nhs10», \"family_name\": \"«sur»\", \"postcode\": \"«pc»\"},\n", foot: "  null\n]\n"},
		{name: "json-nested", ext: "json", head: "«record»{\"episode\":{\"ref\":\"«uuid»\",\"subject\":{\"ids\":{\"nhs\":\"«nhs334»\",\"local\":\"«hosp»\"},\"person\":{\"name\":{\"given\":\"«fore»\",\"family\":\"«sur»\"},\"born\":\"«dobiso»\"}},\"codes\":[\"«icd»\",\"«icd»\"]}}\n"},
		{name: "json-arrays", ext: "json", rows: span{10, 60}, head: "{\"columns\":[\"nhs\",\"visit\",\"code\"],\"rows\":[", row: "«record»[\"«nhs10»\",\"«dateiso»\",\"«icd»\"],\n", foot: "[]]}\n"},
		{name: "json-lines", ext: "ndjson", rows: span{5, 90}, row: "«record»{\"ts\":«epoch»,\"event\":\"referral.created\",\"nhs\":\"«nhs10»\",\"clinic\":\"«spec»\"}\n"},
		{name: "json-in-string", ext: "json", head: "«record»{\"topic\":\"pas.updates\",\"offset\":«#7»,\"payload\":\"{\\\"nhsNumber\\\":\\\"«nhs10»\\\",\\\"surname\\\":\\\"«sur»\\\",\\\"dob\\\":\\\"«dobiso»\\\"}\"}\n"},
		{name: "dicom-dump", ext: "txt", finish: desktop, head: "«record»(0008,0060) CS [CT]                                     #   2, 1 Modality\n(0010,0010) PN [«SUR»^«FORE»]                      #  16, 1 PatientName\n(0010,0020) LO [«nhs10»]                              #  10, 1 PatientID\n(0010,0030) DA [«dob8»]                                #   8, 1 PatientBirthDate\n(0010,0040) CS [«sex»]                                       #   2, 1 PatientSex\n"},
	}
}

// edifact is a message of laboratory results to a practice.
func edifact(m *maker) string {
	head := "UNB+UNOA:2+«#9»+«#9»+«#6»:1200+«#8»++MEDRPT'UNH+00000001+MEDRPT:0:1:RT:NHS003'BGM+LSR'"
	row := "S01+01'PNA+PAT+«nhs10»:NHS+++SU:«SUR»+FO:«FORE»'DTM+329:«dob8»:102'PDI+«sexcode»'INV+MQ+42W..:911::Haemoglobin'RSL+NV+«n:90-170»+:::g/L'"
	out := m.fill(head, nil)
	for range 1 + m.IntN(6) {
		m.records++
		out += m.fill(row, m.patient())
	}
	return out + "UNT+24+00000001'UNZ+1+00000001'"
}

// mails are messages with patients in their headers, bodies and attachments.
func mails() []template {
	const head = "From: «person» <«staffmail»>\nTo: «person» <«staffmail»>\nDate: «maildate»\nMessage-ID: <«uuid»@mail.example>\nMIME-Version: 1.0\n"
	const plain = "Content-Type: text/plain; charset=utf-8\n"
	return []template{
		{name: "mail", ext: "eml", finish: crlf, head: "«record»" + head + "Subject: «spec» query\n" + plain + "\nHi «forename»,\n\nCould you look at «name», NHS «nhs», dob «dobuk»? «He» has had «sx».\n\nThanks\n«forename»\n"},
		{name: "mail-subject-only", ext: "eml", finish: crlf, head: "«record»" + head + "Subject: «full» NHS «nhs334» - «spec»\n" + plain + "\nSee subject, please ring me on 0161 496 0«#3».\n"},
		{name: "mail-quoted-printable", ext: "eml", finish: quoted, head: "«record»" + head + "Subject: =?utf-8?Q?Re=3A_patient?=\n" + plain + "Content-Transfer-Encoding: quoted-printable\n\nDear «forename» – following our discussion of the «age» year old «man» «name» whose NHS number = «nhs334», born «doblong», I would suggest «drug». The family’s view is that «he» should come home to «addr».\n"},
		{name: "mail-soft-break", ext: "eml", finish: crlf, head: "«record»" + head + "Subject: result\n" + plain + "Content-Transfer-Encoding: quoted-printable\n\nThe result for «name» with the NHS number «nhs1» «nhs2»=\n «nhs3» and date of birth «dobuk» is back.\n"},
		{name: "mail-base64", ext: "eml", finish: coded, head: "«record»" + head + "Subject: transfer\n" + plain + "Content-Transfer-Encoding: base64\n\nPlease arrange transfer of «name» (NHS «nhs», «hosp») from «ward» on «next». Diagnosis «dx».\n"},
		{name: "mail-html", ext: "eml", finish: crlf, head: "«record»" + head + "Subject: clinic\nContent-Type: text/html; charset=utf-8\n\n<html><body><p>Hi,</p><p>Re <b>«full»</b>&nbsp;(NHS:&nbsp;«nhs1»&nbsp;«nhs2»&nbsp;«nhs3»)<br>DOB&nbsp;«dobuk»</p></body></html>\n"},
		{name: "mail-alternative", ext: "eml", finish: crlf, head: "«record»" + head + "Subject: admission\nContent-Type: multipart/alternative; boundary=\"b1\"\n\n--b1\nContent-Type: text/plain\n\nAdmitted: «name» «nhs334» «dobuk»\n--b1\nContent-Type: text/html\n\n<p>Admitted: «name» «nhs334» «dobuk»</p>\n--b1--\n"},
		{name: "mail-thread", ext: "eml", finish: crlf, head: "«record»" + head + "Subject: RE: RE: [secure] bed\n" + plain + "\nYes, fine.\n\n> On «date» «person» wrote:\n> Is it the same «sir»?\n>\n>> On «date» «person» wrote:\n>> «full», DOB «dobuk», NHS No\n>> «nhs334», needs a bed on «ward».\n"},
		{name: "mail-attached-list", ext: "eml", finish: crlf, rows: span{4, 30}, head: head + "Subject: list as promised\nContent-Type: multipart/mixed; boundary=xyz\n\n--xyz\nContent-Type: text/plain\n\nAttached.\n--xyz\nContent-Type: text/csv; name=list.csv\nContent-Disposition: attachment; filename=list.csv\n\nSurname,NHS Number,DOB\n", row: "«record»«sur»,«nhs10»,«dobuk»\n", foot: "--xyz--\n"},
		{name: "mailbox", ext: "mbox", rows: span{2, 8}, row: "«record»From «hex8»@example «maildate»\nFrom: «staffmail»\nTo: «staffmail»\nSubject: patient «i»\nContent-Type: text/plain\n\nNHS number «nhs334» «full» please book.\n\n"},
	}
}

// logs are what programs write about patients without being asked to.
func logs() []template {
	lines := span{3, 40}
	return []template{
		{name: "engine-log", ext: "log", rows: lines, head: "«logtime» INFO  [main] channel ADT-IN started\n", row: "«record»«logtime» DEBUG [adt-«n:1-9»] received: " + pid + "«logtime» INFO  [adt-«n:1-9»] ACK sent AA\n"},
		{name: "engine-log-escaped", ext: "log", rows: lines, row: "«record»«logtime» TRACE raw=\"MSH|^~\\\\&|PAS|«ods»|TIE|«ods»|«stamp»||ADT^A08|«#8»|P|2.4\\rPID|1||«nhs10»^^^NHS^NH||«SUR»^«FORE»||«dob8»|«sex»\\r\"\n"},
		{name: "web-access", ext: "log", rows: lines, row: "«record»«ip» - - [«webtime»] \"GET /Patient/«uuid»?nhsNumber=«nhs10» HTTP/1.1\" 200 «n:200-9000»\n«ip» - - [«webtime»] \"GET /static/app.js HTTP/1.1\" 304 0\n"},
		{name: "web-access-path", ext: "log", rows: lines, row: "«record»«ip» - «hex8» [«webtime»] \"GET /fhir/Patient/«nhs10» HTTP/1.1\" 200 «n:200-9000» \"-\" \"Mozilla/5.0\"\n"},
		{name: "application-log", ext: "log", rows: lines, row: "«record»«logtime» WARN PatientService - no PDS match for nhsNumber=«nhs10», surname=«sur», dob=«dobiso»\n«logtime» INFO  PatientService - retry in «n:1-60» s\n"},
		{name: "stack-trace", ext: "log", head: "«record»«logtime» ERROR could not save Patient{id=«#7», nhs='«nhs10»', name='«full»', dob=«dobiso»}\njava.sql.SQLException: ORA-00001: unique constraint violated\n\tat uk.example.pas.Dao.save(Dao.java:«n:10-900»)\n\tat uk.example.pas.Service.put(Service.java:«n:10-900»)\n"},
		{name: "slow-queries", ext: "log", rows: lines, row: "«record»# Time: «iso»\n# Query_time: «real»\nSELECT * FROM patient WHERE nhs_no = '«nhs10»' OR (surname = '«sur»' AND dob = '«dobiso»');\n"},
		{name: "print-log", ext: "txt", finish: crlf, rows: lines, row: "«record»«dateuk» «time»  LABELPRN«n:1-9»  job «run»  wristband  «last»  «dobuk»  NHS «nhs334»\n"},
		{name: "interface-errors", ext: "csv", rows: lines, head: "time,interface,error\n", row: "«record»«iso»,PAS-to-RIS,\"Patient «nhs10» «SUR» has two open episodes\"\n"},
		{name: "syslog", ext: "log", rows: lines, row: "«record»«maildate» tie01 feed[«n:100-9999»]: merge nhs «nhs10» into «hosp» dob «dob8»\n"},
	}
}
