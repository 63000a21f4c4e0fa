package contract

import (
	"slices"
	"testing"

	"rollcall/rules/notice"
	"rollcall/schema"
)

// recorded10to200 is a call of ten minutes of alice and bob in which a
// recording runs from second 10 to 200.
func recorded10to200(more ...schema.Event) []schema.Event {
	return append([]schema.Event{
		summary(alice, 0, 600), summary(bob, 0, 600),
		recording("rec", true, 10, 10.3), recording("rec", false, 10, 200),
	}, more...)
}

func TestWhoMustBeTold(t *testing.T) {
	cases := map[string]struct {
		world *world
		want  string
	}{
		"one obligation for each session and each episode that it overlaps": {
			evidenceOf(t, recorded10to200(recording("r2", true, 300, 300), recording("r2", false, 300, 400),
				shows(alice, "recording", 11), shows(bob, "recording", 12), shows(alice, "recording", 301))...),
			`alice recording#1 10-200 pass shown 11
			 bob recording#1 10-200 pass shown 12
			 alice recording#2 300-400 pass shown 301
			 bob recording#2 300-400 missed never-signalled`,
		},
		"late joiner is exposed from the join": {
			evidenceOf(t, summary(alice, 100, 500), recording("rec", true, 10, 10), recording("rec", false, 10, 200), shows(alice, "recording", 104)),
			`alice recording#1 100-200 pass shown 104`,
		},
		"who joins when the episode ends was not exposed": {
			evidenceOf(t, summary(alice, 200, 400), summary(bob, 199.999, 300), recording("rec", true, 10, 10), recording("rec", false, 10, 200)),
			`bob recording#1 199.999-200 too_short`,
		},
		"who leaves when the episode starts was not exposed": {
			evidenceOf(t, summary(alice, 0, 10), recording("rec", true, 10, 10), recording("rec", false, 10, 200)),
			``,
		},
		"a rejoin begins a new session that must be told again": {
			evidenceOf(t, summary(alice, 0, 100), summary(alice2, 120, 480), recording("rec", true, 10, 10), recording("rec", false, 10, 200),
				shows(alice, "recording", 11)),
			`alice recording#1 10-100 pass shown 11
			 alice2 recording#1 120-200 missed signal-unknown`,
		},
		"two endpoints of one identity are two sessions": {
			evidenceOf(t, summary(alice, 0, 600), summary(tablet, 0, 600), recording("rec", true, 10, 10), recording("rec", false, 10, 200),
				shows(tablet.byEndpoint(), "recording", 11)),
			`alice recording#1 10-200 missed signal-unknown
			 tablet recording#1 10-200 pass shown 11`,
		},
		"recording and transcription apart": {
			evidenceOf(t, summary(alice, 0, 600), recording("rec", true, 10, 10), recording("rec", false, 10, 200),
				transcription("on", 20, connection("conn-1")), transcription("off", 220, connection("conn-1")), shows(alice, "transcription", 21)),
			`alice recording#1 10-200 missed never-signalled
			 alice transcription#1 20-220 pass shown 21`,
		},
		"overlapping recordings are one episode": {
			evidenceOf(t, summary(alice, 0, 600), recording("a", true, 10, 10), recording("b", true, 100, 100), recording("a", false, 10, 150),
				recording("b", false, 100, 200), shows(alice, "recording", 11)),
			`alice recording#1 10-200 pass shown 11`,
		},
		"touching recordings are one episode": {
			evidenceOf(t, summary(alice, 0, 600), recording("a", true, 10, 10), recording("a", false, 10, 100),
				recording("b", true, 100, 100), recording("b", false, 100, 200), shows(alice, "recording", 11)),
			`alice recording#1 10-200 pass shown 11`,
		},
		"recordings a millisecond apart are two episodes": {
			evidenceOf(t, summary(alice, 0, 600), recording("a", true, 10, 10), recording("a", false, 10, 100),
				recording("b", true, 100.001, 100.001), recording("b", false, 100.001, 200), shows(alice, "recording", 11)),
			`alice recording#1 10-100 pass shown 11
			 alice recording#2 100.001-200 missed never-signalled`,
		},
		"paused time is not in an episode, a resume is told again": {
			evidenceOf(t, summary(alice, 0, 600), recording("a", true, 10, 10), recording("a", false, 10, 60), recording("a", true, 10, 90),
				recording("a", false, 10, 200), shows(alice, "recording", 11), shows(alice, "recording", 60.2, state("paused")),
				shows(alice, "recording", 91, state("resumed"))),
			`alice recording#1 10-60 pass shown 11
			 alice recording#2 90-200 pass shown 91`,
		},
		"a call still going on has no end, and what is open reaches to now": {
			evidenceOf(t, added(alice, 0), added(bob, 0), recording("rec", true, 10, 10), shows(alice, "recording", 11)).asOf(300),
			`alice recording#1 10-open pass shown 11
			 bob recording#1 10-open missed signal-unknown`,
		},
		"an exposure shorter than the deadline is too short": {
			evidenceOf(t, summary(alice, 0, 600), recording("rec", true, 10, 10), recording("rec", false, 10, 14.999)),
			`alice recording#1 10-14.999 too_short`,
		},
		"an exposure that ends at due_at is not too short": {
			evidenceOf(t, summary(alice, 0, 600), recording("rec", true, 10, 10), recording("rec", false, 10, 15)),
			`alice recording#1 10-15 missed signal-unknown`,
		},
		"a short exposure of which was told passes": {
			evidenceOf(t, summary(alice, 0, 600), recording("rec", true, 10, 10), recording("rec", false, 10, 13), shows(alice, "recording", 12)),
			`alice recording#1 10-13 pass shown 12`,
		},
		"one receipt may serve several exposures": {
			evidenceOf(t, summary(alice, 0, 600), recording("a", true, 10, 10), recording("a", false, 10, 11), recording("b", true, 12, 12),
				recording("b", false, 12, 200), shows(alice, "recording", 10.5)),
			`alice recording#1 10-11 pass shown 10.5
			 alice recording#2 12-200 pass shown 10.5`,
		},
		"not_applicable where the path is not obligated": {
			evidenceOf(t, summary(carol, 0, 600, participantType("Teams")), summary(phone, 0, 600, endpointType("pstn")),
				summary(who{pid: "p-bot", raw: "28:bot"}, 0, 600), recording("rec", true, 10, 10), recording("rec", false, 10, 200)),
			`carol recording#1 10-200 not_applicable the_native_Teams_client_shows_the_platform's_own_notice
			 phone recording#1 10-200 not_applicable told_by_the_platform's_announcement
			 bot recording#1 10-200 not_applicable no_person`,
		},
		"not_applicable comes before everything else": {
			evidenceOf(t, summary(carol, 0, 600, participantType("Teams")), recording("rec", true, 10, 10), recording("rec", false, 10, 11),
				shows(carol, "recording", 10.5)),
			`carol recording#1 10-11 not_applicable the_native_Teams_client_shows_the_platform's_own_notice shown 10.5`,
		},
		"unknown path is always judged": {
			evidenceOf(t, summary(carol, 0, 600), recording("rec", true, 10, 10), recording("rec", false, 10, 200)),
			`carol recording#1 10-200 no_evidence unknown-path`,
		},
		"an unknown path that was too short is too short": {
			evidenceOf(t, summary(carol, 0, 600), recording("rec", true, 10, 10), recording("rec", false, 10, 12)),
			`carol recording#1 10-12 too_short`,
		},
		"receipts without a call's evidence make no session": {
			evidenceOf(t, shows(alice, "recording", 11), signal(alice, "recording", true, 10)),
			``,
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) { c.world.t = t; c.world.wants(c.want) })
	}
}

