package file

import (
	"errors"
	"net/url"
	"strings"
)

var errLocation = errors.New("not the URL of a local file or folder")

// localPath returns the path that a file URL names: file:///srv/share, on
// Windows file:///C:/share, and file://server/share for a UNC path.
func localPath(location string, windows bool) (string, error) {
	u, err := url.Parse(location)
	if err != nil || u.Scheme != "file" || u.Opaque != "" || u.User != nil || u.RawQuery != "" || !strings.HasPrefix(u.Path, "/") {
		return "", errLocation
	}
	if !windows {
		if u.Host != "" {
			return "", errLocation
		}
		return u.Path, nil
	}
	path := strings.ReplaceAll(u.Path, "/", `\`)
	if u.Host != "" {
		return `\\` + u.Host + path, nil
	}
	path = path[1:]
	if len(path) >= 3 && path[1] == ':' && path[2] == '\\' {
		return path, nil
	}
	return "", errLocation
}
