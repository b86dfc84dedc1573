package corpus

import "strings"

// forms are the texts, parsed.
type forms struct {
	head, heading                                        form
	sentences, endings, rows, epochs, services, requests []form
}

func readForms() forms {
	return forms{
		head: parse(head), heading: parse("NHS Number,Surname,Forename,Date of Birth,Postcode,Contact\n"),
		sentences: parseLines(sentences), endings: parseEach(endings()),
		rows: parseLines(rowForms), epochs: parseLines(epochForms),
		services: parseLines(serviceForms), requests: parseLines(requestForms),
	}
}

// parseLines reads a form from each line.
func parseLines(text string) []form { return parseEach(strings.Split(strings.TrimSpace(text), "\n")) }

func parseEach(texts []string) (all []form) {
	for _, t := range texts {
		all = append(all, parse(t))
	}
	return all
}

// words are the lists that slots draw from.
func words() map[string][]string {
	fields := strings.Fields
	return map[string][]string{
		"title": fields("Mr Mrs Ms Miss Dr Mr Mrs"),
		"surname": fields(`Ashcroft Begum Bielak Braithwaite Chowdhury Clegg Dhillon Eccles Fitzgerald Garside Hinchliffe Hussain
			Ilyas Jagger Kaczmarek Kenworthy Lightfoot Mahmood McAllister Mistry Nwosu O'Hara Okafor Oldroyd Pickles Quinlan
			Ramsden Sutcliffe Szymanski Tattersall Underwood Varley Wadsworth Whitham Yeadon Zaman`),
		"forename": fields(`Abdul Agnes Alison Amina Barry Bronwen Callum Chidi Deirdre Dorothy Edna Farida Gareth Geraldine Harpreet
			Hilary Imran Irena Jacqueline Keith Lorraine Magdalena Malcolm Maureen Nadia Neville Oluwaseun Patricia Priya Roderick
			Sandra Shabana Stanley Tomasz Una Vivienne Winifred Yusuf`),
		"street": {"Albert Terrace", "Bridge Lane", "Canal Street", "Chapel Fold", "Church View", "Fairfield Avenue", "Green Lane",
			"Highfield Close", "Kirkgate", "Mill Brow", "North Parade", "Orchard Way", "Priory Road", "Quarry Hill", "Station Road",
			"The Crescent", "Vicarage Drive", "Windmill Rise"},
		"town":  fields("Exeter Leeds Norwich Derby Preston Hull Swansea Stoke Lincoln Reading Coventry Ipswich Wakefield Plymouth"),
		"month": fields("January February March April May June July August September October November December"),
		"mon":   fields("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec"),
		"drug": fields(`amlodipine ramipril metformin atorvastatin omeprazole bisoprolol apixaban sertraline salbutamol prednisolone
			levothyroxine furosemide amoxicillin gabapentin methotrexate lansoprazole`),
		"dose":      {"5 mg once daily", "10 mg once daily", "20 mg at night", "40 mg once daily", "500 mg twice daily", "75 mg once daily", "2.5 mg in the morning"},
		"condition": {"type 2 diabetes mellitus", "essential hypertension", "atrial fibrillation", "chronic obstructive pulmonary disease", "rheumatoid arthritis", "osteoarthritis of the left hip", "iron deficiency anaemia", "chronic kidney disease stage 3", "ischaemic heart disease", "hypothyroidism", "migraine without aura", "recurrent urinary tract infection"},
		"specialty": {"Cardiology", "Respiratory Medicine", "Rheumatology", "Endocrinology", "Gastroenterology", "Neurology", "Trauma and Orthopaedics", "Renal Medicine", "Dermatology", "Urology"},
		"test":      {"an echocardiogram", "a CT scan of the chest", "an MRI of the lumbar spine", "spirometry", "a repeat full blood count", "a 24-hour tape", "an ultrasound of the abdomen", "fasting lipids", "a DEXA scan"},
		"ward":      {"the Acute Medical Unit", "Ward 12", "the day case unit", "the Emergency Department", "Ward 7B", "coronary care"},
		"side":      fields("left right"),
		"level":     fields("INFO INFO INFO DEBUG WARN ERROR INFO DEBUG"),
		"method":    fields("GET GET GET GET POST PUT HEAD"),
		"status":    fields("200 200 200 200 204 302 304 404 500"),
		"path":      fields("/ /login /api/appointments /static/app.js /static/site.css /api/results /worklist /favicon.ico /api/letters/draft /health /images/logo.png"),
		"service":   fields("scheduler letters.render hl7.router results.inbox auth.session pas.sync print.queue audit.writer"),
		"agent":     {"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36", "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Firefox/128.0", "curl/8.5.0", "kube-probe/1.29"},
	}
}

