package assemble

import (
	"fmt"
	"reflect"
	"testing"

	"rollcall/schema"
)

func streamed(id, connection, session, modality, participant string, start float64, ms int64) schema.Event {
	e := event(id, 4000, schema.Facts{Streaming: &schema.StreamingUsage{SessionID: session, Modality: modality, ParticipantID: participant, Start: at(start), DurationMs: ms}})
	if modality == schema.StreamingTranscription {
		e.Facts.Span = &schema.CaptureSpan{Capture: schema.Transcription, Key: session, Start: at(start), DurationMs: ms}
	}
	e.Source, e.Refs.CallConnectionID = schema.SourceAzureMonitor, connection
	return e
}

func change(id, connection string, f schema.Facts, seconds float64) schema.Event {
	e := event(id, seconds, f)
	e.Source, e.Refs.CallConnectionID = schema.SourceCallAutomation, connection
	return e
}

func transcribing(id, connection string, on bool, seconds float64) schema.Event {
	return change(id, connection, schema.Facts{Transcription: &schema.TranscriptionState{Change: map[bool]string{true: "on", false: "off"}[on]}}, seconds)
}

func streaming(id, connection, state string, seconds float64) schema.Event {
	return change(id, connection, schema.Facts{MediaStreaming: &schema.MediaStreaming{State: state}}, seconds)
}

// streams lists what was streamed as "kind participant length: parts", in
// seconds from the base.
func streams(c schema.Call) []string {
	var out []string
	for _, s := range c.Streams {
		line := fmt.Sprint(s.Kind, " ", s.ParticipantID, " ", s.LengthMs, ":")
		for _, p := range s.Parts {
			line += fmt.Sprintf(" %v-%v", p.Start.Sub(base).Seconds(), p.End.Sub(base).Seconds())
			if p.Assumed {
				line += "?"
			}
		}
		out = append(out, line)
	}
	return out
}

func TestStreams(t *testing.T) {
	bounds := summary("s", "p1", alice, "e", 0, 600) // the call is of 600 seconds
	captions := event("c", 4000, schema.Facts{Captions: &schema.Captions{SessionID: "x", Start: at(30), DurationMs: 666_660}})
	later := event("d", 4000, schema.Facts{Captions: &schema.Captions{SessionID: "x", Start: at(300), DurationMs: -1}})
	for name, c := range map[string]struct {
		events []schema.Event
		want   []string
	}{
		"each row of audio": {[]schema.Event{streamed("a", "k", "1", schema.StreamingAudioMixed, "", 10, 60_000), streamed("b", "k", "2", schema.StreamingAudioUnmixed, "p1", 10, 60_001), streamed("c", "k", "2", schema.StreamingAudioUnmixed, "p2", 20, 5)},
			[]string{"audiostreamingmixed  60000: 10-70", "audiostreamingunmixed p1 60001: 10-70.001", "audiostreamingunmixed p2 5: 20-20.005"}},
		"audio of which only changes tell": {[]schema.Event{streaming("a", "k", "started", 10), streaming("b", "k", "stopped", 40), streaming("c", "k", "started", 100)},
			[]string{"audiostreaming  -1: 10-40", "audiostreaming  -1: 100-600?"}},
		"audio that failed to begin": {[]schema.Event{streaming("a", "k", "failed", 10)}, nil},
		"changes of which rows tell": {[]schema.Event{streaming("a", "k", "started", 10), streaming("b", "k", "stopped", 40), streaming("c", "other", "started", 10), streaming("d", "other", "stopped", 30), streamed("e", "k", "1", schema.StreamingAudioMixed, "", 10, 30_000)},
			[]string{"audiostreaming  -1: 10-30", "audiostreamingmixed  30000: 10-40"}},
		"a transcription between its changes": {[]schema.Event{transcribing("a", "k", true, 10), transcribing("b", "k", false, 40), transcribing("c", "k", true, 50), transcribing("d", "k", false, 60)},
			[]string{"transcription  -1: 10-40 50-60"}},
		"rows count above changes, participants once": {[]schema.Event{transcribing("a", "k", true, 10), transcribing("b", "k", false, 40), transcribing("c", "k", true, 100), transcribing("d", "k", false, 110),
			streamed("e", "k", "1", schema.StreamingTranscription, "p1", 10.5, 29_000), streamed("f", "k", "1", schema.StreamingTranscription, "p2", 12, 28_000)},
			[]string{"transcription  -1: 10.5-40 100-110"}},
		"each connection for itself": {[]schema.Event{transcribing("a", "k", true, 10), transcribing("b", "k", false, 40), transcribing("c", "l", true, 20), transcribing("d", "l", false, 50)},
			[]string{"transcription  -1: 10-40", "transcription  -1: 20-50"}},
		"a transcription of unknown length": {[]schema.Event{streamed("a", "k", "1", schema.StreamingTranscription, "", 10, -1)}, []string{"transcription  -1:"}},
		"of which the changes tell":         {[]schema.Event{streamed("a", "k", "1", schema.StreamingTranscription, "", 10, -1), transcribing("b", "k", true, 10), transcribing("c", "k", false, 40)}, []string{"transcription  -1: 10-40"}},
		"captions":                          {[]schema.Event{captions, later}, []string{"captions  666660: 30-696.66", "captions  -1:"}},
		"what clients saw is no usage":      {[]schema.Event{event("a", 10, schema.Facts{Participant: &schema.Participant{ParticipantID: "p1"}, Signal: &schema.Signal{Capture: schema.Transcription, Active: true}})}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			if got := streams(assembled(t, append(c.events, bounds)...)); !reflect.DeepEqual(got, c.want) {
				t.Errorf("got\n%q, want\n%q", got, c.want)
			}
		})
	}
}

