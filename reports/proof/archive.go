package proof

import (
	"archive/zip"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
)

// fixedDate is 1 January 1980 in the form of zip files, which have no earlier.
const fixedDate = 0x21

// addEntry adds an entry.
func addEntry(w *zip.Writer, name string, data []byte) error {
	to, err := createEntry(w, name, crc32.ChecksumIEEE(data), uint64(len(data)))
	if err != nil {
		return err
	}
	_, err = to.Write(data)
	return err
}

// createEntry begins an entry as packs have them: stored, without time and mode.
func createEntry(w *zip.Writer, name string, sum uint32, size uint64) (io.Writer, error) {
	return w.CreateRaw(&zip.FileHeader{
		Name: name, Method: zip.Store, CRC32: sum, CreatorVersion: 20, ReaderVersion: 20,
		ModifiedDate:     fixedDate, //nolint:staticcheck // CreateRaw takes the time from here alone
		CompressedSize64: size, UncompressedSize64: size,
	})
}

// errDiffers ends a comparison at the first byte that differs.
var errDiffers = errors.New("differs")

// A comparer takes what a file should hold and stops where it does not.
type comparer struct {
	file io.ReaderAt
	at   int64
	buf  []byte
}

func (c *comparer) Write(p []byte) (int, error) {
	if len(c.buf) < len(p) {
		c.buf = make([]byte, len(p))
	}
	n, err := c.file.ReadAt(c.buf[:len(p)], c.at)
	for i := range n {
		if c.buf[i] != p[i] {
			c.at += int64(i)
			return i, errDiffers
		}
	}
	c.at += int64(n)
	if n < len(p) {
		if err == nil || errors.Is(err, io.EOF) {
			err = errDiffers
		}
		return n, err
	}
	return n, nil
}

// compareZip holds a zip file, of which every entry is intact, against the bytes
// that Write would have written: what no entry holds, such as the times in its
// headers, is checked so. It says what differs, or nothing.
func compareZip(file io.ReaderAt, size int64, entries []*zip.File) (string, error) {
	c := &comparer{file: file}
	w := zip.NewWriter(c)
	differs := func(part string, err error) (string, error) {
		if errors.Is(err, errDiffers) {
			return fmt.Sprintf("byte %d, %s, is not as rollcall writes it", c.at, part), nil
		}
		return "", err
	}
	for _, f := range entries {
		if err := copyEntry(w, f); err != nil {
			return differs("in the header of "+f.Name, err)
		}
	}
	if err := w.Close(); err != nil {
		return differs("in the directory at the end", err)
	}
	if c.at != size {
		return fmt.Sprintf("%d bytes follow its end", size-c.at), nil
	}
	return "", nil
}

func copyEntry(w *zip.Writer, f *zip.File) error {
	to, err := createEntry(w, f.Name, f.CRC32, f.UncompressedSize64)
	if err != nil {
		return err
	}
	from, err := f.OpenRaw()
	if err == nil {
		_, err = io.Copy(to, from)
	}
	return errors.Join(err, w.Flush())
}
