package volume

import (
	"context"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

const table = `25 1 8:2 / / rw,relatime shared:1 - ext4 /dev/sda2 rw
30 25 253:1 / /data rw,relatime shared:2 - xfs /dev/mapper/vg-data rw
31 25 253:3 / /mirror rw - ext4 /dev/mapper/vg-mirror rw
32 25 0:45 /@home /home rw - btrfs /dev/mapper/home rw
33 25 0:50 / /secret rw - fuse.gocryptfs /data/cipher rw
34 25 0:51 / /share rw - cifs //server/share rw
35 25 0:52 / /with\040space rw - ecryptfs /x rw
36 30 8:3 / /data/clear rw - ext4 /dev/sda3 rw
broken line
`

func system() fstest.MapFS {
	empty := &fstest.MapFile{}
	text := func(s string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(s)} }
	return fstest.MapFS{
		"proc/self/mountinfo":                       text(table),
		"sys/dev/block/8:2/size":                    empty,
		"sys/dev/block/8:3/size":                    empty,
		"sys/dev/block/253:1/dm/uuid":               text("LVM-abc"),
		"sys/dev/block/253:1/slaves/dm-0/dm/uuid":   text("CRYPT-LUKS2-abc-luks\n"),
		"sys/dev/block/253:3/slaves/dm-0/dm/uuid":   text("CRYPT-LUKS2-abc-luks\n"),
		"sys/dev/block/253:3/slaves/sdb1/partition": empty,
		"sys/dev/block/253:2/dm/uuid":               text("CRYPT-BITLK-abc"),
	}
}

func TestMounted(t *testing.T) {
	device := func(path string) (string, bool) { return "253:2", path == "/dev/mapper/home" }
	for folder, want := range map[string]State{
		"/srv":               {Told: true},
		"/data/patients":     {Told: true, Encrypted: true, How: "LUKS2"},
		"/data":              {Told: true, Encrypted: true, How: "LUKS2"},
		"/database":          {Told: true},
		"/data/clear/x":      {Told: true},
		"/mirror":            {Told: true},
		"/home/ann":          {Told: true, Encrypted: true, How: "BitLocker"},
		"/secret":            {Told: true, Encrypted: true, How: "gocryptfs"},
		"/with space/letter": {Told: true, Encrypted: true, How: "eCryptfs"},
		"/share/x":           {},
	} {
		if diff := cmp.Diff(want, mounted(system(), folder, device)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", folder, diff)
		}
	}
	if got := mounted(fstest.MapFS{}, "/srv", device); got.Told {
		t.Errorf("without tables: %+v", got)
	}
}

func TestOf(t *testing.T) {
	if got := Of(context.Background(), "/no such folder"); got.Told {
		t.Errorf("a folder that is not there: %+v", got)
	}
	Of(context.Background(), t.TempDir()) // whatever it is on
}
