package content

// signatures are the beginnings of formats that no parser reads yet, so that
// their items can be named. One with a plain beginning would pass for text.
var signatures = []struct{ prefix, format string }{
	{"%!PS", "postscript"},
	{"PK\x03\x04", "zip"},
	{"PK\x05\x06", "zip"},
	{"SQLite format 3\x00", "sqlite"},
	{"\x7fELF", "elf"},
	{"MZ", "exe"},
}

// begins marks the bytes with which a signature begins.
var begins = func() (t [256]bool) {
	for _, s := range signatures {
		t[s.prefix[0]] = true
	}
	return t
}()

const dicomMark = "DICM"

// magic names the format of bytes that nothing reads.
func magic(head []byte) string {
	if s := signature(head); s != "" {
		return s
	}
	switch {
	case len(head) > 132 && string(head[128:132]) == dicomMark:
		return "dicom"
	case len(head) > 262 && string(head[257:262]) == "ustar":
		return "tar"
	case len(head) > 12 && string(head[4:8]) == "ftyp":
		return "mp4"
	case len(head) > 12 && string(head[:4]) == "RIFF":
		return "riff"
	}
	return "binary"
}

func signature(head []byte) string {
	if len(head) == 0 || !begins[head[0]] {
		return ""
	}
	for _, s := range signatures {
		if len(head) >= len(s.prefix) && string(head[:len(s.prefix)]) == s.prefix {
			return s.format
		}
	}
	return ""
}

// foreign reports whether bytes that may look like text are known to be the
// beginning of something else.
func foreign(head []byte) bool {
	if len(head) == 0 {
		return false
	}
	switch s := signature(head); s {
	case "", "exe", "bzip2": // short words that a letter may begin with
		return false
	default:
		return true
	}
}
