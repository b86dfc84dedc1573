package estatetest

import (
	"context"
	"fmt"
	"os"
	"os/exec"
)

// kerberosServers give tickets, if anybody proves who he is.
func kerberosServers() []Server {
	return []Server{
		kdc("kerberos, RC4", 20088, "aes256-cts rc4-hmac", Find{"CHANNEL-KERBEROS-ENCRYPTION", "kerberos.enctype RC4"}),
		kdc("kerberos, AES", 20089, "aes256-cts aes128-cts"),
	}
}

// kdc is MIT's Kerberos server, with the kinds of encryption it permits.
func kdc(name string, port int, kinds string, finds ...Find) Server {
	return Server{
		Name: name, Service: "kerberos", Port: port, Programs: []string{"krb5kdc", "kdb5_util"}, Tests: []string{"kerberos-request"}, Finds: finds,
		Start: func(ctx context.Context, p Place) (*Running, error) {
			config, err := p.File("krb5.conf", lines("[libdefaults]", "default_realm = TRUST.EXAMPLE", "allow_weak_crypto = true", "allow_rc4 = true", "permitted_enctypes = "+kinds,
				"[realms]", "TRUST.EXAMPLE = {", "}"))
			if err != nil {
				return nil, err
			}
			settings, err := p.File("kdc.conf", lines("[kdcdefaults]", `kdc_listen = ""`, "kdc_tcp_listen = "+p.Address(), "[realms]", "TRUST.EXAMPLE = {",
				"database_name = "+p.Dir+"/principal", "key_stash_file = "+p.Dir+"/stash", "supported_enctypes = aes256-cts:normal rc4-hmac:normal",
				"}", "[logging]", "kdc = STDERR"))
			if err != nil {
				return nil, err
			}
			settled := []string{"KRB5_CONFIG=" + config, "KRB5_KDC_PROFILE=" + settings}
			util, err := find("kdb5_util")
			if err != nil {
				return nil, err
			}
			create := exec.CommandContext(ctx, util, "create", "-s", "-P", "synthetic", "-r", "TRUST.EXAMPLE")
			create.Env = append(os.Environ(), settled...)
			if out, err := create.CombinedOutput(); err != nil {
				return nil, fmt.Errorf("make the database: %w: %s", err, out)
			}
			return Exec(ctx, p, "env", append(settled, "krb5kdc", "-n")...)
		},
	}
}
