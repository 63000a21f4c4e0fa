package ingest

import (
	"encoding/binary"
	"time"
)

// A column holds the values of one column of a block, encoded as ClickHouse's
// Native format wants them, so that writing is handing out slices. Its memory is
// kept between blocks.
//
// clickhouse-go's own batches grow their buffers from nothing each time and copy
// every value twice more, which was half of what an insert cost.
type column interface {
	// wireType is the type in the block's header. A String is taken for a
	// LowCardinality(String) by the server.
	wireType() string
	// slices appends the encoded values of the rows [lo, hi).
	slices(to [][]byte, lo, hi int) [][]byte
	// value returns row i for the row-wise interface of the native protocol.
	value(i int) any
	rows() int
	reset()
}

// texts is a String column: each value with its length before it.
type texts struct {
	buf  []byte
	ends []int
}

func (c *texts) add(s string) {
	c.buf = binary.AppendUvarint(c.buf, uint64(len(s)))
	c.buf = append(c.buf, s...)
	c.ends = append(c.ends, len(c.buf))
}

func (c *texts) addBytes(b []byte) {
	c.buf = binary.AppendUvarint(c.buf, uint64(len(b)))
	c.buf = append(c.buf, b...)
	c.ends = append(c.ends, len(c.buf))
}

func (c *texts) start(i int) int {
	if i == 0 {
		return 0
	}
	return c.ends[i-1]
}

// bytes returns row i, valid until reset.
func (c *texts) bytes(i int) []byte {
	b := c.buf[c.start(i):c.ends[i]]
	_, n := binary.Uvarint(b)
	return b[n:]
}

func (c *texts) wireType() string { return "String" }
func (c *texts) value(i int) any  { return string(c.bytes(i)) }
func (c *texts) rows() int        { return len(c.ends) }
func (c *texts) reset()           { c.buf, c.ends = c.buf[:0], c.ends[:0] }
func (c *texts) slices(to [][]byte, lo, hi int) [][]byte {
	return append(to, c.buf[c.start(lo):c.start(hi)])
}

// fixed is a FixedString column, or any other whose values have one width and
// are given as bytes.
type fixed struct {
	typ   string
	width int
	buf   []byte
}

func (c *fixed) add(b []byte)     { c.buf = append(c.buf, b...) }
func (c *fixed) wireType() string { return c.typ }
func (c *fixed) value(i int) any  { return string(c.buf[i*c.width : (i+1)*c.width]) }
func (c *fixed) rows() int        { return len(c.buf) / c.width }
func (c *fixed) reset()           { c.buf = c.buf[:0] }
func (c *fixed) slices(to [][]byte, lo, hi int) [][]byte {
	return append(to, c.buf[lo*c.width:hi*c.width])
}

// The number columns are little-endian.

type uint8s struct{ buf []byte }

func (c *uint8s) add(v uint8)      { c.buf = append(c.buf, v) }
func (c *uint8s) wireType() string { return "UInt8" }
func (c *uint8s) value(i int) any  { return c.buf[i] }
func (c *uint8s) rows() int        { return len(c.buf) }
func (c *uint8s) reset()           { c.buf = c.buf[:0] }
func (c *uint8s) slices(to [][]byte, lo, hi int) [][]byte {
	return append(to, c.buf[lo:hi])
}

type uint16s struct{ buf []byte }

func (c *uint16s) add(v uint16)     { c.buf = binary.LittleEndian.AppendUint16(c.buf, v) }
func (c *uint16s) wireType() string { return "UInt16" }
func (c *uint16s) value(i int) any  { return binary.LittleEndian.Uint16(c.buf[2*i:]) }
func (c *uint16s) rows() int        { return len(c.buf) / 2 }
func (c *uint16s) reset()           { c.buf = c.buf[:0] }
func (c *uint16s) slices(to [][]byte, lo, hi int) [][]byte {
	return append(to, c.buf[2*lo:2*hi])
}

type uint32s struct{ buf []byte }

func (c *uint32s) add(v uint32)     { c.buf = binary.LittleEndian.AppendUint32(c.buf, v) }
func (c *uint32s) at(i int) uint32  { return binary.LittleEndian.Uint32(c.buf[4*i:]) }
func (c *uint32s) wireType() string { return "UInt32" }
func (c *uint32s) value(i int) any  { return c.at(i) }
func (c *uint32s) rows() int        { return len(c.buf) / 4 }
func (c *uint32s) reset()           { c.buf = c.buf[:0] }
func (c *uint32s) slices(to [][]byte, lo, hi int) [][]byte {
	return append(to, c.buf[4*lo:4*hi])
}

type int32s struct{ uint32s }

func (c *int32s) add(v int32)      { c.uint32s.add(uint32(v)) }
func (c *int32s) at(i int) int32   { return int32(c.uint32s.at(i)) }
func (c *int32s) wireType() string { return "Int32" }
func (c *int32s) value(i int) any  { return c.at(i) }

type uint64s struct{ buf []byte }

