// Package random tells bytes that look like chance from all others. Encrypted
// data do, and hardly anything else: most compressed data are uneven enough to
// be told in some thousand bytes.
package random

// values of a byte.
const values = 256

// Uniform reports whether each value of a byte is as frequent as in random bytes,
// by Pearson's test: its statistic has a mean of 255 there, and strays more than
// five standard deviations from it once in a million times. Fewer than a hundred
// bytes say nothing, and are not called uniform.
func Uniform(b []byte) bool {
	const fewest, mean, deviation, most = 100, values - 1, 22.6, 5
	if len(b) < fewest {
		return false
	}
	var counts [values]int
	for _, c := range b {
		counts[c]++
	}
	squares := 0.0
	for _, n := range counts {
		squares += float64(n) * float64(n)
	}
	n := float64(len(b))
	statistic := squares*values/n - n
	return statistic > mean-most*deviation && statistic < mean+most*deviation
}
