package volume

import (
	"bufio"
	"io/fs"
	"path"
	"strconv"
	"strings"
)

// numbers names a device as the system does.
func numbers(major, minor uint32) string {
	return strconv.FormatUint(uint64(major), 10) + ":" + strconv.FormatUint(uint64(minor), 10)
}

// mount is a line of mountinfo.
type mount struct {
	device string // "253:0"; of some file systems a number of their own
	point  string
	kind   string
	source string
}

// mounted says what the system's tables tell of the mount that a folder lies in.
// The tables are files below root; device returns the numbers of a block device.
func mounted(root fs.FS, folder string, device func(path string) (string, bool)) State {
	m, ok := mountOf(root, folder)
	if !ok {
		return State{}
	}
	switch m.kind {
	case "ecryptfs":
		return State{Told: true, Encrypted: true, How: "eCryptfs"}
	case "fuse.gocryptfs", "fuse.encfs", "fuse.cryfs", "fuse.securefs":
		return State{Told: true, Encrypted: true, How: strings.TrimPrefix(m.kind, "fuse.")}
	}
	number := m.device
	if strings.HasPrefix(number, "0:") { // btrfs numbers its volumes by itself
		if number, ok = device(m.source); !ok {
			return State{}
		}
	}
	how, told := encryption(root, path.Join("sys/dev/block", number), 0)
	return State{Told: told, Encrypted: how != "", How: how}
}

// mountOf finds the mount that a folder lies in: the longest mount point, and of
// several on one point the last.
func mountOf(root fs.FS, folder string) (found mount, ok bool) {
	table, err := root.Open("proc/self/mountinfo")
	if err != nil {
		return mount{}, false
	}
	defer table.Close()
	lines := bufio.NewScanner(table)
	for lines.Scan() {
		m, good := parseMount(lines.Text())
		if good && within(folder, m.point) && len(m.point) >= len(found.point) {
			found, ok = m, true
		}
	}
	return found, ok && lines.Err() == nil
}

func within(folder, point string) bool {
	return folder == point || point == "/" || strings.HasPrefix(folder, point+"/")
}

// parseMount reads a line: "36 35 98:0 /root /point options - kind source options".
func parseMount(line string) (mount, bool) {
	before, after, ok := strings.Cut(line, " - ")
	front, back := strings.Fields(before), strings.Fields(after)
	if !ok || len(front) < 5 || len(back) < 2 {
		return mount{}, false
	}
	return mount{device: front[2], point: unescape(front[4]), kind: back[0], source: unescape(back[1])}, true
}

// unescape undoes what stands for spaces and the like.
func unescape(s string) string {
	return strings.NewReplacer(`\040`, " ", `\011`, "\t", `\012`, "\n", `\134`, `\`).Replace(s)
}

// maxLayers bounds how devices lie upon one another.
const maxLayers = 16

// encryption says how a block device is encrypted, itself or all that it lies on;
// told is false when there is no such device.
func encryption(root fs.FS, device string, depth int) (how string, told bool) {
	if _, err := fs.Stat(root, device); err != nil || depth > maxLayers {
		return "", false
	}
	if uuid, err := fs.ReadFile(root, path.Join(device, "dm/uuid")); err == nil {
		if how := crypt(string(uuid)); how != "" {
			return how, true
		}
	}
	below, err := fs.ReadDir(root, path.Join(device, "slaves"))
	if err != nil || len(below) == 0 {
		return "", true
	}
	for _, b := range below {
		if how, told = encryption(root, path.Join(device, "slaves", b.Name()), depth+1); how == "" {
			return "", told // a part that is in clear
		}
	}
	return how, told
}

// crypt names the kind of a dm-crypt volume: "CRYPT-LUKS2-…".
func crypt(uuid string) string {
	rest, ok := strings.CutPrefix(uuid, "CRYPT-")
	if !ok {
		return ""
	}
	switch kind, _, _ := strings.Cut(rest, "-"); kind {
	case "LUKS1", "LUKS2":
		return kind
	case "BITLK":
		return "BitLocker"
	case "TCRYPT", "VERACRYPT":
		return "VeraCrypt"
	}
	return "dm-crypt"
}
