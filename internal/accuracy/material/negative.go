package material

import (
	"fmt"
	"slices"
	"strings"
)

func negatives() []template {
	return slices.Concat(staffLists(), purchases(), catalogues(), research(), systems(), documents())
}

// staffLists hold names, telephone numbers and addresses of people who are no
// patients, or not as far as the file says.
func staffLists() []template {
	some := span{10, 120}
	return []template{
		{name: "contacts", ext: "csv", finish: desktop, rows: some, head: "Name«sep»Role«sep»Department«sep»Mobile«sep»Email\n", row: "«person»«sep»«job»«sep»«spec»«sep»«mob9»«sep»«staffmail»\n"},
		{name: "contacts-no-heading", ext: "csv", finish: desktop, rows: some, row: "«surname»«sep»«forename»«sep»«mob9»«sep»«job»\n"},
		{name: "mobiles-alone", ext: "txt", finish: desktop, rows: span{5, 200}, row: "«mob9»\n"},
		{name: "on-call", ext: "txt", finish: desktop, rows: some, head: "ON CALL ROTA «spec» from «next»\n", row: "«nextuk»  «dr»  bleep «#4»  mob «ownmob»\n"},
		{name: "directory", ext: "txt", finish: desktop, rows: some, head: "«hospital» telephone directory\n\n", row: "«28:staff»  «20:job»  «desk»  «staffmail»\n"},
		{name: "doctors", ext: "csv", finish: desktop, rows: some, head: "GMC«sep»Name«sep»Grade«sep»Start date\n", row: "«#7»«sep»«dr»«sep»«~F1¦F2¦CT1¦ST4¦Consultant»«sep»«dateuk»\n"},
		{name: "nurses", ext: "csv", finish: desktop, rows: some, head: "PIN,Surname,Forename,Band,Revalidation due\n", row: "«nmc»,«surname»,«forename»,«n:2-8»,«nextuk»\n"},
		{name: "payroll", ext: "csv", finish: desktop, rows: some, head: "Assignment No,Cost centre,Hours,Net pay\n", row: "«#8»,«ods»«#4»,«n:10-160»,«n:200-4000».«#2»\n"},
		{name: "rota", ext: "csv", finish: desktop, rows: some, head: "Name,Mon,Tue,Wed,Thu,Fri\n", row: "«person»,«~E¦L¦N¦OFF»,«~E¦L¦N¦OFF»,«~E¦L¦N¦OFF»,«~E¦L¦N¦OFF»,«~E¦L¦N¦OFF»\n"},
		{name: "distribution-list", ext: "txt", finish: desktop, rows: some, row: "«person» <«staffmail»>;\n"},
		{name: "training", ext: "csv", finish: desktop, rows: some, head: "Employee«sep»Course«sep»Completed«sep»Expires\n", row: "«person»«sep»«~Fire¦Manual handling¦Information governance¦BLS»«sep»«dateuk»«sep»«nextuk»\n"},
		{name: "bank-details-firms", ext: "csv", finish: desktop, rows: some, head: "Payee,Sort code,Account,VAT number,Company number\n", row: "«firm»,«#2»-«#2»-«#2»,«#8»,GB«#9»,0«#7»\n"},
		{name: "authors", ext: "txt", finish: desktop, rows: span{6, 40}, head: "References\n\n", row: "«i». «surname» «~A¦JM¦R¦KL», «surname» «~B¦CD¦S», et al. «dx» in adults: a cohort study. J Example Med «n:1990-2024»;«n:1-90»:«n:100-900»-«n:901-999». doi:10.1234/«hex8»\n"},
		{name: "staff-card", ext: "vcf", finish: crlf, rows: span{1, 20}, row: "BEGIN:VCARD\nVERSION:3.0\nFN:«staff»\nTITLE:«job»\nORG:«hospital»\nTEL;TYPE=work:«desk»\nTEL;TYPE=cell:«ownmob»\nEMAIL:«staffmail»\nEND:VCARD\n"},
		{name: "staff-mail", ext: "eml", finish: crlf, head: "From: «person» <«staffmail»>\nTo: «person» <«staffmail»>\nSubject: «training dates¦parking¦rota for next month¦new printer»\nDate: «maildate»\nMessage-ID: <«ten».«#6»@mail.example>\nContent-Type: text/plain; charset=utf-8\n\nHi «forename»,\n\nCould we move it to «next» at «time»? The room is booked under reference «pass».\n\n«person»\n«job»\n«hospital»\nT: «desk»  M: «ownmob»\n"},
		{name: "staff-meeting", ext: "ics", finish: crlf, rows: span{2, 20}, head: "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//x//EN\n", row: "BEGIN:VEVENT\nUID:«uuid»\nDTSTART:«date8»T«n:10-17»0000Z\nSUMMARY:1:1 with «person»\nLOCATION:Room «n:1-40»\nDESCRIPTION:Dial 0161 496 0«#3»\\, meeting ID «#3» «#3» «#4»\nEND:VEVENT\n", foot: "END:VCALENDAR\n"},
		// Names and addresses of general practitioners, as their practices publish them.
		{name: "practice-contacts", ext: "csv", finish: desktop, rows: some, head: "GP,Practice,Address,Town,Postcode,Telephone\n", row: "«dr»,«surgery»,«street2»,«town2»,«pc2»,01«#3» «#6»\n"},
		{name: "parking", ext: "csv", finish: desktop, rows: some, head: "Permit,Holder,Registration,Expires\n", row: "«#6»,«person»,«reg»,«nextuk»\n"},
		{name: "call-records", ext: "csv", rows: some, head: "from,to,started,seconds\n", row: "161496«#4»,«mob9»,«tick»,«n:2-4000»\n"},
		{name: "committee", ext: "txt", finish: desktop, rows: span{4, 16}, head: "Members of the «spec» board\n", row: "«staff», «job», «hospital», «site», from «date»\n"},
		{name: "staff-json", ext: "json", rows: span{3, 60}, head: "{\"users\":[", row: "{\"id\":«ten»,\"displayName\":\"«person»\",\"mail\":\"«staffmail»\",\"mobile\":\"«mob9»\",\"created\":\"«dateiso»\"},\n", foot: "{}]}\n"},
		{name: "signatures", ext: "txt", finish: desktop, rows: span{2, 9}, row: "«staff»\n«job», «spec»\n«hospital», «site»\nTel: «desk»   Mob: «ownmob»   GMC: «#7»\n«staffmail»\n\n"},
		{name: "newsletter", ext: "txt", finish: desktop, head: "Staff news, «todaylong»\n\nCongratulations to «person», who retires after «n:20-40» years on «ward», and to «person» of «spec», who ran the marathon on «date» and raised money for the «town2» hospice. «person» joins us as «job».\n\nThe canteen at «hospital», «site» is closed until «next».\n"},
	}
}

