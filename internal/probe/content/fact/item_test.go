package fact_test

import (
	"testing"

	"trustaudit/internal/probe/content/fact"
)

func TestUnread(t *testing.T) {
	tests := []struct {
		item   fact.Item
		reason string
		unread bool
	}{
		{fact.Item{Status: fact.Read}, "", false},
		{fact.Item{Status: fact.Read, Seal: "weak", Open: true}, "", false},
		{fact.Item{Status: fact.Partial, Reason: "1 member not read", ByChildren: true}, "", false},
		{fact.Item{Status: fact.Partial, Reason: "member limit"}, "member limit", true},
		{fact.Item{Status: fact.Sealed, Seal: "strong"}, "", false},
		{fact.Item{Status: fact.Sealed, Seal: "strong", Open: true}, "opens without a secret, but was not read", true},
		{fact.Item{Status: fact.Sealed, Seal: "weak"}, "weakly encrypted, not read", true},
		{fact.Item{Status: fact.Sealed}, "encrypted in a way that was not recognised", true},
		{fact.Item{Status: fact.Unreadable, Reason: "permission denied"}, "permission denied", true},
		{fact.Item{Status: fact.Skipped}, "skipped", true},
		{fact.Item{}, "no status", true},
	}
	for _, test := range tests {
		reason, unread := test.item.Unread()
		if reason != test.reason || unread != test.unread {
			t.Errorf("%+v: got %q, %v; want %q, %v", test.item, reason, unread, test.reason, test.unread)
		}
	}
}

func TestFolder(t *testing.T) {
	for path, want := range map[string]string{
		"letters/2024/a.txt": "letters/", "a.txt": ".", "": ".", "a.zip!/b/c.docx": ".",
		"x/a.zip!/b": "x/", "main.patients": ".", "sub/": "sub/",
	} {
		if got := (fact.Item{Path: path}).Folder(); got != want {
			t.Errorf("folder of %q: got %q, want %q", path, got, want)
		}
	}
}
