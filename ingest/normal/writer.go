package normal

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"time"

	"rollcall/schema"
	"rollcall/schema/rawid"
)

// hashDigits is how many hex digits of SHA-256 ids and content hashes have.
const hashDigits = 32

// A Writer collects the normalised fields of one event. It hashes what the
// event says into its content, and gives the event its texts, all of them cut
// from one string: an event costs one allocation, however many fields it has.
//
// What the envelope adds, such as the resource, is kept but not hashed, since
// an exported row may lack it. The zero value is ready for Begin.
type Writer struct {
	content []byte // hashed
	other   []byte // kept, not hashed
	key     []byte
	rawID   []byte // a raw id being built
	field   byte   // number of the field being written
	refs    []ref
	unread  []string
	// Scratch is for the format decoders to build a text in.
	Scratch []byte
}

// ref is a text that is to be set once all are known.
type ref struct {
	dst        *string
	start, end int
	other      bool
}

// Begin starts a new event. The domain, such as "azure_monitor/CallSummary",
// sets contents of different kinds apart.
func (w *Writer) Begin(domain string) {
	w.content = append(append(w.content[:0], domain...), 0)
	w.other = w.other[:0]
	w.key = w.key[:0]
	w.refs = w.refs[:0]
	w.unread = nil
	w.field = 0
}

// tag begins a field of the content. A field is told by its number: that of the
// call that writes it, whether or not there is anything to write, which costs
// one byte to hash in place of a name.
func (w *Writer) tag(length int) {
	w.content = binary.AppendUvarint(append(w.content, w.field), uint64(length))
}

// Text sets dst to a text and makes it part of the content. An empty text is
// as none at all. One longer than MaxText is left out, and noted.
func (w *Writer) Text(dst *string, name string, text []byte) {
	w.field++
	switch {
	case len(text) == 0:
		return
	case len(text) > MaxText:
		w.Unread(name, "longer than 64 KiB")
		return
	}
	w.tag(len(text))
	w.refs = append(w.refs, ref{dst, len(w.content), len(w.content) + len(text), false})
	w.content = append(w.content, text...)
}

// Lower does the same with ASCII letters in lower case.
func (w *Writer) Lower(dst *string, name string, text []byte) {
	w.Text(dst, name, text)
	if n := len(w.content); len(text) > 0 && len(text) <= MaxText {
		rawid.Lower(w.content[n-len(text):])
	}
}

// ID does the same with an identifier: a GUID is put in lower case, any other
// one may depend on its case.
func (w *Writer) ID(dst *string, name string, text []byte) {
	if guidShaped(text) {
		w.Lower(dst, name, text)
		return
	}
	w.Text(dst, name, text)
}

// guidShaped reports whether an identifier has the length and the hyphens of a
// GUID. Its digits are not looked at: that is as good for comparing, and ids
// are most of what is normalised.
func guidShaped(s []byte) bool {
	return len(s) == len(rawid.ZeroGUID) && s[8] == '-' && s[13] == '-' && s[18] == '-' && s[23] == '-'
}

// RawID does the same with the normal form of a raw id.
func (w *Writer) RawID(dst *string, name string, raw []byte, guid rawid.Kind) {
	w.Scratch = rawid.Append(w.Scratch[:0], raw, guid)
	w.Text(dst, name, w.Scratch)
}

// Keep sets dst to a text that is no part of the content.
func (w *Writer) Keep(dst *string, text []byte) {
	if len(text) == 0 || len(text) > MaxText {
		return
	}
	w.refs = append(w.refs, ref{dst, len(w.other), len(w.other) + len(text), true})
	w.other = append(w.other, text...)
}

// Resource keeps the normal form of an ARM id.
func (w *Writer) Resource(dst *string, raw []byte) {
	w.Scratch = AppendResource(w.Scratch[:0], raw)
	w.Keep(dst, w.Scratch)
}

// Int makes a number part of the content.
func (w *Writer) Int(n int64) {
	w.field++
	w.putInt(n)
}

