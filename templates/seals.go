package templates

import "embed"

// SealData holds what ciphers and key derivations are worth, under "seals".
//
//go:embed seals/*.tsv
var SealData embed.FS
