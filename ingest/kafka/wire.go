package kafka

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/segmentio/kafka-go/protocol"
)

// maxResponse bounds what is read of one response, so that a stream that is not
// Kafka's can't ask for memory without end. Kafka's own limits are far below.
const maxResponse = 512 << 20

var errMalformed = errors.New("malformed data from the broker")

// reader decodes the primitive types of Kafka's protocol. The first failure
// sticks; what is read after it is zero.
type reader struct {
	b   []byte
	bad bool
}

func (r *reader) take(n int) []byte {
	if r.bad || n < 0 || n > len(r.b) {
		r.bad, r.b = true, nil
		return nil
	}
	p := r.b[:n:n]
	r.b = r.b[n:]
	return p
}

func (r *reader) i8() int8 {
	if p := r.take(1); p != nil {
		return int8(p[0])
	}
	return 0
}

func (r *reader) i16() int16 {
	if p := r.take(2); p != nil {
		return int16(binary.BigEndian.Uint16(p))
	}
	return 0
}

func (r *reader) i32() int32 {
	if p := r.take(4); p != nil {
		return int32(binary.BigEndian.Uint32(p))
	}
	return 0
}

func (r *reader) i64() int64 {
	if p := r.take(8); p != nil {
		return int64(binary.BigEndian.Uint64(p))
	}
	return 0
}

func (r *reader) uvarint() uint64 {
	v, n := binary.Uvarint(r.b)
	if n <= 0 {
		r.bad, r.b = true, nil
		return 0
	}
	r.b = r.b[n:]
	return v
}

// varint reads a zigzag number. Most are one byte, so that case comes first.
func (r *reader) varint() int64 {
	if len(r.b) > 0 && r.b[0] < 0x80 {
		v := uint64(r.b[0])
		r.b = r.b[1:]
		return int64(v>>1) ^ -int64(v&1)
	}
	u := r.uvarint()
	return int64(u>>1) ^ -int64(u&1)
}

// length turns a wire length into an int that fits what is left; null (-1)
// gives -1.
func (r *reader) length(n int64) int {
	if n == -1 {
		return -1
	}
	if n < -1 || n > int64(len(r.b)) {
		r.bad, r.b = true, nil
		return -1
	}
	return int(n)
}

// varbytes reads bytes with a zigzag length; null gives nil, empty gives a
// slice that is empty but not nil.
func (r *reader) varbytes() []byte {
	n := r.length(r.varint())
	if n < 0 {
		return nil
	}
	return r.take(n)
}

// bytes reads bytes with a 32-bit length; null gives nil.
func (r *reader) bytes() []byte {
	n := r.length(int64(r.i32()))
	if n < 0 {
		return nil
	}
	return r.take(n)
}

// str reads a string in the form of the version; null gives "".
func (r *reader) str(flexible bool) string {
	var n int
	if flexible {
		n = r.length(int64(r.uvarint()) - 1)
	} else {
		n = r.length(int64(r.i16()))
	}
	if n < 0 {
		return ""
	}
	return string(r.take(n))
}

// count reads an array's length; null gives 0. min is the least that an element
// takes, so that a length that can't be true is refused before memory is asked.
func (r *reader) count(flexible bool, min int) int {
	var n int64
	if flexible {
		n = int64(r.uvarint()) - 1
	} else {
		n = int64(r.i32())
	}
	if n <= 0 {
		return 0
	}
	if n > int64(len(r.b)/min) {
		r.bad, r.b = true, nil
		return 0
	}
	return int(n)
}

func (r *reader) skipI32s(flexible bool) { r.take(4 * r.count(flexible, 4)) }

// tags skips a flexible version's tagged fields.
func (r *reader) tags(flexible bool) {
	if !flexible {
		return
	}
	for n := r.uvarint(); n > 0 && !r.bad; n-- {
		r.uvarint()
		r.take(r.length(int64(r.uvarint())))
	}
}

// writer encodes the primitive types of Kafka's protocol.
type writer struct{ b []byte }

func (w *writer) i8(v int8)   { w.b = append(w.b, byte(v)) }
func (w *writer) i16(v int16) { w.b = binary.BigEndian.AppendUint16(w.b, uint16(v)) }
func (w *writer) i32(v int32) { w.b = binary.BigEndian.AppendUint32(w.b, uint32(v)) }
func (w *writer) i64(v int64) { w.b = binary.BigEndian.AppendUint64(w.b, uint64(v)) }

