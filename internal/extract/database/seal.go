package database

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"trustaudit/internal/extract"
	"trustaudit/internal/extract/random"
	"trustaudit/internal/extract/seal"
)

const looks = 64 // pages of a file that are looked at

// pages shows pages from all over a file to look.
func pages(doc extract.Document, size int64, look func([]byte)) error {
	b := make([]byte, size)
	count := doc.Size / size
	for i := range min(looks, count) {
		if n, err := doc.Data.ReadAt(b, count*i/min(looks, count)*size); n < len(b) {
			if err == nil || errors.Is(err, io.EOF) {
				return nil
			}
			return fmt.Errorf("look at pages: %w", err)
		}
		look(b)
	}
	return nil
}

// sqlServer tells a file that is encrypted transparently: its pages have plain
// headers, and are random behind these.
func sqlServer(doc extract.Document) (s extract.Seal, err error) {
	const size, header, fewest = 8192, 96, 4
	full, even := 0, 0
	err = pages(doc, size, func(b []byte) {
		if kind := b[1]; b[0] != 1 || kind == 0 || kind > 4 || binary.LittleEndian.Uint16(b[22:]) == 0 {
			return // no page of rows
		}
		full++
		if random.Uniform(b[header:]) {
			even++
		}
	})
	if err == nil && full >= fewest && even*10 >= full*9 {
		s = seal.Of("SQL Server TDE", "AES", 128)
		s.Probable = true
	}
	return s, err
}

// innoDB tells a table that is encrypted: its pages say so.
func innoDB(doc extract.Document) (s extract.Seal, err error) {
	const size, kindAt, encrypted, encryptedTree = 16384, 24, 15, 17
	sealed := 0
	err = pages(doc, size, func(b []byte) {
		if kind := binary.BigEndian.Uint16(b[kindAt:]); kind == encrypted || kind == encryptedTree {
			sealed++
		}
	})
	if err == nil && sealed > 0 {
		s = seal.Of("InnoDB tablespace", "AES-CBC", 256)
	}
	return s, err
}