func TestWhichReceiptsCount(t *testing.T) {
	cases := map[string]struct {
		receipts []schema.Event
		policy   string
		want     string // of alice; bob is never told
	}{
		"in time":                                     {receipts: []schema.Event{shows(alice, "recording", 12)}, want: "pass shown 12"},
		"just in time: exactly due_at":                {receipts: []schema.Event{shows(alice, "recording", 15)}, want: "pass shown 15"},
		"a millisecond late":                          {receipts: []schema.Event{shows(alice, "recording", 15.001)}, want: "late shown 15.001"},
		"late, just before the end":                   {receipts: []schema.Event{shows(alice, "recording", 199.999)}, want: "late shown 199.999"},
		"too late: at the end of exposure":            {receipts: []schema.Event{shows(alice, "recording", 200)}, want: "missed never-signalled"},
		"after leaving":                               {receipts: []schema.Event{shows(alice, "recording", 700)}, want: "missed never-signalled"},
		"exactly exposed_at less early":               {receipts: []schema.Event{shows(alice, "recording", 8)}, want: "pass shown 8"},
		"too early by a millisecond":                  {receipts: []schema.Event{shows(alice, "recording", 7.999)}, want: "missed never-signalled"},
		"the first that counts":                       {receipts: []schema.Event{shows(alice, "recording", 7), shows(alice, "recording", 14), shows(alice, "recording", 12)}, want: "pass shown 12"},
		"of the wrong capture":                        {receipts: []schema.Event{shows(alice, "transcription", 12)}, want: "missed never-signalled"},
		"of a list of captures":                       {receipts: []schema.Event{shows(alice, "recording+transcription", 12)}, want: "pass shown 12"},
		"of the wrong person":                         {receipts: []schema.Event{shows(carol, "recording", 12)}, want: "missed signal-unknown"},
		"of the wrong endpoint":                       {receipts: []schema.Event{shows(who{raw: alice.raw, endpoint: "e-other"}, "recording", 12)}, want: "missed signal-unknown"},
		"participant and endpoint must both fit":      {receipts: []schema.Event{shows(who{pid: alice.pid, endpoint: "e-other"}, "recording", 12)}, want: "missed signal-unknown"},
		"of another participant id of the identity":   {receipts: []schema.Event{shows(who{pid: "p-other", raw: alice.raw}, "recording", 12)}, want: "missed signal-unknown"},
		"by participant id alone":                     {receipts: []schema.Event{shows(alice.byID(), "recording", 12)}, want: "pass shown 12"},
		"by raw id and endpoint":                      {receipts: []schema.Event{shows(alice.byEndpoint(), "recording", 12)}, want: "pass shown 12"},
		"by raw id alone":                             {receipts: []schema.Event{shows(alice.byRaw(), "recording", 12)}, want: "pass shown 12"},
		"on the wrong surface":                        {receipts: []schema.Event{shows(alice, "recording", 12, surface("audio"))}, want: "missed wrong-surface"},
		"a right surface after a wrong one":           {receipts: []schema.Event{shows(alice, "recording", 12, surface("audio")), shows(alice, "recording", 13)}, want: "pass shown 13"},
		"a surface that the policy does not list":     {receipts: []schema.Event{shows(alice, "recording", 12)}, policy: "notice: {surfaces: {\"acs_app:external_user\": [dialog]}}", want: "missed wrong-surface"},
		"a surface that the policy lists":             {receipts: []schema.Event{shows(alice, "recording", 12, surface("audio"))}, policy: "notice: {surfaces: {\"acs_app:external_user\": [audio]}}", want: "pass shown 12"},
		"resumed":                                     {receipts: []schema.Event{shows(alice, "recording", 12, state("resumed"))}, want: "pass shown 12"},
		"paused does not count":                       {receipts: []schema.Event{shows(alice, "recording", 12, state("paused"))}, want: "missed never-signalled"},
		"stopped does not count":                      {receipts: []schema.Event{shows(alice, "recording", 12, state("stopped"))}, want: "missed never-signalled"},
		"without a state it does not count":           {receipts: []schema.Event{shows(alice, "recording", 12, state(""))}, want: "missed never-signalled"},
		"an acknowledgement does not count":           {receipts: []schema.Event{shows(alice, "recording", 12, func(e *schema.Event) { e.Facts.Notice.Acknowledged = true })}, want: "missed never-signalled"},
		"without a time it does not count":            {receipts: []schema.Event{shows(alice, "recording", 12, untimed)}, want: "missed never-signalled"},
		"signalled, not shown":                        {receipts: []schema.Event{signal(alice, "recording", true, 10.5)}, want: "missed signalled-not-shown signalled 10.5"},
		"signalled and shown: the delays stand apart": {receipts: []schema.Event{signal(alice, "recording", true, 10.5), shows(alice, "recording", 12)}, want: "pass shown 12 signalled 10.5"},
		"never signalled":                             {receipts: []schema.Event{signal(alice, "transcription", true, 100), signal(alice, "transcription", false, 100.5)}, want: "missed never-signalled"},
		"signal unknown":                              {want: "missed signal-unknown"},
		"a signal that it is off is none":             {receipts: []schema.Event{signal(alice, "recording", false, 12)}, want: "missed never-signalled"},
		"a text in a locale without patterns":         {receipts: []schema.Event{shows(alice, "recording", 12, text("fi", "Litterointi"))}, policy: texts, want: "pass shown 12"},
		"the patterns that ship decide nothing":       {receipts: []schema.Event{shows(alice, "recording", 12, text("fr-CA", "La transcription a commencé."))}, want: "pass shown 12"},
		"a text that names the capture":               {receipts: []schema.Event{shows(alice, "recording", 12, text("en-US", "You are being RECORDED."))}, policy: texts, want: "pass shown 12"},
		"a wrong text":                                {receipts: []schema.Event{shows(alice, "recording", 12, text("en", "This call is being transcribed."))}, policy: texts, want: "missed wrong-text"},
		"a wrong text in a locale's dialect":          {receipts: []schema.Event{shows(alice, "recording", 12, text("de_AT", "Mitschrift läuft"))}, policy: texts, want: "missed wrong-text"},
		"no text, though there are patterns":          {receipts: []schema.Event{shows(alice, "recording", 12, text("en", ""))}, policy: texts, want: "pass shown 12"},
		"a wrong text says more than a wrong surface": {receipts: []schema.Event{shows(alice, "recording", 11, surface("audio")), shows(alice, "recording", 12, text("en", "hello"))}, policy: texts, want: "missed wrong-text"},
		"a right text after a wrong one":              {receipts: []schema.Event{shows(alice, "recording", 12, text("en", "hello")), shows(alice, "recording", 17, text("en", "recording"))}, policy: texts, want: "late shown 17"},
		"deadline, early and grace of the policy":     {receipts: []schema.Event{shows(alice, "recording", 5)}, policy: "notice: {early: 5s}", want: "pass shown 5"},
		"the deadline of the app":                     {receipts: []schema.Event{shows(alice.of("care"), "recording", 20)}, policy: "apps: [{id: care, notice: {deadline: 10s}}]", want: "pass shown 20"},
		"the deadline of the tenant":                  {receipts: []schema.Event{shows(alice.of("care"), "recording", 20)}, policy: "apps: [{id: care, tenant: t}]\ntenants: [{id: t, notice: {deadline: 10s}}]", want: "pass shown 20"},
		"the app's above the tenant's":                {receipts: []schema.Event{shows(alice.of("care"), "recording", 20)}, policy: "apps: [{id: care, tenant: t, notice: {deadline: 9s}}]\ntenants: [{id: t, notice: {deadline: 10s}}]", want: "late shown 20"},
		"of an app that sends none, but did":          {receipts: []schema.Event{shows(alice.of("care"), "recording", 12)}, policy: "apps: [{id: care, receipts: none}]", want: "pass shown 12"},
		"of an app that sends none, and did not":      {receipts: []schema.Event{joins(alice.of("care"), 0)}, policy: "apps: [{id: care, receipts: none}]", want: "no_evidence no-receipts"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			bobs := "missed signal-unknown"
			w := evidenceOf(t, recorded10to200(c.receipts...)...)
			if c.policy != "" {
				w.under(c.policy)
			}
			w.wants("alice recording#1 10-200 " + c.want + "\nbob recording#1 10-200 " + bobs)
		})
	}
}

