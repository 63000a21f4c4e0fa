package simulate

import (
	"slices"
	"time"
)

// The meters that a simulation can show.
const (
	meterVoIP          = "voip.participant_minute"
	meterInterop       = "interop.voip.acs_participant_minute"
	meterTeams         = "interop.voip.m365_participant_minute"
	meterExtension     = "tpe.voip.participant_minute"
	meterTeamsRec      = "recording.teams.minute"
	meterUnmixed       = "recording.unmixed_audio.participant_minute"
	meterTranscription = "transcription.minute"
	meterChat          = "chat.message"
	meterUnmapped      = "unmapped"
)

var contentMeters = [...]string{mixedAV: "recording.mixed_av.minute", mixedAudio: "recording.mixed_audio.minute", unmixedAudio: meterUnmixed}

// sessionMeter says what a session is billed as.
func (c *script) sessionMeter(x *session) string {
	switch x.model {
	case external, teamsInApp:
		if c.thread != "" {
			return meterInterop
		}
		return meterVoIP
	case teamsClient, anonymous:
		return meterTeams
	case extension:
		return meterExtension
	case bot:
		return "" // listed as free
	}
	return meterUnmapped
}

// runMeter says what a recording or transcription is billed as.
func (u *run) runMeter() string {
	switch {
	case u.cap == transcription:
		return meterTranscription
	case u.source == ofTeams:
		return meterTeamsRec
	case u.noSummary && !u.file:
		return meterUnmapped // nothing tells its content
	}
	return contentMeters[u.content]
}

// A tick moves the count of what runs on one meter.
type tick struct {
	at    int64
	meter string
	by    int64
}

// meter totals the call's usage by counting, between any two instants at which
// something changes, how many are on each meter.
func meter(c *script, t *TruthCall) {
	t.Usage = map[UsageKey]int64{}
	const present = "" // the head count of who is charged, which unmixed recordings multiply
	var ticks []tick
	for i := range t.Sessions {
		s := &t.Sessions[i]
		if s.Meter == "" {
			continue // a free bot, which is nobody that a recording is of
		}
		for _, m := range []string{present, s.Meter} {
			ticks = append(ticks, tick{s.Joined, m, 1}, tick{s.Left, m, -1})
		}
	}
	for i := range c.runs {
		parts, _ := c.evidentParts(&c.runs[i])
		for _, p := range parts {
			m := c.runs[i].runMeter()
			ticks = append(ticks, tick{p.start, m, 1}, tick{p.end, m, -1})
		}
	}
	const day = 24 * hour
	for m := c.start/day*day + day; m < c.end; m += day {
		ticks = append(ticks, tick{m, present, 0})
	}
	slices.SortStableFunc(ticks, func(a, b tick) int { return int(a.at - b.at) })
	count := map[string]int64{}
	for i, k := range ticks {
		if i > 0 && k.at > ticks[i-1].at {
			from := ticks[i-1].at
			date := time.UnixMilli(from).UTC().Format(time.DateOnly)
			for m, n := range count {
				if m == meterUnmixed {
					n *= count[present]
				}
				if m != present && n != 0 {
					t.Usage[UsageKey{date, t.Resource, m}] += n * (k.at - from)
				}
			}
		}
		count[k.meter] += k.by
	}
	for _, m := range c.chat {
		t.Usage[UsageKey{time.UnixMilli(m.at).UTC().Format(time.DateOnly), t.Resource, meterChat}]++
	}
}
