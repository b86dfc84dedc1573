package font

import (
	"strings"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
)

// charsetOf is the character set that one of the predefined maps is made for:
// its codes are that set's.
func charsetOf(name string) encoding.Encoding {
	switch {
	case strings.Contains(name, "RKSJ"):
		return japanese.ShiftJIS
	case strings.HasPrefix(name, "KSC"):
		return korean.EUCKR
	case strings.Contains(name, "B5"), strings.HasPrefix(name, "HKscs"):
		return traditionalchinese.Big5
	case strings.HasPrefix(name, "GB"):
		return simplifiedchinese.GBK
	}
	return japanese.EUCJP
}
