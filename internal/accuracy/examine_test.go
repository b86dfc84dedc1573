package main

import (
	"context"
	"testing"
)

func TestTellingName(t *testing.T) {
	for _, test := range []struct {
		path string
		want bool
	}{
		{"Marshall_Linda_9999726348.txt", true},
		{"Marshall Linda 12-03-1956.txt", true},
		{"Patient-Jayne-Smyth.json", false},
		{"metric_20220208.csv", false},
		{"report.txt", false},
	} {
		o, err := newBench().examine(context.Background(), specimen{name: test.path, item: memoryItem(test.path, []byte("Nothing to see.\n"))})
		if err != nil {
			t.Fatal(err)
		}
		if o.identifiable != test.want {
			t.Errorf("%s: identifiable %t, want %t", test.path, o.identifiable, test.want)
		}
	}
}
