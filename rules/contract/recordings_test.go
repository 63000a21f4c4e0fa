package contract

import (
	"slices"
	"testing"

	"rollcall/schema"
)

// asked is an accepted request about a recording; starts name none.
func asked(change, recording string, seconds float64, c ...change) schema.Event {
	return event(schema.SourceAzureMonitor, "CallRecordingOperational", seconds, schema.Facts{RecordingOperation: &schema.RecordingOperation{
		Change: change, RecordingID: recording, Succeeded: true, Signature: "202"}}, c)
}

func refused(e *schema.Event) { e.Facts.RecordingOperation.Succeeded = false }

// metadata is the metadata of one file of a recording, with its pauses.
func metadata(document string, index int64, start, seconds float64, pauses ...[2]float64) schema.Event {
	c := &schema.RecordingChunk{DocumentID: document, Index: index, Start: at(start), DurationMs: int64(seconds * 1000), Content: "audio", Channel: "unmixed"}
	for _, p := range pauses {
		c.Pauses = append(c.Pauses, schema.Pause{Start: at(p[0]), DurationMs: int64((p[1] - p[0]) * 1000)})
	}
	return event(schema.SourceRecordingFile, "acsmetadata", start, schema.Facts{Chunk: c}, nil)
}

func of(people ...who) change {
	return func(e *schema.Event) {
		for _, w := range people {
			e.Facts.Chunk.Recorded = append(e.Facts.Chunk.Recorded, schema.Recorded{RawID: w.raw, Channel: -1})
		}
	}
}

func with(e schema.Event, c change) schema.Event { c(&e); return e }

func chunks(documents ...string) change {
	return func(e *schema.Event) { e.Facts.Recording.Chunks = documents }
}

func TestRecordingOperations(t *testing.T) {
	in := func(more ...schema.Event) []schema.Event {
		return append([]schema.Event{summary(alice, 0, 600), summary(bob, 0, 600)}, more...)
	}
	cases := map[string]struct {
		events []schema.Event
		want   string
	}{
		"requests alone: start, pause, resume, stop": {in(asked("start", "", 10), asked("pause", "r", 50), asked("resume", "r", 70), asked("stop", "r", 100)),
			`recording#1 10(recording_operation) to 50(recording_operation)
			 recording#2 70(recording_operation) to 100(recording_operation)`},
		"a request and the change after it are one": {in(asked("start", "", 9), recording("r", true, 10, 10.5), asked("pause", "r", 50), recording("r", false, 10, 50.4),
			asked("resume", "r", 51), recording("r", true, 10, 51.5), asked("stop", "r", 100), recording("r", false, 10, 101)),
			`recording#1 10(call_automation) to 50.4(call_automation)
			 recording#2 51.5(call_automation) to 101(call_automation)`},
		"a request tells what no change told": {in(recording("r", true, 10, 10), asked("stop", "r", 100)),
			`recording#1 10(call_automation) to 100(recording_operation)`},
		"a lost pause within a recording": {in(recording("r", true, 10, 10), asked("pause", "r", 50), asked("resume", "r", 70), recording("r", false, 10, 100)),
			`recording#1 10(call_automation) to 50(recording_operation)
			 recording#2 70(recording_operation) to 100(call_automation)`},
		"what the server refused changes nothing": {in(recording("r", true, 10, 10), asked("stop", "r", 50, refused), recording("r", false, 10, 100)),
			`recording#1 10(call_automation) to 100(call_automation)`},
		"pauses of a recording that else only its summary tells": {in(recorded("r", 10, 70), asked("pause", "r", 50), asked("resume", "r", 70)),
			`recording#1 10(recording_summary) to 50(recording_operation)
			 recording#2 70(recording_operation) to 100(recording_summary)`},
		"a start goes to the recording that began next": {in(recording("a", true, 10, 10), recording("a", false, 10, 40), asked("start", "", 60), asked("stop", "b", 90)),
			`recording#1 10(call_automation) to 40(call_automation)
			 recording#2 60(recording_operation) to 90(recording_operation)`},
		"a start that nothing follows":   {in(asked("start", "", 60)), `recording#1 60(recording_operation) to 600(assumed:call_end) assumed from 60`},
		"a stop alone tells no interval": {in(asked("stop", "r", 60)), ``},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) { evidenceOf(t, c.events...).episodes(c.want) })
	}
}

func TestRecordingMetadata(t *testing.T) {
	in := func(more ...schema.Event) []schema.Event {
		return append([]schema.Event{summary(alice, 0, 600), summary(bob, 0, 600)}, more...)
	}
	cases := map[string]struct {
		events []schema.Event
		want   string
	}{
		"the pauses of a recording that its summary tells": {in(recorded("r", 10, 50), metadata("d", 0, 10, 50, [2]float64{20, 30})),
			`recording#1 10(recording_summary) to 20(recording_file)
			 recording#2 30(recording_file) to 70(recording_summary)`},
		"by the file's name": {in(recorded("a", 10, 50, file, chunks("d1")), recorded("b", 100, 50, file, chunks("d2")), metadata("d2", 0, 100, 50, [2]float64{110, 120})),
			`recording#1 10(recording_file) to 60(recording_file)
			 recording#2 100(recording_file) to 110(recording_file)
			 recording#3 120(recording_file) to 160(recording_file)`},
		"metadata alone": {in(metadata("d", 0, 10, 50, [2]float64{20, 30})),
			`recording#1 10(recording_file) to 20(recording_file)
			 recording#2 30(recording_file) to 70(recording_file)`},
		"two files of one recording": {in(metadata("d0", 0, 10, 50), metadata("d1", 1, 60, 30)),
			`recording#1 10(recording_file) to 90(recording_file)`},
		"a pause of which no change told": {in(recording("r", true, 10, 10), recording("r", false, 10, 100), metadata("d", 0, 10, 80, [2]float64{20, 30})),
			`recording#1 10(call_automation) to 20(recording_file)
			 recording#2 30(recording_file) to 100(call_automation)`},
		"a pause of which changes told by themselves": {in(recording("r", true, 10, 10), recording("r", false, 10, 50), recording("r", true, 10, 70), recording("r", false, 10, 100),
			metadata("d", 0, 10, 70, [2]float64{50.2, 70.3})),
			`recording#1 10(call_automation) to 50(call_automation)
			 recording#2 70(call_automation) to 100(call_automation)`},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) { evidenceOf(t, c.events...).episodes(c.want) })
	}
}

func TestWhoWasRecorded(t *testing.T) {
	cases := map[string]struct {
		events []schema.Event
		want   []string
	}{
		"of all files": {[]schema.Event{recorded("r", 10, 80, file, chunks("d0", "d1")), with(metadata("d0", 0, 10, 50), of(alice)), with(metadata("d1", 1, 60, 30), of(bob, alice))},
			[]string{alice.raw, bob.raw}},
		"not known while a file is missing": {[]schema.Event{recorded("r", 10, 80, file, chunks("d0", "d1")), with(metadata("d0", 0, 10, 50), of(alice))}, nil},
		"nor where the first is":            {[]schema.Event{with(metadata("d1", 1, 60, 30), of(bob))}, nil},
		"not told":                          {[]schema.Event{recorded("r", 10, 80)}, nil},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			w := evidenceOf(t, append(c.events, summary(alice, 0, 600))...)
			w.shuffled()
			r := w.call(w.events).Recordings
			if len(r) != 1 {
				t.Fatalf("got %d recordings, want one", len(r))
			}
			var got []string
			for _, p := range r[0].Participants {
				got = append(got, p.RawID)
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}
