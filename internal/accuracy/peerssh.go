package main

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"trustaudit/internal/estatetest"
)

const sshCheck = "CHANNEL-SSH-ALGORITHMS"

func sshAudit() peer {
	return peer{
		name: "ssh-audit", atOnce: 4,
		args: func(one *estatetest.Instance) []string {
			if one.Service != "ssh" {
				return nil
			}
			return []string{"-n", "-p", strconv.Itoa(one.Port), one.Host}
		},
		read:  func(said []byte, _ string) []estatetest.Find { return readSSHAudit(string(said)) },
		knows: func(estatetest.Find, string) bool { return true },
	}
}

var (
	sshAuditLine    = regexp.MustCompile(`^\((kex|key|enc|mac)\) (\S+)(?: \((\d+)-bit\))? +-- \[(fail|warn|info)\]`)
	sshAuditFurther = regexp.MustCompile("^ +`- \\[fail\\]")
)

// readSSHAudit reads what it prints. What it fails is what it finds; of what it only
// warns it finds nothing that would be wrong to say.
func readSSHAudit(said string) []estatetest.Find {
	var out []estatetest.Find
	add := func(trait string) {
		if f := (estatetest.Find{Check: sshCheck, Trait: trait}); !slices.Contains(out, f) {
			out = append(out, f)
		}
	}
	var last []string
	for line := range strings.SplitSeq(said, "\n") {
		if m := sshAuditLine.FindStringSubmatch(line); m != nil {
			last = m
		}
		failed := last != nil && (last[4] == "fail" && strings.HasPrefix(line, "(") || sshAuditFurther.MatchString(line))
		if !failed {
			continue
		}
		kind, name, bits := last[1], last[2], last[3]
		switch {
		case strings.Contains(line, "small") && kind == "key":
			add("ssh.key.bits " + bits)
		case strings.Contains(line, "small") && bits != "":
			add("ssh.group.bits " + bits)
		case name == "ssh-rsa":
			add("ssh.signature SHA-1 only")
		default:
			add(map[string]string{"kex": "ssh.kex ", "key": "ssh.hostkey ", "enc": "ssh.cipher ", "mac": "ssh.mac "}[kind] + name)
		}
	}
	if strings.Contains(said, "protocol SSH1 enabled") {
		add("ssh.protocol 1 and 2")
	}
	return out
}
