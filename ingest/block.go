package ingest

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"time"

	"rollcall/ingest/kafka"
	"rollcall/schema"
)

// A block is what one flush writes: the rows of some ranges of offsets, by
// table and column, and the ranges themselves.
type block struct {
	batch    uint64 // random; names the flush in every row
	messages messageRows
	events   eventRows
	aliases  aliasRows
	dead     deadRows
	ledger   ledgerRows
	ranges   []*storedRange
	commits  map[*partition]int64 // the next offset to read, once all is stored
	bytes    int                  // of message values
	begun    time.Time
	sets     map[string]*aliasSet // by aliasSet.names
	tally    tally
	held     context.Context // ends when the block is given up
	// In a rebuild: the places of dead letters that were replayed, which are
	// not used again, and those that the block's dead letters take.
	replayed, placed map[deadPlace]bool
}

// storedRange is a range of offsets of one partition, with what was in it.
type storedRange struct {
	partition            *partition
	first, last          int64
	messages, events     uint64
	dead, dropped, bytes uint64
	earliest, latest     time.Time // broker times
}

// messageRows are the rows of messages; rows are in order of arrival.
type messageRows struct {
	table
	topic, key, value texts
	epoch             uint32s
	partition         int32s
	offset            int64s
	brokerTime        instants
	headers           headers
	length, batch     uint64s
	flags             uint8s
	salt, commitment  fixed
}

type eventRows struct {
	table
	topic, id, source, kind, content, timeReason texts
	resource, aliasKey, rawID, facts             texts
	epoch, idx                                   uint32s
	partition                                    int32s
	offset, version                              int64s
	via, aliases                                 lists
	time, first, last                            maybeInstants
	decoder                                      uint16s
	brokerTime                                   instants
	batch                                        uint64s
	message                                      []int // row of messages that it is from
}

type aliasRows struct {
	table
	alias, aliasKey texts
	aliases         lists
	first, last     maybeInstants
}

type deadRows struct {
	table
	topic, stage, reason, detail, raw texts
	epoch, part                       uint32s
	start                             uint64s
	partition                         int32s
	offset                            int64s
	length, batch                     uint64s
	sha256                            fixed
	brokerTime                        instants
	decoder                           uint16s
}

type ledgerRows struct {
	table
	topic, writer                                        texts
	epoch                                                uint32s
	partition                                            int32s
	first, last                                          int64s
	messages, events, deadLetters, dropped, bytes, batch uint64s
	firstTime, lastTime                                  maybeInstants
	decoder                                              uint16s
}

// aliasSet is a set of aliases as events name it, with the span of the block's
// events that do.
type aliasSet struct {
	key         string
	names       []string // sorted
	first, last time.Time
}

func newBlock() *block {
	b := &block{commits: map[*partition]int64{}, sets: map[string]*aliasSet{}}
	m, e, a, d, l := &b.messages, &b.events, &b.aliases, &b.dead, &b.ledger
	m.salt, m.commitment = fixed{typ: "FixedString(16)", width: 16}, fixed{typ: "FixedString(32)", width: 32}
	d.sha256 = fixed{typ: "FixedString(32)", width: 32}
	m.table = newTable("messages", "topic", &m.topic, "epoch", &m.epoch, "partition", &m.partition, "offset", &m.offset,
		"broker_time", &m.brokerTime, "key", &m.key, "value", &m.value, "headers", &m.headers, "length", &m.length,
		"flags", &m.flags, "salt", &m.salt, "commitment", &m.commitment, "batch", &m.batch)
	e.table = newTable("events", "topic", &e.topic, "epoch", &e.epoch, "partition", &e.partition, "offset", &e.offset,
		"idx", &e.idx, "event_id", &e.id, "source", &e.source, "kind", &e.kind, "via", &e.via, "version", &e.version,
		"content", &e.content, "time", &e.time, "time_reason", &e.timeReason, "first", &e.first, "last", &e.last,
		"resource", &e.resource, "aliases", &e.aliases, "alias_key", &e.aliasKey, "raw_id", &e.rawID, "facts", &e.facts,
		"decoder", &e.decoder, "broker_time", &e.brokerTime, "batch", &e.batch)
	a.table = newTable("aliases", "alias", &a.alias, "alias_key", &a.aliasKey, "aliases", &a.aliases, "first", &a.first, "last", &a.last)
	d.table = newTable("dead_letters", "topic", &d.topic, "epoch", &d.epoch, "partition", &d.partition, "offset", &d.offset,
		"part", &d.part, "start", &d.start, "stage", &d.stage, "reason", &d.reason, "detail", &d.detail, "raw", &d.raw, "length", &d.length,
		"sha256", &d.sha256, "broker_time", &d.brokerTime, "decoder", &d.decoder, "batch", &d.batch)
	l.table = newTable("batches", "topic", &l.topic, "epoch", &l.epoch, "partition", &l.partition, "first", &l.first,
		"last", &l.last, "messages", &l.messages, "events", &l.events, "dead_letters", &l.deadLetters, "dropped", &l.dropped,
		"bytes", &l.bytes, "first_time", &l.firstTime, "last_time", &l.lastTime, "decoder", &l.decoder, "writer", &l.writer,
		"batch", &l.batch)
	b.reset()
	return b
}