// purchases hold the numbers of orders and suppliers, one in eleven of which
// passes modulus 11.
func purchases() []template {
	some := span{10, 150}
	return []template{
		{name: "suppliers", ext: "csv", finish: desktop, rows: some, head: "Supplier«sep»Address«sep»Town«sep»Postcode«sep»Contact«sep»Telephone\n", row: "«firm»«sep»«street2»«sep»«town2»«sep»«pc2»«sep»«person»«sep»01«#3» «#6»\n"},
		{name: "orders", ext: "csv", finish: desktop, rows: some, head: "Order«sep»Item«sep»Qty«sep»Required\n", row: "«ten»«sep»«goods»«sep»«n:1-500»«sep»«nextuk»\n"},
		{name: "orders-passing", ext: "txt", finish: desktop, rows: span{1, 3}, head: "Outstanding purchase orders, please chase «firm»\n", row: "PO «pass» «goods» x «n:2-80»\n"},
		{name: "quotation-mail", ext: "eml", finish: crlf, head: "From: «person» <«firmmail»>\nTo: «person» <«staffmail»>\nSubject: Your order «pass»\nDate: «maildate»\nContent-Type: text/plain\n\nDear «forename»,\n\nYour parcel «pass» with «goods» is on its way to «site». Track it at https://track.example/?id=«ten».\n\n«firm»\n"},
		{name: "contracts", ext: "csv", finish: desktop, rows: some, head: "Contract,Supplier,Manager,Start,End,Value\n", row: "«ten»,«firm»,«person»,«dateuk»,«nextuk»,«#5»\n"},
		{name: "meters", ext: "txt", finish: crlf, rows: some, row: "MPAN «#2» «#4» «#4» «#3»  serial «ten»  «town2» «pc2»  read «dateuk»\n"},
		{name: "cheques", ext: "txt", finish: desktop, rows: some, head: "BACS run «today»\n", row: "«30:firm»«#2»-«#2»-«#2»  «#8»  «ten»  «n:10-9000».«#2»\n"},
		{name: "invoice", ext: "txt", finish: desktop, rows: span{2, 12}, head: "«firm»\n«street2»\n«town2»\n«pc2»\n\nINVOICE «pass»      Date «date»      Account «#8»\nVAT reg GB «#3» «#4» «#2»\n\nDeliver to: Stores, «hospital», «town2» «pc2»\n\n", row: "«n:1-60» x «40:goods» «n:1-90».«#2»\n", foot: "\nPay by «next» to sort code «#2»-«#2»-«#2» account «#8», quoting «pass».\n"},
		{name: "consignments", ext: "csv", finish: desktop, rows: some, head: "Consignment,Courier,Collected,Delivered,Signed by\n", row: "«ten»,«firm»,«dateuk»,«dateuk»,«surname»\n"},
		{name: "delivery-note", ext: "txt", finish: desktop, head: "Delivery note\nOrder no: «#3» «#3» «#4»\nConsignment «pass»\nTo: «ward», «hospital», «site»\nAttn «person»\nDate: «date»\n«n:2-30» x «goods»\n"},
		{name: "assets", ext: "csv", finish: desktop, rows: some, head: "Asset tag,Serial,Model,Location,Warranty until\n", row: "«#6»,«ten»,«~Laptop¦Monitor¦Infusion pump¦Printer»,«ward»,«nextuk»\n"},
		{name: "barcodes", ext: "txt", finish: desktop, rows: some, row: "«ean» «goods»\n"},
		{name: "gtin", ext: "csv", rows: some, head: "GTIN,Description,Lot,Expiry\n", row: "0«ean»,«goods»,«#6»,«date8»\n"},
		{name: "products-ten-digits", ext: "csv", finish: desktop, rows: some, head: "", row: "«ten»«sep»«goods»«sep»«n:1-90».«#2»\n"},
		{name: "utilities", ext: "csv", rows: some, head: "MPRN,Site,Reading,Read on\n", row: "«ten»,«hospital»,«#5»,«dateuk»\n"},
		{name: "charge-cards", ext: "csv", rows: span{5, 30}, head: "card,holder,limit\n", row: "«card»,«person»,«n:1-9»000\n"},
		{name: "serials", ext: "csv", rows: span{30, 200}, head: "serial,batch,ok\n", row: "4850«run»,B«#3»,1\n"},
		{name: "tickets", ext: "csv", finish: desktop, rows: some, head: "Ref,Caller,Site,Summary,Opened\n", row: "«ten»,«person»,«hospital»,\"«~Printer jam¦Password reset¦Slow login¦New starter»\",«dateuk»\n"},
	}
}

