package sign

import (
	"fmt"
	"maps"
	"slices"

	"trustaudit/internal/pdf"
)

// Keys and actions that make a document do something, or look different from
// one reader to the next. A report has none of them.
var (
	activeKeys    = []pdf.Name{"JS", "JavaScript", "AA", "XFA", "OCProperties", "OC", "RichMediaContent", "Collection"}
	activeActions = []pdf.Name{
		"JavaScript", "Launch", "SubmitForm", "ResetForm", "ImportData", "GoToR", "GoToE", "Rendition",
		"Movie", "Sound", "Thread", "Hide", "SetOCGState", "RichMediaExecute",
	}
)

// passive refuses a document that does anything by itself.
func passive(doc *pdf.Document) error {
	objects := doc.Revisions[0].Objects
	for _, ref := range sortedRefs(objects) {
		if err := passiveValue(objects[ref]); err != nil {
			return fmt.Errorf("object %d: %w", ref, err)
		}
	}
	return nil
}

func passiveValue(o pdf.Object) error {
	switch v := o.(type) {
	case pdf.Array:
		for _, e := range v {
			if err := passiveValue(e); err != nil {
				return err
			}
		}
	case pdf.Dict:
		action, _ := v["S"].(pdf.Name)
		if slices.Contains(activeActions, action) {
			return fmt.Errorf("it holds active content (%s)", action)
		}
		for key, e := range v {
			if slices.Contains(activeKeys, key) {
				return fmt.Errorf("it holds active content (/%s)", key)
			}
			if err := passiveValue(e); err != nil {
				return err
			}
		}
	case *pdf.Stream:
		return passiveValue(v.Dict)
	}
	return nil
}

func sortedRefs(m map[pdf.Ref]pdf.Object) []pdf.Ref { return slices.Sorted(maps.Keys(m)) }
