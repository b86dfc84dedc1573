// Package passwordbeside finds passwords that are stated beside what they open.
package passwordbeside

import (
	"cmp"
	_ "embed"
	"fmt"
	"slices"
	"strings"

	"trustaudit/internal/audit"
	content "trustaudit/internal/probe/content/fact"
)

//go:embed doc.md
var doc string

// Check fails where a text that states a password lies in one folder, archive or
// message with what is encrypted.
var Check = audit.Check{
	ID:       "STORED-PASSWORD-BESIDE-SEAL",
	Title:    "A password is written beside what it opens",
	Doc:      doc,
	Evidence: "enc.file",
	Severity: audit.Medium,
	Needs:    []string{content.Item{}.FactKind()},
	Reach:    audit.ReachTarget,
	Judge: func(p *audit.Pass) audit.Fold {
		return &fold{pass: p, places: map[string]*place{}}
	},
}

type fold struct {
	pass   *audit.Pass
	places map[string]*place
	clock  int
}

// place is a folder, an archive or a message, as its path with the slash: what is
// encrypted in it, and what states a password.
type place struct {
	sealed  int64
	example string // the first of those by its path
	stating []content.Item
	touched int
}

// Bounds of what is remembered.
const (
	maxPlaces  = 2048 // the items of one place come near each other
	maxStating = 20   // of one place
)

func (f *fold) See(fact audit.Fact) {
	item, ok := fact.(content.Item)
	if !ok || item.IsTable() {
		return
	}
	switch {
	case item.Status == content.Sealed:
		f.pass.Seen(1)
		for _, path := range around(item.Path) {
			f.at(path).seal(item.Path)
		}
	case item.StatesPassword:
		f.at(item.Path + "!/").state(item)
		if !isMail(item.Format) { // of one message nothing follows for the next
			f.at(folder(item.Path)).state(item)
		}
	case item.Status == content.Unreadable, item.Status == content.Skipped:
		f.pass.Unread(1, item.Reason)
	}
}

func isMail(format string) bool {
	switch format {
	case "eml", "msg", "mbox", "emlx", "oft", "pst", "tnef":
		return true
	}
	return false
}

// folder is the place that a path lies in.
func folder(path string) string { return path[:strings.LastIndexByte(path, '/')+1] }

// around lists the places that an item lies in, up to the folder of the file that
// holds it.
func around(path string) []string {
	own := folder(path)
	all := []string{own}
	for {
		i := strings.LastIndex(path, "!/")
		if i < 0 {
			return all
		}
		if inside := path[:i+2]; inside != own {
			all = append(all, inside)
		}
		path = path[:i]
		own = folder(path)
		if !slices.Contains(all, own) {
			all = append(all, own)
		}
	}
}

// at returns a place, and forgets others when there are too many.
func (f *fold) at(path string) *place {
	p := f.places[path]
	if p == nil {
		if len(f.places) == maxPlaces {
			f.forget()
		}
		p = &place{}
		f.places[path] = p
	}
	f.clock++
	p.touched = f.clock
	return p
}

// forget concludes the half of the places that was not touched for longer.
func (f *fold) forget() {
	var times []int
	for _, p := range f.places {
		times = append(times, p.touched)
	}
	slices.Sort(times)
	for path, p := range f.places {
		if p.touched <= times[len(times)/2] {
			f.conclude(path)
			delete(f.places, path)
		}
	}
}

func (p *place) seal(path string) {
	p.sealed++
	if p.example == "" || path < p.example {
		p.example = path
	}
}

// state keeps what states a password, the first by their paths.
func (p *place) state(item content.Item) {
	i, met := slices.BinarySearchFunc(p.stating, item, byPath)
	if met || i >= maxStating {
		return
	}
	kept := content.Item{ID: item.ID, Path: item.Path}
	p.stating = slices.Insert(p.stating, i, kept)
	p.stating = p.stating[:min(len(p.stating), maxStating)]
}

func byPath(a, b content.Item) int { return cmp.Compare(a.Path, b.Path) }

// conclude reports a place that holds both.
func (f *fold) conclude(path string) {
	p := f.places[path]
	if p.sealed == 0 {
		return
	}
	severity, where := audit.Medium, "beside it"
	if strings.HasSuffix(path, "!/") {
		severity, where = audit.High, "in the same message or archive"
	}
	for _, item := range p.stating {
		f.pass.Found(cmp.Or(path, "."), severity, audit.Evidence{
			Locator: item.Path, Digest: item.ID, Count: p.sealed,
			Excerpt: fmt.Sprintf("states a password; encrypted %s: %s", where, p.example),
		})
	}
}

func (f *fold) End() {
	for path := range f.places {
		f.conclude(path)
	}
}
