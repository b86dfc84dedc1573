package material

import "slices"

func positives() []template { return slices.Concat(letters()) }

func letters() []template {
	return []template{
		{name: "clinic-letter", ext: "txt", head: "«record»«hospital»\n«spec» Clinic\n\n«today»\n\n«dr»\n«surgery»\n\nDear «dr»\n\n«NHS No:¦NHS Number¦NHS no.» «nhs»\n«DOB¦D.O.B.¦Date of birth»: «dob»\nRe: «name», «addr»\n\nDiagnosis: «dx»\n\nThank you for referring this pleasant «age» year old «man», who has had «sx» and «sx». On examination the chest was clear. I have started «him» on «drug» and will see «him» again in three months.\n\nYours sincerely\n\n«staff»\n«Consultant in¦Registrar in» «spec»\n"},
	}
}
