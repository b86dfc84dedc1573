package estatetest

import (
	"context"
	"fmt"
	"os"
)

func shareServers() []Server {
	return []Server{
		{
			Name: "samba, SMB 1 and guests", Service: "smb", Port: 20445, Programs: []string{"smbd"}, Root: true,
			Tests: []string{"smb-guest"},
			Finds: []Find{
				{"CHANNEL-CLEARTEXT-SERVICE", "encryption none"}, {"CHANNEL-ENCRYPTION-OPTIONAL", "encryption.required no"}, {"CHANNEL-OPEN-ACCESS", "access anyone-reads"},
				{"CHANNEL-SMB-SIGNING", "smb.signing offered"}, {"CHANNEL-SMB-VERSION", "smb.version SMB 1"},
			},
			Start: func(ctx context.Context, p Place) (*Running, error) {
				return samba(ctx, p, []string{"server min protocol = NT1", "server signing = disabled", "server smb encrypt = off", "map to guest = Bad User"}, "guest ok = yes")
			},
		},
		{
			Name: "samba, as packaged", Service: "smb", Port: 20447, Programs: []string{"smbd"}, Root: true,
			Tests: []string{"smb-guest"},
			Finds: []Find{{"CHANNEL-SMB-SIGNING", "smb.signing offered"}},
			Start: func(ctx context.Context, p Place) (*Running, error) { return samba(ctx, p, nil) },
		},
		{
			Name: "samba, signed and encrypted", Service: "smb", Port: 20449, Programs: []string{"smbd"}, Root: true,
			Tests: []string{"smb-guest"},
			Start: func(ctx context.Context, p Place) (*Running, error) {
				return samba(ctx, p, []string{"server min protocol = SMB3_11", "server signing = mandatory", "server smb encrypt = required", "map to guest = Never", "restrict anonymous = 2"})
			},
		},
	}
}

// samba serves one share that holds nothing.
func samba(ctx context.Context, p Place, global []string, share ...string) (*Running, error) {
	config := []string{
		"[global]", "netbios name = SYNTHETICFILES", "workgroup = SYNTHETIC", "disable netbios = yes", "load printers = no", "bind interfaces only = yes",
		"interfaces = " + p.Host + "/8", fmt.Sprintf("smb ports = %d", p.Port), "log level = 3", "debug timestamp = no", "pid directory = " + p.Dir,
	}
	for setting, folder := range map[string]string{
		"lock directory": "lock", "state directory": "state", "cache directory": "cache", "private dir": "private", "ncalrpc dir": "ncalrpc",
	} {
		config = append(config, setting+" = "+p.Dir+"/"+folder)
		if err := os.Mkdir(p.Dir+"/"+folder, 0o755); err != nil {
			return nil, fmt.Errorf("make folder: %w", err)
		}
	}
	if err := os.Mkdir(p.Dir+"/results", 0o755); err != nil {
		return nil, fmt.Errorf("make folder: %w", err)
	}
	config = append(append(config, global...), "[results]", "path = "+p.Dir+"/results", "read only = yes")
	file, err := p.File("smb.conf", lines(append(config, share...)...))
	if err != nil {
		return nil, err
	}
	r, err := Exec(ctx, p, "smbd", "--foreground", "--no-process-group", "--debug-stdout", "--configfile="+file)
	if err != nil {
		return nil, err
	}
	r.OnStop(func() { endNaming(file) }) // what smbd starts for lists of shares leaves its group
	return r, nil
}
