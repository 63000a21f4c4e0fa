package metering

import (
	"slices"
	"strings"

	"rollcall/reports/tariff"
	"rollcall/schema"
	"rollcall/schema/rawid"
)

// recording meters one recording (design.md, 7, and its fine print 3).
func (m *meterer) recording(r schema.CallRecording) {
	meter, cause := recordingMeter(r)
	parts, isOpen := m.parts(r)
	u := schema.UsageLine{
		CallID: m.call.ID, Meter: meter, Evidence: r.Events,
		Resource: resourceID(r.Resource, m.call.Resource),
	}
	u.App, u.Tenant = m.recordingOwner(u.Resource)
	about := strings.TrimSpace("recording " + clip(r.ID))
	if isOpen != "" {
		about += "; " + isOpen
	}
	key := recordingKey(r)
	if meter == tariff.RecordingUnmixed && len(parts) > 0 {
		m.unmixed(r, u, key, parts, about)
		return
	}
	length := recordedMs(r, parts, m.tariff.BillsPauses())
	if len(parts) == 0 {
		switch {
		case meter == tariff.RecordingUnmixed:
			// Whose time it is can't be told without the recording's bounds.
			u.Meter, cause = tariff.Unmapped, "unmixed recording whose start is not known"
		case r.LengthMs < 0 && meter != tariff.Unmapped:
			u.Meter, cause = tariff.Unmapped, "recording whose length is not known"
		}
		day := m.someDay().UnixMilli()
		parts = []span{{day, day + 1}}
		about += "; when it was recorded is not known"
	}
	if length == 0 {
		if u.Meter != tariff.Unmapped {
			return // nothing was recorded
		}
		m.add(u, key, []share{{m.someDay(), 0}}, "", cause, about)
		return
	}
	m.add(u, key, m.amount(parts, length, u.Meter), "", cause, about)
}

// unmixed meters each session's overlap with the recording, whatever its
// client. Servers and free bots are nobody whom a recording is of; a telephone
// leg of the Teams plan is, though no meter counts its call. Where metadata
// tells who was recorded the others are not; one whom it names and of whom no
// session is known goes to the bucket with the recording's length, which is the
// most that it can be, and so does a recording of nobody known.
func (m *meterer) unmixed(r schema.CallRecording, u schema.UsageLine, key string, parts []span, about string) {
	lost := func(key, raw, cause string) {
		line := u
		line.Meter, line.RawID = tariff.Unmapped, raw
		m.add(line, key, m.amount(parts, total(parts), tariff.Unmapped), "", cause, about)
	}
	known, anyone, metered := map[string]bool{}, false, 0
	for _, s := range m.call.Sessions {
		known[s.RawID] = true
		anyone = anyone || rawid.Identity(s.RawID) == schema.IdentityUnknown
		if (s.EndpointType == "server" || s.JoinPath == schema.PathBot) && classify(m.call, s, m.tariff).free != "" {
			continue
		}
		if !heard(r, s) {
			continue
		}
		own, bounds := m.interval(s)
		spans := overlap(own, parts)
		if len(spans) == 0 {
			continue
		}
		metered++
		line := u
		line.SessionID, line.ParticipantID, line.RawID = s.ID, s.ParticipantID, s.RawID
		line.App, line.Tenant = m.owner(s)
		line.Evidence = append(append([]string(nil), u.Evidence...), s.Events...)
		m.add(line, key, m.amount(spans, total(spans), u.Meter), "", about, bounds)
	}
	if len(r.Participants) == 0 && metered == 0 {
		lost(key, "", "unmixed recording of which no participant is known")
	}
	for _, p := range r.Participants {
		if !known[p.RawID] && !anyone {
			lost(key+" of "+p.RawID, p.RawID, "recorded participant of whom no session is known")
		}
	}
}

// heard reports whether a session can be of one whom the recording is of. One
// whose raw id does not tell its model may be listed by another.
func heard(r schema.CallRecording, s schema.Session) bool {
	return len(r.Participants) == 0 || rawid.Identity(s.RawID) == schema.IdentityUnknown ||
		slices.ContainsFunc(r.Participants, func(p schema.Recorded) bool { return p.RawID == s.RawID })
}

// recordingMeter finds the meter by what was recorded. The kind is empty where
// only CallRecordingSummary or Event Grid told of the recording; they only
// tell of ACS recordings.
func recordingMeter(r schema.CallRecording) (meter, note string) {
	switch r.Kind {
	case schema.RecordingTeams, schema.RecordingTeamsCompliance:
		return tariff.RecordingTeams, "recorded by Teams, not charged to the ACS resource"
	case schema.RecordingACS, "":
	default:
		return tariff.Unmapped, `recording of unknown kind "` + clip(r.Kind) + `"`
	}
	switch {
	case r.Content == "transcription":
		return tariff.Transcription, ""
	case r.Channel == "unmixed":
		return tariff.RecordingUnmixed, ""
	case r.Channel == "mixed" && r.Content == "audio_video":
		return tariff.RecordingMixedAV, ""
	case r.Channel == "mixed" && r.Content == "audio":
		return tariff.RecordingMixedAudio, ""
	}
	return tariff.Unmapped, "recording without stated content and channel"
}

// parts are the recorded intervals, up to now where one is open. With pauses
// billed they are the one interval from the first start to the last end.
func (m *meterer) parts(r schema.CallRecording) (parts []span, note string) {
	parts, note = m.spans(r.Parts)
	if n := len(parts); n > 0 && m.tariff.BillsPauses() {
		parts = []span{{parts[0].start, parts[n-1].end}}
	}
	return parts, note
}

// spans are intervals, up to now where one is open.
func (m *meterer) spans(intervals []schema.Interval) (spans []span, note string) {
	for _, p := range intervals {
		end := p.End
		if end.IsZero() {
			end = m.opt.Now
			note = "still open, metered up to " + instant(end)
		} else if p.Assumed {
			note = joinNotes(note, "its end is assumed")
		}
		spans = append(spans, span{p.Start.UnixMilli(), end.UnixMilli()})
	}
	return union(spans), note
}

// recordedMs is the length to charge: what the server states, which is without
// pauses, else the recorded parts. Where pauses are billed the stated length
// is too short by them, so the span counts if it is the longer.
func recordedMs(r schema.CallRecording, parts []span, pauses bool) int64 {
	switch {
	case r.LengthMs < 0:
		return total(parts)
	case pauses:
		return max(r.LengthMs, total(parts))
	}
	return r.LengthMs
}

// recordingOwner is the owner that the policy gives to the resource; without
// one, the app and tenant that all of the call's owned sessions share.
func (m *meterer) recordingOwner(resource string) (app, tenant string) {
	app, tenant = m.owner(schema.Session{Resource: resource})
	if app == "" {
		app = m.shared(func(a, _ string) string { return a })
	}
	if tenant == "" {
		tenant = m.shared(func(_, t string) string { return t })
	}
	return app, tenant
}

// shared is the one value that the call's sessions have, ignoring those that
// have none; empty where they differ.
func (m *meterer) shared(pick func(app, tenant string) string) string {
	value := ""
	for _, s := range m.call.Sessions {
		v := pick(m.owner(s))
		switch {
		case v == "":
		case value == "":
			value = v
		case v != value:
			return ""
		}
	}
	return value
}

// recordingKey tells recordings apart in line ids, also such without an id.
func recordingKey(r schema.CallRecording) string {
	if r.ID != "" || len(r.Parts) == 0 {
		return "recording " + r.ID
	}
	return "recording from " + strings.TrimSpace(instant(r.Parts[0].Start))
}