// catalogues are lists of codes.
func catalogues() []template {
	some := span{20, 200}
	return []template{
		{name: "books", ext: "csv", finish: desktop, rows: some, head: "«ISBN¦isbn10¦ISBN-10»,Title,Author,Year\n", row: "«isbn»,Handbook of «spec»,«surname» «~A¦B¦CM»,«n:1970-2006»\n"},
		{name: "books-prose", ext: "txt", finish: desktop, rows: span{5, 40}, head: "Reading list\n", row: "«surname», «forename» («n:1970-2006»). Notes on «dx». ISBN «isbn».\n"},
		{name: "books-13", ext: "txt", rows: some, row: "«isbn13» / «isbn» «surname»: «spec» at a glance\n"},
		{name: "library", ext: "txt", rows: span{5, 40}, row: "=001  «ten»\n=020  \\\\$a«isbn»\n=100  1\\$a«surname», «forename»,$d«n:1900-1980»-\n=245  10$aIntroduction to «spec» /$c«forename» «surname».\n\n"},
		{name: "bibliography", ext: "bib", rows: span{4, 40}, row: "@book{«hex8»,\n  author = {«surname», «forename»},\n  title = {Lectures on «spec»},\n  year = {«n:1970-2006»},\n  isbn = {«isbn»}\n}\n"},
		{name: "biographies", ext: "txt", finish: desktop, rows: span{3, 20}, head: "Names on the wards of «hospital»\n", row: "«person», physician, born «n:1-28» «~March¦May¦October» 18«n:10-50», died «n:1-28» «~June¦January» 19«n:10-30».\n"},
		{name: "codes-snomed", ext: "txt", rows: some, head: "id\teffectiveTime\tactive\tmoduleId\tterm\n", row: "«#6»00«n:0-9»\t20020131\t1\t900000000000207008\t«dx»\n"},
		{name: "codes-ten-digits", ext: "tsv", rows: some, head: "conceptId\tterm\n", row: "«ten»\t«dx»\n"},
		{name: "medicines", ext: "csv", rows: some, head: "vpid,name,price,category\n", row: "«#8»00«n:1-9»,«drug»,«n:1-90».«#2»,A\n"},
		{name: "organisations", ext: "csv", rows: some, head: "", row: "\"«gpcode»\",\"«surgery»\",\"Y54\",\"«ods»\",\"«street2»\",\"\",\"«town2»\",\"«pc2»\",\"20010401\",\"\",\"A\",\"B\",\"01«#3» «#6»\"\n"},
		{name: "postcodes", ext: "csv", rows: some, head: "pcd,oseast1m,osnrth1m,lsoa\n", row: "«pc2»,«#6»,«#6»,«lsoa»\n"},
		{name: "baby-names", ext: "csv", rows: some, head: "Rank,Name,Count «year»\n", row: "«i»,«forename»,«n:3-5000»\n"},
		{name: "surname-counts", ext: "csv", rows: some, head: "surname,people\n", row: "«surname»,«n:100-500000»\n"},
		{name: "streets", ext: "csv", rows: some, head: "usrn,street,town\n", row: "«#8»,«street2»,«town2»\n"},
		{name: "company-register", ext: "csv", rows: some, head: "CompanyName,CompanyNumber,PostTown,PostCode,IncorporationDate\n", row: "«firm»,0«#7»,«town2»,«pc2»,«dateuk»\n"},
		{name: "timetable", ext: "txt", rows: some, head: "Shuttle bus «hospital»\n", row: "«time»  «town2» bus station   «time»  «hospital»   «time»  Park and ride\n"},
	}
}

