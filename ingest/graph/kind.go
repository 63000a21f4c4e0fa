package graph

import (
	"bytes"

	"rollcall/ingest/jsondoc"
	"rollcall/ingest/normal"
	"rollcall/schema"
)

// The kinds.
const (
	kindNotification = "changeNotification"
	kindLifecycle    = "lifecycleNotification"
	kindCallRecord   = "callRecord"
	kindSession      = "callRecordSession"     // of a page of sessions
	kindParticipant  = "callRecordParticipant" // of a page of participants
	kindCallEvent    = "callEvent"
	kindRecording    = "callRecording"
	kindTranscript   = "callTranscript"
	kindMessage      = "chatMessage"
	kindUser         = "user"
)

// Items returns the array of items of a notification or of a page, and what is
// known of each from around it; absent if v is neither.
func Items(v jsondoc.Value) (items jsondoc.Value, around Item) {
	items = v.Get("value")
	if items.Kind() != jsondoc.Array {
		return jsondoc.Value{}, Item{}
	}
	if context := v.Get("@odata.context"); context.Exists() {
		return items, Item{Kind: kindOfContext(context.Bytes(), true), Context: context.Bytes()}
	}
	for item := range items.Elements() {
		if kind := Kind(item); kind == kindNotification || kind == kindLifecycle {
			return items, Item{Kind: kindNotification}
		}
	}
	return jsondoc.Value{}, Item{}
}

// Of returns an element of Items as an item: what it says of itself counts
// before what is known from around it.
func (around Item) Of(v jsondoc.Value) Item {
	item := Item{Value: v, Kind: around.Kind, Context: around.Context}
	if own := Kind(v); own != "" && own != schema.KindUnknown {
		item.Kind = own
	}
	return item
}

// Kind returns the kind of an object, schema.KindUnknown for what is Graph's
// but no kind that is known, or nothing.
func Kind(v jsondoc.Value) string {
	switch {
	case v.Get("subscriptionId").Exists() && v.Get("lifecycleEvent").Exists():
		return kindLifecycle
	case v.Get("subscriptionId").Exists() && v.Get("changeType").Exists():
		return kindNotification
	}
	if t := v.Get("@odata.type"); t.Exists() {
		if kind := kindOfType(t.Bytes()); kind != schema.KindUnknown {
			return kind
		}
	}
	if kind := kindOfMembers(v); kind != "" {
		return kind
	}
	if c := v.Get("@odata.context"); c.Exists() {
		return kindOfContext(c.Bytes(), false)
	}
	if v.Get("@odata.type").Exists() {
		return schema.KindUnknown
	}
	return ""
}

// kindOfMembers tells what names itself nowhere, such as a resource as it is
// after decrypting.
func kindOfMembers(v jsondoc.Value) string {
	switch {
	case v.Get("messageType").Exists() && v.GetAny("eventDetail", "chatId", "channelIdentity").Exists():
		return kindMessage
	case v.Get("meetingId").Exists() && v.Get("recordingContentUrl").Exists():
		return kindRecording
	case v.Get("meetingId").Exists() && v.Get("transcriptContentUrl").Exists():
		return kindTranscript
	case v.GetAny("eventType", "callEventType").Exists() && v.Get("eventDateTime").Exists():
		return kindCallEvent
	}
	return ""
}

// kindOfType reads an @odata.type such as "#microsoft.graph.callRecords.callRecord".
func kindOfType(text []byte) string {
	name := text[bytes.LastIndexByte(text, '.')+1:]
	for _, kind := range [...]string{kindCallRecord, kindCallEvent, kindRecording, kindTranscript, kindMessage, kindUser} {
		if bytes.EqualFold(name, []byte(kind)) {
			return kind
		}
	}
	return schema.KindUnknown
}

// kindOfContext reads an @odata.context, a URL whose fragment names a set, of
// a page or of one item.
func kindOfContext(url []byte, page bool) string {
	fragment := normal.Fold(url[bytes.IndexByte(url, '#')+1:])
	has := func(text string) bool { return bytes.Contains(fragment, []byte(text)) }
	path, selected, _ := bytes.Cut(fragment, []byte("("))
	switch {
	case has("callrecords(") && has(")/sessions"), has("callrecords(") && has(")/participants"):
		if has(")/sessions") {
			return kindSession
		}
		return kindParticipant
	case has("callrecords"):
		return kindCallRecord
	case has("messages"):
		return kindMessage
	case has("recordings"):
		return kindRecording
	case has("transcripts"):
		return kindTranscript
	case string(path) == "users", string(path) == "users/$delta",
		string(path) == "users/$entity" && !page:
		if len(selected) > 0 && selected[0] == '\'' {
			return schema.KindUnknown // something below one user
		}
		return kindUser
	}
	return schema.KindUnknown
}
