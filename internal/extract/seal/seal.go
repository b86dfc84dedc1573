// Package seal grades encryption by the list templates/seals/ciphers.tsv, so
// that formats say what they see and none of them judges.
package seal

import (
	"bufio"
	"fmt"
	"strconv"
	"strings"
	"sync"

	"trustaudit/internal/extract"
	"trustaudit/templates"
)

// Of returns the seal of a cipher as the list names it, with its key's bits; a
// mode of the cipher, as in AES-CBC, does not matter. A cipher that is unknown,
// or whose key is too short, is weak.
func Of(scheme, cipher string, bits int) extract.Seal {
	s := extract.Seal{Grade: extract.SealWeak, Scheme: scheme, Cipher: cipher, Bits: bits}
	name := cipher
	if _, listed := fewest()[name]; !listed {
		name, _, _ = strings.Cut(cipher, "-")
	}
	if least, listed := fewest()[name]; listed && least > 0 && bits >= least {
		s.Grade = extract.SealStrong
	}
	return s
}

// fewest has the bits from which a cipher is strong; zero is never.
var fewest = sync.OnceValue(func() map[string]int {
	data, err := templates.SealData.ReadFile("seals/ciphers.tsv")
	if err != nil {
		panic(err) // it is part of the binary
	}
	list, err := read(string(data))
	if err != nil {
		panic(err)
	}
	return list
})

func read(data string) (map[string]int, error) {
	list := map[string]int{}
	lines := bufio.NewScanner(strings.NewReader(data))
	for n := 1; lines.Scan(); n++ {
		if line := lines.Text(); line != "" && line[0] != '#' {
			fields := strings.Split(line, "\t")
			if len(fields) != 3 {
				return nil, fmt.Errorf("read ciphers: line %d has %d columns, not 3", n, len(fields))
			}
			least := 0
			if fields[1] != "never" {
				var err error
				if least, err = strconv.Atoi(fields[1]); err != nil {
					return nil, fmt.Errorf("read ciphers: line %d: %w", n, err)
				}
			}
			list[fields[0]] = least
		}
	}
	return list, nil
}
