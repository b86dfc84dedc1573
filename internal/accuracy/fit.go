package main

import "math"

// fit returns the line that makes the most of the scores: of all a + b·score,
// taken as log10 of the odds, the one under which what is true is likeliest. A
// calibrated score has a = 0 and b = 1; another a says that the prior is off,
// another b that evidence is worth more or less than it is given.
func fit(all []reading) (a, b float64) {
	const rounds = 25 // Newton's method has long settled by then
	b = 1
	for range rounds {
		var g0, g1, h00, h01, h11 float64
		for _, r := range all {
			p := reading{score: a + b*r.score}.predicted()
			off := -p
			if r.positive {
				off = 1 - p
			}
			w := p * (1 - p) * math.Ln10
			g0 += off
			g1 += off * r.score
			h00 += w
			h01 += w * r.score
			h11 += w * r.score * r.score
		}
		det := h00*h11 - h01*h01
		if det < 1e-9 {
			return math.NaN(), math.NaN() // one score alone, or truth that follows from the score
		}
		a += (h11*g0 - h01*g1) / det
		b += (h00*g1 - h01*g0) / det
	}
	return a, b
}
