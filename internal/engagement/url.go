package engagement

import (
	"errors"
	"fmt"
	"net/url"
	"path"
	"regexp"
	"runtime"
	"strings"

	"trustaudit/internal/scope"
)

// longPath is the length from which Windows needs the extended form.
const longPath = 240

var (
	driveLetter   = regexp.MustCompile(`^[A-Za-z]:`)
	drivePattern  = regexp.MustCompile(`^[A-Za-z]:([/\\]|$)`)
	schemePattern = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9+.-]+:`)
)

// StoreURL returns the URL of the store that people name by a path or a URL:
//
//	/srv/share, share (from base)    file:///srv/share
//	C:\share, file:///C:/share       file:///C:/share
//	\\server\share                   file://server/share
//	sqlite:/srv/pas.db               sqlite:///srv/pas.db
//
// It looks at the words alone, never at the disk, and knows the paths of every
// platform on every platform. One store has one URL: dots and doubled slashes
// are gone from it.
func StoreURL(pathOrURL, base string) (string, error) {
	switch s := pathOrURL; {
	case strings.TrimSpace(s) == "":
		return "", errors.New("the path is empty: write a folder such as /srv/share")
	case driveLetter.MatchString(s), !schemePattern.MatchString(s):
		return pathURL("file", s, base)
	}
	scheme, rest, _ := strings.Cut(pathOrURL, ":")
	scheme = strings.ToLower(scheme)
	if scheme != "file" && scheme != "sqlite" {
		return "", fmt.Errorf("stores of the kind %q are not known: write a path (./ before one with a colon), file:///… or sqlite:PATH", scheme)
	}
	if !strings.HasPrefix(rest, "//") {
		return pathURL(scheme, rest, base)
	}
	return tidyURL(pathOrURL, scheme)
}

// tidyURL checks a store URL that was written in full.
func tidyURL(raw, scheme string) (string, error) {
	u, err := url.Parse(raw)
	switch {
	case err != nil:
		return "", fmt.Errorf("the URL cannot be read: write %s:///path, with %%25 for a percent sign", scheme)
	case u.User != nil:
		return "", errors.New("the URL holds a user or a password: take it out and name it under credentials")
	case u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		return "", fmt.Errorf("the URL holds a ? or a #: write %s:///path alone, with %%3F and %%23 for these characters", scheme)
	case u.Port() != "":
		return "", errors.New("the URL holds a port: a share is named file://server/share")
	}
	host := strings.ToLower(u.Hostname())
	if host == "localhost" {
		host = ""
	}
	return join(scheme, host, u.Path)
}

// pathURL returns the URL of a path of either platform.
func pathURL(scheme, p, base string) (string, error) {
	if strings.HasPrefix(p, "~") {
		return "", errors.New("~ is not expanded: write the path in full (or ./~ for a folder of that name)")
	}
	if server, rest, ok := cutUNC(p); ok {
		if server == "." || server == "?" {
			return "", errors.New("the path names a device: write a folder or a file")
		}
		return join(scheme, strings.ToLower(server), "/"+rest)
	}
	p = strings.TrimPrefix(p, `\\?\`)
	if driveLetter.MatchString(p) {
		p = strings.ReplaceAll(p, `\`, "/")
		if len(p) < 3 || p[2] != '/' {
			return "", fmt.Errorf("%s is relative to whatever folder that drive is in: write %s\\ and the full path", p[:2], p[:2])
		}
		return join(scheme, "", "/"+p)
	}
	if strings.HasPrefix(p, "/") {
		return join(scheme, "", p)
	}
	return fromBase(scheme, p, base)
}

// fromBase resolves a relative path. Backslashes part folders where the base
// is a Windows folder; elsewhere they are letters like any other.
func fromBase(scheme, p, base string) (string, error) {
	_, _, unc := cutUNC(base)
	windows := unc || drivePattern.MatchString(base)
	switch {
	case base == "" || !windows && !strings.HasPrefix(base, "/"):
		return "", errors.New("the path is relative: write it in full")
	case windows && strings.HasPrefix(p, `\`):
		return "", errors.New(`the path names no drive: write C:\ and the full path`)
	case windows:
		return pathURL(scheme, base+`\`+strings.ReplaceAll(p, "/", `\`), "")
	}
	return pathURL(scheme, base+"/"+p, "")
}

// cutUNC takes \\server\share apart; also \\?\UNC\server\share.
func cutUNC(p string) (server, rest string, ok bool) {
	if long, ok := strings.CutPrefix(p, `\\?\`); ok {
		if drivePattern.MatchString(long) {
			return "", "", false
		}
		if tail, ok := strings.CutPrefix(long, `UNC\`); ok {
			p = `\\` + tail
		}
	}
	p, ok = strings.CutPrefix(p, `\\`)
	if !ok {
		return "", "", false
	}
	server, rest, _ = strings.Cut(strings.ReplaceAll(p, `\`, "/"), "/")
	return server, rest, true
}

// join writes the one URL of a store.
func join(scheme, server, p string) (string, error) {
	if strings.ContainsRune(server+p, 0) {
		return "", errors.New("the path holds a zero byte")
	}
	p = path.Clean("/" + p)
	if len(p) >= 3 && drivePattern.MatchString(p[1:]) {
		p = "/" + strings.ToUpper(p[1:2]) + p[2:]
		if len(p) == 3 {
			p += "/" // the root of a drive
		}
	}
	if server != "" && p == "/" {
		return "", fmt.Errorf("the path names a server and no share: write \\\\%s\\share", server)
	}
	if server != "" {
		host, err := scope.ParseHost(server)
		if err != nil || host.Addr.Is6() {
			return "", errors.New("the server has no name that a share can have: write it in letters, digits and dots")
		}
		server = host.String()
	}
	return (&url.URL{Scheme: scheme, Host: server, Path: p}).String(), nil
}

// LocalPath returns the path under which this machine opens the store that a
// URL of StoreURL names, in the extended form where Windows needs it.
func LocalPath(storeURL string) (string, error) { return localPath(storeURL, runtime.GOOS) }

func localPath(storeURL, goos string) (string, error) {
	u, err := url.Parse(storeURL)
	if err != nil || u.Opaque != "" || !strings.HasPrefix(u.Path, "/") || strings.ContainsRune(u.Path, 0) {
		return "", errors.New("find local path: not the URL of a store")
	}
	if clean := path.Clean(u.Path); clean != u.Path && clean+"/" != u.Path {
		return "", errors.New("find local path: the URL is not in its plain form")
	}
	drive := drivePattern.MatchString(u.Path[1:])
	if goos == "windows" {
		return windowsPath(u, drive)
	}
	switch {
	case u.Host != "":
		return "", fmt.Errorf("find local path: a share of server %s opens by that name on Windows alone; mount it and name the folder", u.Host)
	case drive:
		return "", errors.New("find local path: it is the path of a Windows machine")
	}
	return u.Path, nil
}

func windowsPath(u *url.URL, drive bool) (string, error) {
	if strings.Contains(u.Path, `\`) {
		return "", errors.New("find local path: the URL holds a backslash: write / between folders")
	}
	local := strings.ReplaceAll(u.Path, "/", `\`)
	switch {
	case u.Host != "" && len(local) < longPath:
		return `\\` + u.Host + local, nil
	case u.Host != "":
		return `\\?\UNC\` + u.Host + local, nil
	case !drive:
		return "", errors.New(`find local path: the URL names no drive: write file:///C:/share`)
	case len(local) < longPath:
		return local[1:], nil
	}
	return `\\?\` + local[1:], nil
}