// research holds figures and pseudonyms.
func research() []template {
	some := span{20, 200}
	return []template{
		{name: "pseudonyms", ext: "csv", rows: some, head: "person_pseudo,age_band,sex,imd,icd10\n", row: "«hex64»,«~0-17¦18-39¦40-64¦65+»,«~M¦F»,«n:1-10»,«icd»\n"},
		{name: "pseudonyms-short", ext: "csv", rows: some, head: "pid,visit,sbp,dbp\n", row: "«hex8»«hex8»,«n:1-9»,1«#2»,7«n:0-9»\n"},
		{name: "pseudonyms-digits", ext: "csv", rows: some, head: "pseudo_id,lsoa,year,admissions\n", row: "«ten»,«lsoa»,«n:2005-2024»,«n:0-9»\n"},
		{name: "study", ext: "csv", rows: some, head: "study_no,arm,age,hba1c_0,hba1c_6\n", row: "ST-«#4»,«~A¦B»,«n:18-90»,«n:30-120»,«n:30-120»\n"},
		{name: "aggregate", ext: "csv", finish: desktop, rows: some, head: "Provider,Specialty,Waiting,Over 18 weeks,Median\n", row: "«ods»,«spec»,«n:100-9000»,«n:0-900»,«real»\n"},
		{name: "indicators", ext: "csv", rows: some, head: "indicator,area,period,numerator,denominator,value\n", row: "E«#8»,«lsoa»,«n:2005-2024»,«#7»,«ten»,«real»\n"},
		{name: "time-series", ext: "csv", rows: some, head: "t,v1,v2\n", row: "«tick»,«real»,«real»\n"},
		{name: "instrument", ext: "txt", rows: some, row: "«real»\t«real»\t«#10»\t-«real»\n"},
		{name: "track", ext: "gpx", rows: some, head: "<?xml version=\"1.0\"?><gpx><trk><trkseg>\n", row: "<trkpt lat=\"5«#1».«#9»\" lon=\"-1.«#9»\"><time>«iso»</time></trkpt>\n", foot: "</trkseg></trk></gpx>\n"},
		{name: "coefficients", ext: "csv", rows: some, head: "", row: "0.«#10»,-«n:1-9».«#10»,«#1».«#9»e-0«n:1-9»\n"},
		{name: "genes", ext: "vcf", rows: some, head: "##fileformat=VCFv4.2\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n", row: "«n:1-22»\t«#8»\trs«ten»\t«~A¦C¦G¦T»\t«~A¦C¦G¦T»\t«real»\tPASS\tDP=«n:10-90»\n"},
		{name: "aggregate-json", ext: "json", rows: span{5, 60}, head: "{\"series\":[", row: "{\"area\":\"«lsoa»\",\"total\":«ten»,\"rate\":«real»},\n", foot: "{}]}\n"},
		{name: "phantoms", ext: "txt", rows: span{1, 5}, row: "(0008,0060) CS [CT]\n(0010,0010) PN [PHANTOM^QA]\n(0010,0020) LO [QA«#4»]\n(0010,0030) DA []\n(0008,0018) UI [1.2.826.0.1.3680043.«#10».«#10»]\n"},
		{name: "microdata-bands", ext: "csv", rows: some, head: "region,age_group,sex,ethnic,weight\n", row: "«outcode»,«n:1-18»,«~1¦2»,«~A¦B¦H¦M¦Z»,«n:1-9».«#8»\n"},
	}
}

