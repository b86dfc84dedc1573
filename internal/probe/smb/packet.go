package smb

import (
	"encoding/binary"
	"errors"
	"fmt"

	"trustaudit/internal/probe/talk"
)

// maxPacket bounds a packet that is read. Answers to what is asked here are short.
const maxPacket = 64 << 10

var (
	errForeign = errors.New("the answer is not SMB")
	errAway    = errors.New("the server turns this machine away")
	errTorn    = errors.New("the answer ends in the middle")
)

// The beginnings of packets by the generation of the protocol.
const (
	magic1 = "\xffSMB"
	magic2 = "\xfeSMB"
)

// framed puts a packet into its frame.
func framed(packet []byte) []byte {
	return append(binary.BigEndian.AppendUint32(nil, uint32(len(packet))), packet...)
}

// receive reads a packet out of its frame.
func receive(c *talk.Conn) ([]byte, error) {
	head, err := c.Next(4)
	if err != nil {
		return nil, err
	}
	if head[0] == sessionRefused {
		return nil, errAway
	}
	size := binary.BigEndian.Uint32(head)
	if head[0] != 0 || size < 32 || size > maxPacket {
		return nil, errForeign
	}
	return c.Next(int(size))
}

// exchange sends a packet and reads the answer.
func exchange(c *talk.Conn, words string, packet []byte) ([]byte, error) {
	if err := c.Send(words, framed(packet)); err != nil {
		return nil, err
	}
	answer, err := receive(c)
	if err != nil {
		return nil, fmt.Errorf("read the answer to %s: %w", words, err)
	}
	return answer, nil
}

// field reads little-endian numbers and stretches out of an answer without ever
// reading past its end: what is not there is zero, and remembered.
type field struct {
	data []byte
	torn bool
}

func (f *field) bytes(at, size int) []byte {
	if at < 0 || size < 0 || at+size > len(f.data) || at+size < at {
		f.torn = true
		return nil
	}
	return f.data[at : at+size]
}

func (f *field) u8(at int) byte {
	if b := f.bytes(at, 1); b != nil {
		return b[0]
	}
	return 0
}

func (f *field) u16(at int) uint16 {
	if b := f.bytes(at, 2); b != nil {
		return binary.LittleEndian.Uint16(b)
	}
	return 0
}

func (f *field) u32(at int) uint32 {
	if b := f.bytes(at, 4); b != nil {
		return binary.LittleEndian.Uint32(b)
	}
	return 0
}

func (f *field) u64(at int) uint64 {
	if b := f.bytes(at, 8); b != nil {
		return binary.LittleEndian.Uint64(b)
	}
	return 0
}

func (f *field) err() error {
	if f.torn {
		return errTorn
	}
	return nil
}

// list puts numbers one after another as their little-endian bytes.
func list[T uint8 | uint16 | uint32 | uint64](numbers ...T) []byte {
	var out []byte
	for _, n := range numbers {
		var err error
		if out, err = binary.Append(out, binary.LittleEndian, n); err != nil {
			panic(err) // numbers have a fixed size
		}
	}
	return out
}
