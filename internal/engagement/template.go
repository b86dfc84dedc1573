package engagement

import _ "embed"

//go:embed template.yaml
var template string

// Template returns the commented engagement file to start from. It loads once
// what stands in angle brackets has been filled in.
func Template() string { return template }