// systems are what computers write about themselves.
func systems() []template {
	lines := span{10, 150}
	return []template{
		{name: "epoch-log", ext: "log", rows: lines, row: "«tick» «~INFO¦WARN» worker-«n:1-16» job «uuid» done in «n:3-900» ms\n"},
		{name: "millis-log", ext: "log", rows: lines, row: "{\"ts\":«tickms»,\"level\":\"info\",\"req\":\"«hex8»\",\"bytes\":«#6»}\n"},
		{name: "access-log", ext: "log", rows: lines, row: "«ip» - - [«webtime»] \"GET /api/orders/«ten» HTTP/1.1\" 200 «n:100-9000» \"-\" \"Mozilla/5.0\"\n"},
		{name: "uuid-log", ext: "log", rows: lines, row: "«logtime» INFO trace=«uuid» span=«hex8» user=«#6» ok\n"},
		{name: "thread-log", ext: "log", rows: lines, row: "«logtime» [thread-«ten»] DEBUG pool size «n:1-99» address 0x«hex8»\n"},
		{name: "engine-acks", ext: "log", rows: lines, row: "«logtime» ADT-OUT sent «#8», reply MSH|^~\\&|TIE|«ods»|PAS|«ods»|«stamp»||ACK|«#8»|P|2.4 MSA|AA|«ten»\n"},
		{name: "ack", ext: "hl7", finish: cr, head: "MSH|^~\\&|TIE|«ods»|PAS|«ods»|«stamp»||ACK^A01|«ten»|P|2.4\nMSA|«AA¦AE¦AR»|«ten»\n"},
		{name: "master-file", ext: "hl7", finish: cr, head: "MSH|^~\\&|ESR|«ods»|TIE|«ods»|«stamp»||MFN^M02|«#8»|P|2.4\nMFI|STF||UPD|||AL\nMFE|MAD|«#8»|«stamp»|«#7»\nSTF|«#7»|«#7»|«surname»^«forename»^^^Dr|P|||A|«spec»||0161 496 0«#3»\n"},
		{name: "edifact-ack", ext: "edi", head: "UNB+UNOA:2+«#9»+«#9»+«#6»:1200+«#8»++NHSACK'UNH+1+NHSACK:0:1:FH:NHS001'BGM++«ten»'RFF+ACK:«#8»'UNT+4+1'UNZ+1+«#8»'"},
		{name: "fhir-capability", ext: "json", head: "{\"resourceType\":\"CapabilityStatement\",\"id\":\"«uuid»\",\"status\":\"active\",\"date\":\"«todayiso»\",\"publisher\":\"«firm»\",\"contact\":[{\"name\":\"«person»\",\"telecom\":[{\"system\":\"email\",\"value\":\"«firmmail»\"}]}],\"rest\":[{\"resource\":[{\"type\":\"Patient\",\"searchParam\":[{\"name\":\"identifier\",\"documentation\":\"NHS number, system https://fhir.nhs.uk/Id/nhs-number\"},{\"name\":\"birthdate\"}]}]}]}\n"},
		{name: "fhir-values", ext: "json", rows: span{5, 60}, head: "{\"resourceType\":\"ValueSet\",\"status\":\"draft\",\"compose\":{\"include\":[{\"system\":\"http://snomed.info/sct\",\"concept\":[\n", row: "{\"code\":\"«ten»\",\"display\":\"«dx»\"},\n", foot: "{}]}]}}\n"},
		{name: "fhir-profile", ext: "xml", head: "<StructureDefinition xmlns=\"http://hl7.org/fhir\"><url value=\"https://fhir.nhs.uk/StructureDefinition/NHSNumber\"/><name value=\"NHSNumber\"/><date value=\"«todayiso»\"/><snapshot><element><path value=\"Patient.identifier\"/><definition value=\"The patient's NHS number, ten digits.\"/></element><element><path value=\"Patient.birthDate\"/></element></snapshot></StructureDefinition>\n"},
		{name: "fhir-organisation", ext: "json", head: "{\"resourceType\":\"Organization\",\"identifier\":[{\"system\":\"https://fhir.nhs.uk/Id/ods-organization-code\",\"value\":\"«gpcode»\"}],\"name\":\"«surgery»\",\"telecom\":[{\"system\":\"phone\",\"value\":\"01«#3» «#6»\"}],\"address\":[{\"line\":[\"«street2»\"],\"city\":\"«town2»\",\"postalCode\":\"«pc2»\"}]}\n"},
		{name: "fhir-practitioner", ext: "json", head: "{\"resourceType\":\"Practitioner\",\"identifier\":[{\"system\":\"https://fhir.nhs.uk/Id/sds-user-id\",\"value\":\"«#12»\"}],\"name\":[{\"family\":\"«surname»\",\"given\":[\"«forename»\"],\"prefix\":[\"Dr\"]}]}\n"},
		{name: "json-schema", ext: "json", head: "{\"$schema\":\"http://json-schema.org/draft-07/schema#\",\"title\":\"Patient\",\"type\":\"object\",\"properties\":{\"nhsNumber\":{\"type\":\"string\",\"pattern\":\"^[0-9]{10}$\"},\"surname\":{\"type\":\"string\",\"maxLength\":«n:30-90»},\"dateOfBirth\":{\"type\":\"string\",\"format\":\"date\"}},\"required\":[\"nhsNumber\"]}\n"},
		{name: "changes", ext: "log", rows: lines, row: "commit «hex40»\nAuthor: «person» <«firmmail»>\nDate:   «maildate»\n\n    Fix the parsing of PID-3 (ticket «ten»)\n\n"},
		{name: "hl7-guide", ext: "md", head: "# PID\n\n    PID|1||<NHS number>^^^NHS^NH~<local id>^^^«ods»^PI||<surname>^<forename>||<yyyymmdd>|<sex>\n\nPID-3.1 holds the NHS number, PID-7 the date of birth. Asked by «person», «date».\n"},
		{name: "metrics", ext: "prom", rows: lines, row: "http_requests_total{path=\"/patient\",pod=\"api-«hex8»\"} «ten»\n"},
		{name: "schedule", ext: "yaml", rows: span{2, 20}, head: "jobs:\n", row: "  - id: «ten»\n    owner: «person»\n    next_run: «dateiso»\n    table: patient_nhs_number\n"},
		{name: "sql-schema", ext: "sql", head: "CREATE TABLE «patient¦dbo.PMI¦person» (\n  id bigint PRIMARY KEY,\n  nhs_number char(10) NOT NULL,\n  surname varchar(«n:30-90»),\n  date_of_birth date,\n  postcode varchar(8)\n);\nCREATE INDEX ix_nhs ON patient (nhs_number);\n-- changed by «person» «todayiso», ticket «ten»\n"},
		{name: "sql-dump-orders", ext: "sql", rows: lines, row: "INSERT INTO orders VALUES («run»,'«ten»','«goods»','«dateiso»');\n"},
		{name: "headings-only", ext: "csv", finish: desktop, head: "NHS Number«sep»Surname«sep»Forename«sep»DOB«sep»«Postcode¦Ward¦GP»\n"},
		{name: "source-code", ext: "go", head: "package nhs\n\n// Valid reports whether s is an NHS number. Example: 943 476 5919.\nfunc Valid(s string) bool {\n\tif len(s) != 10 {\n\t\treturn false\n\t}\n\tsum := 0\n\tfor i, c := range s[:9] {\n\t\tsum += int(c-'0') * (10 - i)\n\t}\n\treturn (11-sum%11)%11 == int(s[9]-'0')\n}\n\nconst seed = «ten»\n"},
		{name: "configuration", ext: "conf", head: "[listener]\nport = 2575\ntimeout = «n:10-900»\nowner = «person» <«staffmail»>\n[routes]\npid.3 = nhs_number\nclient_id = «ten»\nkey = «hex40»\n"},
		{name: "hashes", ext: "txt", rows: lines, row: "«hex64»  backup-«date8».tar\n"},
		{name: "bugs", ext: "csv", finish: desktop, rows: lines, head: "id,reporter,opened,title\n", row: "«#6»,«firmmail»,«dateiso»,\"NHS number field shows «~on save¦after merge¦twice»\"\n"},
		{name: "numbers-json", ext: "json", rows: lines, head: "[", row: "{\"id\":«ten»,\"parent\":«ten»,\"ok\":true},\n", foot: "{}]\n"},
		{name: "web-page", ext: "html", head: "<!DOCTYPE html><html><head><script src=\"/a.js?v=«epoch»\"></script></head><body><h1>«hospital»</h1><p>«site»</p><p>Call <a href=\"tel:0161496«#4»\">0161 496 0«#3»</a></p><p>Charity number «#7». Chair: «person».</p></body></html>\n"},
	}
}

