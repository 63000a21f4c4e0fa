package kafka

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"time"
)

// Layout of a record batch, magic 2
// (https://kafka.apache.org/documentation/#recordbatch).
const (
	batchPrefix = 12 // base offset and length
	batchMagic  = 16 // where the magic byte is, in every format
	batchCRC    = 17
	batchHeader = 61

	attrCompression   = 0x07
	attrLogAppendTime = 0x08
	attrTransactional = 0x10
	attrControl       = 0x20

	controlAbort = 0
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// decoder turns record sets into records. It keeps its memory between
// responses: what it returned is valid until reset.
type decoder struct {
	records []Record
	headers []Header
	bufs    [][]byte // decompressed batches
	used    int      // how many of bufs are in use
	names   map[string]string
}

// maxNames bounds the header names that are remembered.
const maxNames = 1024

func (d *decoder) reset() {
	clear(d.records)
	clear(d.headers)
	d.records, d.headers, d.used = d.records[:0], d.headers[:0], 0
}

// scope is what one call of decode works on.
type scope struct {
	from    int64 // offsets below are left out
	pending []aborted
	abort   map[int64]bool // producers whose records are being aborted
	next    int64
	dropped int
}

// decode reads the record batches of one partition. It returns the records from
// the offset from on, the offset after the last complete batch (at least from),
// and how many records of aborted transactions and control records it left out.
// A batch that is cut off at the end is normal and ignored. An error concerns
// the batch at next; what came before it is returned and valid.
func (d *decoder) decode(b []byte, from int64, ab []aborted) (records []Record, next int64, dropped int, err error) {
	s := scope{from: from, pending: ab, next: from}
	first := len(d.records)
	for len(b) > batchMagic && err == nil {
		size := int64(int32(binary.BigEndian.Uint32(b[8:]))) + batchPrefix
		if size <= batchMagic {
			err = fmt.Errorf("%w: length %d", errCorrupt, size)
			break
		}
		if size > int64(len(b)) {
			break
		}
		kept := len(d.records)
		switch magic := b[batchMagic]; magic {
		case 2:
			err = d.batch(b[:size], &s)
		case 0, 1:
			err = d.legacy(b[:size], &s)
		default:
			err = fmt.Errorf("%w: format %d", errCorrupt, magic)
		}
		if err != nil {
			d.records = d.records[:kept]
		}
		b = b[size:]
	}
	return d.records[first:len(d.records):len(d.records)], s.next, s.dropped, err
}

// batch reads one record batch of magic 2, the format since Kafka 0.11.
func (d *decoder) batch(b []byte, s *scope) error {
	if len(b) < batchHeader {
		return fmt.Errorf("%w: %d bytes", errCorrupt, len(b))
	}
	r := reader{b: b}
	base := r.i64()
	r.i32() // length
	r.i32() // partition leader epoch
	r.i8()  // magic
	sum := uint32(r.i32())
	attrs := r.i16()
	last := base + int64(r.i32())
	firstTime, maxTime := r.i64(), r.i64()
	producer := r.i64()
	r.i16() // producer epoch
	r.i32() // base sequence
	count := r.i32()
	if crc32.Checksum(b[batchCRC+4:], castagnoli) != sum {
		return fmt.Errorf("%w: checksum", errCorrupt)
	}
	if last < base || base < 0 || count < 0 {
		return fmt.Errorf("%w: offsets %d to %d, %d records", errCorrupt, base, last, count)
	}
	drop := s.aborted(producer, attrs, last)
	if attrs&attrControl != 0 {
		s.control(producer, r.b)
	}
	if last < s.from {
		return nil // it lies below; only its marker mattered
	}
	if drop || attrs&attrControl != 0 {
		// Offsets below from may be among them; the number is a statistic.
		s.dropped += int(count)
		s.next = last + 1
		return nil
	}
	body, err := d.decompress(int(attrs&attrCompression), r.b)
	if errors.Is(err, errTooLarge) {
		d.unreadable(s, max(base, s.from), last, maxTime, b, err)
		return nil
	}
	if err != nil {
		return err
	}
	r = reader{b: body}
	for range count {
		rec, ok := d.record(&r, base, firstTime)
		if !ok {
			return fmt.Errorf("%w: record after offset %d", errCorrupt, base)
		}
		if attrs&attrLogAppendTime != 0 {
			rec.Time = time.UnixMilli(maxTime).UTC()
		}
		if rec.Offset < base || rec.Offset > last {
			return fmt.Errorf("%w: offset %d outside %d to %d", errCorrupt, rec.Offset, base, last)
		}
		if rec.Offset >= s.from {
			d.records = append(d.records, rec)
		}
	}
	s.next = last + 1
	return nil
}

// unreadable puts one record in the place of a batch that its producer made so
// that it can't be read. The log is not damaged, and what comes after it is
// read.
func (d *decoder) unreadable(s *scope, first, last, millis int64, batch []byte, err error) {
	rec := Record{Offset: first, Value: batch, Unreadable: fmt.Sprintf("record batch of the offsets %d to %d: %v", first, last, err)}
	if millis >= 0 {
		rec.Time = time.UnixMilli(millis).UTC()
	}
	d.records = append(d.records, rec)
	s.next = max(s.next, last+1)
}

// aborted moves the list of aborted transactions up to the offset last and
// reports whether the batch belongs to one of them. The list is in order of
// first offsets.
func (s *scope) aborted(producer int64, attrs int16, last int64) bool {
	for len(s.pending) > 0 && s.pending[0].first <= last {
		if s.abort == nil {
			s.abort = map[int64]bool{}
		}
		s.abort[s.pending[0].producer] = true
		s.pending = s.pending[1:]
	}
	return attrs&attrTransactional != 0 && s.abort[producer]
}

// control reads a control batch: an abort marker ends its producer's aborted
// transaction. Control batches are never compressed.
func (s *scope) control(producer int64, body []byte) {
	r := reader{b: body}
	r.varint() // length
	r.i8()     // attributes
	r.varint() // timestamp delta
	r.varint() // offset delta
	key := reader{b: r.varbytes()}
	key.i16() // version
	if kind := key.i16(); !key.bad && kind == controlAbort {
		delete(s.abort, producer)
	}
}

// record reads one record of magic 2.
func (d *decoder) record(r *reader, base, firstTime int64) (Record, bool) {
	n := r.length(r.varint())
	if n < 0 {
		return Record{}, false
	}
	b := reader{b: r.take(n)}
	b.i8() // attributes
	t := firstTime + b.varint()
	rec := Record{Offset: base + b.varint(), Time: time.UnixMilli(t).UTC()}
	rec.Key = b.varbytes()
	rec.Value = b.varbytes()
	if n := b.varint(); n > 0 {
		first := len(d.headers)
		for ; n > 0 && !b.bad; n-- {
			key := b.varbytes()
			d.headers = append(d.headers, Header{Key: d.name(key), Value: b.varbytes()})
		}
		rec.Headers = d.headers[first:len(d.headers):len(d.headers)]
	}
	return rec, !b.bad
}

// name returns the header name as a string; the same few names come with every
// record, so they are remembered.
func (d *decoder) name(b []byte) string {
	if s, ok := d.names[string(b)]; ok {
		return s
	}
	s := string(b)
	if len(d.names) < maxNames && len(s) <= 128 {
		if d.names == nil {
			d.names = map[string]string{}
		}
		d.names[s] = s
	}
	return s
}
