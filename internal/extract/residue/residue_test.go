package residue

import "testing"

func TestText(t *testing.T) {
	for _, tt := range []struct{ label, in, want string }{
		{"values side by side", "\x00\x019990123456SmithAnn1950-01-02\x00", "9990123456 SmithAnn1950-01-02\n"},
		{"before and behind letters", "ab1999012345 6\x00short\x00Ann12345678", "ab 1999012345 6\nAnn 12345678\n"},
		{"few digits stay", "\x01SW1A 1AA\xff\x00\x00", "SW1A 1AA\n"},
		{"UTF-16", "\x01\x029\x009\x009\x000\x001\x002\x003\x004\x005\x006\x00A\x00\xeb\x00\x00\x00", "9990123456 Aë\n"},
		{"western letters", "\x00Zo\xc3\xab Example\x00Zo\xebe Example\x00", "Zoë Example\nZoëe Example\n"},
		{"chance", "\x80\x91\xc3\xe2\xf0\xd1\xd2\xd3\xd4\xd5\xe9", ""},
		{"nothing", "", ""},
	} {
		if got := string(Text(nil, []byte(tt.in))); got != tt.want {
			t.Errorf("%s: Text = %q, want %q", tt.label, got, tt.want)
		}
	}
}
