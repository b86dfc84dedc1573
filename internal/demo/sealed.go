package demo

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"crypto/aes"
	"crypto/hmac"
	"crypto/pbkdf2"
	"crypto/sha1"
	"encoding/binary"
	"fmt"
	"hash/crc32"
)

// member is the one file of a sealed archive. The salt is given, rather than
// drawn, so that a seed always makes the same archive.
type member struct {
	name     string
	data     []byte
	password string
	salt     [16]byte
}

// seal makes an encrypted ZIP archive of a member.
type seal func(member) ([]byte, error)

// salt draws what seals need that is random.
func (p *people) salt() [16]byte {
	var out [16]byte
	for i := range out {
		out[i] = byte(p.random.Uint32())
	}
	return out
}

// Numbers of the WinZip AES format (AE-2).
const (
	methodAES     = 99
	extraAES      = 0x9901
	aesRounds     = 1000
	flagEncrypted = 1
)

// sealAES encrypts with AES-256 as WinZip does: the strong seal.
func sealAES(m member) ([]byte, error) {
	packed, err := deflate(m.data)
	if err != nil {
		return nil, err
	}
	keys, err := pbkdf2.Key(sha1.New, m.password, m.salt[:], aesRounds, 32+32+2)
	if err != nil {
		return nil, fmt.Errorf("derive the key of %s: %w", m.name, err)
	}
	block, err := aes.NewCipher(keys[:32])
	if err != nil {
		return nil, err
	}
	var counter, stream [aes.BlockSize]byte
	for i := range packed {
		if i%aes.BlockSize == 0 {
			binary.LittleEndian.PutUint64(counter[:], uint64(i/aes.BlockSize+1))
			block.Encrypt(stream[:], counter[:])
		}
		packed[i] ^= stream[i%aes.BlockSize]
	}
	mac := hmac.New(sha1.New, keys[32:64])
	mac.Write(packed)
	body := append(m.salt[:], keys[64:]...)
	body = append(append(body, packed...), mac.Sum(nil)[:10]...)
	extra := binary.LittleEndian.AppendUint16(nil, extraAES)
	extra = append(extra, 7, 0, 2, 0, 'A', 'E', 3, zipDeflate, 0) // AE-2, 256 bits
	return raw(&zip.FileHeader{Name: m.name, Method: methodAES, Extra: extra}, m, body)
}

const zipDeflate = byte(zip.Deflate)

// sealZipCrypto encrypts with the cipher of PKZIP 2: the weak seal.
func sealZipCrypto(m member) ([]byte, error) {
	packed, err := deflate(m.data)
	if err != nil {
		return nil, err
	}
	sum := crc32.ChecksumIEEE(m.data)
	cipher := newZipCrypto(m.password)
	head := append(m.salt[:11:11], byte(sum>>24))
	body := cipher.encrypt(append(head, packed...))
	return raw(&zip.FileHeader{Name: m.name, Method: zip.Deflate, CRC32: sum}, m, body)
}

// zipCrypto is the state of PKZIP 2's stream cipher.
type zipCrypto [3]uint32

func newZipCrypto(password string) *zipCrypto {
	z := &zipCrypto{0x12345678, 0x23456789, 0x34567890}
	for _, c := range []byte(password) {
		z.update(c)
	}
	return z
}

func (z *zipCrypto) update(c byte) {
	z[0] = crc32.IEEETable[byte(z[0])^c] ^ z[0]>>8
	z[1] = (z[1]+z[0]&0xff)*134775813 + 1
	z[2] = crc32.IEEETable[byte(z[2])^byte(z[1]>>24)] ^ z[2]>>8
}

func (z *zipCrypto) encrypt(b []byte) []byte {
	for i, c := range b {
		t := z[2] | 2
		b[i] = c ^ byte(t*(t^1)>>8)
		z.update(c)
	}
	return b
}

func deflate(data []byte) ([]byte, error) {
	var out bytes.Buffer
	w, err := flate.NewWriter(&out, flate.BestCompression)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(data); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// raw writes an archive of one member whose bytes are already encrypted.
func raw(h *zip.FileHeader, m member, body []byte) ([]byte, error) {
	h.Flags |= flagEncrypted
	h.Modified = firstDay
	h.CompressedSize64, h.UncompressedSize64 = uint64(len(body)), uint64(len(m.data))
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	if err := w.SetComment(notice); err != nil {
		return nil, err
	}
	member, err := w.CreateRaw(h)
	if err != nil {
		return nil, fmt.Errorf("begin %s: %w", m.name, err)
	}
	if _, err := member.Write(body); err != nil {
		return nil, fmt.Errorf("write %s: %w", m.name, err)
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("end the archive of %s: %w", m.name, err)
	}
	return out.Bytes(), nil
}
