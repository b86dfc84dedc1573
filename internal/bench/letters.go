package main

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
)

// writeLetters fills a tree with small text files, the same for the same
// number: clinic letters, minutes and logs, one in four with a synthetic
// patient from the unissued 9xx range.
func writeLetters(root string, n int) (bytes int64, err error) {
	r := rand.New(rand.NewPCG(2007, 12))
	for i := range n {
		dir := filepath.Join(root, fmt.Sprintf("ward%02d", i%40), fmt.Sprintf("%d", 2010+i%16))
		if i < 40*16 {
			if err := os.MkdirAll(dir, 0o755); err != nil {
				return 0, err
			}
		}
		text := letter(r, i%4 == 0)
		bytes += int64(len(text))
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("letter-%06d.txt", i)), []byte(text), 0o644); err != nil {
			return 0, err
		}
	}
	return bytes, nil
}

var words = strings.Fields(`the clinic review showed steady progress and no further concern about treatment plan was
raised by team we would suggest continuing with current dose of tablets and arranging another appointment in three
months at outpatient department please let us know if symptoms return sooner blood pressure was normal and chest clear
on examination today meeting agreed to order new equipment for ward before winter subject to budget approval`)

func letter(r *rand.Rand, patient bool) string {
	var b strings.Builder
	fmt.Fprintf(&b, "SYNTHETIC TEST DATA\nRef %06d/%d\n\n", r.IntN(1_000_000), 2010+r.IntN(16))
	if patient {
		fmt.Fprintf(&b, "Dear Mrs Example,\nNHS No: %s   Date of birth: %02d/%02d/%d\n\n", nhs(r), 1+r.IntN(28), 1+r.IntN(12), 1930+r.IntN(70))
	}
	for b.Len() < 1500+r.IntN(1200) {
		for range 8 + r.IntN(10) {
			b.WriteString(words[r.IntN(len(words))])
			b.WriteByte(' ')
		}
		fmt.Fprintf(&b, "on %d %s, extension %d.\n", 1+r.IntN(28), []string{"May", "June", "October"}[r.IntN(3)], 1000+r.IntN(9000))
	}
	return b.String()
}

// nhs makes a valid NHS number from the range that is never issued.
func nhs(r *rand.Rand) string {
	for {
		stem := 900_000_000 + r.IntN(100_000_000)
		sum := 0
		for i, rest := 2, stem; i <= 10; i++ {
			sum += i * (rest % 10)
			rest /= 10
		}
		if check := (11 - sum%11) % 11; check < 10 {
			s := fmt.Sprintf("%09d%d", stem, check)
			return s[:3] + " " + s[3:6] + " " + s[6:]
		}
	}
}