func TestRecordingsOfTeams(t *testing.T) {
	chat := func(id string, start float64, ms int64) schema.Event {
		e := event(id, start, schema.Facts{Span: &schema.CaptureSpan{Capture: schema.Recording, Key: "call", Start: at(start), DurationMs: ms}})
		e.Source = schema.SourceGraph
		return e
	}
	changed := func(id string, start float64, ms int64) schema.Event { // one message, changed as the recording ended
		e := chat(id, start, ms)
		e.Facts.CaptureMessage = &schema.CaptureMessage{Capture: schema.Recording, Created: at(start), Modified: at(start).Add(milliseconds(ms)), DurationMs: ms}
		return e
	}
	file := func(id string, start, end float64) schema.Event {
		a := &schema.Artifact{Capture: schema.Recording, ID: id, Created: at(start)}
		if end > 0 {
			a.End = at(end)
		}
		e := event(id, start, schema.Facts{Artifact: a})
		e.Source = schema.SourceGraph
		return e
	}
	state := func(id, kind string, active bool, seconds float64) schema.Event {
		e := recordingState(id, active, 100, seconds)
		e.Facts.RecordingFlip.RecordKind = kind
		return e
	}
	bounds := summary("s", "p1", alice, "e", 0, 600)
	for name, c := range map[string]struct {
		events []schema.Event
		want   []string
	}{
		"by the chat": {[]schema.Event{chat("a", 100, -1), chat("b", 100, 60_000), chat("c", 300, 30_000)}, []string{"teams: 100-160", "teams: 300-330"}},
		"two of the same length, each told by a message that changed": {[]schema.Event{changed("a", 100, 60_000), changed("b", 300, 60_000)}, []string{"teams: 100-160", "teams: 300-360"}},
		"one without an end, another by a message that changed":       {[]schema.Event{chat("a", 100, -1), changed("b", 300, 60_000)}, []string{"teams: 100-360"}},
		"written again with its length":                               {[]schema.Event{chat("a", 100, 60_000), chat("b", 200, 60_000)}, []string{"teams: 100-160"}},
		"by the chat, to the end":                                     {[]schema.Event{chat("a", 100, -1)}, []string{"teams: 100-600?"}},
		"by the file":                                                 {[]schema.Event{file("a", 100, 200)}, []string{"teams: 100-200"}},
		"by a file without an end":                                    {[]schema.Event{file("a", 100, 0)}, []string{"teams:"}},
		"by chat and file":                                            {[]schema.Event{chat("a", 100, 60_000), file("b", 101, 161), file("c", 105, 0)}, []string{"teams: 100-160"}},
		"by Call Automation too":                                      {[]schema.Event{state("a", schema.RecordingTeams, true, 100), state("b", schema.RecordingTeams, false, 160), chat("c", 102, 60_000), file("d", 100, 160)}, []string{"teams: 100-160"}},
		"beside one of the app's":                                     {[]schema.Event{state("a", schema.RecordingACS, true, 100), state("b", schema.RecordingACS, false, 160), chat("c", 102, 60_000)}, []string{"azurecommunicationservices: 100-160", "teams: 102-162"}},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, r := range assembled(t, append(c.events, bounds)...).Recordings {
				line := r.Kind + ":"
				for _, p := range r.Parts {
					line += fmt.Sprintf(" %v-%v", p.Start.Sub(base).Seconds(), p.End.Sub(base).Seconds())
					if p.Assumed {
						line += "?"
					}
				}
				got = append(got, line)
			}
			if !reflect.DeepEqual(got, c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}
