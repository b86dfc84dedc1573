package main

import (
	"fmt"
	"strings"
)

// bar is one promised figure.
type bar struct {
	what    string
	figure  float64
	unit    string
	wanted  float64
	most    bool   // wanted is the most, not the least
	missing string // why there is no figure
}

func (b bar) String() string {
	if b.missing != "" {
		return fmt.Sprintf("%-52s not measured: %s", b.what, b.missing)
	}
	sign, passed := ">=", b.figure >= b.wanted
	if b.most {
		sign, passed = "<=", b.figure <= b.wanted
	}
	verdict := "miss"
	if passed {
		verdict = "pass"
	}
	return fmt.Sprintf("%-52s %7.2f %-4s %s %-5g %s", b.what, b.figure, b.unit, sign, b.wanted, verdict)
}

func printBars(bars []bar) {
	fmt.Println("\nbars (ratios of CPU seconds, medians of one run; of two cores, wall time)")
	for _, b := range bars {
		fmt.Println("  " + b.String())
	}
}

// print prints the table. The floor is the sum of words through read(); x rg is
// how many times less CPU time an engine takes than ripgrep takes for the one
// pattern.
func (r *race) print() {
	t := r.whole.tally
	fmt.Printf("\n%s: %.0f MB in two files; %d ten-digit numbers (one in %.0f bytes), %d of them planted NHS numbers, %d pass modulus 11; %d NI numbers, %d postcodes, %d dates\n",
		r.name, float64(t.Bytes)/1e6, t.TenDigits, float64(t.Bytes)/float64(t.TenDigits), t.Planted, t.Valid, t.NINOs, t.Postcodes, t.Dates)
	fmt.Printf("%-36s %8s %8s %7s %8s %8s %7s  %s\n", "engine", "CPU s", "wall s", "GB/s", "x floor", "x rg", "RSS MiB", "found")
	for _, e := range engines() {
		res, ok := r.results[e.id]
		if !ok {
			fmt.Printf("%-36s %s is missing\n", e.title, e.peer)
			continue
		}
		m := median(res.figures)
		fmt.Printf("%-36s %8.3f %8.3f %7.2f %8.1f %8s %7.0f  %s\n", e.title, m.cpu.Seconds(), m.wall.Seconds(), 1/res.perByte(),
			res.perByte()/r.results["sum"].perByte(), r.against("rg", e.id), mib(m.rss), res.found)
	}
}

// against says how many times faster an engine is than a peer, as text.
func (r *race) against(peer, id string) string {
	if r.results[peer] == nil {
		return "-"
	}
	return fmt.Sprintf("%.2fx", r.times(peer, id))
}

// times says how many times less CPU time an engine takes than a peer.
func (r *race) times(peer, id string) float64 {
	return r.results[peer].perByte() / r.results[id].perByte()
}

func (f found) String() string {
	var parts []string
	if f.Count > 0 {
		parts = append(parts, fmt.Sprint(f.Count))
	}
	if f.Valid > 0 {
		parts = append(parts, fmt.Sprintf("(%d valid)", f.Valid))
	}
	if len(f.Kinds) > 1 {
		parts = append(parts, strings.TrimPrefix(fmt.Sprint(f.Kinds), "map"))
	}
	if f.Records > 0 {
		parts = append(parts, fmt.Sprintf("NHS numbers, %d records", f.Records))
	}
	for i, how := range f.Read {
		if how != "text read" && (i == 0 || how != f.Read[i-1]) {
			parts = append(parts, "["+how+"]")
		}
	}
	return strings.Join(parts, " ")
}

// bars are the corpus's promised figures.
func (r *race) bars() []bar {
	bars := []bar{
		r.ratio("NHS number alone, times rg's NHS number", "rg", "nhs", 8),
		r.ratio("four kinds, times rg's alternation", "rg-four", "four", 6),
	}
	if r.name == "sparse" {
		bars = append(bars, r.ratio("everything on, times rg's NHS number", "rg", "all", 2))
	}
	one, two := median(r.results["all"].figures), median(r.results["all2"].figures)
	return append(bars, bar{what: r.name + ": two cores, wall of one over wall of two", unit: "x", wanted: 1.8,
		figure: one.wall.Seconds() / two.wall.Seconds()})
}

func (r *race) ratio(what, peer, id string, wanted float64) bar {
	b := bar{what: r.name + ": " + what, unit: "x", wanted: wanted}
	if r.results[peer] == nil {
		b.missing = "the peer is missing"
		return b
	}
	b.figure = r.times(peer, id)
	return b
}

// mostMemory is the most that an engine of ours held.
func (r *race) mostMemory() (most int64) {
	for _, id := range []string{"nhs", "four", "all", "all2"} {
		most = max(most, median(r.results[id].figures).rss)
	}
	return most
}

// disagreements are the counts that should be equal and are not.
func (r *race) disagreements() (wrong []error) {
	same := func(what string, got, want int64) {
		if got != want {
			wrong = append(wrong, fmt.Errorf("%s: %s: %d, not %d", r.name, what, got, want))
		}
	}
	count := func(id string, want int64) {
		if res := r.results[id]; res != nil {
			same("count of "+id, res.found.Count, want)
		}
	}
	t, few := r.whole.tally, r.sample.tally
	count("rg", t.TenDigits)
	count("rg-four", t.TenDigits+t.NINOs+t.Postcodes+t.Dates)
	if lines := r.results["rg-lines"]; lines != nil {
		count("grep-P", lines.found.Count)
		count("grep-E", lines.found.Count)
	}
	count("regexp", few.TenDigits)
	same("valid numbers of regexp", r.results["regexp"].found.Valid, few.Valid)
	same("count of nhs in the sample", r.agree["nhs"].Count, r.results["regexp"].found.Valid)
	count("nhs", t.Valid)
	four := r.results["four"].found.Kinds
	same("NHS numbers of four", four["nhs-number"], t.Valid)
	same("NI numbers of four", four["nino"], t.NINOs)
	same("postcodes of four", four["postcode"], t.Postcodes)
	same("dates of four", four["date-of-birth"], t.Dates)
	if m := r.results["mapped"]; m != nil && m.found.Sum != r.results["sum"].found.Sum {
		wrong = append(wrong, fmt.Errorf("%s: the sums of words differ", r.name))
	}
	return wrong
}
