// Package volume says whether a local folder lies on an encrypted volume, where
// the platform tells without being asked for rights: LUKS and other dm-crypt
// volumes, fscrypt, eCryptfs and encrypting FUSE file systems on Linux, FileVault
// on macOS. It protects the disk that is carried off and nobody else's access, so
// that it is context and no seal of any file.
package volume

import "context"

// State is what the platform told. The zero State is: it did not.
type State struct {
	Told      bool
	Encrypted bool
	How       string // "LUKS2", "fscrypt, AES-256-XTS", "FileVault"
}

// Of returns the state of the volume that a folder lies on.
func Of(ctx context.Context, folder string) State { return of(ctx, folder) }
