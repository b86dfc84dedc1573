package ike

import (
	"slices"
	"strings"
	"testing"
)

func TestParse(t *testing.T) {
	q2, q1 := questions2()[0], questions1(usualProofs())[0]
	answer := func(q question, first, exchange byte, body string) []byte {
		return append(append(append([]byte{}, q.message[:16]...), first, q.message[17], exchange, 0x20, 0, 0, 0, 0, 0, 0, 0, 0), body...)
	}
	const chosen = "\x00\x00\x00\x2c\x00\x00\x00\x01\x00\x00\x00\x01\x00\x00\x00\x20\x01\x01\x00\x01" +
		"\x00\x00\x00\x18\x01\x01\x00\x00\x80\x01\x00\x05\x00\x0c\x00\x04\x00\x00\x70\x80\x80\x04\x00\x02"
	for _, c := range []struct {
		name string
		q    question
		said []byte
		want choice
		err  bool
	}{
		{"agrees", q2, answer(q2, payloadSA2, exchangeInit, "\x00\x00\x00\x04"), choice{agreed: true}, false},
		{"wants another key", q2, answer(q2, payloadNotify2, exchangeInit, "\x00\x00\x00\x0a\x00\x00\x00\x11\x00\x13"), choice{agreed: true}, false},
		{"chooses nothing", q2, answer(q2, payloadNotify2, exchangeInit, "\x00\x00\x00\x08\x00\x00\x00\x0e"), choice{}, false},
		{"wants a cookie", q2, answer(q2, payloadNotify2, exchangeInit, "\x00\x00\x00\x0a\x00\x00\x40\x06ab"), choice{}, false},
		{"chooses of version 1, a long attribute between", q1, answer(q1, payloadSA1, exchangeMain, chosen), choice{agreed: true, cipher: cipher3DES, group: modp1024}, false},
		{"refuses beside the exchange", q1, answer(q1, payloadHash1, 5, "\x00\x00\x00\x08abcd"), choice{}, false},
		{"knows no such name", questionsAggressive(usualProofs())[0], answer(questionsAggressive(usualProofs())[0], payloadNotify1, 5, "\x00\x00\x00\x0c\x00\x00\x00\x01\x01\x00\x00\x12"), choice{unnamed: true}, false},
		{"of another version", q2, answer(q1, payloadSA1, exchangeMain, chosen), choice{}, true},
		{"cut off", q1, answer(q1, payloadSA1, exchangeMain, chosen[:20]), choice{}, true},
		{"an echo", q2, q2.message, choice{}, true},
		{"no IKE", q2, []byte("hello"), choice{}, true},
	} {
		got, err := parse(c.said, c.q)
		if got != c.want || (err != nil) != c.err {
			t.Errorf("%s: %+v, %v", c.name, got, err)
		}
	}
}

// TestOld sees that SHA-1 is told, and does not keep the weak means from being
// asked for.
func TestOld(t *testing.T) {
	for _, c := range []struct {
		choice choice
		want   string
		weak   bool
	}{
		{choice{cipher: cipherAES, hash: hashSHA256, group: modp2048}, "", false},
		{choice{cipher: cipherAES, hash: hashSHA1, group: modp2048}, "SHA-1", false},
		{choice{cipher: cipherAES, hash: hashMD5, group: modp2048}, "MD5", true},
		{choice{cipher: cipher3DES, hash: hashSHA1, group: modp1536}, "3DES, 1536-bit MODP, SHA-1", true},
	} {
		traits, weak := c.choice.old()
		var values []string
		for _, one := range traits {
			values = append(values, one.Value)
		}
		if got := strings.Join(values, ", "); got != c.want || weak != c.weak {
			t.Errorf("%+v: %s, weak %v", c.choice, got, weak)
		}
	}
}

// TestQuestionsFit sees that each question fits into a datagram that Ethernet does not cut.
func TestQuestionsFit(t *testing.T) {
	for _, q := range slices.Concat(questions2(), questions1(usualProofs()), questions1(withXAuth()), questionsAggressive(usualProofs()), questionsAggressive(withXAuth())) {
		if n := len(q.message); n > 1472 {
			t.Errorf("%s is %d bytes long", q.say, n)
		}
	}
}

func FuzzParse(f *testing.F) {
	q := questions1(usualProofs())[0]
	f.Add(append(append([]byte{}, q.message[:28]...), "\x00\x00\x00\x2c"...))
	f.Fuzz(func(_ *testing.T, said []byte) {
		for _, q := range []question{q, questions2()[0]} {
			if c, err := parse(append(append([]byte{}, q.message[:16]...), said...), q); err == nil {
				c.old()
			}
		}
	})
}
