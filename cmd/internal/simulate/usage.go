package simulate

import (
	"slices"
	"strconv"
	"strings"
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
	meterChatACS       = "interop.chat.acs_message"
	meterChatTeams     = "interop.chat.m365_message"
	meterCaptions      = "closed_captions.minute"
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
	case phone:
		return c.legMeter(x)
	}
	return meterUnmapped
}

// runMeter says what a recording or transcription is billed as.
func (u *run) runMeter() string {
	switch {
	case u.cap == transcription && u.source == ofACS:
		return meterTranscription
	case u.cap == transcription:
		return "" // Teams' own
	case u.source != ofACS:
		return meterTeamsRec
	case u.noSummary && !u.file && !u.meta:
		return meterUnmapped // nothing tells its content
	}
	return contentMeters[u.content]
}

// streamMeters are what streams are billed as. Of a text the minutes count
// once, as those of the transcription.
var streamMeters = [...]string{streamMixed: "audio_streaming.mixed.minute", streamUnmixed: "audio_streaming.unmixed.participant_minute"}

// meter says what a message is billed as: in a meeting, or with a Teams user in
// the thread, by who wrote it.
func (m *chat) meter(c *script) string {
	switch {
	case c.thread == "" && c.guest == nil:
		return meterChat
	case m.model == teamsClient || m.model == anonymous:
		return meterChatTeams
	}
	return meterChatACS
}

// A tick moves the count of what runs on one meter.
type tick struct {
	at    int64
	meter string
	by    int64
}

// heard names the count of those who are there and whom the i-th run is of.
func heard(i int) string { return "heard " + strconv.Itoa(i) }

// meter totals the call's usage by counting, between any two instants at which
// something changes, how many are on each meter.
func meter(c *script, t *TruthCall) {
	t.Usage = map[UsageKey]int64{}
	ticks := c.ticks(t)
	const day = 24 * hour
	for m := c.start/day*day + day; m < c.end; m += day {
		ticks = append(ticks, tick{m, "", 0})
	}
	slices.SortStableFunc(ticks, func(a, b tick) int { return int(a.at - b.at) })
	count := map[string]int64{}
	for i, k := range ticks {
		if i > 0 && k.at > ticks[i-1].at {
			from := ticks[i-1].at
			date := time.UnixMilli(from).UTC().Format(time.DateOnly)
			for m, n := range count {
				run, unmixed := strings.CutPrefix(m, meterUnmixed+" ")
				if unmixed {
					n *= count["heard "+run]
					m = meterUnmixed
				}
				if n != 0 && m != "" && !strings.HasPrefix(m, "heard ") {
					t.Usage[UsageKey{date, t.Resource, m}] += n * (k.at - from)
				}
			}
		}
		count[k.meter] += k.by
	}
	messages := t.Usage
	if len(c.chat) > 0 && c.thread == "" {
		t.Chat, t.ChatUsage = string(c.threadOfChat(nil)), map[UsageKey]int64{}
		messages = t.ChatUsage
	}
	for i := range c.chat {
		m := &c.chat[i]
		messages[UsageKey{time.UnixMilli(m.at).UTC().Format(time.DateOnly), t.Resource, m.meter(c)}]++
	}
}

// ticks lists what begins and ends on each meter. An unmixed recording has a
// count of its own, of those whom it is of.
func (c *script) ticks(t *TruthCall) []tick {
	var ticks []tick
	add := func(m string, from, to int64) { ticks = append(ticks, tick{from, m, 1}, tick{to, m, -1}) }
	for i := range t.Sessions {
		if s := &t.Sessions[i]; s.Meter != "" {
			add(s.Meter, s.Joined, s.Left)
		}
	}
	for i := range c.runs {
		u := &c.runs[i]
		parts, _ := c.evidentParts(u)
		m := u.runMeter()
		if m == meterUnmixed {
			m += " " + strconv.Itoa(i)
			for j := range c.sessions {
				if c.recorded(u, &c.sessions[j]) {
					add(heard(i), t.Sessions[j].Joined, t.Sessions[j].Left)
				}
			}
		}
		for _, p := range parts {
			add(m, p.start, p.end)
		}
	}
	for i := range c.streams {
		if s := &c.streams[i]; s.modality != streamText {
			add(streamMeters[s.modality], s.start, s.end)
		}
	}
	for _, s := range c.captions {
		add(meterCaptions, s.start, s.end)
	}
	return ticks
}

// recorded is true of those whom an unmixed recording is of: all but free bots
// and, where its files have metadata, whom that does not list.
func (c *script) recorded(u *run, x *session) bool {
	return x.model != bot && (!u.meta || x.model == phone || c.listed(u, x.who))
}

// listed is true of those whom the metadata of a recording names: who was there
// while it ran, and said something.
func (c *script) listed(u *run, who *person) bool {
	if who == u.absent {
		return false
	}
	for i := range c.sessions {
		for _, p := range u.parts() {
			if x := &c.sessions[i]; x.who == who && x.joined < p.end && p.start < x.left {
				return true
			}
		}
	}
	return false
}
