package spreadsheet

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"fmt"
	"hash"
	"hash/crc32"
	"io"
	"io/fs"
	"math"
	"regexp"
	"slices"
	"strings"

	"github.com/xuri/excelize/v2"
)

// save writes the workbook with its parts in the order of their names.
// excelize writes streamed sheets in the order of a map, so the same workbook
// would have other bytes each time.
func save(f *excelize.File, w io.Writer) error {
	var p *packer
	f.SetZipWriter(func(io.Writer) excelize.ZipWriter {
		p = &packer{w: w}
		return p
	})
	// The packer writes to w itself, so nothing arrives in excelize's buffer.
	if _, err := f.WriteToBuffer(); err != nil {
		return fmt.Errorf("workbook: %w", err)
	}
	return nil
}

// packer is a zip writer that compresses each part as it comes and writes all
// of them sorted when it is closed. It implements excelize.ZipWriter.
type packer struct {
	w     io.Writer
	parts []*part
}

// part is one compressed file of the workbook.
type part struct {
	name    string
	data    bytes.Buffer
	deflate *flate.Writer
	crc     hash.Hash32
	size    uint64
	whole   bool   // kept until Close, which sorts it
	kept    []byte // of a whole part
}

// contentTypes is the part in which excelize lists the types of images in the
// order of a map, where a sheet has a drawing.
const contentTypes = "[Content_Types].xml"

// Create begins a part.
func (p *packer) Create(name string) (io.Writer, error) {
	x := &part{name: name, crc: crc32.NewIEEE(), whole: name == contentTypes}
	var err error
	x.deflate, err = flate.NewWriter(&x.data, flate.DefaultCompression)
	if err != nil {
		return nil, err
	}
	p.parts = append(p.parts, x)
	return x, nil
}

// Write compresses a piece of the part.
func (x *part) Write(b []byte) (int, error) {
	if x.whole {
		x.kept = append(x.kept, b...)
		return len(b), nil
	}
	n, err := x.deflate.Write(b)
	_, _ = x.crc.Write(b[:n])
	x.size += uint64(n)
	return n, err
}

// AddFS is part of the interface; workbooks have no file systems.
func (p *packer) AddFS(_ fs.FS) error { return fmt.Errorf("add file system: not supported") }

// Close writes all parts: the list of content types first, as readers that
// look at the first bytes expect, and the names bring it there.
func (p *packer) Close() error {
	slices.SortFunc(p.parts, func(a, b *part) int { return strings.Compare(a.name, b.name) })
	zw := zip.NewWriter(p.w)
	for _, x := range p.parts {
		if x.whole {
			x.whole = false
			if _, err := x.Write(sortDefaults(x.kept)); err != nil {
				return err
			}
		}
		if err := x.deflate.Close(); err != nil {
			return err
		}
		// Without a time: the zip format has no zone, and a time would be the
		// only part of the file that changes.
		version := uint16(20) // of the zip format, for deflate
		if x.size >= math.MaxUint32 || x.data.Len() >= math.MaxUint32 {
			version = 45 // for sizes of 64 bits; Excel insists that both headers say so
		}
		raw, err := zw.CreateRaw(&zip.FileHeader{
			Name: x.name, Method: zip.Deflate, CRC32: x.crc.Sum32(),
			CreatorVersion: version, ReaderVersion: version,
			CompressedSize64: uint64(x.data.Len()), UncompressedSize64: x.size,
		})
		if err != nil {
			return err
		}
		if _, err := x.data.WriteTo(raw); err != nil {
			return err
		}
	}
	return zw.Close()
}

var defaultType = regexp.MustCompile(`<Default [^>]*(/>|></Default>)`)

// sortDefaults brings the list's default types into one order.
func sortDefaults(list []byte) []byte {
	found := defaultType.FindAll(list, -1)
	slices.SortFunc(found, bytes.Compare)
	next := 0
	return defaultType.ReplaceAllFunc(list, func([]byte) []byte {
		next++
		return found[next-1]
	})
}
