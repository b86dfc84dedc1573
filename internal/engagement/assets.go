package engagement

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"slices"
	"strings"

	"trustaudit/internal/audit"
)

// maxAssets bounds the register that a trust can supply.
const maxAssets = 200_000

// assets reads the trust's register of its machines, a CSV with a heading. Like the
// roots it stands in the engagement itself from then on.
func (r *reader) assets(top *section) {
	if !top.has("asset_register") {
		return
	}
	name := top.text("asset_register")
	data, err := readBounded(r.localFile(name))
	if err != nil {
		top.problem("asset_register", "asset_register: %s cannot be read: write the path of a CSV file with a heading", quote(name))
		return
	}
	if r.file.Assets, err = readAssets(data); err != nil {
		top.problem("asset_register", "asset_register: %s: %v", quote(name), err)
	}
}

// The headings under which registers give an address, a name and what a machine is,
// without spaces, hyphens and underscores.
var (
	addressHeadings = []string{"ip", "ips", "ipaddress", "ipaddresses", "ipv4", "ipv4address", "ipv6address", "address"}
	nameHeadings    = []string{"name", "host", "hostname", "fqdn", "dns", "dnsname", "asset", "assetname", "device", "devicename", "computername", "netbiosname"}
	kindHeadings    = []string{"type", "kind", "class", "category", "assettype", "assetclass", "assetcategory", "devicetype", "devicecategory", "machinetype"}
)

// readAssets reads the register: a machine a line, with one address or more.
func readAssets(data []byte) ([]audit.Asset, error) {
	lines := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))))
	lines.FieldsPerRecord, lines.TrimLeadingSpace = -1, true
	heading, err := lines.Read()
	if err != nil {
		return nil, errors.New("it has no heading")
	}
	at := layout{columns(heading, addressHeadings), columns(heading, nameHeadings), columns(heading, kindHeadings)}
	if len(at.addresses)+len(at.names) == 0 {
		return nil, fmt.Errorf("no column is called %q or %q, or the like", "IP address", "hostname")
	}
	var all []audit.Asset
	for {
		line, err := lines.Read()
		if errors.Is(err, io.EOF) {
			return all, nil
		}
		if err != nil {
			return nil, fmt.Errorf("read line %d: %w", len(all)+2, err)
		}
		if len(all) == maxAssets {
			return nil, fmt.Errorf("it has more than %d lines", maxAssets)
		}
		if one := at.asset(line); len(one.Addresses)+len(one.Names) > 0 {
			all = append(all, one)
		}
	}
}

// layout is where a register has what.
type layout struct{ addresses, names, kinds []int }

// columns are the places of the headings that are among the wanted ones.
func columns(heading, wanted []string) []int {
	var at []int
	for i, h := range heading {
		plain := strings.NewReplacer(" ", "", "_", "", "-", "").Replace(strings.ToLower(strings.TrimSpace(h)))
		if slices.Contains(wanted, plain) {
			at = append(at, i)
		}
	}
	return at
}

// asset is what a line says of one machine. A cell may hold several addresses.
func (at layout) asset(line []string) audit.Asset {
	var one audit.Asset
	for _, text := range cells(line, at.addresses) {
		for _, a := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(" ,;|\n", r) }) {
			if a, err := netip.ParseAddr(a); err == nil {
				one.Addresses = append(one.Addresses, a.Unmap())
			}
		}
	}
	for _, text := range cells(line, at.names) {
		one.Names = append(one.Names, strings.TrimSuffix(text, "."))
	}
	one.Kind = strings.Join(cells(line, at.kinds), ", ")
	return one
}

// cells are those of a line at the places that hold something, in lower case.
func cells(line []string, places []int) []string {
	var out []string
	for _, i := range places {
		if i < len(line) && strings.TrimSpace(line[i]) != "" {
			out = append(out, strings.ToLower(strings.TrimSpace(line[i])))
		}
	}
	return out
}
