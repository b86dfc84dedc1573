package engagement

import (
	"net/netip"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"trustaudit/internal/audit"
)

func TestReadAssets(t *testing.T) {
	addr := netip.MustParseAddr
	for _, c := range []struct {
		name, text string
		want       []audit.Asset
		fails      bool
	}{
		{name: "as spreadsheets save them", text: "\ufeffAsset Name,IP Address,Owner\r\nPAS01.Trust.example.,10.0.0.5,IT\r\n,10.0.0.6,\r\n", want: []audit.Asset{
			{Names: []string{"pas01.trust.example"}, Addresses: []netip.Addr{addr("10.0.0.5")}}, {Addresses: []netip.Addr{addr("10.0.0.6")}},
		}},
		{name: "several addresses in a cell", text: "hostname,ip_addresses\npacs,\"10.0.0.7; 10.0.1.7, 2001:db8::7\"\n", want: []audit.Asset{
			{Names: []string{"pacs"}, Addresses: []netip.Addr{addr("10.0.0.7"), addr("10.0.1.7"), addr("2001:db8::7")}},
		}},
		{name: "lines that are short, empty or say DHCP", text: "hostname,ip\nward-pc\n\nlab,DHCP\n,\n", want: []audit.Asset{{Names: []string{"ward-pc"}}, {Names: []string{"lab"}}}},
		{name: "what they are", text: "hostname,Device Type,IP,Category\nw5,Label Printer,10.0.0.9,Peripheral\n", want: []audit.Asset{
			{Names: []string{"w5"}, Addresses: []netip.Addr{addr("10.0.0.9")}, Kind: "label printer, peripheral"},
		}},
		{name: "no such columns", text: "owner,room\nIT,5\n", fails: true},
		{name: "empty", fails: true},
	} {
		got, err := readAssets([]byte(c.text))
		if (err != nil) != c.fails {
			t.Errorf("%s: %v", c.name, err)
		}
		if diff := cmp.Diff(c.want, got, cmpopts.EquateComparable(netip.Addr{})); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
}

func FuzzReadAssets(f *testing.F) {
	f.Add([]byte("hostname,ip\npas,10.0.0.5\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		all, err := readAssets(data)
		for _, a := range all {
			if err == nil && len(a.Addresses)+len(a.Names) == 0 {
				t.Fatal("an asset without a name or an address")
			}
		}
	})
}