func (w *Writer) putInt(n int64) {
	w.tag(8)
	w.content = binary.BigEndian.AppendUint64(w.content, uint64(n))
}

// Bool makes a boolean part of the content; false is as none at all.
func (w *Writer) Bool(b bool) {
	w.field++
	if b {
		w.putInt(1)
	}
}

// Instant makes a time part of the content; the zero time is as none at all.
func (w *Writer) Instant(t time.Time) {
	w.field++
	if !t.IsZero() {
		w.putInt(t.UnixMilli())
	}
}

// Bytes makes anything else part of the content.
func (w *Writer) Bytes(b []byte) {
	w.field++
	w.tag(len(b))
	w.content = append(w.content, b...)
}

// Member makes a member of an object part of the content, with its name.
func (w *Writer) Member(name, value []byte) {
	w.Bytes(name)
	w.Bytes(value)
}

// Unread notes a field that is there but can't be read, with the reason.
func (w *Writer) Unread(field, reason string) {
	const enough = 16 // a hostile message must not fill memory with reasons
	if len(w.unread) < enough {
		w.unread = append(w.unread, field+": "+reason)
	}
}

// Duration reads a duration, notes it if it can't be read, and makes it part
// of the content.
func (w *Writer) Duration(name string, text []byte, unit Unit) int64 {
	ms, problem := Duration(text, unit)
	if problem != "" && problem != DurationAbsent {
		w.Unread(name, problem)
	}
	w.field++
	if ms != NoDuration {
		w.putInt(ms)
	}
	return ms
}

// Time reads a time within the event, notes it if it can't be read, and makes
// it part of the content.
func (w *Writer) Time(name string, text []byte) time.Time {
	t, problem := Instant(text)
	if problem != "" && problem != TimeAbsent {
		w.Unread(name, problem)
	}
	w.Instant(t)
	return t
}

// Key begins the natural key of the event. Keys of different domains never
// collide. Without a call of Key the event's id is that of its content.
func (w *Writer) Key(domain string) {
	w.key = append(append(w.key[:0], domain...), 0)
}

// KeyPart adds a part to the key.
func (w *Writer) KeyPart(part []byte) {
	w.key = binary.AppendUvarint(w.key, uint64(len(part)))
	w.key = append(w.key, part...)
}

// KeyLower adds a part in lower case.
func (w *Writer) KeyLower(part []byte) {
	w.KeyPart(part)
	rawid.Lower(w.key[len(w.key)-len(part):])
}

// KeyID adds an identifier: a GUID in lower case, any other one as it is.
func (w *Writer) KeyID(part []byte) {
	w.KeyPart(part)
	if guidShaped(part) {
		rawid.Lower(w.key[len(w.key)-len(part):])
	}
}

// KeyTime adds a time.
func (w *Writer) KeyTime(t time.Time) {
	w.key = binary.BigEndian.AppendUint64(append(w.key, 8), uint64(t.UnixMilli()))
}

// Finish gives the event its id, its content, all texts and what could not be
// read.
func (w *Writer) Finish(ev *schema.Event) {
	sum := sha256.Sum256(w.content)
	w.other = hex.AppendEncode(w.other, sum[:hashDigits/2])
	if len(w.key) == 0 {
		w.key = append(append(w.key, "content\x00"...), w.content...)
	}
	sum = sha256.Sum256(w.key)
	w.other = hex.AppendEncode(w.other, sum[:hashDigits/2])

	kept := len(w.content)
	w.content = append(w.content, w.other...)
	all := string(w.content)
	for _, r := range w.refs {
		if r.other {
			r.start, r.end = r.start+kept, r.end+kept
		}
		*r.dst = all[r.start:r.end]
	}
	clear(w.refs)
	ids := len(all) - hashDigits
	ev.Content, ev.ID = all[ids-hashDigits:ids], all[ids:]
	ev.Unread = w.unread
	w.unread = nil
}
