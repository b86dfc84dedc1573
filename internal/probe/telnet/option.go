package telnet

import (
	"bytes"
	"regexp"

	"trustaudit/internal/channel"
)

// The bytes of options, by RFC 854.
const (
	iac  = 255
	dont = 254
	do   = 253
	wont = 252
	will = 251
	sb   = 250 // what belongs to an option, up to se
	se   = 240
)

// optEncrypt is the option to encrypt by RFC 2946, with DES at best; optTLS a draft
// that hardly anybody kept.
const (
	optEncrypt = 38
	optTLS     = 46
)

// maxRefused bounds the options that are answered: a server that asks for more
// means no good.
const maxRefused = 64

// heard is what a server has said.
type heard struct {
	options int
	tls     bool
	text    []byte
	rest    []byte // the beginning of an option that was cut off
}

// take takes more of what the server says and returns the answers to the options
// in it.
func (h *heard) take(said []byte) []byte {
	in := append(h.rest, said...)
	h.rest = nil
	var refusals []byte
	for len(in) > 0 {
		n := length(in)
		if n == 0 {
			h.rest = bytes.Clone(in[:min(len(in), 512)])
			break
		}
		if in[0] != iac {
			h.text = append(h.text, in[0])
		} else if n == 3 && in[1] >= will {
			refusals = append(refusals, h.refuse(in[1], in[2])...)
		}
		in = in[n:]
	}
	return refusals
}

// length is that of what stands first: a byte of text, or an option. It is 0 for
// one that is cut off.
func length(in []byte) int {
	switch {
	case in[0] != iac:
		return 1
	case len(in) < 2:
		return 0
	case in[1] >= will && in[1] <= dont:
		if len(in) < 3 {
			return 0
		}
		return 3
	case in[1] == sb:
		end := bytes.Index(in, []byte{iac, se})
		if end < 0 {
			return 0
		}
		return end + 2
	}
	return 2
}

// refuse counts an option and returns the refusal that it calls for.
func (h *heard) refuse(verb, option byte) []byte {
	h.options++
	h.tls = h.tls || option == optTLS && (verb == do || verb == will)
	if h.options > maxRefused {
		return nil
	}
	switch verb {
	case do:
		return []byte{iac, wont, option}
	case will:
		return []byte{iac, dont, option}
	}
	return nil // to a refusal there is no answer
}

// prompt is what a server waits for.
type prompt int

const (
	noPrompt prompt = iota
	login           // a name or a password
	shell           // commands
)

var (
	loginPrompt = regexp.MustCompile(`(?i)(log ?in|user ?(name|id)?|account|password|passcode|pin)( as)? ?[:>] ?$`)
	shellPrompt = regexp.MustCompile(`(?:^|\n)[\w@.:/~\[\] -]{0,60}[#$] ?$`)
)

// wantsTLS is how a server turns away those who refuse to encrypt.
var wantsTLS = regexp.MustCompile(`(?i)\b(?:ssl|tls|encryption) (?:is )?required\b`)

// maxPrompt is how much of the end of what was heard is looked at.
const maxPrompt = 200

// prompt tells what the last line that was heard asks for.
func (h *heard) prompt() prompt {
	text := bytes.ReplaceAll(h.text[max(0, len(h.text)-maxPrompt):], []byte{0}, nil)
	text = bytes.TrimRight(text, "\r\n")
	switch {
	case loginPrompt.Match(text):
		return login
	case shellPrompt.Match(text):
		return shell
	}
	return noPrompt
}

// describe puts what was heard into traits, if it was Telnet.
func (h *heard) describe(seen *channel.Seen) {
	asked := h.prompt()
	switch {
	case h.options == 0 && asked == noPrompt:
		return
	case asked == noPrompt && wantsTLS.Match(h.text):
		seen.Has("encryption", "offered", "an option of Telnet")
		seen.Has("encryption.required", channel.Yes, "")
		seen.Has("login.clear", channel.No, "")
		return
	case !h.tls:
		seen.Has("encryption", "none", "Telnet")
	case asked == noPrompt:
		seen.Has("encryption", "offered", "START_TLS")
		seen.Lacks("encryption.required", "START_TLS was offered, and refused")
	default:
		seen.Has("encryption", "offered", "START_TLS")
		seen.Has("encryption.required", channel.No, "the prompt comes although START_TLS was refused")
	}
	switch asked {
	case login:
		value := channel.Yes
		if h.tls {
			value = "optional"
		}
		seen.Has("login.clear", value, "the prompt for a name or a password")
		seen.Has("access", "login", "")
	case shell:
		seen.Has("access", "anyone", "a prompt for commands comes without any log-in")
	default:
		seen.Lacks("login.clear", "no prompt came that is known")
	}
}