// reset empties the block and keeps its memory.
func (b *block) reset() {
	for _, t := range []*table{&b.messages.table, &b.events.table, &b.aliases.table, &b.dead.table, &b.ledger.table} {
		t.reset()
	}
	var random [8]byte
	_, _ = rand.Read(random[:]) // never fails, see its documentation
	b.batch = binary.LittleEndian.Uint64(random[:])
	b.events.message = b.events.message[:0]
	b.ranges = b.ranges[:0]
	clear(b.commits)
	clear(b.sets)
	b.replayed, b.placed = nil, nil
	b.bytes = 0
	b.begun = time.Time{}
	b.tally.reset()
}

func (b *block) empty() bool { return len(b.commits) == 0 && len(b.ranges) == 0 }

// open returns the range that the next offset of a partition belongs to: the
// last one, where it ends just before it.
func (b *block) open(p *partition, next int64) *storedRange {
	for i := len(b.ranges) - 1; i >= 0; i-- {
		if r := b.ranges[i]; r.partition == p {
			if r.last+1 == next {
				return r
			}
			break
		}
	}
	r := &storedRange{partition: p, first: next, last: next - 1}
	b.ranges = append(b.ranges, r)
	return r
}

// dropRange removes the range that was opened last.
func (b *block) dropRange(r *storedRange) {
	if n := len(b.ranges); n > 0 && b.ranges[n-1] == r {
		b.ranges = b.ranges[:n-1]
	}
}

func (r *storedRange) seen(t time.Time) {
	if t.IsZero() {
		return
	}
	if r.earliest.IsZero() || t.Before(r.earliest) {
		r.earliest = t
	}
	if t.After(r.latest) {
		r.latest = t
	}
}

// event adds an event's row. message is the row of its message.
func (b *block) event(p *partition, offset int64, idx int, brokerTime time.Time, message int, decoder uint16, e *schema.Event, facts []byte) {
	set := b.set(e)
	r := &b.events
	r.topic.add(p.topic)
	r.epoch.add(p.epoch)
	r.partition.add(p.number)
	r.offset.add(offset)
	r.idx.add(uint32(idx))
	r.id.add(e.ID)
	r.source.add(string(e.Source))
	r.kind.add(e.Kind)
	for _, via := range e.Via {
		r.via.item(string(via))
	}
	r.via.end()
	r.version.add(e.Version)
	r.content.add(e.Content)
	r.time.add(e.Time)
	reason := e.TimeReason
	if reason == "" && !e.Time.IsZero() && !inRange(e.Time) {
		reason = "outside 1900 to 2299: " + e.Time.Format(time.RFC3339)
	}
	r.timeReason.add(reason)
	r.first.add(e.First)
	r.last.add(e.Last)
	r.resource.add(e.Resource)
	for _, name := range set.names {
		r.aliases.item(name)
	}
	r.aliases.end()
	r.aliasKey.add(set.key)
	r.rawID.add(rawID(&e.Facts))
	r.facts.addBytes(facts)
	r.decoder.add(decoder)
	r.brokerTime.add(brokerTime)
	r.batch.add(b.batch)
	r.message = append(r.message, message)
}

var noAliases aliasSet

// set returns the event's set of aliases and widens its span.
func (b *block) set(e *schema.Event) *aliasSet {
	var scratch [256]byte
	names, end := appendAliases(scratch[:0], e)
	if end == 0 {
		return &noAliases
	}
	set := b.sets[string(names)]
	if set == nil {
		set = &aliasSet{key: aliasKey(names), names: splitNames(string(names[:end]))}
		b.sets[string(names)] = set
	}
	if inRange(e.First) && (set.first.IsZero() || e.First.Before(set.first)) {
		set.first = e.First
	}
	if inRange(e.Last) && e.Last.After(set.last) {
		set.last = e.Last
	}
	return set
}