const texts = `notice:
  texts:
    en: {recording: ['record(ed|ing)'], transcription: ['transcri(bed|ption)']}
    de: {recording: ['aufgezeichnet', 'Aufzeichnung'], transcription: ['Mitschrift']}
`

func TestAReceiptForSeveralSessions(t *testing.T) {
	both := []schema.Event{summary(alice, 0, 600), summary(tablet, 0, 600), recording("rec", true, 10, 10), recording("rec", false, 10, 200)}
	t.Run("only a raw id is for any session of that identity", func(t *testing.T) {
		evidenceOf(t, append(both, shows(alice.byRaw(), "recording", 12))...).wants(`
			alice recording#1 10-200 pass shown 12
			tablet recording#1 10-200 pass shown 12`)
	})
	t.Run("a participant id is for that session only", func(t *testing.T) {
		evidenceOf(t, append(both, shows(tablet.byID(), "recording", 12))...).wants(`
			alice recording#1 10-200 missed signal-unknown
			tablet recording#1 10-200 pass shown 12`)
	})
	t.Run("raw ids are compared normalised", func(t *testing.T) { // decoders normalise; a bare GUID is completed
		evidenceOf(t, summary(who{pid: "p-carol", raw: carol.raw[len("8:orgid:"):]}, 0, 600), shows(carol.byRaw(), "recording", 12),
			recording("rec", true, 10, 10), recording("rec", false, 10, 200)).wants(`carol recording#1 10-200 pass shown 12`)
	})
}

