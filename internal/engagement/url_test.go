package engagement

import (
	"strings"
	"testing"
)

func TestStoreURL(t *testing.T) {
	tests := []struct{ in, base, want string }{
		{"/srv/share", "", "file:///srv/share"},
		{"/srv//a/../share/./", "", "file:///srv/share"},
		{"/", "", "file:///"},
		{"/../..", "", "file:///"},
		{"share", "/base", "file:///base/share"},
		{"./share", "/base/", "file:///base/share"},
		{"../share", "/base/sub", "file:///base/share"},
		{".", "/base", "file:///base"},
		{`a\b`, "/base", "file:///base/a%5Cb"},
		{"./~x", "/base", "file:///base/~x"},
		{"/srv/a b/ü?#%41", "", "file:///srv/a%20b/%C3%BC%3F%23%2541"},
		{"/srv/\xff", "", "file:///srv/%FF"},
		{"/a:b/c", "", "file:///a:b/c"},

		{`C:\share`, "/base", "file:///C:/share"},
		{`c:\Share\..\x\`, "", "file:///C:/x"},
		{`C:/share`, "", "file:///C:/share"},
		{`C:\`, "", "file:///C:/"},
		{`share\x`, `C:\base`, "file:///C:/base/share/x"},
		{`../share`, `C:\base`, "file:///C:/share"},
		{`share`, `\\server\base`, "file://server/base/share"},
		{`\\Server\share\x`, "", "file://server/share/x"},
		{`\\server\share\`, "", "file://server/share"},
		{`\\10.0.0.5\c$`, "", "file://10.0.0.5/c$"},
		{`\\?\C:\share`, "", "file:///C:/share"},
		{`\\?\UNC\server\share`, "", "file://server/share"},

		{"file:///srv/share", "", "file:///srv/share"},
		{"FILE:///srv//share/", "", "file:///srv/share"},
		{"file://localhost/srv", "", "file:///srv"},
		{"file:/srv/share", "", "file:///srv/share"},
		{"file:share", "/base", "file:///base/share"},
		{"file:///c:/share", "", "file:///C:/share"},
		{"file://Server/share", "", "file://server/share"},
		{"file:///srv/a%20b", "", "file:///srv/a%20b"},
		{"file:///srv/a%2fb", "", "file:///srv/a/b"},
		{"file:///srv/%2e%2e/b", "", "file:///b"},

		{"sqlite:/srv/pas.db", "", "sqlite:///srv/pas.db"},
		{"sqlite:///srv/pas.db", "", "sqlite:///srv/pas.db"},
		{"sqlite:pas.db", "/base", "sqlite:///base/pas.db"},
		{`sqlite:C:\data\pas.db`, "", "sqlite:///C:/data/pas.db"},
		{`sqlite:\\server\share\pas.db`, "", "sqlite://server/share/pas.db"},
		{"/srv/pas.db", "", "file:///srv/pas.db"},
	}
	for _, tt := range tests {
		got, err := StoreURL(tt.in, tt.base)
		if err != nil || got != tt.want {
			t.Errorf("StoreURL(%q, %q) = %q, %v; want %q", tt.in, tt.base, got, err, tt.want)
			continue
		}
		if again, err := StoreURL(got, "/elsewhere"); err != nil || again != got {
			t.Errorf("StoreURL(%q) = %q, %v: not itself", got, again, err)
		}
	}
}

func TestStoreURLRefuses(t *testing.T) {
	tests := []struct{ in, base, want string }{
		{"", "/base", "is empty"},
		{"  ", "/base", "is empty"},
		{"a\x00b", "/base", "zero byte"},
		{"a", "/base\x00", "zero byte"},
		{"file:///a%00b", "", "zero byte"},
		{"~/share", "/base", "~ is not expanded"},
		{"share", "", "is relative"},
		{"share", "base", "is relative"},
		{"C:share", "/base", `write C:\`},
		{"C:", "/base", `write C:\`},
		{`\share`, `C:\base`, "names no drive"},
		{`\\server`, "", "no share"},
		{`\\server\`, "", "no share"},
		{`\\.\PhysicalDrive0`, "", "device"},
		{`\\?\Volume{x}\`, "", "device"},
		{`\\a b\share`, "", "letters, digits and dots"},
		{`\\:\0`, "", "letters, digits and dots"},
		{"file://[::1]/share", "", "letters, digits and dots"},
		{"file://0x7f.1/share", "", "letters, digits and dots"},
		{`\\u@server\share`, "", "letters, digits and dots"},
		{"file://server", "", "no share"},
		{"file://sa:hunter2@server/share", "", "a user or a password"},
		{"file://sa@server/share", "", "a user or a password"},
		{"file://server:445/share", "", "holds a port"},
		{"sqlite:///x.db?mode=rw", "", "a ? or a #"},
		{"file:///x?", "", "a ? or a #"},
		{"file:///x#y", "", "a ? or a #"},
		{"file:///%zz", "", "cannot be read"},
		{"http://server/x", "", `"http" are not known`},
		{"smb://server/x", "", `"smb" are not known`},
		{"share:2024", "/base", "./ before one with a colon"},
	}
	for _, tt := range tests {
		got, err := StoreURL(tt.in, tt.base)
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("StoreURL(%q, %q) = %q, %v; want %q", tt.in, tt.base, got, err, tt.want)
		} else if strings.Contains(err.Error(), "hunter2") {
			t.Errorf("StoreURL(%q): the message repeats a secret", tt.in)
		}
	}
}

func TestLocalPath(t *testing.T) {
	long := strings.Repeat("/aaaaaaaaa", 30)
	longWindows := strings.ReplaceAll(long, "/", `\`)
	tests := []struct{ url, goos, want string }{
		{"file:///srv/a%20b", "linux", "/srv/a b"},
		{"file:///", "darwin", "/"},
		{"file:///srv/%FF", "linux", "/srv/\xff"},
		{"file:///srv/a%5Cb", "linux", `/srv/a\b`},
		{"file:///a:b/c", "linux", "/a:b/c"},
		{"sqlite:///srv/pas.db", "linux", "/srv/pas.db"},
		{"file://" + long, "linux", long},
		{"file:///C:/share/x", "windows", `C:\share\x`},
		{"file:///C:/", "windows", `C:\`},
		{"sqlite:///C:/pas.db", "windows", `C:\pas.db`},
		{"file://server/share/x", "windows", `\\server\share\x`},
		{"file:///C:" + long, "windows", `\\?\C:` + longWindows},
		{"file://server" + long, "windows", `\\?\UNC\server` + longWindows},
	}
	for _, tt := range tests {
		if got, err := localPath(tt.url, tt.goos); err != nil || got != tt.want {
			t.Errorf("localPath(%q, %s) = %q, %v; want %q", tt.url, tt.goos, got, err, tt.want)
		}
	}
	for _, bad := range [][2]string{
		{"file:///C:/share", "linux"}, {"file://server/share", "linux"}, {"file:///srv", "windows"},
		{"file:///C:/a%5C..%5Cb", "windows"}, {"file:///srv/../etc", "linux"}, {"file:///srv//x", "linux"},
		{"file:///a%00", "linux"}, {"file:srv", "linux"}, {"", "linux"}, {"%zz", "linux"}, {"file:///C:", "linux"},
	} {
		if got, err := localPath(bad[0], bad[1]); err == nil {
			t.Errorf("localPath(%q, %s) = %q", bad[0], bad[1], got)
		}
	}
}

// FuzzStoreURL holds that whatever is taken is the one URL of its store, holds
// no way upwards, and opens somewhere or is refused with words.
func FuzzStoreURL(f *testing.F) {
	for _, s := range []string{"/srv/share", `C:\x\..\y`, `\\server\share`, `\\?\UNC\s\x`, "sqlite:x.db", "file://h/a%20b", "file:///%2e%2e", "~", "a:b"} {
		f.Add(s, "/base")
		f.Add(s, `C:\base`)
	}
	f.Fuzz(func(t *testing.T, s, base string) {
		u, err := StoreURL(s, base)
		if err != nil {
			return
		}
		again, err := StoreURL(u, "")
		if err != nil || again != u {
			t.Fatalf("%q, %q is %q, and that is %q, %v", s, base, u, again, err)
		}
		for _, goos := range []string{"linux", "windows"} {
			local, err := localPath(u, goos)
			if err != nil {
				continue
			}
			for part := range strings.FieldsFuncSeq(local, func(r rune) bool { return r == '/' || goos == "windows" && r == '\\' }) {
				if part == ".." {
					t.Fatalf("%q opens %q on %s", u, local, goos)
				}
			}
		}
	})
}