// rawID is the participant that facts are about, empty where there is none.
func rawID(f *schema.Facts) string {
	switch {
	case f.Summary != nil:
		return f.Summary.Participant.RawID
	case f.Presence != nil:
		return f.Presence.Participant.RawID
	case f.Participant != nil:
		return f.Participant.RawID
	case f.Name != nil:
		return f.Name.RawID
	case f.Directory != nil:
		return f.Directory.RawID
	}
	return ""
}

// Stages at which a message, or a part of it, became a dead letter.
const (
	StageDecode = "decode" // it could not be read
	StageSize   = "size"   // it is longer than Config.MaxMessageBytes
	StageStore  = "store"  // the database refused the message
	StageEvent  = "event"  // an event that was read could not be stored; part is its index
)

// keptBytes is how much is kept of what is too long.
const keptBytes = 64 << 10

// deadLetter is one row of dead_letters.
type deadLetter struct {
	offset         int64
	part           int
	start          int // of raw within the stored value
	stage          string
	reason, detail string
	raw            []byte
	brokerTime     time.Time
}

// deadLetter adds a dead letter. Of bytes longer than limit it keeps the
// beginning; length and hash are of all of them.
func (b *block) deadLetter(p *partition, d deadLetter, decoder uint16, limit int) {
	r := &b.dead
	sum := sha256.Sum256(d.raw)
	r.topic.add(p.topic)
	r.epoch.add(p.epoch)
	r.partition.add(p.number)
	r.offset.add(d.offset)
	r.part.add(b.place(d))
	r.start.add(uint64(d.start))
	r.stage.add(d.stage)
	r.reason.add(d.reason)
	r.detail.add(d.detail)
	r.length.add(uint64(len(d.raw)))
	r.sha256.add(sum[:])
	if len(d.raw) > limit {
		d.raw = d.raw[:keptBytes]
	}
	r.raw.addBytes(d.raw)
	r.brokerTime.add(d.brokerTime)
	r.decoder.add(decoder)
	r.batch.add(b.batch)
	b.tally.dead[deadKind{d.stage, d.reason}]++
}

// place returns the number of a dead letter's part. Under the number of one that
// was replayed it would not be seen, so in a rebuild it gets the next free one.
func (b *block) place(d deadLetter) uint32 {
	at := deadPlace{d.offset, d.stage, uint32(d.part)}
	if b.placed == nil {
		return at.part
	}
	for b.replayed[at] || b.placed[at] {
		at.part++
	}
	b.placed[at] = true
	return at.part
}

// withdrawn adds a row without an event: at idx there is none any more, and the
// alias set has lost one.
func (b *block) withdrawn(p *partition, m *kafka.Record, message int, idx uint32, aliasKey string, decoder uint16) {
	r := &b.events
	r.topic.add(p.topic)
	r.epoch.add(p.epoch)
	r.partition.add(p.number)
	r.offset.add(m.Offset)
	r.idx.add(idx)
	for _, c := range []*texts{&r.id, &r.source, &r.kind, &r.content, &r.timeReason, &r.resource, &r.rawID, &r.facts} {
		c.add("")
	}
	for _, c := range []*lists{&r.via, &r.aliases} {
		c.end()
	}
	for _, c := range []*maybeInstants{&r.time, &r.first, &r.last} {
		c.add(time.Time{})
	}
	r.version.add(0)
	r.aliasKey.add(aliasKey)
	r.decoder.add(decoder)
	r.brokerTime.add(m.Time)
	r.batch.add(b.batch)
	r.message = append(r.message, message)
}

// seal fills the tables that are known only when the block is complete.
func (b *block) seal() {
	b.aliases.reset()
	for _, set := range b.sets {
		for _, name := range set.names {
			b.aliases.alias.add(name)
			b.aliases.aliasKey.add(set.key)
			for _, other := range set.names {
				b.aliases.aliases.item(other)
			}
			b.aliases.aliases.end()
			b.aliases.first.add(set.first)
			b.aliases.last.add(set.last)
		}
	}
}

// fillLedger makes the ledger's rows, once every other row is stored.
func (b *block) fillLedger(writer string, decoder uint16) {
	b.ledger.reset()
	for _, r := range b.ranges {
		l := &b.ledger
		l.topic.add(r.partition.topic)
		l.epoch.add(r.partition.epoch)
		l.partition.add(r.partition.number)
		l.first.add(r.first)
		l.last.add(r.last)
		l.messages.add(r.messages)
		l.events.add(r.events)
		l.deadLetters.add(r.dead)
		l.dropped.add(r.dropped)
		l.bytes.add(r.bytes)
		l.firstTime.add(r.earliest)
		l.lastTime.add(r.latest)
		l.decoder.add(decoder)
		l.writer.add(writer)
		l.batch.add(b.batch)
	}
}
