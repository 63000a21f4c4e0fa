package ingest

import (
	"crypto/rand"
	"strings"
	"time"

	"rollcall/ingest/decode"
	"rollcall/ingest/kafka"
	"rollcall/schema/tables"
)

// A Decoder reads the events of one message; *decode.Decoder is one. The result
// is valid until the next call.
type Decoder interface {
	Decode(value []byte) decode.Result
}

// A recorder turns messages into rows of a block. It keeps its memory and is for
// one goroutine at a time.
type recorder struct {
	decoder Decoder
	version uint16
	limit   int // Config.MaxMessageBytes
	commit  tables.Committer
	salts   [4096]byte
	unused  []byte // of salts
	facts   []byte
}

// salt returns fresh random bytes from the system's generator, fetched many at
// once.
func (r *recorder) salt() (s [16]byte) {
	if len(r.unused) == 0 {
		_, _ = rand.Read(r.salts[:]) // never fails, see its documentation
		r.unused = r.salts[:]
	}
	copy(s[:], r.unused)
	r.unused = r.unused[len(s):]
	return s
}

// record adds a message with all that can be read from it.
func (r *recorder) record(b *block, rng *storedRange, m *kafka.Record) {
	p := rng.partition
	row := b.messages.rows()
	value, flags := m.Value, uint8(0)
	switch {
	case m.Unreadable != "":
		value, flags = value[:min(len(value), keptBytes)], tables.FlagTooLong
		rng.dead++
		b.deadLetter(p, deadLetter{offset: m.Offset, stage: StageSize, reason: "decompression bomb", detail: m.Unreadable, raw: m.Value, brokerTime: m.Time}, r.version, keptBytes)
	case len(value) > r.limit:
		value, flags = value[:keptBytes], tables.FlagTooLong
		rng.dead++
		b.deadLetter(p, deadLetter{offset: m.Offset, stage: StageSize, reason: "too long", raw: m.Value, brokerTime: m.Time}, r.version, r.limit)
	case value == nil:
		// A tombstone says nothing but that it is one.
	default:
		read := r.decoder.Decode(value)
		r.derive(b, rng, m, row, &read)
		if dropped(value, read.Value) {
			value, flags = read.Value, tables.FlagContentDropped
		}
	}
	if m.Key == nil {
		flags |= tables.FlagNullKey
	}
	if m.Value == nil {
		flags |= tables.FlagNullValue
	}
	r.message(b, p, m, value, flags)
	rng.last = m.Offset
	rng.messages++
	rng.bytes += uint64(len(m.Value))
	rng.seen(m.Time)
	b.bytes += len(value) + len(m.Key)
}

// dropped tells whether the decoder gave another value to store.
func dropped(value, stored []byte) bool {
	return stored != nil && (len(stored) != len(value) || len(value) > 0 && &stored[0] != &value[0])
}

// derive adds the events and dead letters of a message.
func (r *recorder) derive(b *block, rng *storedRange, m *kafka.Record, row int, read *decode.Result) {
	p := rng.partition
	for i := range read.Events {
		e := &read.Events[i]
		facts, err := appendFacts(r.facts[:0], &e.Facts)
		r.facts = facts
		if err != nil {
			// Facts are plain data; only a time beyond year 9999 gets here.
			rng.dead++
			b.deadLetter(p, deadLetter{offset: m.Offset, part: i, stage: StageEvent, reason: "facts can't be written",
				detail: err.Error(), raw: m.Value, brokerTime: m.Time}, r.version, r.limit)
			continue
		}
		b.event(p, m.Offset, i, m.Time, row, r.version, e, facts)
		b.tally.events[kind{string(e.Source), e.Kind}]++
		rng.events++
	}
	for i := range read.Dead {
		d := &read.Dead[i]
		rng.dead++
		b.deadLetter(p, deadLetter{offset: m.Offset, part: i, stage: StageDecode, reason: cause(d.Reason), detail: d.Reason, start: d.Offset,
			raw: read.Value[d.Offset : d.Offset+d.Length], brokerTime: m.Time}, r.version, r.limit)
	}
}

func (r *recorder) message(b *block, p *partition, m *kafka.Record, value []byte, flags uint8) {
	rows := &b.messages
	salt := r.salt()
	rows.topic.add(p.topic)
	rows.epoch.add(p.epoch)
	rows.partition.add(p.number)
	rows.offset.add(m.Offset)
	rows.brokerTime.add(m.Time)
	rows.key.addBytes(m.Key)
	rows.value.addBytes(value)
	for i := range m.Headers {
		rows.headers.item(m.Headers[i].Key, m.Headers[i].Value)
	}
	rows.headers.end()
	rows.length.add(uint64(len(m.Value)))
	rows.flags.add(flags)
	rows.salt.add(salt[:])
	rows.batch.add(b.batch)
	rows.commitment.add(r.commit.Commit(tables.Message{
		Salt: salt, Topic: p.topic, Epoch: p.epoch, Partition: p.number, Offset: m.Offset, BrokerTime: storedTime(m.Time),
		Key: m.Key, Headers: headersOf(m), Length: uint64(len(m.Value)), Flags: flags, Value: value,
	}))
}

func headersOf(m *kafka.Record) func(func(string, []byte) bool) {
	if len(m.Headers) == 0 {
		return nil
	}
	return func(yield func(string, []byte) bool) {
		for i := range m.Headers {
			if !yield(m.Headers[i].Key, m.Headers[i].Value) {
				return
			}
		}
	}
}

// storedTime is a broker time as a DateTime64 column holds it; a commitment
// binds what is stored.
func storedTime(t time.Time) time.Time {
	if !inRange(t) {
		return time.UnixMilli(0)
	}
	return t
}

// cause is the part of a decoder's reason that is the same for all messages
// broken in that way: it is counted by, and hostile messages must not make
// counters without end.
func cause(reason string) string {
	reason, _, _ = strings.Cut(reason, ":")
	reason, _, _ = strings.Cut(reason, " at byte ")
	return reason
}
