package ingest

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"time"

	"rollcall/schema"
)

// Aliases returns the ids by which an event names its call, as "kind:value" and
// sorted, and the key that events with the same ids share; nothing and "" for an
// event that names none. They are the columns aliases and alias_key of events.
//
// For an event that names a meeting's thread or chat only, its own interval is
// part of the key: they are shared by all occurrences of a meeting, which have
// nothing else in common.
func Aliases(e *schema.Event) (names []string, key string) {
	joined, end := appendAliases(nil, e)
	if end == 0 {
		return nil, ""
	}
	return splitNames(string(joined[:end])), aliasKey(joined)
}

// appendAliases appends what the key is made of: the names, each ended by a zero
// byte, up to end, then the interval where it counts.
func appendAliases(to []byte, e *schema.Event) (joined []byte, end int) {
	strong := false
	for _, a := range [...]struct {
		kind, value string
		thread      bool
	}{
		{"call_connection_id:", e.Refs.CallConnectionID, false},
		{"chat_id:", e.Refs.ChatID, schema.IsMeetingThread(e.Refs.ChatID)},
		{"correlation_id:", e.Refs.CorrelationID, false},
		{"graph_call_id:", e.Refs.GraphCallID, false},
		{"server_call_id:", e.Refs.ServerCallID, false},
		{"thread_id:", e.Refs.ThreadID, true},
	} {
		if a.value != "" {
			to = append(append(append(to, a.kind...), a.value...), 0)
			strong = strong || !a.thread
		}
	}
	if end = len(to); end > 0 && !strong {
		to = appendMilli(appendMilli(to, e.First), e.Last)
	}
	return to, end
}

func aliasKey(joined []byte) string {
	sum := sha256.Sum256(joined)
	return hex.EncodeToString(sum[:16])
}

func appendMilli(to []byte, t time.Time) []byte {
	if !t.IsZero() {
		to = strconv.AppendInt(to, t.UnixMilli(), 10)
	}
	return append(to, 0)
}

// splitNames cuts at the zero bytes that end each name.
func splitNames(joined string) []string {
	var names []string
	for start, i := 0, 0; i < len(joined); i++ {
		if joined[i] == 0 {
			names = append(names, joined[start:i])
			start = i + 1
		}
	}
	return names
}
