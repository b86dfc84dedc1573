package postcode

import (
	"testing"

	"trustaudit/internal/identify"
)

func TestFind(t *testing.T) {
	tests := []struct {
		text string
		want uint32
	}{
		{"EX4 8AG", listed}, {"EX48AG", listed}, {"M1 1AA", listed}, {"M11AA", listed}, {"W1A 0AX", listed}, {"EC1A 1BB", listed}, {"LS16 6BJ", listed},
		{"EX4  8AG", listed}, {"EX4\u00a08AG", listed}, {"EX4 8AG.", listed},
		{"DE2 1JL", unlisted},
		{"BF1 2AT", listed}, {"JE2 3AB", listed}, {"IM1 1AA", listed}, {"BT1 1AA", listed}, {"ZE1 0AA", listed},
		{"GIR 0AA", 0}, {"BFPO 58", 0}, {"ZZ99 3CZ", 0}, {"ZZ99 3WZ", 0}, // a bank's, a forces' post office, abroad, Wales
		{"ZZ99 3VZ", 0}, {"ZZ99 3AZ", 0}, // no fixed abode, abroad
		{"EX4 8CG", 0}, {"EX4 8A", 0}, {"EX4 8AGX", 0}, {"EX 8AG", 0}, {"EX4-8AG", 0}, {"EX4\n8AG", 0}, {"4 8AG", 0}, {"ex4 8ag", 0},
		{"EX4", 0}, {"", 0}, {"E", 0},
	}
	for _, tt := range tests {
		c := identify.Context{Text: []byte(tt.text)}
		m, ok := Kind.Find(&c, 0)
		if ok != (tt.want != 0) || m.Signals&(listed|unlisted) != tt.want {
			t.Errorf("%q: got %b, %v, want %b", tt.text, m.Signals, ok, tt.want)
		}
	}
}

func TestContext(t *testing.T) {
	tests := []struct {
		before string
		want   uint32
	}{
		{"Northfold Hospital, Barrack Road, Exeter ", organisation},
		{"Acme Ltd, Unit 4, ", organisation},
		{"Mrs A Canary\n37 The Crescent\nExeter\n", addressee},
		{"Northfold Hospital\n\nMrs A Canary\n37 The Crescent\n", addressee},
		{"Postcode: ", label},
		{"37 The Crescent, ", 0},
		{"NHS No 999 012 3456, 37 The Crescent, ", 0},
		{"NHS number: 9990123456 ", 0},
		{"NHS 999 012 3456\n37 The Crescent\n", 0},
		{"NHS Devon, 12 Noel Road, ", organisation},
		{"Hospital 120 Barrack Road, ", organisation},
	}
	for _, tt := range tests {
		c := identify.Context{Text: []byte(tt.before + "EX4 8AG")}
		m, ok := Kind.Find(&c, len(tt.before))
		if got := m.Signals &^ listed; !ok || got != tt.want {
			t.Errorf("%q: got %b, %v, want %b", tt.before, got, ok, tt.want)
		}
	}
}

func TestValue(t *testing.T) {
	value := func(text string, name bool) uint64 {
		c := identify.Context{Text: []byte(text), Name: name}
		m, _ := Kind.Find(&c, 0)
		return m.Value
	}
	want := value("EX4 8AG", false)
	for _, text := range []string{"EX48AG", "ex4 8ag", "EX4_8AG"} {
		if got := value(text, true); got != want {
			t.Errorf("%q is %x, want %x", text, got, want)
		}
	}
}
