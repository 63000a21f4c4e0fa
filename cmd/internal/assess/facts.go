package assess

import (
	"fmt"
	"strconv"
	"time"

	"rollcall/ingest/jsondoc"
	"rollcall/schema"
)

// A factReader reads what was assembled of calls and sessions as it is stored,
// several times as fast as decoding into any type does: without the lists of
// their events, which no rule goes by, and of a call without what only reports
// and metering want. It belongs to one goroutine.
type factReader struct {
	parser jsondoc.Parser
	data   []byte
	text   string // the same
	err    error
}

// open reads a document.
func (r *factReader) open(text string) (jsondoc.Value, error) {
	r.data, r.text, r.err = append(r.data[:0], text...), text, nil
	r.parser.Reset(r.data)
	v, err := r.parser.Next()
	if err == nil && v.Kind() != jsondoc.Object {
		err = fmt.Errorf("expected an object, found %s", v.Kind())
	}
	return v, err
}

// session reads a session.
func (r *factReader) session(text string) (s schema.Session, err error) {
	v, err := r.open(text)
	if err != nil {
		return s, err
	}
	for name, v := range v.Members() {
		switch string(name.Bytes()) {
		case "session_id":
			s.ID = r.str(v)
		case "participant_id":
			s.ParticipantID = r.str(v)
		case "raw_id":
			s.RawID = r.str(v)
		case "endpoint_id":
			s.EndpointID = r.str(v)
		case "endpoint_type":
			s.EndpointType = r.str(v)
		case "identity":
			s.Identity = schema.Identity(r.str(v))
		case "join_path":
			s.JoinPath = schema.JoinPath(r.str(v))
		case "path_evidence":
			s.PathEvidence = r.str(v)
		case "display_name":
			s.DisplayName = r.str(v)
		case "joined":
			s.Joined = r.bound(v)
		case "left":
			s.Left = r.bound(v)
		case "resource_id":
			s.Resource = r.str(v)
		case "app":
			s.App = r.str(v)
		case "app_version":
			s.AppVersion = r.str(v)
		case "sdk_version":
			s.SDKVersion = r.str(v)
		case "pstn_call_type":
			s.PSTNCallType = r.str(v)
		case "tenant_id":
			s.TenantID = r.str(v)
		case "reported":
			s.Reported = r.truth(v)
		case "reported_join":
			s.ReportedJoin = r.time(v)
		case "reported_leave":
			s.ReportedLeave = r.time(v)
		case "receipts":
			s.Receipts = list(r, v, (*factReader).receipt)
		case "signals":
			s.Signals = list(r, v, (*factReader).signal)
		case "consents":
			s.Consents = list(r, v, (*factReader).consent)
		}
	}
	return s, r.err
}

// outline reads a call without its sessions.
func (r *factReader) outline(text string) (c schema.Call, err error) {
	v, err := r.open(text)
	if err != nil {
		return c, err
	}
	for name, v := range v.Members() {
		switch string(name.Bytes()) {
		case "call_id":
			c.ID = r.str(v)
		case "resource_id":
			c.Resource = r.str(v)
		case "aliases":
			c.Aliases = list(r, v, (*factReader).alias)
		case "teams":
			c.Teams = r.truth(v)
		case "teams_evidence":
			c.TeamsEvidence = r.str(v)
		case "start":
			c.Start = r.bound(v)
		case "end":
			c.End = r.bound(v)
		case "episodes":
			c.Episodes = list(r, v, (*factReader).episode)
		case "chat":
			c.Chat = r.truth(v)
		case "plays":
			c.Plays = list(r, v, (*factReader).play)
		case "additions":
			c.Additions = list(r, v, (*factReader).addition)
		case "disputes":
			c.Disputes = list(r, v, (*factReader).dispute)
		case "compared":
			c.Compared = list(r, v, (*factReader).str)
		}
	}
	return c, r.err
}

func (r *factReader) receipt(v jsondoc.Value) (x schema.Receipt) {
	for name, v := range v.Members() {
		switch string(name.Bytes()) {
		case "event":
			x.Event = r.str(v)
		case "via":
			x.Via = list(r, v, func(r *factReader, v jsondoc.Value) schema.Via { return schema.Via(r.str(v)) })
		case "at":
			x.At = r.time(v)
		case "notice":
			x.Notice = r.notice(v)
		}
	}
	return x
}