func TestPending(t *testing.T) {
	for name, c := range map[string]struct {
		now  float64
		want string
	}{
		"before due_at and grace": {74.999, "alice recording#1 10-open pending"},
		"at due_at and grace":     {75, "alice recording#1 10-open missed signal-unknown"},
		"before it began":         {9, ""},
	} {
		t.Run(name, func(t *testing.T) {
			evidenceOf(t, added(alice, 0), recording("rec", true, 10, 10)).asOf(c.now).wants(c.want)
		})
	}
	t.Run("a late receipt after the finding is late, one that was in time passes", func(t *testing.T) {
		// What a receipt that comes days later does: the row changes, whatever was found before.
		evidenceOf(t, recorded10to200(shows(alice, "recording", 100), shows(bob, "recording", 14))...).wants(`
			alice recording#1 10-200 late shown 100
			bob recording#1 10-200 pass shown 14`)
	})
	t.Run("evidence dated after now has not come yet", func(t *testing.T) {
		evidenceOf(t, added(alice, 0), recording("rec", true, 10, 10), shows(alice, "recording", 90)).asOf(80).wants(
			`alice recording#1 10-open missed signal-unknown`)
		evidenceOf(t, added(alice, 0), recording("rec", true, 10, 10), shows(alice, "recording", 90)).asOf(90).wants(
			`alice recording#1 10-open late shown 90`)
	})
}

