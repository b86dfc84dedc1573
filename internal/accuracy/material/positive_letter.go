package material

// The parts of letters that many share.
const (
	label    = "«NHS No:¦NHS Number:¦NHS no.¦NHS No¦NHS#:¦NHS Num:¦Nhs number -»"
	bornAs   = "«DOB:¦D.O.B.¦Date of birth:¦DoB¦d.o.b:¦Born:»"
	history  = "«He» has had «sx» and «sx» for «n:2-14» «weeks¦months». «~Past history includes «dx».¦There is no significant past history.¦«He» takes «drug».» «~On examination the chest was clear and the abdomen soft.¦Bloods were unremarkable.¦BP 1«#1»«#1»/7«#1».¦The wound has healed well.»"
	farewell = "\n«Yours sincerely¦Kind regards¦With best wishes¦Yours faithfully»\n\n\n«staff»\n«Consultant¦Specialty Registrar¦Clinical Nurse Specialist¦Associate Specialist» in «spec»\n«Dictated but not signed¦cc patient¦Typed by «initials»/AB¦»\n"
)

// letters are what clinicians and their secretaries write about one patient.
func letters() []template {
	return []template{
		{name: "clinic-letter", ext: "txt", finish: desktop, head: "«record»«hospital»\n«spec» Clinic\n\n«today»\n\n«dr»\n«surgery»\n\nDear «dr»\n\n" + label + " «nhs»\n" + bornAs + " «dob»\nRe: «name», «addr»\n\nDiagnosis: «dx»\n\nThank you for referring this pleasant «age» year old «man». " + history + " I have started «him» on «drug» and will see «him» again in three months.\n" + farewell},
		{name: "clinic-letter-block", ext: "txt", finish: desktop, head: "«record»Our ref: AB/«#6»\nDictated: «date»    Typed: «today»\n\nPRIVATE AND CONFIDENTIAL\n\n«name»\n«house» «street»\n«town»\n«pc»\n\nDear «sir»\n\n«Hospital No¦Unit no¦MRN»: «hosp»     NHS: «nhs»\n\nIt was good to see you in the «spec» clinic. As we discussed, your «MRI scan¦CT scan¦blood test¦echocardiogram» shows «dx». Please continue «drug».\n" + farewell},
		{name: "letter-no-number", ext: "txt", finish: desktop, head: "«record»«hospital»\n«todaylong»\n\n«name» («doblong»)\n«house» «street», «town» «pc»\n\nDear «sir»\n\nThank you for attending the «spec» clinic on «date». " + history + "\n" + farewell},
		{name: "letter-hospital-number", ext: "txt", finish: desktop, head: "«record»«dr»\n«surgery»\n\nRE: «SUR», «fore»   «Hospital number¦Hosp No¦Unit No.»: «hosp»   " + bornAs + " «dob»\n\nMany thanks for asking me to see this «age» year old «man» with «sx». " + history + "\n" + farewell},
		{name: "letter-old-number", ext: "txt", finish: desktop, head: "«record»«surgery»\n\nre: «name», «addr»\n" + bornAs + " «dob»\nNHS No: «oldnhs»\n\nI reviewed this patient at home. " + history + "\n" + farewell},
		{name: "discharge-summary", ext: "txt", finish: desktop, head: "«record»DISCHARGE SUMMARY\n=================\nPatient name : «last»\nHospital no. : «hosp»\nNHS number   : «nhs»\nDate of birth: «dob»\nSex          : «gender»\nAddress      : «addr»\nConsultant   : «staff»\nWard         : «ward»\n\nAdmitted «date» via «A&E¦GP¦clinic» with «sx». Diagnosis: «dx». Procedure: «proc».\n\nMEDICATION ON DISCHARGE\n  «drug»\n  «drug»\n  «drug»\n\nGP TO ACTION: repeat U&E in one week.\n"},
		{name: "discharge-plain", ext: "txt", finish: desktop, head: "«record»«fore» «sur» «dobshort» «nhs»\nIn «date» home «today»\n«dx». «proc». TTO: «drug», «drug».\nf/u OPD 6/52\n"},
		{name: "gp-referral", ext: "txt", finish: desktop, head: "«record»«surgery»\nTel 0161 496 0«#3»\n\nURGENT REFERRAL — «spec»\n\nPatient: «name»\nDate of Birth: «dob»  Age: «age»  Sex: «gender»\nNHS Number: «nhs»\nHome tel: «phone»   Mobile: «mobile»\nAddress: «addr»\n\nDear colleague,\nI would be grateful for your opinion on this «age» year old with «sx» and «sx». PMH: «dx». Meds: «drug»; «drug». No known allergies.\n\n«dr»\nGMC «#7»\n"},
		{name: "two-week-wait", ext: "txt", finish: desktop, head: "«record»Suspected cancer referral (2WW)\n[x] Patient told of the urgency   [ ] Interpreter\nSurname «SUR»\nForename(s) «fore»\nDOB «dobuk»\nNHS No. «nhs1» | «nhs2» | «nhs3»\nPostcode «pc»\nReason: «sx», weight loss\nReferrer «dr», practice code «gpcode»\n"},
		{name: "community-nurse", ext: "txt", finish: desktop, head: "«record»District Nursing — visit record\nPt: «initial». «sur»  NHS «nhs»\n«date» «time» visited at home, leg ulcer redressed, «sx» noted. Next visit «next». «person» RN\n"},
		{name: "sick-note", ext: "txt", finish: desktop, head: "«record»To whom it may concern\n\nThis is to certify that «name», born «doblong», of «addr», was an inpatient at «hospital» from «date» and is unfit for work because of «dx».\n\n«dr»\n«todaylong»\n"},
		{name: "did-not-attend", ext: "txt", finish: desktop, head: "«record»«todaylong»\n\nDear «dr»\n\n«name» d.o.b. «dob» NHS «nhs»\n\nYour patient did not attend the «spec» clinic today and no further appointment has been sent.\n\n«staff»\n"},
		{name: "complaint", ext: "txt", finish: desktop, head: "«record»COMPLAINT «#5»/«year»\nComplainant: «name», «addr»\nDate of birth «dob». Telephone «mobile».\n\nDear «sir»\n\nThank you for your letter about your care on «ward». I am sorry that you waited «n:2-9» hours to be seen with «sx». The matron, «person», has looked into it.\n\nChief Executive\n"},
		{name: "safeguarding", ext: "txt", finish: desktop, head: "«record»SAFEGUARDING CONCERN FORM\nPerson at risk: «full»\nDOB: «dob»     NHS: «nhs»\nAddress: «addr»\nRaised by: «person», «job»\nConcern: unexplained bruising, «he» said that «he» fell. Known to have «dx».\n"},
		{name: "mail-merge", ext: "txt", finish: desktop, rows: span{3, 25}, row: "«record»«name»\n«house» «street»\n«town»\n«pc»\n\nNHS No: «nhs»\n\nDear «sir»\n\nYou are invited for your «flu vaccination¦diabetic eye screening¦bowel screening kit». Please ring 0161 496 0«#3».\n\n\f"},
		{name: "letter-scotland", ext: "txt", finish: desktop, head: "«record»«hospital»\n«todaylong»\n\nDear «dr»\n\n«name», «addr»\nCHI «No¦number¦»: «chi¦«chi64»»\n\n" + history + "\n" + farewell},
		{name: "letter-northern-ireland", ext: "txt", finish: desktop, head: "«record»Belfast Trust\n«todaylong»\n\nDear «dr»\n\nRe: «name»  «H&C No:¦HCN:¦Health and Care Number» «hc334»  " + bornAs + " «dob»\n\n" + history + "\n" + farewell},
		{name: "solicitor", ext: "txt", finish: desktop, head: "«record»Our client: «name»\nDate of birth: «doblong»\nAddress: «addr»\n\nWe act for the above and enclose «his» authority. Please send us copies of all records of the treatment of «his» «dx» at «hospital».\n\n«firm»\n"},
		{name: "letter-number-at-end", ext: "txt", finish: desktop, head: "«record»Dear «dr»\n\n«sir» came to clinic today. " + history + " " + history + "\n" + farewell + "\n\n____\n«nhs334» / «hosp»\n"},
		{name: "letter-utf16", ext: "txt", finish: wide, head: "«record»«hospital», «spec»\n\nDear «dr»\n\n«name», " + bornAs + " «dob», " + label + " «nhs»\n\n" + history + "\n" + farewell},
		{name: "letter-html", ext: "html", finish: desktop, head: "«record»<!DOCTYPE html>\n<html><head><title>Letter</title><style>td{padding:2px}</style></head><body>\n<p>«hospital»</p>\n<table><tr><td><b>Patient</b></td><td>«name»</td></tr><tr><td><b>NHS&nbsp;No</b></td><td>«nhs1»&nbsp;«nhs2»&nbsp;«nhs3»</td></tr>\n<tr><td>Date of birth</td><td>«dob»</td></tr></table>\n<p>Dear «dr»,</p><p>" + history + "</p>\n<p>«staff»</p></body></html>\n"},
		{name: "letter-html-tags", ext: "htm", finish: desktop, head: "«record»<html><body><div class=hdr>Re: <span>«fore»</span> <span>«sur»</span>, dob <i>«dob»</i></div>\n<div>NHS <b>Number</b>: <span style='color:#333'>«nhs»</span></div><p>" + history + "</p></body></html>"},
		{name: "letter-markdown", ext: "md", finish: desktop, head: "«record»# «spec» clinic «today»\n\n| Field | Value |\n|---|---|\n| Name | «full» |\n| NHS number | «nhs» |\n| DOB | «dob» |\n\n" + history + "\n"},
		{name: "letter-nbsp", ext: "txt", finish: desktop, head: "«record»Re: «name» NHS No: «nhs1»\u00a0«nhs2»\u00a0«nhs3»\n" + history + "\n" + farewell},
		{name: "letter-thin-space", ext: "txt", head: "«record»Re: «name» DOB «dob» NHS: «nhs1»\u2009«nhs2»\u2009«nhs3»\n" + history + "\n" + farewell},
		{name: "letter-soft-hyphen", ext: "txt", head: "«record»Patient «name», NHS number «nhs1»\u00ad«nhs2»\u00ad«nhs3».\n" + history + "\n" + farewell},
		{name: "letter-dots", ext: "txt", finish: desktop, head: "«record»Re «name» («nhs1».«nhs2».«nhs3») " + bornAs + " «dob»\n" + history + "\n" + farewell},
		{name: "letter-slashes", ext: "txt", finish: desktop, head: "«record»Re «name», NHS No «nhs1»/«nhs2»/«nhs3», «addr»\n" + history + "\n" + farewell},
		{name: "letter-brackets", ext: "txt", finish: desktop, head: "«record»I saw «full» [«nhs»] and «his» daughter in clinic. " + history + "\n" + farewell},
		{name: "letter-line-break", ext: "txt", finish: desktop, head: "«record»We reviewed «name», born «dob», whose NHS number is «nhs1» «nhs2»\n«nhs3», in the «spec» clinic. " + history + "\n" + farewell},
		{name: "radiology-report", ext: "txt", finish: desktop, head: "«record»«last»   «dobuk»   «sex»   CRN «hosp»   NHS «nhs10»\nEXAM: «CT THORAX¦MRI LUMBAR SPINE¦XR CHEST¦US ABDOMEN»  ACC: «#8»\nCLINICAL: «sx»\nREPORT: No focal lesion. Degenerative change only. Features in keeping with «dx».\nReported by «dr», GMC «#7»\n"},
		{name: "pathology-report", ext: "txt", finish: desktop, head: "«record»HISTOPATHOLOGY        Lab no: «#2»H«#6»\nName: «SUR» «FORE»     Hospital no: «hosp»\nDOB: «dob»  Sex: «sex»  NHS no: «nhs»\nSpecimen: skin ellipse. Collected «date».\nMicroscopy: basal cell carcinoma, completely excised.\n«dr», Consultant Histopathologist\n"},
		{name: "operation-note", ext: "txt", finish: desktop, head: "«record»OPERATION NOTE «date»\n«name» / «hosp» / dob «dobshort»\nSurgeon «staff»; anaesthetist «dr»\n«proc». GA. Findings: «dx». Closure 3-0. Post op: «drug».\n"},
	}
}
