package discover

import (
	"slices"

	"trustaudit/internal/audit"
)

// Port is a port of the shipped list, with what usually listens there.
type Port struct {
	Number uint16
	Usual  string
	// Telling marks the ports that show best whether a host is there at all.
	Telling bool
}

// Ports returns the shipped list: where hospitals' services usually listen.
func Ports() []Port {
	return []Port{
		{21, "FTP", false}, {22, "SSH", true}, {23, "Telnet", false}, {25, "SMTP", false},
		{80, "HTTP", true}, {104, "DICOM", false}, {110, "POP3", false}, {111, "rpcbind", false},
		{135, "MS RPC", true}, {139, "NetBIOS", false}, {143, "IMAP", false}, {389, "LDAP", false},
		{443, "HTTPS", true}, {445, "SMB", true}, {465, "SMTP over TLS", false}, {514, "rsh or syslog", false},
		{515, "LPD", false}, {587, "SMTP submission", false}, {636, "LDAP over TLS", false}, {873, "rsync", false},
		{990, "FTP over TLS", false}, {993, "IMAP over TLS", false}, {995, "POP3 over TLS", false},
		{1433, "SQL Server", true}, {1521, "Oracle", false}, {1883, "MQTT", false}, {2049, "NFS", false},
		{2575, "MLLP", true}, {2761, "DICOM ISCL", false}, {2762, "DICOM over TLS", false},
		{3306, "MySQL", false}, {3389, "RDP", true}, {5432, "PostgreSQL", false}, {5900, "VNC", false},
		{5985, "WinRM", false}, {6379, "Redis", false}, {8080, "HTTP", false}, {8443, "HTTPS", false},
		{9100, "printer", false}, {11112, "DICOM", false}, {27017, "MongoDB", false},
	}
}

// ports are those to look at: what the engagement says, or the shipped list.
// Each is there once, in ascending order.
func ports(scope audit.Scope) []audit.Port {
	list := slices.Clone(scope.Ports)
	if len(list) == 0 {
		for _, p := range Ports() {
			list = append(list, audit.Port{Number: p.Number})
		}
	}
	slices.SortStableFunc(list, func(a, b audit.Port) int { return int(a.Number) - int(b.Number) })
	return slices.CompactFunc(list, func(a, b audit.Port) bool { return a.Number == b.Number })
}

// telling says whether a silent host is still asked at the port: those of the
// list that are marked so, and those that the engagement says carry something.
func telling(port audit.Port) bool {
	return port.Service != "" || slices.ContainsFunc(Ports(), func(p Port) bool {
		return p.Telling && p.Number == port.Number
	})
}