const head = `{specialty} Department
Northfold Teaching Hospitals NHS Trust
Our ref: NT/{n9999}/{n99}    Hospital No: M{n7}
Clinic date: {date}    Typed: {day} {month} {year}

Dr {forename} {surname}
The Surgery
{n99} {street}
{town}
{postcode}

Dear Dr {surname}

Re: {title} {forename} {surname}    DOB: {born}    NHS No: {nhs334}
{n99} {street}, {town}, {postcode}

Diagnosis: {condition}; {condition}
Medication: {drug} {dose}, {drug} {dose}

`

const sentences = `
Thank you for referring this {n99}-year-old patient, whom I reviewed in the {specialty} clinic with my registrar Dr {surname}.
{title} {surname} attended today for a routine follow-up and reports feeling considerably better since the last appointment.
There was no history of chest pain, palpitations, breathlessness at rest or ankle swelling.
On examination the blood pressure was {n999}/{n99} mmHg, the pulse {n99} beats per minute and regular, and the chest was clear.
Blood tests showed a haemoglobin of {n999} g/L, a creatinine of {n99} micromol/L and a CRP of {n9} mg/L.
I have asked for {test} and will write again when the result is available.
I would be grateful if you could increase the {drug} to {dose} and repeat the renal function in two weeks.
The {drug} was stopped because of troublesome nausea, which has since settled.
We discussed the risks and benefits of treatment at some length and a leaflet was given.
There is a background of {condition} and {condition}, both of which remain reasonably well controlled.
The patient lives alone in a first floor flat, is independent with washing and dressing, and gave up smoking in {year}.
Following discussion at the multidisciplinary meeting on {day} {month}, the consensus was to continue with conservative management.
Inspection of the {side} knee showed a small effusion with a range of movement from 5 to {n99} degrees.
Unfortunately the symptoms returned within a fortnight of finishing the course of {drug}.
An ECG performed in clinic showed sinus rhythm with a rate of {n99} and no acute changes.
He was admitted to {ward} overnight for observation and discharged the following morning without complication.
She was seen on {ward} by the {specialty} team, who felt that no further intervention was required.
The wound has healed well and the sutures were removed by the practice nurse last week.
I have not arranged a further appointment but would be happy to see the patient again should the need arise.
I plan to review progress in {n9} months with {test} beforehand.
Please could the practice continue to monitor weight, blood pressure and HbA1c every three months.
Sleep is poor and appetite variable, although there has been no significant weight loss.
There are no known drug allergies other than a rash with penicillin in childhood.
The family history is notable for {condition} in the mother and a paternal uncle.
I explained that recovery may take several weeks and advised a gradual return to work from {day} {month}.
A community nurse will visit twice weekly, and {title} {surname}, who is the next of kin, has been told of the plan.
The results of {test} from {month} {year} were reassuring and were shared with the patient today.
Exercise tolerance remains limited to about {n999} yards on the flat, chiefly because of pain in the {side} hip.
It was agreed that the dose of {drug} should stay as it is until the next review in the {specialty} clinic.
Should the symptoms worsen in the meantime, the patient knows to telephone the department on 01632 960{n999} or to attend the Emergency Department.
`

// endings close a letter; one in twenty names a National Insurance number.
func endings() []string {
	const plain = "Yours sincerely\n\n{forename} {surname}\nConsultant in {specialty}\n\nDictated on {day} {month} {year} and signed electronically\ncc {title} {surname}\n\n\n"
	all := []string{"A statement of fitness for work was issued today (NI number {nino}).\n\n" + plain}
	for len(all) < 20 {
		all = append(all, plain)
	}
	return all
}

const rowForms = `
{nhs},{surname},{forename},{born},{postcode},{mobile}
{nhs},{surname},{forename},{born},{postcode},{mobile}
{nhs334},{surname},{forename},{born},{postcode},{mobile}
{nhs-},{surname},{forename},{born},{postcode},{mobile}
`

const epochForms = `
{epoch} {level} {service} worker-{n9} request {hex8} finished with status {status} in {n999} ms, queue {n99}
{epoch} {level} {service} message {hex12} from {ip} accepted, {n9999} bytes, retry 0
{epoch} {level} {service} session {hex12} renewed for user {forename} at {ip} after {n99} s
`

const serviceForms = `
{iso},{n999} {level} [{service}-{n9}] request {hex8}-{hex12} finished with status {status} in {n999} ms
{isot}.{n999}Z {level} {service} message={hex12} host={ip} bytes={n9999} retry=0 msg="accepted"
{iso},{n999} {level} [{service}-{n9}] connection pool: {n9} idle, {n99} busy, waited {n999} ms
{isot}.{n999}Z {level} {service} job={n7} user={forename} host={ip} msg="letter printed on Ward {n9}"
`

const requestForms = `
{ip} - - [{day}/{mon}/{year}:{clock} +0000] "{method} {path} HTTP/1.1" {status} {n9999} "-" "{agent}"
{ip} - - [{day}/{mon}/{year}:{clock} +0000] "{method} {path}?v={hex8} HTTP/1.1" {status} {n999} "https://pas.northfold.example{path}" "{agent}"
`
