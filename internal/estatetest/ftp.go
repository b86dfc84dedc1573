package estatetest

import (
	"context"
	"fmt"
)

func ftpServers() []Server {
	const cleartext, open, optional = "CHANNEL-CLEARTEXT-SERVICE", "CHANNEL-OPEN-ACCESS", "CHANNEL-ENCRYPTION-OPTIONAL"
	return []Server{
		{
			Name: "vsftpd, anonymous in clear", Service: "ftp", Port: 20021, Programs: []string{"vsftpd"}, Root: true,
			Tests: []string{"ftp-anonymous"},
			Finds: []Find{{cleartext, "encryption none"}, {open, "access anyone"}},
			Start: func(ctx context.Context, p Place) (*Running, error) {
				return vsftpd(ctx, p, "anonymous_enable=YES", "local_enable=NO")
			},
		},
		{
			Name: "vsftpd, TLS for those who ask", Service: "ftp", Port: 20027, Programs: []string{"vsftpd"}, Root: true,
			Tests: []string{"ftp-anonymous"},
			Finds: []Find{{optional, "encryption.required no"}, {"CHANNEL-LOGIN-CLEAR", "login.clear optional"}},
			Start: func(ctx context.Context, p Place) (*Running, error) {
				return vsftpdTLS(ctx, p, "force_local_logins_ssl=NO", "force_local_data_ssl=NO")
			},
		},
		{
			Name: "vsftpd, TLS required", Service: "ftp", Port: 20029, Programs: []string{"vsftpd"}, Root: true,
			Start: func(ctx context.Context, p Place) (*Running, error) {
				return vsftpdTLS(ctx, p, "force_local_logins_ssl=YES", "force_local_data_ssl=YES")
			},
		},
		{
			Name: "vsftpd, anonymous in TLS alone", Service: "ftp", Port: 20039, Programs: []string{"vsftpd"}, Root: true,
			Tests: []string{"ftp-anonymous"},
			Finds: []Find{{open, "access anyone"}},
			Start: func(ctx context.Context, p Place) (*Running, error) {
				return vsftpdTLS(ctx, p, "ftpd_banner=Synthetic Trust file exchange", "anonymous_enable=YES", "allow_anon_ssl=YES", "force_anon_logins_ssl=YES", "force_anon_data_ssl=YES",
					"force_local_logins_ssl=YES", "force_local_data_ssl=YES")
			},
		},
		{
			Name: "vsftpd, TLS from the first byte", Service: "tls", Port: 20990, Programs: []string{"vsftpd"}, Root: true,
			Start: func(ctx context.Context, p Place) (*Running, error) {
				return vsftpdTLS(ctx, p, "implicit_ssl=YES", "force_local_logins_ssl=YES", "force_local_data_ssl=YES")
			},
		},
	}
}

func vsftpdTLS(ctx context.Context, p Place, more ...string) (*Running, error) {
	pair := p.Keys.Pair(GoodRSA)
	return vsftpd(ctx, p, append([]string{"anonymous_enable=NO", "local_enable=YES", "ssl_enable=YES", "ssl_tlsv1=YES", "ssl_sslv2=NO", "ssl_sslv3=NO",
		"ssl_ciphers=ECDHE+AESGCM", "require_ssl_reuse=NO", "rsa_cert_file=" + pair.Cert, "rsa_private_key_file=" + pair.Key}, more...)...)
}

// vsftpd writes each command that it is given to its log.
func vsftpd(ctx context.Context, p Place, more ...string) (*Running, error) {
	log := p.Dir + "/vsftpd.log"
	config, err := p.File("vsftpd.conf", lines(append(more, "listen=YES", "listen_address="+p.Host, fmt.Sprintf("listen_port=%d", p.Port),
		"background=NO", "secure_chroot_dir="+p.Dir, "anon_root="+p.Dir, "seccomp_sandbox=NO", "pam_service_name=vsftpd",
		"xferlog_enable=YES", "log_ftp_protocol=YES", "vsftpd_log_file="+log)...))
	if err != nil {
		return nil, err
	}
	r, err := Exec(ctx, p, "vsftpd", config)
	if err == nil {
		r.LogsTo(log)
	}
	return r, err
}
