package audit

import "math"

// Surely is the chance below which something is no coincidence.
const Surely = 1e-6

// BinomialTail returns the probability that k or more of n pass, each with
// probability p by itself: how well chance explains what was counted.
func BinomialTail(n, k int, p float64) float64 {
	if k <= 0 {
		return 1
	}
	logOf := func(i int) float64 {
		a, _ := math.Lgamma(float64(n + 1))
		b, _ := math.Lgamma(float64(i + 1))
		c, _ := math.Lgamma(float64(n - i + 1))
		return a - b - c + float64(i)*math.Log(p) + float64(n-i)*math.Log1p(-p)
	}
	total := 0.0
	for i := k; i <= n; i++ {
		total += math.Exp(logOf(i))
	}
	return min(total, 1)
}
