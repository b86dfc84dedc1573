package engine

import (
	"hash/fnv"

	"trustaudit/internal/audit"
	"trustaudit/internal/source"
)

// A unit over a store is a batch of items in walk order. Where one batch ends
// is decided by the names of the items alone, so that a file that comes or goes
// between two runs changes the batch it lies in and no other.
const (
	batchMean = 64  // items, on average
	batchMost = 256 // items, at the most
)

// batch gathers items until a boundary.
type batch struct {
	items []source.Item
	names []byte // the raw paths, each ended by a NUL: what the unit's ID is made of
}

// add takes an item and reports whether the batch ends with it.
func (b *batch) add(item source.Item) (full bool) {
	b.items = append(b.items, item)
	b.names = append(append(b.names, item.Path...), 0)
	h := fnv.New32a()
	h.Write(b.names[len(b.names)-len(item.Path)-1:])
	return h.Sum32()%batchMean == 0 || len(b.items) == batchMost
}

// unit names the batch: the same items make the same unit in every run under
// one audit key, and without the key the name tells nothing of them.
func (b *batch) unit(key *audit.Key, probe string, target audit.Target) audit.Unit {
	subject := key.DigestString("unit", string(target)+"\x00"+string(b.names))
	return audit.Unit{ID: probe + "/" + subject, Probe: probe, Target: target, Subject: subject}
}
