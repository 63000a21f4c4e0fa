package timeline

import "rollcall/schema"

// New makes the document of an assembled call, without what the policy and the
// tariff say of it: owners of sessions, names, obligations, findings, usage and
// events are the caller's to fill in.
func New(c schema.Call) *Call {
	d := &Call{
		CallID: c.ID, ResourceID: c.Resource, Teams: c.Teams, TeamsEvidence: c.TeamsEvidence, Start: bound(c.Start), End: bound(c.End),
		UnmatchedReceipts: none(c.Unmatched), Names: []Name{}, Obligations: []Obligation{}, Findings: []Finding{}, Usage: []Usage{},
		Unmetered: []Unmetered{}, Events: []Event{},
	}
	d.Aliases = each(c.Aliases, func(a schema.Alias) Alias { return Alias(a) })
	d.Episodes = each(c.Episodes, func(e schema.Episode) Episode {
		return Episode{Capture: e.Capture, Ordinal: e.Ordinal, Start: bound(e.Start), End: bound(e.End), AssumedFrom: At(e.AssumedFrom),
			Events: none(e.Events)}
	})
	d.Recordings = each(c.Recordings, recording)
	d.Plays = each(c.Plays, func(p schema.CallPlay) Play { return Play{At: At(p.At), OperationContext: p.Context, Event: p.Event} })
	d.Threads = each(c.Threads, func(x schema.CallThread) Thread { return Thread{ThreadID: x.ID, Kind: x.Kind, Event: x.Told} })
	d.Messages = each(c.Messages, func(m schema.CallMessage) Message {
		return Message{ThreadID: m.ThreadID, MessageID: m.MessageID, At: At(m.At), SenderID: m.SenderID, SenderName: m.SenderName, Type: m.Type,
			Edited: m.Edited, Deleted: m.Deleted, Events: none(m.Events)}
	})
	d.Disputes = each(c.Disputes, func(x schema.Dispute) Dispute {
		return Dispute{Bound: x.Bound, Subject: x.Subject, Capture: x.Capture, A: bound(x.A), B: bound(x.B)}
	})
	return d
}

// NewSession makes the document of a session. Its tenant and app, which the
// policy gives, are the caller's to fill in.
func NewSession(s schema.Session) Session {
	return Session{
		SessionID: s.ID, ParticipantID: s.ParticipantID, RawID: s.RawID, EndpointID: s.EndpointID, EndpointType: s.EndpointType,
		Identity: string(s.Identity), JoinPath: string(s.JoinPath), PathEvidence: s.PathEvidence, DisplayName: s.DisplayName,
		App: s.App, AppVersion: s.AppVersion, SDKVersion: s.SDKVersion, ResourceID: s.Resource, PSTNCallType: s.PSTNCallType,
		Joined: bound(s.Joined), Left: bound(s.Left), Events: none(s.Events),
		Signals: each(s.Signals, func(g schema.SessionSignal) Signal {
			return Signal{At: At(g.At), Capture: g.Signal.Capture, Active: g.Signal.Active, ConsentRequired: g.Signal.ConsentRequired, Event: g.Event}
		}),
		Receipts: each(s.Receipts, func(r schema.Receipt) Receipt {
			n := r.Notice
			return Receipt{At: At(r.At), Captures: none(n.Captures), State: n.State, Surface: n.Surface, Text: n.Text, Locale: n.Locale,
				NoticeID: n.NoticeID, Acknowledged: n.Acknowledged, ClockBasis: n.Clock,
				Via: each(r.Via, func(v schema.Via) string { return string(v) }), Event: r.Event}
		}),
	}
}

func recording(r schema.CallRecording) Recording {
	out := Recording{RecordingID: r.ID, Kind: r.Kind, Content: r.Content, Channel: r.Channel, ResourceID: r.Resource, Events: none(r.Events),
		Parts: each(r.Parts, func(p schema.Interval) Part { return Part{Start: At(p.Start), End: At(p.End), Assumed: p.Assumed} })}
	if r.LengthMs >= 0 {
		out.LengthMs = &r.LengthMs
	}
	return out
}

func bound(b schema.Bound) Bound {
	return Bound{At: At(b.At), Source: string(b.Source), Event: b.Event}
}

// each converts a list; an empty one is empty, not null.
func each[A, B any](list []A, convert func(A) B) []B {
	out := make([]B, 0, len(list))
	for _, x := range list {
		out = append(out, convert(x))
	}
	return out
}

func none(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}