// documents are prose in which people and numbers occur, and no patient.
func documents() []template {
	return []template{
		{name: "minutes", ext: "txt", finish: desktop, head: "«spec» governance meeting, «todaylong»\n\nPresent: «staff» (chair), «staff», «person», «job»\nApologies: «person»\n\n1. Minutes of «date» agreed.\n2. «policy»\n3. «person» to report on the audit of «dx» by «next».\n4. Any other business: «policy»\n\nNext meeting «next» «time».\n"},
		{name: "policy", ext: "txt", finish: desktop, head: "«Records¦Visiting¦Waste¦Access» policy, version «n:1-9»\nAuthor: «person», «job». Approved «date». Review «next».\n\n«policy» «policy» «policy»\n\nThe NHS number has ten digits and is written 3-3-4, for example 943 476 5919. «policy» «policy»\n"},
		{name: "guide-example", ext: "md", head: "# Searching for a patient\n\nType the NHS number, e.g. `9434765919`, or the surname and date of birth. Call the desk on 0161 496 0«#3» if nobody is found.\n\n«policy»\n"},
		{name: "guide-test-number", ext: "html", head: "<html><body><h1>Training</h1><p>In the training system only, NHS numbers look like <code>943 476 5919</code>. «policy»</p></body></html>\n"},
		{name: "leaflet", ext: "txt", finish: desktop, head: "Your «proc»\n\nInformation for patients. Bring this leaflet, your NHS number if you know it, and a list of your medicines, such as «drug». If you have «sx», ring 0161 496 0«#3». Written by «staff», «spec», «hospital», «town2» «pc2». Reviewed «date».\n"},
		{name: "form", ext: "txt", finish: desktop, head: "REFERRAL FORM — «spec»\n\nSurname: ____________________ Forename: ____________________\nNHS number: ___ ___ ____     Date of birth: __/__/____\nAddress: _______________________________ Postcode: ________\n\nReturn to: «staff», «hospital», «site». Tel 0161 496 0«#3». Form «#6» v«n:1-9»\n"},
		{name: "form-html", ext: "html", head: "<form action=\"/search\"><label>NHS number <input name=\"nhs\" maxlength=\"12\" placeholder=\"943 476 5919\"></label><label>Date of birth <input name=\"dob\" placeholder=\"dd/mm/yyyy\"></label></form>\n"},
		{name: "letter-template", ext: "txt", finish: desktop, head: "Dear «~Doctor¦<<Title>> <<Surname>>¦{{ gp.name }}»\n\nRe: <<Forename>> <<Surname>>, NHS No <<NHSNumber>>, DOB <<DOB>>\n\nThank you for referring this patient to the «spec» clinic.\n\n«staff»\nConsultant in «spec»\n"},
		{name: "story", ext: "txt", head: "«prose» «prose» «person» came on «todaylong», and Mr «surname» with «forename». «prose» «prose» \"It was in the spring of 19«#2»,\" said Mrs «surname», \"and «forename» was born that winter.\" «prose»\n"},
		{name: "news", ext: "txt", finish: desktop, head: "«todaylong»\n\n«person», «n:30-80», of «town2», has praised staff of «hospital» after treatment for «dx». Chief executive «person» said the «spec» team had worked hard. The appeal has raised £«#5», call 0161 496 0«#3».\n"},
		{name: "article", ext: "txt", head: "Outcomes of «proc» in adults with «dx»\n\n«person», «person», «person»\n«hospital», «town2», «pc2»\n\nReceived «date»; accepted «today». Correspondence: «firmmail»\n\nMethods: we studied «n:90-900» patients between «date» and «date». Mean age was «n:40-79». Trial registration NCT«#8», ISRCTN«#8».\n"},
		{name: "job-advert", ext: "txt", finish: desktop, head: "«job», «ward», «hospital»\nRef 367-«#7»\nContact «person» on 0161 496 0«#3» or «staffmail». Closing date «next». Interviews «next».\n"},
		{name: "licence", ext: "txt", head: "Copyright (c) «year» «firm»\n\nPermission is hereby granted, free of charge, to use this work. The work is provided as it is, without any warranty. Registered in England «#8», «site».\n"},
		{name: "diary", ext: "txt", finish: desktop, rows: span{5, 30}, row: "«nextuk» «time» meet «person» about «~budget¦rota¦fire doors¦audit», room «n:1-40»\n"},
		{name: "readme", ext: "md", head: "# patient-import\n\nReads a CSV with the columns `NHS_NO, SURNAME, DOB`. Build «#10», commit «hex40». Ask «person» (`«firmmail»`).\n\n    import --since «epoch» --limit «n:10-999»\n"},
		{name: "number-in-prose", ext: "txt", finish: desktop, head: "Dear «firm»\n\nWe refer to order «pass» of «date», delivered to «ward» on «date». Please credit account «#8».\n\n«person»\n«job»\n"},
		{name: "subtitles", ext: "srt", finish: crlf, rows: span{5, 60}, row: "«i»\n00:«n:10-59»:«n:10-59»,«#3» --> 00:«n:10-59»:«n:10-59»,«#3»\n«prose»\n\n"},
		{name: "agenda", ext: "txt", finish: desktop, rows: span{4, 14}, head: "Agenda, «todaylong», room «n:1-40», chair «staff»\n", row: "«i». «time» «person» — «~budget¦waiting times¦fire doors¦the audit of «dx»¦patient NHS number compliance»\n"},
		{name: "questionnaire", ext: "txt", finish: desktop, rows: span{3, 30}, head: "Survey of visitors, answers\n", row: "«~Very good¦Good¦Poor». «~The nurses were kind.¦We waited four hours.¦Parking cost too much.¦My treatment for «dx» went well.»\n"},
		{name: "conference", ext: "txt", finish: desktop, head: "Dial-in details\nMeeting ID: «#3» «#3» «#4»\nPasscode: «#6»\nHost: «staff», «spec»\n«nextuk» «time»\n"},
		{name: "running-numbers", ext: "txt", custom: arithmetic},
	}
}

// arithmetic is a table of running numbers, one in eleven of which passes.
func arithmetic(m *maker) string {
	var b strings.Builder
	step := 1 + m.IntN(50)
	at := 4_000_000_000 + m.IntN(1_000_000_000)
	for range 20 + m.IntN(200) {
		fmt.Fprintf(&b, "%d;%s\n", at, m.value("goods", nil))
		at += step
	}
	return b.String()
}
