package metering

import (
	"reflect"
	"strings"
	"testing"

	"rollcall/reports/tariff"
	"rollcall/schema"
)

func TestStreams(t *testing.T) {
	speaker := session("s", schema.PathACSExternalUser, "2026-10-01 09:00", "2026-10-01 09:00")
	speaker.ParticipantID, speaker.RawID = "p1", "8:acs:a"
	half := part("2026-10-01 23:50", "2026-10-02 00:20")
	for _, c := range []struct {
		name string
		of   schema.CallStream
		want map[string]int64 // "meter unit day session"
		note string
	}{
		{"mixed audio", schema.CallStream{Kind: schema.StreamingAudioMixed, LengthMs: 60_001, Parts: []schema.Interval{half}},
			map[string]int64{"audio_streaming.mixed.minute minute 2026-10-01": 20_000, "audio_streaming.mixed.minute minute 2026-10-02": 40_001}, "audio stream k"},
		{"unmixed audio of a participant", schema.CallStream{Kind: schema.StreamingAudioUnmixed, ParticipantID: "p1", LengthMs: 1_172_488, Parts: []schema.Interval{part("2026-10-01 09:00", "2026-10-01 09:20")}},
			map[string]int64{"audio_streaming.unmixed.participant_minute participant_minute 2026-10-01 s": 1_172_488}, ""},
		{"a transcription, between its changes", schema.CallStream{Kind: schema.StreamingTranscription, LengthMs: -1, Parts: []schema.Interval{part("2026-10-01 09:00", "2026-10-01 09:10"), part("2026-10-01 09:20", "2026-10-01 09:25")}},
			map[string]int64{"transcription.minute minute 2026-10-01": 900_000}, "transcription k; unpriced: "},
		{"one that goes on", schema.CallStream{Kind: schema.StreamingTranscription, LengthMs: -1, Parts: []schema.Interval{part("2026-10-04 23:00", "")}},
			map[string]int64{"transcription.minute minute 2026-10-04": 3_600_000}, "transcription k; still open"},
		{"captions", schema.CallStream{Kind: schema.StreamCaptions, LengthMs: 666_660, Parts: []schema.Interval{part("2026-10-01 09:00", "2026-10-01 09:20")}},
			map[string]int64{"closed_captions.minute minute 2026-10-01": 666_660}, "captions k"},
		{"captions of unknown start", schema.CallStream{Kind: schema.StreamCaptions, LengthMs: 60_000},
			map[string]int64{"closed_captions.minute minute 2026-10-01": 60_000}, "captions k; when it was is not known"},
		{"captions of unknown length", schema.CallStream{Kind: schema.StreamCaptions, LengthMs: -1},
			map[string]int64{"unmapped minute 2026-10-01": 0}, "captions whose length is not known; captions k"},
		{"captions of nothing", schema.CallStream{Kind: schema.StreamCaptions}, map[string]int64{}, ""},
		{"audio that may be mixed or not", schema.CallStream{Kind: schema.StreamingAudio, LengthMs: -1, Parts: []schema.Interval{part("2026-10-01 09:00", "2026-10-01 09:20")}},
			map[string]int64{"unmapped minute 2026-10-01": 1_200_000}, "streamed audio: whether it was mixed is not stated; audio stream k"},
		{"a modality that nobody knows", schema.CallStream{Kind: "video", LengthMs: 60_000, Parts: []schema.Interval{half}},
			map[string]int64{"unmapped minute 2026-10-01": 20_000, "unmapped minute 2026-10-02": 40_000}, `streaming of unknown modality "video"; k`},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.of.Key, c.of.Events = "k", []string{"e"}
			call := schema.Call{ID: "c", Start: schema.Bound{At: at("2026-10-01 09:00")}, Sessions: []schema.Session{speaker}, Streams: []schema.CallStream{c.of}}
			got := map[string]int64{}
			for _, l := range Call(call, parse(t, exampleBook), Options{Now: now}) {
				if l.Meter == tariff.VoIP {
					continue
				}
				got[strings.TrimSpace(strings.Join([]string{l.Meter, l.Unit, l.Day, l.SessionID}, " "))] += l.Raw
				if !strings.HasPrefix(l.Note, c.note) || len(l.Evidence) != 1 {
					t.Errorf("note %q with the evidence %v, want %q", l.Note, l.Evidence, c.note)
				}
			}
			if !reflect.DeepEqual(got, c.want) {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}
