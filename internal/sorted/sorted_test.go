package sorted

import (
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// What does not fit into memory comes out in the same order as what does.
func TestLines(t *testing.T) {
	for _, n := range []int{0, 1, 1000, 30_000} {
		lines, err := New()
		if err != nil {
			t.Fatal(err)
		}
		r := rand.New(rand.NewPCG(1, uint64(n)))
		var want []string
		pad := strings.Repeat("x", 5000) // 30,000 of these are two stretches and a rest
		for range n {
			key := fmt.Sprintf("%07d", r.IntN(10_000_000))
			want = append(want, key)
			if err := lines.Add(key, []byte(key+pad)); err != nil {
				t.Fatal(err)
			}
		}
		if n == 30_000 && len(lines.stretches) < 2 {
			t.Fatal("nothing was put aside: the test tests nothing")
		}
		slices.Sort(want)
		i := 0
		for line, err := range lines.All() {
			if err != nil {
				t.Fatal(err)
			}
			if got := string(line[:7]); got != want[i] {
				t.Fatalf("%d lines: line %d is %s, want %s", n, i, got, want[i])
			}
			i++
		}
		if i != n {
			t.Errorf("%d lines came out of %d", i, n)
		}
		name := lines.file.Name()
		if _, err := os.Stat(name); err == nil && runtime.GOOS != "windows" {
			t.Error("the temporary file has a name: it would outlive a killed program")
		}
		if err := lines.Close(); err != nil {
			t.Fatal(err)
		}
		if _, err := os.Stat(name); err == nil {
			t.Error("the temporary file stayed behind")
		}
	}
}

func TestCutShort(t *testing.T) {
	lines, err := New()
	if err != nil {
		t.Fatal(err)
	}
	defer lines.Close()
	for i := range 20 {
		if err := lines.Add(fmt.Sprint(i), make([]byte, 4<<20)); err != nil {
			t.Fatal(err)
		}
	}
	if err := lines.file.Truncate(lines.end / 2); err != nil {
		t.Fatal(err)
	}
	failed := false
	for _, err := range lines.All() {
		failed = failed || err != nil
	}
	if !failed {
		t.Error("lines that were lost are not told")
	}
}
