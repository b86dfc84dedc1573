package material

import "slices"

func positives() []template {
	return slices.Concat(letters(), notes(), tables(), messages(), mails(), logs())
}