func (c *uint64s) add(v uint64)     { c.buf = binary.LittleEndian.AppendUint64(c.buf, v) }
func (c *uint64s) at(i int) uint64  { return binary.LittleEndian.Uint64(c.buf[8*i:]) }
func (c *uint64s) wireType() string { return "UInt64" }
func (c *uint64s) value(i int) any  { return c.at(i) }
func (c *uint64s) rows() int        { return len(c.buf) / 8 }
func (c *uint64s) reset()           { c.buf = c.buf[:0] }
func (c *uint64s) slices(to [][]byte, lo, hi int) [][]byte {
	return append(to, c.buf[8*lo:8*hi])
}

type int64s struct{ uint64s }

func (c *int64s) add(v int64)      { c.uint64s.add(uint64(v)) }
func (c *int64s) at(i int) int64   { return int64(c.uint64s.at(i)) }
func (c *int64s) wireType() string { return "Int64" }
func (c *int64s) value(i int) any  { return c.at(i) }

// instants is a DateTime64(3, 'UTC'). What it can't hold, before 1900 or after
// 2299, and the zero time are 1970.
type instants struct{ int64s }

func (c *instants) add(t time.Time) {
	var ms int64
	if inRange(t) {
		ms = t.UnixMilli()
	}
	c.int64s.add(ms)
}
func (c *instants) wireType() string { return "DateTime64(3, 'UTC')" }
func (c *instants) value(i int) any  { return time.UnixMilli(c.at(i)).UTC() }

// inRange tells whether t is known and within what DateTime64 is documented to
// hold ("DateTime64" in ClickHouse's reference: 1900-01-01 to 2299-12-31).
func inRange(t time.Time) bool {
	s := t.Unix()
	return s >= minSecond && s < maxSecond
}

const (
	minSecond = -2208988800 // 1900-01-01
	maxSecond = 10413792000 // 2300-01-01
)

// maybeInstants is a Nullable(DateTime64(3, 'UTC')); the zero time is NULL.
type maybeInstants struct {
	nulls uint8s
	times instants
}

func (c *maybeInstants) add(t time.Time) {
	c.times.add(t)
	if inRange(t) {
		c.nulls.add(0)
	} else {
		c.nulls.add(1)
	}
}
func (c *maybeInstants) wireType() string { return "Nullable(DateTime64(3, 'UTC'))" }
func (c *maybeInstants) value(i int) any {
	if c.nulls.buf[i] == 1 {
		return (*time.Time)(nil)
	}
	t := time.UnixMilli(c.times.at(i)).UTC()
	return &t
}
func (c *maybeInstants) rows() int { return c.nulls.rows() }
func (c *maybeInstants) reset()    { c.nulls.reset(); c.times.reset() }
func (c *maybeInstants) slices(to [][]byte, lo, hi int) [][]byte {
	return c.times.slices(c.nulls.slices(to, lo, hi), lo, hi)
}

// ends is the part that arrays have in common: where each row's elements end.
type ends struct{ uint64s }

func (c *ends) start(i int) int {
	if i == 0 {
		return 0
	}
	return int(c.at(i - 1))
}

// slices appends the ends of [lo, hi), counted from lo's first element.
func (c *ends) slices(to [][]byte, lo, hi int) [][]byte {
	if lo == 0 {
		return c.uint64s.slices(to, lo, hi)
	}
	base := uint64(c.start(lo))
	moved := make([]byte, 0, 8*(hi-lo))
	for i := lo; i < hi; i++ {
		moved = binary.LittleEndian.AppendUint64(moved, c.at(i)-base)
	}
	return append(to, moved)
}

// lists is an Array(String).
type lists struct {
	ends  ends
	items texts
}

// item adds to the row that the next end closes.
func (c *lists) item(s string) { c.items.add(s) }
func (c *lists) end()          { c.ends.add(uint64(c.items.rows())) }

func (c *lists) wireType() string { return "Array(String)" }
func (c *lists) value(i int) any {
	list := []string{}
	for k := c.ends.start(i); k < int(c.ends.at(i)); k++ {
		list = append(list, string(c.items.bytes(k)))
	}
	return list
}
func (c *lists) rows() int { return c.ends.rows() }
func (c *lists) reset()    { c.ends.reset(); c.items.reset() }
func (c *lists) slices(to [][]byte, lo, hi int) [][]byte {
	return c.items.slices(c.ends.slices(to, lo, hi), c.ends.start(lo), c.ends.start(hi))
}

// headers is an Array(Tuple(name String, value String)).
type headers struct {
	ends   ends
	names  texts
	values texts
}

func (c *headers) item(name string, value []byte) {
	c.names.add(name)
	c.values.addBytes(value)
}
func (c *headers) end() { c.ends.add(uint64(c.names.rows())) }

func (c *headers) wireType() string { return "Array(Tuple(name String, value String))" }
func (c *headers) value(i int) any {
	list := [][]any{}
	for k := c.ends.start(i); k < int(c.ends.at(i)); k++ {
		list = append(list, []any{string(c.names.bytes(k)), string(c.values.bytes(k))})
	}
	return list
}
func (c *headers) rows() int { return c.ends.rows() }
func (c *headers) reset()    { c.ends.reset(); c.names.reset(); c.values.reset() }
func (c *headers) slices(to [][]byte, lo, hi int) [][]byte {
	to = c.ends.slices(to, lo, hi)
	lo, hi = c.ends.start(lo), c.ends.start(hi)
	return c.values.slices(c.names.slices(to, lo, hi), lo, hi)
}
