package simulate

import "strings"

// A wound is what is wrong with one part of a message of several events.
type wound uint8

const (
	whole wound = iota
	notAnObject
	keyTwice
	notUTF8
	tooDeep
	notJSON
	cutOff // the message ends in the midst of an event
	wounds
)

// hurts is true of the forms of which a part alone can be broken.
func hurts(f form) bool {
	return f != graphNotices && f != otlpLogs && f != monitorPortal && f != gridDead
}

// bleed writes the broken part of a message, once.
func (b *batch) bleed(buf []byte) []byte {
	if b.bled {
		return buf
	}
	b.bled = true
	if b.n > 0 {
		buf = append(buf, between[b.form]...)
	}
	switch b.wound {
	case keyTwice:
		return append(buf, `{"time":"2026-01-01T00:00:00.000Z","category":"CallSummary","category":"CallSummary","properties":{}}`...)
	case notUTF8:
		return append(buf, "{\"id\":\"1\",\"type\":\"rollcall.notice.shown\",\"text\":\"caf\xe9\"}"...)
	case tooDeep:
		return append(append(append(buf, `{"data":`...), strings.Repeat("[", 5000)+strings.Repeat("]", 5000)...), '}')
	case notJSON:
		return append(buf, `{"category":"CallSummary","properties":{"identifier":undefined}}`...)
	case cutOff:
		return append(buf, `{"time":"2026-01-01T00:00:00.000Z","category":"CallSum`...)
	}
	return append(buf, "42"...)
}

// renderMalformed writes what nobody can read, in one of several ways.
func renderMalformed(b []byte, it *item) []byte {
	switch it.idx % 7 {
	case 0: // cut off
		return append(b, `{"records":[{"time":"2026-01-01T00:00:00.000Z","category":"CallSummary","prop`...)
	case 1: // not UTF-8
		return append(b, "[{\"id\":\"1\",\"eventType\":\"Microsoft.Communication.CallStarted\",\"subject\":\"\xff\xfe\",\"data\":{},\"eventTime\":\"2026-01-01T00:00:00Z\"}]"...)
	case 2: // no envelope
		return append(b, `{"hello":"world"}`...)
	case 3: // not JSON
		return append(b, `<html><body>502 Bad Gateway</body></html>`...)
	case 4: // too deep
		return append(b, strings.Repeat("[", 20000)...)
	case 5: // a key twice
		return append(b, `{"specversion":"1.0","id":"1","id":"2","source":"/apps/x","type":"rollcall.session.joined","time":"2026-01-01T00:00:00Z","data":{}}`...)
	}
	return append(b, 0x00, 0x01, 0x9c, 0xed, 0x7b, 0x22) // compressed by mistake, or worse
}
