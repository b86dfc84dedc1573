package discover

import "testing"

func FuzzClassify(f *testing.F) {
	f.Add([]byte("220 (vsFTPd 3.0.3)\r\n"), uint16(21))
	f.Add([]byte("\x0a\x00\x00\x00\x0a8.0.36\x00\x01\x02"), uint16(3306))
	f.Add([]byte("\xff\xfd\x18"), uint16(23))
	f.Fuzz(func(t *testing.T, greeting []byte, port uint16) {
		_, line := classify(greeting, port)
		if len(line) > 200 {
			t.Fatalf("kept %d bytes", len(line))
		}
		for _, r := range line {
			if r < 0x20 || r > 0x7e {
				t.Fatalf("kept %q", line)
			}
		}
		complete(greeting)
	})
}