func (w *writer) boolean(v bool) {
	if v {
		w.i8(1)
	} else {
		w.i8(0)
	}
}

func (w *writer) str(flexible bool, s string) {
	if flexible {
		w.b = binary.AppendUvarint(w.b, uint64(len(s))+1)
	} else {
		w.i16(int16(len(s)))
	}
	w.b = append(w.b, s...)
}

func (w *writer) count(flexible bool, n int) {
	if flexible {
		w.b = binary.AppendUvarint(w.b, uint64(n)+1)
	} else {
		w.i32(int32(n))
	}
}

func (w *writer) tags(flexible bool) {
	if flexible {
		w.b = append(w.b, 0)
	}
}

// exchange is one request and its response, sent over kafka-go's Transport as a
// message that encodes itself (protocol.RawExchanger). That is the released way
// to reach what kafka-go's own message types leave out.
//
// A cancelled exchange may still be running on its connection; nothing in it may
// be used again.
type exchange struct {
	api      protocol.ApiKey
	broker   int32 // -1: any
	clientID string
	// version is the one to use, or -1 for what the connection negotiated.
	version  int16
	min      int16 // lowest version that encode can write
	flexible bool
	encode   func(w *writer, version int16)
	// into is the memory for the response; it is grown as needed.
	into []byte
	// body is the response after its header.
	body []byte
}

// ApiKey implements protocol.Message.
func (x *exchange) ApiKey() protocol.ApiKey { return x.api }

// Broker implements protocol.BrokerMessage: routing follows this package's own
// metadata, which is fresher than the Transport's.
func (x *exchange) Broker(protocol.Cluster) (protocol.Broker, error) {
	return protocol.Broker{ID: x.broker}, nil
}

// Required implements protocol.RawExchanger.
func (x *exchange) Required(versions map[protocol.ApiKey]int16) bool {
	if x.version < 0 {
		x.version = versions[x.api]
	}
	return true
}

// RawExchange implements protocol.RawExchanger.
func (x *exchange) RawExchange(rw io.ReadWriter) (protocol.Message, error) {
	if x.version < x.min {
		return nil, fmt.Errorf("broker speaks %s up to version %d, %d is needed: use Kafka 1.0 or later", x.api, x.version, x.min)
	}
	// One connection carries one request at a time, so any id will do.
	const id = 1
	w := &writer{b: make([]byte, 4, 256)}
	w.i16(int16(x.api))
	w.i16(x.version)
	w.i32(id)
	w.str(false, x.clientID)
	w.tags(x.flexible)
	x.encode(w, x.version)
	binary.BigEndian.PutUint32(w.b, uint32(len(w.b)-4))
	if _, err := rw.Write(w.b); err != nil {
		return nil, err
	}

	var head [8]byte
	if _, err := io.ReadFull(rw, head[:]); err != nil {
		return nil, err
	}
	size := int64(int32(binary.BigEndian.Uint32(head[:]))) - 4
	if size < 0 || size > maxResponse {
		return nil, fmt.Errorf("%s: response of %d bytes: %w", x.api, size, errMalformed)
	}
	if got := binary.BigEndian.Uint32(head[4:]); got != id {
		return nil, fmt.Errorf("%s: response to request %d instead of %d: %w", x.api, got, id, errMalformed)
	}
	if int64(cap(x.into)) < size {
		x.into = make([]byte, size)
	}
	x.into = x.into[:size]
	if _, err := io.ReadFull(rw, x.into); err != nil {
		return nil, err
	}
	r := reader{b: x.into}
	r.tags(x.flexible)
	x.body = r.b
	if r.bad {
		return nil, fmt.Errorf("%s: %w", x.api, errMalformed)
	}
	return x, nil
}

var (
	_ protocol.BrokerMessage = (*exchange)(nil)
	_ protocol.RawExchanger  = (*exchange)(nil)
)

// reserveCount leaves room for an array's length and returns its place.
func (w *writer) reserveCount() int {
	w.i32(0)
	return len(w.b) - 4
}

// putCount fills in a length that reserveCount left open.
func (w *writer) putCount(at int, n int32) { binary.BigEndian.PutUint32(w.b[at:], uint32(n)) }
