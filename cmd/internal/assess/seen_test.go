package assess

import (
	"slices"
	"testing"
	"time"
)

// TestSeenLive: of which calls anybody could have been alerted in time.
func TestSeenLive(t *testing.T) {
	b := newBench(t)
	start := day(20, "10:00:00")
	end := start.Add(time.Hour)
	state := func(call string) string {
		return recordingState(call, true, start.Add(10*time.Minute), start.Add(10*time.Minute))
	}
	last := func(call string) []string { // what comes when all is over
		return []string{summary(call, "null", "alice", start, 3600), recordingState(call, false, start.Add(10*time.Minute), start.Add(50*time.Minute))}
	}
	b.clock = start.Add(time.Minute)
	b.sends(callTopic, b.clock, gridJoin("live", "alice", start), gridJoin("no-capture", "alice", start))
	b.clock = start.Add(11 * time.Minute)
	b.sends(callTopic, b.clock, state("live"), state("no-session"))
	b.clock = end.Add(3 * time.Hour)
	for _, call := range []string{"live", "no-capture", "no-session", "neither"} {
		b.sends(callTopic, b.clock, append(last(call), state(call))...)
	}
	got, err := SeenLive(t.Context(), b.run.Conn, start, end)
	if want := []Sight{{Obligations: 4, Live: 1, NoSession: 1, NoCapture: 1, Neither: 1}}; err != nil || !slices.Equal(got, want) {
		t.Errorf("%+v, want %+v; %v", got, want, err)
	}
	if got, err := SeenLive(t.Context(), b.run.Conn, end, end.Add(time.Hour)); err != nil || len(got) > 0 {
		t.Errorf("of another hour %+v; %v", got, err)
	}
}
