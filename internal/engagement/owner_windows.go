package engagement

import "io/fs"

// ownerOnly cannot tell on Windows: the mode bits there say nothing of access
// control lists. Load notes it.
func ownerOnly(fs.FileInfo) error { return nil }
