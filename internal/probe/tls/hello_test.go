package tls

import (
	"bytes"
	"encoding/binary"
	"testing"
)

// TestNoHelloEndsAMessage sees that a listener for HL7 messages can never take
// an offer for a whole message.
func TestNoHelloEndsAMessage(t *testing.T) {
	for _, v := range []version{ssl30, tls10, tls11, tls12, tls13} {
		for range 3000 {
			hello, err := clientHello(v, "host.example")
			if err != nil {
				t.Fatal(err)
			}
			if bytes.Contains(hello, mllpEnd) {
				t.Fatalf("%s: %x", v.name, hello)
			}
		}
	}
}

func TestHelloIsWellFormed(t *testing.T) {
	for _, v := range []version{ssl30, tls10, tls11, tls12, tls13} {
		hello, err := clientHello(v, "host.example")
		if err != nil {
			t.Fatal(err)
		}
		if got := int(binary.BigEndian.Uint16(hello[3:])); got != len(hello)-5 {
			t.Errorf("%s: record length %d of %d", v.name, got, len(hello)-5)
		}
		if got := uint24(hello[6:]); got != len(hello)-9 {
			t.Errorf("%s: message length %d of %d", v.name, got, len(hello)-9)
		}
		if named := bytes.Contains(hello, []byte("host.example")); named == (v == ssl30) {
			t.Errorf("%s: names the host: %v", v.name, named)
		}
	}
	hello, err := clientHello(tls12, "10.0.0.5")
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(hello, []byte("10.0.0.5")) {
		t.Error("an address must not stand in server_name")
	}
}
