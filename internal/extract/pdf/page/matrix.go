package page

import "math"

// matrix maps x, y to ax+cy+e, bx+dy+f.
type matrix struct{ a, b, c, d, e, f float64 }

var identity = matrix{a: 1, d: 1}

func matrixOf(n []float64) matrix { return matrix{n[0], n[1], n[2], n[3], n[4], n[5]} }

// times maps by m first, then by n.
func (m matrix) times(n matrix) matrix {
	return matrix{
		m.a*n.a + m.b*n.c, m.a*n.b + m.b*n.d,
		m.c*n.a + m.d*n.c, m.c*n.b + m.d*n.d,
		m.e*n.a + m.f*n.c + n.e, m.e*n.b + m.f*n.d + n.f,
	}
}

// moved is m after a move by x, y.
func (m matrix) moved(x, y float64) matrix {
	m.e += x*m.a + y*m.c
	m.f += x*m.b + y*m.d
	return m
}

// area is that of the unit square.
func (m matrix) area() float64 { return math.Abs(m.a*m.d - m.b*m.c) }

func length(m matrix) float64 { return math.Hypot(m.a, m.b) }

// letterHeight is the height of letters of a size.
func letterHeight(m matrix, size float64) float64 {
	return math.Abs(size) * math.Hypot(m.c, m.d)
}
