package ooxml

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strconv"

	"trustaudit/internal/extract"
	"trustaudit/internal/extract/seal"
)

const (
	oleMark = "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
	// ends is how much of a compound file is searched, at either end.
	ends = 1 << 20
)

// sealed tells how a compound file is encrypted, if it is the shell of an
// encrypted document. Its two small streams lie in one piece in all that is
// written, so that a search stands for walking the file's chains.
func sealed(doc extract.Document, sink extract.Sink) error {
	head, err := region(doc, 0, ends)
	if err != nil {
		return err
	}
	tail, err := region(doc, max(0, doc.Size-ends), ends)
	if err != nil {
		return err
	}
	directory, err := directory(doc, head)
	if err != nil {
		return err
	}
	mark := wide("EncryptedPackage")
	if !bytes.Contains(head, mark) && !bytes.Contains(directory, mark) && !bytes.Contains(tail, mark) {
		return fmt.Errorf("open compound file: %w", extract.ErrUnsupported)
	}
	found := seal.Of("Office", "", 0)
	for _, b := range [][]byte{head, tail} {
		if s, ok := agile(b); ok {
			found = s
			break
		}
		if s, ok := standard(b); ok {
			found = s
			break
		}
	}
	if err := sink.Seal(found); err != nil {
		return err
	}
	return fmt.Errorf("open document: %w", extract.ErrSealed)
}

func region(doc extract.Document, off, n int64) ([]byte, error) {
	b := make([]byte, min(n, max(0, doc.Size-off)))
	m, err := doc.Data.ReadAt(b, off)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("read compound file: %w", err)
	}
	return b[:m], nil
}

// directory reads where the file's header says that the directory begins.
func directory(doc extract.Document, head []byte) ([]byte, error) {
	if len(head) < 512 {
		return nil, nil
	}
	shift := binary.LittleEndian.Uint16(head[30:])
	if shift != 9 && shift != 12 {
		return nil, nil
	}
	off := (int64(binary.LittleEndian.Uint32(head[48:])) + 1) << shift
	if off >= doc.Size {
		return nil, nil
	}
	return region(doc, off, 64<<10)
}

// agile reads the XML in which newer versions describe the encryption.
func agile(b []byte) (extract.Seal, bool) {
	i := bytes.Index(b, []byte("<keyData "))
	if i < 0 {
		return extract.Seal{}, false
	}
	element, _, _ := bytes.Cut(b[i:], []byte(">"))
	bits, _ := strconv.Atoi(attribute(element, "keyBits")) // zero when it does not say
	return seal.Of("Office agile", attribute(element, "cipherAlgorithm"), bits), true
}

func attribute(element []byte, name string) string {
	_, rest, ok := bytes.Cut(element, []byte(name+`="`))
	value, _, closed := bytes.Cut(rest, []byte(`"`))
	if !ok || !closed || len(value) > 16 {
		return ""
	}
	return string(value)
}

// standard reads the binary header of Office 2007: the name of the provider
// stands behind the algorithm and the size of the key.
func standard(b []byte) (extract.Seal, bool) {
	i := bytes.Index(b, wide("Microsoft Enhanced "))
	if j := bytes.Index(b, wide("Microsoft Base Cryptographic")); i < 0 {
		i = j
	}
	if i < 24 {
		return extract.Seal{}, false
	}
	algorithm, bits := binary.LittleEndian.Uint32(b[i-24:]), binary.LittleEndian.Uint32(b[i-16:])
	switch algorithm {
	case 0x660e, 0x660f, 0x6610:
		return seal.Of("Office standard", "AES-ECB", int(bits)), true
	case 0x6801:
		return seal.Of("Office CryptoAPI", "RC4", int(bits)), true
	}
	return extract.Seal{}, false
}

// wide is s in UTF-16, as names stand in a compound file.
func wide(s string) []byte {
	b := make([]byte, 0, 2*len(s))
	for i := range len(s) {
		b = append(b, s[i], 0)
	}
	return b
}