func (r *factReader) notice(v jsondoc.Value) (x schema.Notice) {
	for name, v := range v.Members() {
		switch string(name.Bytes()) {
		case "notice_id":
			x.NoticeID = r.str(v)
		case "captures":
			x.Captures = list(r, v, (*factReader).str)
		case "state":
			x.State = r.str(v)
		case "surface":
			x.Surface = r.str(v)
		case "text":
			x.Text = r.str(v)
		case "locale":
			x.Locale = r.str(v)
		case "acknowledged":
			x.Acknowledged = r.truth(v)
		case "clock":
			x.Clock = r.str(v)
		}
	}
	return x
}

func (r *factReader) signal(v jsondoc.Value) (x schema.SessionSignal) {
	for name, v := range v.Members() {
		switch string(name.Bytes()) {
		case "event":
			x.Event = r.str(v)
		case "at":
			x.At = r.time(v)
		case "shared":
			x.Shared = r.truth(v)
		case "signal":
			for name, v := range v.Members() {
				switch string(name.Bytes()) {
				case "capture":
					x.Signal.Capture = r.str(v)
				case "active":
					x.Signal.Active = r.truth(v)
				case "consent_required":
					x.Signal.ConsentRequired = r.truth(v)
				}
			}
		}
	}
	return x
}

func (r *factReader) consent(v jsondoc.Value) (x schema.SessionConsent) {
	for name, v := range v.Members() {
		switch string(name.Bytes()) {
		case "event":
			x.Event = r.str(v)
		case "at":
			x.At = r.time(v)
		case "consent":
			x.Consent.Captures = list(r, v.Get("captures"), (*factReader).str)
			x.Consent.Answer = r.str(v.Get("answer"))
		}
	}
	return x
}

func (r *factReader) episode(v jsondoc.Value) (x schema.Episode) {
	for name, v := range v.Members() {
		switch string(name.Bytes()) {
		case "capture":
			x.Capture = r.str(v)
		case "ordinal":
			x.Ordinal = r.number(v)
		case "start":
			x.Start = r.bound(v)
		case "end":
			x.End = r.bound(v)
		case "assumed_from":
			x.AssumedFrom = r.time(v)
		}
	}
	return x
}

func (r *factReader) alias(v jsondoc.Value) schema.Alias {
	return schema.Alias{Kind: r.str(v.Get("kind")), Value: r.str(v.Get("value")), Event: r.str(v.Get("event"))}
}

func (r *factReader) play(v jsondoc.Value) schema.CallPlay {
	return schema.CallPlay{Event: r.str(v.Get("event")), At: r.time(v.Get("at")), Context: r.str(v.Get("operation_context"))}
}

func (r *factReader) addition(v jsondoc.Value) schema.CallAddition {
	return schema.CallAddition{Event: r.str(v.Get("event")), At: r.time(v.Get("at")), RawID: r.str(v.Get("raw_id"))}
}

func (r *factReader) dispute(v jsondoc.Value) schema.Dispute {
	return schema.Dispute{Bound: r.str(v.Get("bound")), Subject: r.str(v.Get("subject")), Capture: r.str(v.Get("capture")), A: r.bound(v.Get("a")), B: r.bound(v.Get("b"))}
}

func (r *factReader) bound(v jsondoc.Value) (b schema.Bound) {
	for name, v := range v.Members() {
		switch string(name.Bytes()) {
		case "at":
			b.At = r.time(v)
		case "source":
			b.Source = schema.BoundSource(r.str(v))
		case "event":
			b.Event = r.str(v)
		}
	}
	return b
}

// str is a text, a part of the document where it can be.
func (r *factReader) str(v jsondoc.Value) string {
	raw := v.Bytes()
	if start, end := v.Span(); v.Kind() == jsondoc.String && end-start == len(raw)+2 { // no escapes
		return r.text[start+1 : end-1]
	}
	return string(raw)
}

func (r *factReader) truth(v jsondoc.Value) bool {
	b, _ := v.Bool()
	return b
}

func (r *factReader) number(v jsondoc.Value) int {
	n, err := strconv.Atoi(r.str(v))
	if err != nil {
		r.err = err
	}
	return n
}

// time is an instant; zero where there is none.
func (r *factReader) time(v jsondoc.Value) time.Time {
	if !v.Exists() {
		return time.Time{}
	}
	at, err := time.Parse(time.RFC3339Nano, r.str(v))
	if err != nil {
		r.err = err
	}
	return at
}

// list is a list; nil where there is none.
func list[T any](r *factReader, v jsondoc.Value, read func(*factReader, jsondoc.Value) T) []T {
	n := v.Len()
	if n == 0 {
		return nil
	}
	out := make([]T, 0, n)
	for e := range v.Elements() {
		out = append(out, read(r, e))
	}
	return out
}