func TestEvidenceGap(t *testing.T) {
	gap := func(app string, from, to float64) notice.Gap {
		return notice.Gap{App: app, First: at(from), Last: at(to)}
	}
	for name, c := range map[string]struct {
		gap  notice.Gap
		want string
	}{
		"within the exposure":           {gap("", 50, 60), "no_evidence evidence-gap"},
		"of that app":                   {gap("care", 50, 60), "no_evidence evidence-gap"},
		"of another app":                {gap("other", 50, 60), "missed never-signalled"},
		"over the beginning":            {gap("", 0, 8), "no_evidence evidence-gap"},
		"before the tolerance":          {gap("", 0, 7.999), "missed never-signalled"},
		"over the end":                  {gap("", 199.999, 300), "no_evidence evidence-gap"},
		"after the exposure":            {gap("", 200, 300), "missed never-signalled"},
		"does not take back what is in": {notice.Gap{}, "missed never-signalled"},
	} {
		t.Run(name, func(t *testing.T) {
			w := evidenceOf(t, summary(alice, 0, 600), joins(alice.of("care"), 0), recording("rec", true, 10, 10), recording("rec", false, 10, 200))
			if c.gap != (notice.Gap{}) {
				w.without(c.gap)
			}
			w.wants("alice recording#1 10-200 " + c.want)
		})
	}
	t.Run("a receipt that is there passes", func(t *testing.T) {
		evidenceOf(t, summary(alice, 0, 600), recording("rec", true, 10, 10), recording("rec", false, 10, 200), shows(alice, "recording", 12)).
			without(gap("", 0, 600)).wants(`alice recording#1 10-200 pass shown 12`)
	})
}

