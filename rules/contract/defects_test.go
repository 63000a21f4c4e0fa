package contract

import (
	"testing"

	"rollcall/schema"
)

// The defects of clients that their users reported (facts: Azure/Communication,
// Azure/azure-sdk-for-js, Azure/communication-ui-library and its siblings). The
// true interval is the server's; one client's state is never trusted alone.
func TestKnownClientDefects(t *testing.T) {
	captured := func(more ...schema.Event) []schema.Event {
		return append([]schema.Event{
			summary(alice, 0, 600), summary(bob, 0, 600),
			recording("rec", true, 10, 10), recording("rec", false, 10, 200),
		}, more...)
	}
	transcribed := func(more ...schema.Event) []schema.Event {
		return append([]schema.Event{
			summary(alice, 0, 600), summary(bob, 0, 100),
			transcription("on", 10, connection("c")), transcription("off", 200, connection("c")),
		}, more...)
	}
	cases := map[string]struct {
		world *world
		want  string
	}{
		"Communication #383: on a record start iOS signals transcription on and off": {
			evidenceOf(t, captured(signal(alice, "transcription", true, 10.04), signal(alice, "transcription", false, 10.07),
				signal(alice, "recording", true, 10.2), shows(alice, "recording", 11), shows(bob, "recording", 11))...),
			`alice recording#1 10-200 pass shown 11 signalled 10.2
			 bob recording#1 10-200 pass shown 11`,
		},
		"Communication #419: transcription goes off for a client when anybody leaves": {
			evidenceOf(t, transcribed(signal(alice, "transcription", true, 10.3), shows(alice, "transcription", 11), shows(bob, "transcription", 11),
				signal(alice, "transcription", false, 100.1))...),
			`alice transcription#1 10-200 pass shown 11 signalled 10.3
			 bob transcription#1 10-100 pass shown 11`,
		},
		"Communication #218: the recording callback never fires on a join": {
			evidenceOf(t, captured(joins(alice, 0), signal(bob, "recording", true, 10.1), shows(bob, "recording", 11))...),
			`alice recording#1 10-200 missed never-signalled
			 bob recording#1 10-200 pass shown 11 signalled 10.1`,
		},
		"azure-sdk-for-js #33207: consent is given, and no event says so": {
			evidenceOf(t, captured(signal(alice, "recording", true, 10.1, func(e *schema.Event) { e.Facts.Signal.ConsentRequired = true }),
				shows(alice, "recording", 11, surface("dialog")), shows(bob, "recording", 11))...),
			`alice recording#1 10-200 pass shown 11 signalled 10.1
			 bob recording#1 10-200 pass shown 11`,
		},
		"communication-ui-library #4815: the banner of a recording says that it transcribes": {
			evidenceOf(t, captured(signal(alice, "recording", true, 10.1), shows(alice, "recording", 11, text("en-US", "This meeting is being transcribed. Privacy policy")),
				shows(bob, "recording", 11, text("en-US", "This meeting is being recorded. Privacy policy")))...).under(texts),
			`alice recording#1 10-200 missed wrong-text signalled 10.1
			 bob recording#1 10-200 pass shown 11`,
		},
		"communication-ui-library-android #4: after stop and start the banner is that of the stop": {
			evidenceOf(t, captured(recording("r2", true, 300, 300), recording("r2", false, 300, 400), shows(alice, "recording", 11), shows(bob, "recording", 11),
				shows(alice, "recording", 301, state("stopped")), shows(bob, "recording", 301))...),
			`alice recording#1 10-200 pass shown 11
			 bob recording#1 10-200 pass shown 11
			 alice recording#2 300-400 missed never-signalled
			 bob recording#2 300-400 pass shown 301`,
		},
		"communication-ui-library-android #7: the banner of the lobby is no notice of the call": {
			evidenceOf(t, summary(alice, 60, 400), recording("rec", true, 10, 10), recording("rec", false, 10, 200), shows(alice, "recording", 40)),
			`alice recording#1 60-200 missed never-signalled`,
		},
		"communication-ui-library-android #7: after a reconnect the banner must be shown again": {
			evidenceOf(t, summary(alice, 0, 100), summary(alice2, 110, 300), recording("rec", true, 10, 10), recording("rec", false, 10, 200),
				shows(alice, "recording", 11), shows(alice2, "recording", 112)),
			`alice recording#1 10-100 pass shown 11
			 alice2 recording#1 110-200 pass shown 112`,
		},
		"communication-ui-library-android #7: and not, if the recording is over by then": {
			evidenceOf(t, summary(alice, 0, 100), summary(alice2, 210, 300), recording("rec", true, 10, 10), recording("rec", false, 10, 200), shows(alice, "recording", 11)),
			`alice recording#1 10-100 pass shown 11`,
		},
		"communication-ui-library #5068: consent is required, and no prompt comes": {
			evidenceOf(t, captured(signal(alice, "recording", true, 10.1, func(e *schema.Event) { e.Facts.Signal.ConsentRequired = true }), shows(bob, "recording", 11))...),
			`alice recording#1 10-200 missed signalled-not-shown signalled 10.1
			 bob recording#1 10-200 pass shown 11`,
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) { c.world.t = t; c.world.wants(c.want) })
	}
}
