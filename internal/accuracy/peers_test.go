package main

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"trustaudit/internal/estatetest"
)

func traits(finds []estatetest.Find) []string {
	var out []string
	for _, f := range finds {
		out = append(out, f.Trait)
	}
	return out
}

// TestReadPeers reads shortened output of each tool, of a weak server and of one of
// which nothing is to be said.
func TestReadPeers(t *testing.T) {
	for _, c := range []struct {
		name, tool, of, said string
		want                 []string
	}{
		{"weak", "sslscan", "tls", `<document><ssltest host="127.0.0.1">
			<protocol type="ssl" version="2" enabled="1"/><protocol type="ssl" version="3" enabled="0"/><protocol type="tls" version="1.0" enabled="1"/><protocol type="tls" version="1.2" enabled="1"/>
			<compression supported="1"/><renegotiation supported="1" secure="0"/>
			<cipher status="accepted" cipher="EXP-RC4-MD5"/><cipher status="accepted" cipher="DES-CBC-SHA"/><cipher status="accepted" cipher="DES-CBC3-SHA"/><cipher status="accepted" cipher="IDEA-CBC-SHA"/>
			<cipher status="accepted" cipher="RC4-SHA"/><cipher status="accepted" cipher="NULL-SHA"/>
			<certificates><certificate><signature-algorithm>ecdsa-with-SHA1</signature-algorithm><pk type="RSA" bits="1024"/><self-signed>true</self-signed><expired>true</expired></certificate></certificates>
			</ssltest></document>`,
			[]string{"tls.version SSLv2", "tls.version TLS 1.0", "tls.suite export", "tls.suite DES", "tls.suite 3DES", "tls.suite IDEA", "tls.suite RC4", "tls.suite no encryption",
				"tls.forward_secrecy never", "tls.certificate.key 1024", "tls.certificate.signature ECDSA-SHA1", "tls.certificate.validity expired", "tls.certificate.trust self-signed",
				"tls.compression yes", "tls.renegotiation missing"}},
		{"hardened", "sslscan", "tls", `<document><ssltest><protocol type="tls" version="1.2" enabled="1"/><protocol type="tls" version="1.3" enabled="1"/><renegotiation supported="0" secure="0"/>
			<cipher cipher="DHE-RSA-AES256-GCM-SHA384" dhebits="3072"/><cipher cipher="TLS_AES_256_GCM_SHA384"/>
			<certificates><certificate><pk type="EC" bits="256"/><self-signed>false</self-signed><expired>false</expired></certificate></certificates></ssltest></document>`, nil},
		{"nobody there", "sslscan", "tls", `<document><ssltest host="127.0.0.1"></ssltest></document>`, nil},
		{"weak", "testssl", "tls", " SSLv2      not offered (OK)\n SSLv3      offered (NOT ok)\n TLS 1      offered (deprecated)\n TLS 1.2    offered (OK)\n" +
			" Signature Algorithm          ECDSA with SHA1\n Server key size              RSA 1024 bits\n Trust (hostname)             certificate does not match supplied URI\n" +
			" Chain of trust               NOT ok (self signed)\n Certificate Validity (UTC)   expired (2025-11-22)\n" +
			" x3a     ADH-AES256-SHA                    DH 3072    AES         256\n x39     DHE-RSA-AES256-SHA                DH 1024    AES         256\n",
			[]string{"tls.version SSLv3", "tls.version TLS 1.0", "tls.suite anonymous", "tls.finite_field 1024", "tls.certificate.key 1024", "tls.certificate.signature ECDSA-SHA1",
				"tls.certificate.validity expired", "tls.certificate.trust self-signed", "tls.certificate.name wrong"}},
		{"hardened", "testssl", "tls", " TLS 1      not offered\n TLS 1.3    offered (OK): final\n Server key size              EC 256 bits\n x1302   TLS_AES_256_GCM_SHA384            ECDH 253   AESGCM      256\n", nil},
		{"weak", "nmap", "tls", `<nmaprun><host><ports><port><service name="https" tunnel="ssl" method="probed"/>
			<script id="ssl-enum-ciphers" output="&#xa;  TLSv1.0: &#xa;    ciphers: &#xa;      TLS_DHE_RSA_WITH_AES_128_CBC_SHA (dh 1024) - F&#xa;      TLS_DH_anon_WITH_AES_128_CBC_SHA (dh 3072) - F&#xa;"/>
			<script id="ssl-cert" output="Subject: commonName=a&#xa;Issuer: commonName=a&#xa;Public Key type: rsa&#xa;Public Key bits: 1024&#xa;Signature Algorithm: ecdsa-with-SHA1&#xa;Not valid after:  2020-01-02T03:04:05&#xa;"/>
			<script id="sslv2" output="&#xa;  SSLv2 supported&#xa;"/></port></ports></host></nmaprun>`,
			[]string{"tls.version TLS 1.0", "tls.version SSLv2", "tls.suite anonymous", "tls.finite_field 1024", "tls.certificate.key 1024",
				"tls.certificate.signature ECDSA-SHA1", "tls.certificate.validity expired", "tls.certificate.trust self-signed"}},
		{"anonymous", "nmap", "ftp", `<nmaprun><host><ports><port><service name="ftp" method="probed"/><script id="ftp-anon" output="Anonymous FTP login allowed (FTP code 230)"/></port></ports></host></nmaprun>`,
			[]string{"encryption none", "access anyone"}},
		{"by its port alone", "nmap", "redis", `<nmaprun><host><ports><port><service name="redis" method="table"/></port></ports></host></nmaprun>`, nil},
		{"of the host", "nmap", "smb", `<nmaprun><host><ports><port/></ports><hostscript><script id="smb2-security-mode" output="Message signing enabled but not required"/></hostscript></host></nmaprun>`,
			[]string{"smb.signing offered"}},
		{"weak", "ssh-audit", "ssh", "(gen) protocol SSH1 enabled\n(kex) diffie-hellman-group1-sha1            -- [fail] using small 1024-bit modulus\n" +
			"(kex) diffie-hellman-group-exchange-sha1 (1024-bit) -- [fail] removed (in server), unsafe algorithm\n" +
			"                                                    `- [fail] using small 1024-bit modulus\n" +
			"(key) ssh-rsa (1024-bit)                    -- [fail] using weak hashing algorithm\n                                            `- [fail] using small 1024-bit modulus\n" +
			"(enc) 3des-cbc                              -- [fail] removed\n                                            `- [warn] using weak cipher\n(enc) aes128-ctr  -- [info] available\n" +
			"(mac) hmac-sha1                             -- [warn] using weak hashing algorithm\n",
			[]string{"ssh.kex diffie-hellman-group1-sha1", "ssh.kex diffie-hellman-group-exchange-sha1", "ssh.group.bits 1024", "ssh.signature SHA-1 only", "ssh.key.bits 1024", "ssh.cipher 3des-cbc",
				"ssh.protocol 1 and 2"}},
	} {
		t.Run(c.tool+", "+c.name, func(t *testing.T) {
			all := peers()
			i := slices.IndexFunc(all, func(p peer) bool { return p.name == c.tool })
			if i < 0 {
				t.Fatalf("no peer is called %q", c.tool)
			}
			if diff := cmp.Diff(c.want, traits(all[i].read([]byte(c.said), c.of))); diff != "" {
				t.Errorf("read (-want +got):\n%s", diff)
			}
		})
	}
}
