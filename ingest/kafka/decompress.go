package kafka

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/segmentio/kafka-go/compress"
)

// maxBatch bounds a decompressed record batch. Brokers bound what is compressed
// (message.max.bytes, 1 MiB by default), so only an attack gets here.
const maxBatch = 256 << 20

// decompress returns the records of a batch, uncompressed, valid until reset.
func (d *decoder) decompress(codec int, b []byte) ([]byte, error) {
	if codec == 0 {
		return b, nil
	}
	c := compress.Compression(codec).Codec()
	if c == nil {
		return nil, fmt.Errorf("%w: codec %d", errCodec, codec)
	}
	if codec == int(compress.Snappy) {
		if err := checkSnappy(b); err != nil {
			return nil, err
		}
	}
	if d.used == len(d.bufs) {
		d.bufs = append(d.bufs, nil)
	}
	buf := d.bufs[d.used][:0]
	if cap(buf) == 0 {
		buf = make([]byte, 0, max(4*len(b), 1<<12))
	}
	rd := c.NewReader(bytes.NewReader(b))
	defer rd.Close()
	buf, err := readAll(rd, buf)
	if errors.Is(err, errTooLarge) {
		return nil, err // its memory is let go
	}
	d.bufs[d.used] = buf
	d.used++
	if err != nil {
		return nil, fmt.Errorf("%w: %s: %w", errCorrupt, c.Name(), err)
	}
	return buf, nil
}

// readAll is io.ReadAll into given memory and with a bound.
func readAll(r io.Reader, buf []byte) ([]byte, error) {
	for {
		if len(buf) == cap(buf) {
			if len(buf) >= maxBatch {
				return buf, errTooLarge
			}
			grown := make([]byte, len(buf), min(2*cap(buf), maxBatch))
			copy(grown, buf)
			buf = grown
		}
		n, err := r.Read(buf[len(buf):cap(buf)])
		buf = buf[:len(buf)+n]
		if err == io.EOF {
			return buf, nil
		}
		if err != nil {
			return buf, err
		}
	}
}

var xerialMagic = []byte{0x82, 'S', 'N', 'A', 'P', 'P', 'Y', 0}

// checkSnappy refuses snappy data whose blocks claim more than maxBatch, because
// the decoder allocates what a block claims. Data is one block, or xerial frames:
// a 16-byte header, then blocks with a 32-bit length.
func checkSnappy(b []byte) error {
	block := func(b []byte) error {
		n, k := binary.Uvarint(b)
		// A block expands to at most 64 bytes for every 3 (a copy element).
		if k <= 0 || n > uint64(len(b))*64 {
			return fmt.Errorf("%w: snappy block", errCorrupt)
		}
		if n > maxBatch {
			return errTooLarge
		}
		return nil
	}
	if !bytes.HasPrefix(b, xerialMagic) {
		return block(b)
	}
	r := reader{b: b}
	r.take(16)
	for len(r.b) > 0 && !r.bad {
		if err := block(r.bytes()); err != nil {
			return err
		}
	}
	if r.bad {
		return fmt.Errorf("%w: snappy frame", errCorrupt)
	}
	return nil
}
