package templates

import "embed"

// StandardData holds the editions of the standard, a YAML file each, under
// "standards".
//
//go:embed standards/*.yaml
var StandardData embed.FS
