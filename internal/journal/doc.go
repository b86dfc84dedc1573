// Package journal writes, reads and verifies the journal of a scan: the only
// truth of what was seen.
//
// A run folder holds three files of it:
//
//	journal.ndjson  blocks, appended and never changed
//	journal.index   one line of fixed width for each block that is known to be
//	                on the disk: its number, where it ends, its header's hash
//	journal.lock    locked by the one writer, empty
//
// A block is a header, one line of JSON, and a payload of as many bytes as the
// header says. A unit's payload has one line for each fact: its kind, a space,
// its JSON. Any other record's payload is one line of JSON. A header names the
// SHA-256 of its payload and of the header line before it (without the line
// feed; 64 zeros for the first), so that the hash of the last header, the head,
// stands for all there is. Every header has one spelling: what does not encode
// to the same bytes again is not a header.
//
// What the writer promises: a unit is there as a whole or not at all; what
// Commit or Append reported as done survives the death of the process at once
// and a power cut after a second at most; "finished" and "closed" survive it
// at once. The index runs behind the journal and never ahead of it, because a
// line is added only once the block is on the disk: an index that knows of
// blocks that the journal lacks proves that somebody cut the journal.
//
// What nobody can tell from the folder alone is a journal whose end was cut
// together with its index, or that was rewritten from some block on. For this
// a report carries the head and the count of blocks; see WithHead.
package journal
