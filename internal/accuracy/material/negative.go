package material

import "slices"

func negatives() []template { return slices.Concat(staffLists()) }

func staffLists() []template {
	return []template{
		{name: "contacts", ext: "csv", head: "Name,Role,Department,Mobile,Email\n", row: "«person»,«job»,«spec»,«mob9»,«staffmail»\n", rows: span{20, 120}},
	}
}