func TestAppKnownLate(t *testing.T) {
	const terms = "apps: [{id: care, receipts: none, notice: {deadline: 30s}}]"
	events := recorded10to200(shows(alice, "recording", 35))
	evidenceOf(t, events...).under(terms).wants(`
		alice recording#1 10-200 late shown 35
		bob recording#1 10-200 missed signal-unknown`)
	events[0] = summary(alice, 0, 600, diagnostics("care")) // the record comes an hour later
	events[1] = summary(bob, 0, 600, diagnostics("care"))
	evidenceOf(t, events...).under(terms).wants(`
		alice recording#1 10-200 pass shown 35
		bob recording#1 10-200 no_evidence no-receipts`)
	t.Run("by the policy's map of users", func(t *testing.T) {
		evidenceOf(t, recorded10to200()...).under(`apps: [{id: care, receipts: none, users: ["acs:res_ALICE"]}]`).wants(`
			alice recording#1 10-200 no_evidence no-receipts
			bob recording#1 10-200 missed signal-unknown`)
	})
	t.Run("by the policy's map of resources, above what the session names", func(t *testing.T) {
		const arm = "/subscriptions/s/resourcegroups/g/providers/microsoft.communication/communicationservices/acs-prod"
		evidenceOf(t, summary(alice, 0, 600, resource(arm), diagnostics("other")), recording("rec", true, 10, 10), recording("rec", false, 10, 200)).
			under("apps: [{id: care, receipts: none, resources: [ACS-prod]}]").wants(`alice recording#1 10-200 no_evidence no-receipts`)
	})
}

func TestTelephones(t *testing.T) {
	const terms = `notice:
  obligated: [pstn, "acs_app:external_user"]
  plays: {told: [recording]}
`
	base := []schema.Event{summary(phone, 0, 600, endpointType("pstn")), summary(alice, 0, 600), recording("rec", true, 10, 10), recording("rec", false, 10, 200)}
	for name, c := range map[string]struct {
		more schema.Event
		want string // of the telephone; alice is never told
	}{
		"a play with the policy's context counts when it is completed": {play("told", true, 14), "pass shown 14"},
		"a play that was not completed does not":                       {play("told", false, 14), "missed signal-unknown"},
		"another context does not":                                     {play("music", true, 14), "missed signal-unknown"},
		"a late play is late":                                          {play("told", true, 60), "late shown 60"},
		"the app's own audio counts":                                   {shows(phone, "recording", 14, surface("audio")), "pass shown 14"},
		"a banner does not":                                            {shows(phone, "recording", 14), "missed wrong-surface"},
	} {
		t.Run(name, func(t *testing.T) {
			evidenceOf(t, append(base, c.more)...).under(terms).wants("phone recording#1 10-200 " + c.want + "\nalice recording#1 10-200 missed signal-unknown")
		})
	}
	t.Run("a play counts whatever surfaces the policy lists", func(t *testing.T) {
		evidenceOf(t, append(base, play("told", true, 14))...).under(terms + "  surfaces: {pstn: [banner]}").wants(`
			phone recording#1 10-200 pass shown 14
			alice recording#1 10-200 missed signal-unknown`)
	})
	t.Run("a play has a server's clock", func(t *testing.T) {
		w := evidenceOf(t, append(base, play("told", true, 14))...).under(terms)
		for _, o := range w.judge(w.call(w.events)) {
			if o.JoinPath == schema.PathPSTN && (o.ClockBasis != schema.ClockServer || o.Surface != "audio" || len(o.ReceiptVia) != 0) {
				t.Errorf("got basis %q, surface %q, via %v", o.ClockBasis, o.Surface, o.ReceiptVia)
			}
		}
	})
}

func TestReceiptVia(t *testing.T) {
	one := shows(alice, "recording", 12, id("same"))
	two := shows(alice, "recording", 12, id("same"), via(schema.ViaAppInsights))
	w := evidenceOf(t, recorded10to200(one, two)...)
	w.shuffled()
	rows := w.judge(w.call(w.events))
	alices := rows[slices.IndexFunc(rows, func(o schema.Obligation) bool { return o.ParticipantID == alice.pid })]
	if got := alices.ReceiptVia; len(got) != 2 || got[0] != schema.ViaAppInsights || got[1] != schema.ViaCloudEvent {
		t.Errorf("receipt_via is %v", got)
	}
}
