package contract

import (
	"testing"

	"rollcall/schema"
)

// TestDefectsByRule: what the rules besides notice.missed say of known defects
// of clients.
func TestDefectsByRule(t *testing.T) {
	const stale = "notice: {stale: 60s}"
	spoken := func(more ...schema.Event) []schema.Event {
		return append([]schema.Event{summary(alice, 0, 600), transcription("on", 10), transcription("off", 200)}, more...)
	}
	for name, c := range map[string]struct {
		events       []schema.Event
		policy, want string
		rule, counts string
	}{
		"azure-sdk-for-js #33207: consent is given, and no event says so": {events: taped(signal(alice, "recording", true, 10.1, requiresConsent), shows(alice, "recording", 11, surface("dialog"))),
			want: "consent.missing alice recording"}, // a known false positive: the app has to report it itself
		"communication-ui-library #5068: consent is required, and no prompt comes": {events: taped(signal(alice, "recording", true, 10.1, requiresConsent)),
			want: "consent.missing alice recording", rule: "notice.missed", counts: "0 1 0 0"},
		"communication-ui-library #4815: the banner of a recording says that it transcribes": {events: taped(shows(alice, "recording", 11, text("en-US", "This meeting is being transcribed. Privacy policy"))),
			want: "notice.wrong-text alice recording"},
		"communication-ui-library-android #4: after stop and start the banner is that of the stop": {events: taped(shows(alice, "recording", 11), recording("r2", true, 300, 300), recording("r2", false, 300, 400),
			shows(alice, "recording", 301, state("stopped"))), policy: stale, want: "notice.stale alice recording", rule: "notice.stale", counts: "0 1 0 1"},
		"Communication #419: transcription goes off for a client when anybody leaves": {events: spoken(signal(alice, "transcription", true, 10.3), shows(alice, "transcription", 11),
			signal(alice, "transcription", false, 100.1), shows(alice, "transcription", 101, state("stopped"))), policy: stale, rule: "notice.stale", counts: "1 0 0 0"},
		"Communication #383: a recording is signalled as a transcription first": {events: taped(joins(alice, 0.2), signal(alice, "transcription", true, 10.1), signal(alice, "transcription", false, 10.3), signal(alice, "recording", true, 10.4), shows(alice, "recording", 11)),
			rule: "evidence.clock-skew", counts: "1 0 0 0"},
		"Communication #218: the recording callback never fires on a join": {events: taped(joins(alice, 0.2)), policy: "consent: {required: [recording]}",
			want: "consent.missing alice recording", rule: "notice.missed", counts: "0 1 0 0"},
	} {
		t.Run(name, func(t *testing.T) {
			w := evidenceOf(t, c.events...)
			if c.policy != "" {
				w.under(c.policy)
			}
			w.finds(c.want)
			if c.rule != "" {
				w.checks(c.rule, c.counts)
			}
		})
	}
}
