// Package decode makes events of messages. It recognises every envelope from
// the message itself, never from the topic or the headers, hands each part to
// the package of its wire format, and takes out the content that the audit does
// not need.
//
// A message may hold several JSON documents and many events, of mixed kinds.
// One that can't be read never takes its neighbours with it.
package decode

import (
	"bytes"
	"errors"
	"io"

	"rollcall/ingest/azuremonitor"
	"rollcall/ingest/callautomation"
	"rollcall/ingest/eventgrid"
	"rollcall/ingest/graph"
	"rollcall/ingest/jsondoc"
	"rollcall/ingest/normal"
	"rollcall/ingest/otlp"
	"rollcall/ingest/ownevent"
	"rollcall/schema"
)

// Version is stored with every event. It rises when the output of a decoder
// changes, so that events of an older one are known to need a rebuild.
const Version = 3

// Options says what a Decoder leaves out.
type Options struct {
	// Drop lists the names of the members whose values are replaced before
	// anything is stored, in any case and wherever they stand: "messageBody", or
	// with the name of the object around it, "body.content". DefaultDrop has
	// the default.
	Drop []string
	// HashKey is the salt: a dropped value leaves its HMAC-SHA256 under this
	// key, so that equal contents can be told to be equal and short ones not be
	// guessed. Without a key it leaves no trace of its content.
	HashKey []byte
}

// DefaultDrop returns the members that are dropped by default: bodies of chat
// messages, the context of an incoming call, tokens and secrets.
func DefaultDrop() []string {
	return []string{
		"messageBody", "body.content", // chat, by Event Grid and by Graph
		"incomingCallContext",
		"token", "accessToken", "refreshToken", "idToken", "authorization",
		"validationTokens", "validationCode", "validationUrl", "clientState",
	}
}

// A Result is what one message holds. It is valid until the Decoder's next
// call; the events in it may be copied and kept.
type Result struct {
	// Events are in the order of the message: the index of one is its position.
	Events []schema.Event
	// Dead are the parts that can't be read or have no known envelope.
	Dead []Dead
	// Value is the message with dropped content replaced, as it may be stored.
	// It is the slice that was given if there was nothing to drop. Decoding it
	// again gives the same events.
	Value []byte
}

// Dead is a part of Result.Value that gives no event.
type Dead struct {
	Offset, Length int
	Reason         string
}

// maxDead is how many dead parts of one message are told apart; those after
// them are part of the last one. It bounds what a message of nothing but
// brackets can cost.
const maxDead = 1000

// maxMessage is how long a message may be that is looked into. The tape of one
// that long, made for it, is 256 MiB; Config.MaxMessageBytes of package ingest
// is less by default.
const maxMessage = 32 << 20

// maxEvents is how many events one message may hold. Event Grid sends 5,000 at
// most, and 16 MiB of Azure Monitor's records are below 50,000.
const maxEvents = 1 << 18

// A Decoder reads one message after another and reuses its memory. It must not
// be used by two goroutines at once.
type Decoder struct {
	drop    dropper
	parser  jsondoc.Parser // of whole messages
	part    jsondoc.Parser // of parts of broken ones
	w       normal.Writer
	monitor *azuremonitor.Decoder
	grid    *eventgrid.Decoder
	calls   *callautomation.Decoder
	own     *ownevent.Decoder
	graph   *graph.Decoder
	otlp    otlp.Decoder

	events []schema.Event
	dead   []Dead
	base   int  // offset in the message of what is being parsed
	parsed bool // a document was read, be it without events
}

// New returns a Decoder.
func New(o Options) *Decoder {
	d := &Decoder{drop: newDropper(o.Drop, o.HashKey)}
	d.monitor = azuremonitor.New(&d.w)
	d.grid = eventgrid.New(&d.w)
	d.calls = callautomation.New(&d.w)
	d.own = ownevent.New(&d.w)
	d.graph = graph.New(&d.w)
	return d
}

// Decode reads one message. It never fails as a whole: what can't be read is in
// Dead, with its reason.
func (d *Decoder) Decode(value []byte) Result {
	if reason := unreadable(value); reason != "" {
		d.reset()
		d.kill(0, len(value), reason)
		value, _ = d.drop.redact(value)
		d.dead[0].Length = len(value)
		return Result{Dead: d.dead, Value: value}
	}
	if !d.quick(value) {
		// Dropped content must not reach an event's content hash, or a stored
		// message would not give the same events again: what is decoded has a
		// constant in its place.
		stored, plain := d.drop.redact(value)
		d.reset()
		d.thorough(plain)
		value = stored
	}
	if len(d.events) == 0 && len(d.dead) == 0 && !d.parsed {
		d.kill(0, len(value), "the message holds no JSON document")
	}
	return Result{Events: d.events, Dead: d.dead, Value: value}
}

// unreadable tells why a message is not looked into, or nothing.
func unreadable(value []byte) string {
	switch {
	case len(value) > maxMessage:
		return "longer than 32 MiB"
	case bytes.HasPrefix(value, []byte{0x1f, 0x8b}):
		return "compressed with gzip: only plain messages are read"
	case bytes.HasPrefix(value, []byte{0x28, 0xb5, 0x2f, 0xfd}):
		return "compressed with zstd: only plain messages are read"
	}
	return ""
}

func (d *Decoder) reset() {
	const retained = 1 << 12 // one huge message must not hold its memory for ever
	if cap(d.events) > retained {
		d.events = nil
	}
	clear(d.events)
	d.events, d.dead, d.base, d.parsed = d.events[:0], d.dead[:0], 0, false
}

// quick reads a message of valid JSON that has nothing to drop, and reports
// whether it was one.
func (d *Decoder) quick(value []byte) bool {
	d.reset()
	d.parser.Reset(value)
	for {
		v, err := d.parser.Next()
		if err != nil {
			return errors.Is(err, io.EOF)
		}
		if d.drop.finds(v) {
			return false
		}
		d.parsed = true
		d.document(v)
	}
}

// kill adds a dead part.
func (d *Decoder) kill(start, end int, reason string) {
	if n := len(d.dead); n >= maxDead {
		last := &d.dead[n-1]
		last.Length = end - last.Offset
		last.Reason = "more than 1000 parts of the message can't be read; this one has the rest of them"
		return
	}
	d.dead = append(d.dead, Dead{Offset: start, Length: end - start, Reason: reason})
}

// killValue makes a value a dead part.
func (d *Decoder) killValue(v jsondoc.Value, reason string) {
	start, end := v.Span()
	d.kill(d.base+start, d.base+end, reason)
}

// refuses makes a value dead that can't be an event, and reports whether it did.
func (d *Decoder) refuses(v jsondoc.Value) bool {
	switch {
	case v.Kind() != jsondoc.Object:
		d.killValue(v, reasonNotObject)
	case len(d.events) >= maxEvents:
		d.killValue(v, reasonTooMany)
	default:
		return false
	}
	return true
}

// event adds an event and returns it, to be filled.
func (d *Decoder) event() *schema.Event {
	if n := len(d.events); n < cap(d.events) {
		d.events = d.events[:n+1] // empty: reset clears all that were used
	} else {
		d.events = append(d.events, schema.Event{})
	}
	return &d.events[len(d.events)-1]
}
