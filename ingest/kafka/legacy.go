package kafka

import (
	"errors"
	"fmt"
	"hash/crc32"
	"time"
)

// legacy reads one entry of a message set, magic 0 or 1: what Kafka wrote before
// 0.11 and topics with an old message format still hold
// (https://kafka.apache.org/documentation/#messageset). Such messages know
// neither transactions nor headers.
func (d *decoder) legacy(b []byte, s *scope) error {
	m, err := parseLegacy(b)
	if err != nil {
		return err
	}
	if m.attrs&attrCompression == 0 {
		if m.offset >= s.from {
			d.records = append(d.records, m.record())
		}
		s.next = max(s.next, m.offset+1)
		return nil
	}
	if m.offset < s.from {
		return nil
	}
	body, err := d.decompress(int(m.attrs&attrCompression), m.value)
	if errors.Is(err, errTooLarge) {
		// Only the last offset of a wrapper is known.
		d.unreadable(s, s.next, m.offset, m.time, b, err)
		return nil
	}
	if err != nil {
		return err
	}
	var inner []legacyMessage
	for len(body) > 0 {
		r := reader{b: body}
		r.i64()
		size := int64(r.i32()) + batchPrefix
		if r.bad || size < batchPrefix || size > int64(len(body)) {
			return fmt.Errorf("%w: message in a compressed message", errCorrupt)
		}
		i, err := parseLegacy(body[:size])
		if err != nil {
			return err
		}
		if i.attrs&attrCompression != 0 {
			return fmt.Errorf("%w: compressed message in a compressed message", errCorrupt)
		}
		inner = append(inner, i)
		body = body[size:]
	}
	if len(inner) == 0 {
		return fmt.Errorf("%w: empty compressed message", errCorrupt)
	}
	// The wrapper carries the offset of its last message. Inside magic 1 the
	// offsets are relative, inside magic 0 absolute.
	shift := int64(0)
	if m.magic == 1 {
		shift = m.offset - inner[len(inner)-1].offset
	}
	for _, i := range inner {
		i.offset += shift
		if m.attrs&attrLogAppendTime != 0 {
			i.time = m.time
		}
		if i.offset > m.offset || i.offset < 0 {
			return fmt.Errorf("%w: offset %d above %d", errCorrupt, i.offset, m.offset)
		}
		if i.offset >= s.from {
			d.records = append(d.records, i.record())
		}
	}
	s.next = max(s.next, m.offset+1)
	return nil
}

// legacyMessage is one message of magic 0 or 1. Its time is in milliseconds
// since 1970, -1 where there is none.
type legacyMessage struct {
	offset, time int64
	magic, attrs int8
	key, value   []byte
}

func (m legacyMessage) record() Record {
	rec := Record{Offset: m.offset, Key: m.key, Value: m.value}
	if m.time >= 0 {
		rec.Time = time.UnixMilli(m.time).UTC()
	}
	return rec
}

func parseLegacy(b []byte) (legacyMessage, error) {
	r := reader{b: b}
	m := legacyMessage{offset: r.i64(), time: -1}
	r.i32() // length
	sum := uint32(r.i32())
	covered := r.b
	m.magic, m.attrs = r.i8(), r.i8()
	if m.magic == 1 {
		m.time = r.i64()
	}
	m.key, m.value = r.bytes(), r.bytes()
	if r.bad || m.magic < 0 || m.magic > 1 || m.offset < 0 {
		return m, fmt.Errorf("%w: message at offset %d", errCorrupt, m.offset)
	}
	if crc32.ChecksumIEEE(covered) != sum {
		return m, fmt.Errorf("%w: checksum at offset %d", errCorrupt, m.offset)
	}
	return m, nil
}
