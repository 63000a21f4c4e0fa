package metering

import (
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"rollcall/reports/tariff"
	"rollcall/schema"
)

var now = time.Date(2026, 10, 5, 0, 0, 0, 0, time.UTC)

func at(s string) time.Time {
	for _, layout := range []string{"2006-01-02 15:04:05.000", "2006-01-02 15:04"} {
		if v, err := time.Parse(layout, s); err == nil {
			return v
		}
	}
	return time.Time{}
}

func session(id string, path schema.JoinPath, from, to string) schema.Session {
	return schema.Session{ID: id, JoinPath: path, Joined: schema.Bound{At: at(from)}, Left: schema.Bound{At: at(to)}}
}

func one(t *testing.T, c schema.Call, tf *tariff.Tariff) schema.UsageLine {
	t.Helper()
	lines := Call(c, tf, Options{Now: now})
	if len(lines) != 1 {
		t.Fatalf("%d lines, want 1: %+v", len(lines), lines)
	}
	return lines[0]
}

func TestTenAndTenAreTwentyConsumedTenBilledTenCovered(t *testing.T) {
	c := schema.Call{ID: "c", Teams: true, Sessions: []schema.Session{
		session("app", schema.PathACSExternalUser, "2026-10-01 09:00", "2026-10-01 09:10"),
		session("teams", schema.PathTeamsUser, "2026-10-01 09:00", "2026-10-01 09:10"),
	}}
	var sum Summary
	for _, l := range Call(c, parse(t, exampleBook), Options{Now: now}) {
		if err := sum.Add(l); err != nil {
			t.Fatal(err)
		}
	}
	got, err := TotalsOf(sum.Rows())
	if want := (Totals{Consumed: 20 * 60_000, Billed: 10 * 60_000, Covered: 10 * 60_000}); err != nil || got != want {
		t.Errorf("got %+v %v, want %+v", got, err, want)
	}
	if cost := CostOf(sum.Rows(), "USD"); cost != "0.04" {
		t.Errorf("cost %s, want 0.04", cost)
	}
	nb := sum.NotBilled()
	if len(nb) != 1 || nb[0].Quantity != "10" || nb[0].Reason != "covered by the Teams licence" {
		t.Errorf("not billed: %+v", nb)
	}
}

func TestThirtySecondsCostTwoTenthsOfACent(t *testing.T) {
	c := schema.Call{Sessions: []schema.Session{session("s", schema.PathACSExternalUser, "2026-10-01 09:00:00.000", "2026-10-01 09:00:30.000")}}
	if l := one(t, c, parse(t, exampleBook)); l.Raw != 30_000 || l.Quantity != "0.5" || l.Cost != "0.002" || l.TariffRow != "rates, line 3" || l.Currency != "USD" {
		t.Errorf("%+v", l)
	}
}

func TestSessionsGoToTheirMeter(t *testing.T) {
	book := exampleBook + "bots:\n  - {id: \"28:rec\", kind: recording}\n  - {id: \"28:copilot\", kind: copilot_studio}\n  - {id: \"28:tpe\", kind: teams_phone_extensibility}\n"
	external := session("other", schema.PathACSExternalUser, "2026-10-01 09:00", "2026-10-01 09:00")
	teamsUser := session("other", schema.PathACSTeamsUser, "2026-10-01 09:00", "2026-10-01 09:00")
	for _, c := range []struct {
		name    string
		teams   bool
		path    schema.JoinPath
		edit    func(*schema.Session)
		beside  schema.Session
		meter   string
		free    string
		note    string
		noPrice bool
	}{
		{name: "external user", path: schema.PathACSExternalUser, meter: tariff.VoIP},
		{name: "external user in Teams", teams: true, path: schema.PathACSExternalUser, meter: tariff.InteropACS},
		{name: "Teams user in the app", teams: true, path: schema.PathACSTeamsUser, meter: tariff.InteropACS},
		{name: "Teams user in the app, plain call", path: schema.PathACSTeamsUser, meter: tariff.VoIP},
		{name: "Teams extension user", teams: true, path: schema.PathACSTeamsExtensionUser, meter: tariff.TPE},
		{name: "native client", teams: true, path: schema.PathTeamsUser, meter: tariff.InteropM365, note: "covered by the Teams licence"},
		{name: "anonymous native client", teams: true, path: schema.PathTeamsAnonymous, meter: tariff.InteropM365},
		{name: "join path unknown", path: schema.PathUnknown, meter: tariff.Unmapped, note: "join path unknown"},
		{name: "join path empty", path: "", meter: tariff.Unmapped, note: "join path unknown"},
		{name: "Teams voice app", teams: true, path: schema.PathTeamsApp, meter: tariff.Unmapped, note: "Teams voice app"},
		{name: "server", path: schema.PathBot, edit: func(s *schema.Session) { s.EndpointType = "server" }, free: "server endpoint"},
		{name: "listed free bot", path: schema.PathBot, edit: raw("28:rec"), free: "bot of kind recording"},
		{name: "Copilot Studio bot", path: schema.PathBot, edit: raw("28:copilot"), meter: tariff.VoIP},
		{name: "phone extensibility bot", path: schema.PathBot, edit: raw("28:tpe"), meter: tariff.TPE},
		{name: "bot nobody listed", path: schema.PathBot, edit: raw("28:new"), meter: tariff.Unmapped, note: "bot not listed in the price book"},
		{name: "outbound", path: schema.PathPSTN, edit: leg("PSTN Outbound"), beside: external, meter: tariff.PSTNOut},
		{name: "outbound, spelled together", path: schema.PathPSTN, edit: leg("PstnOutbound"), meter: tariff.PSTNOut},
		{name: "toll-free", path: schema.PathPSTN, edit: leg("Inbound toll-free"), meter: tariff.PSTNInTollFree},
		{name: "geographic", path: schema.PathPSTN, edit: leg("inbound,geographic"), meter: tariff.PSTNInGeographic},
		{name: "inbound without kind", path: schema.PathPSTN, edit: leg("Inbound"), meter: tariff.Unmapped, note: `telephone leg of call type "Inbound": geographic or toll-free number is not stated`},
		{name: "direct routing out", path: schema.PathPSTN, edit: leg("DirectRoutingOutbound"), meter: tariff.DirectRoutingOut},
		{name: "direct routing in", path: schema.PathPSTN, edit: leg("direct routing - incoming"), meter: tariff.DirectRoutingIn},
		{name: "direct routing, no direction", path: schema.PathPSTN, edit: leg("Direct Routing"), meter: tariff.Unmapped, note: `telephone leg of call type "Direct Routing": its direction is not stated`},
		{name: "no call type", path: schema.PathPSTN, meter: tariff.Unmapped, note: "telephone leg without a call type"},
		{name: "emergency", path: schema.PathPSTN, edit: leg("Emergency outbound"), meter: tariff.Unmapped},
		{name: "Teams number", teams: true, path: schema.PathPSTN, edit: leg("Teams Calling Plan outbound"), free: "telephone leg of the Teams plan"},
		{name: "outbound beside a Teams user", path: schema.PathPSTN, edit: leg("outbound"), beside: teamsUser, meter: tariff.Unmapped, note: `telephone leg of call type "outbound": whether a Teams or an ACS number carried it is not known`},
		{name: "outbound in a Teams meeting", teams: true, path: schema.PathPSTN, edit: leg("outbound"), meter: tariff.Unmapped},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := session("s", c.path, "2026-10-01 09:00", "2026-10-01 09:10")
			if c.edit != nil {
				c.edit(&s)
			}
			call := schema.Call{ID: "c", Teams: c.teams, Sessions: []schema.Session{s}}
			if c.beside.ID != "" {
				call.Sessions = append(call.Sessions, c.beside) // of no length: it makes no line
			}
			tf := parse(t, book)
			if c.free != "" {
				if lines := Call(call, tf, Options{Now: now}); len(lines) != 0 {
					t.Fatalf("lines %+v, want none", lines)
				}
				if free := FreeSessions(call, tf, Options{Now: now}); len(free) != 1 || free[0] != (Free{"s", c.free, 600_000}) {
					t.Errorf("free %+v", free)
				}
				return
			}
			l := one(t, call, tf)
			if l.Meter != c.meter || l.Raw != 600_000 || !strings.HasPrefix(l.Note, c.note) {
				t.Errorf("meter %s, raw %d, note %q; want %s, 600000, %q", l.Meter, l.Raw, l.Note, c.meter, c.note)
			}
			if l.Rate == "" && l.Meter != tariff.Unmapped && !strings.Contains(l.Note, "unpriced: ") {
				t.Errorf("unpriced without a reason: %q", l.Note)
			}
			if free := FreeSessions(call, tf, Options{Now: now}); len(free) != 0 {
				t.Errorf("metered and free: %+v", free)
			}
		})
	}
}

func raw(id string) func(*schema.Session) { return func(s *schema.Session) { s.RawID = id } }

func leg(callType string) func(*schema.Session) {
	return func(s *schema.Session) { s.PSTNCallType, s.RawID = callType, "4:+14255550100" }
}

// byDay is what a test says of lines: day and raw.
func byDay(lines []schema.UsageLine) map[string]int64 {
	out := map[string]int64{}
	for _, l := range lines {
		out[l.Day] += l.Raw
	}
	return out
}

func TestASessionOverMidnight(t *testing.T) {
	c := schema.Call{Sessions: []schema.Session{session("s", schema.PathACSExternalUser, "2026-10-01 23:59:45.000", "2026-10-02 00:00:15.500")}}
	for _, x := range []struct {
		name, book string
		want       map[string]int64
	}{
		{"split", "", map[string]int64{"2026-10-01": 15_000, "2026-10-02": 15_500}},
		{"first day", "midnight: first_day\n", map[string]int64{"2026-10-01": 30_500}},
		{"last day", "midnight: last_day\n", map[string]int64{"2026-10-02": 30_500}},
		{"rounded once, before the split", "rounding: {voip.participant_minute: minute}\n", map[string]int64{"2026-10-01": 15_000, "2026-10-02": 45_000}},
		{"rounded, first day", "midnight: first_day\nrounding: {voip.participant_minute: second}\n", map[string]int64{"2026-10-01": 31_000}},
		{"by six seconds", "rounding: {voip.participant_minute: 6s}\n", map[string]int64{"2026-10-01": 15_000, "2026-10-02": 21_000}},
	} {
		t.Run(x.name, func(t *testing.T) {
			got := byDay(Call(c, parse(t, exampleBook+x.book), Options{Now: now}))
			if !reflect.DeepEqual(got, x.want) {
				t.Errorf("got %v, want %v", got, x.want)
			}
		})
	}
	t.Run("ends at midnight", func(t *testing.T) {
		c := schema.Call{Sessions: []schema.Session{session("s", schema.PathACSExternalUser, "2026-10-01 23:00", "2026-10-02 00:00")}}
		if got := byDay(Call(c, parse(t, exampleBook+"midnight: last_day\n"), Options{Now: now})); got["2026-10-01"] != 3_600_000 {
			t.Errorf("got %v: nothing was used on the second day", got)
		}
	})
	t.Run("each day at its rate", func(t *testing.T) {
		tf := parse(t, "currency: USD\nrates:\n  - {meter: voip.participant_minute, rate: \"0.004\"}\n  - {meter: voip.participant_minute, rate: \"0.4\", from: 2026-10-02}\n")
		lines := Call(c, tf, Options{Now: now})
		if lines[0].Cost != "0.001" || lines[1].Cost != "0.1033333333" {
			t.Errorf("%s, %s", lines[0].Cost, lines[1].Cost)
		}
	})
}

func TestBoundsThatAreOpenAssumedOrMissing(t *testing.T) {
	tf := parse(t, exampleBook)
	open := session("s", schema.PathACSExternalUser, "2026-10-04 23:50", "")
	if l := one(t, schema.Call{Sessions: []schema.Session{open}}, tf); l.Raw != 600_000 || l.Note != "still open, metered up to 2026-10-05T00:00:00.000Z" {
		t.Errorf("open: %d %q", l.Raw, l.Note)
	}
	assumed := session("s", schema.PathACSExternalUser, "2026-10-04 10:00", "2026-10-04 10:10")
	assumed.Left.Source = schema.BoundAssumedCallEnd
	if l := one(t, schema.Call{Sessions: []schema.Session{assumed}}, tf); l.Note != "bounds are assumed: left by call_end" {
		t.Errorf("assumed: %q", l.Note)
	}
	never := session("s", schema.PathACSExternalUser, "", "2026-10-04 10:10")
	if l := one(t, schema.Call{Sessions: []schema.Session{never}}, tf); l.Meter != tariff.Unmapped || l.Raw != 0 || l.Day != "2026-10-04" || l.Note != "the time of joining is not known" {
		t.Errorf("without joining: %+v", l)
	}
	backwards := session("s", schema.PathACSExternalUser, "2026-10-04 10:10", "2026-10-04 10:00")
	if l := one(t, schema.Call{Sessions: []schema.Session{backwards}}, tf); l.Meter != tariff.Unmapped || l.Raw != 0 || l.Cost != "" {
		t.Errorf("backwards: %+v", l)
	}
	if lines := Call(schema.Call{Sessions: []schema.Session{session("s", schema.PathACSExternalUser, "2026-10-04 10:00", "2026-10-04 10:00")}}, tf, Options{Now: now}); len(lines) != 0 {
		t.Errorf("no time used, %+v", lines)
	}
}

func recorded(kind, content, channel string, length int64, parts ...schema.Interval) schema.CallRecording {
	return schema.CallRecording{ID: "r", Kind: kind, Content: content, Channel: channel, LengthMs: length, Parts: parts, Events: []string{"e2", "e1"}}
}

func part(from, to string) schema.Interval { return schema.Interval{Start: at(from), End: at(to)} }

func TestRecordings(t *testing.T) {
	people := []schema.Session{
		session("a", schema.PathACSExternalUser, "2026-10-01 09:00", "2026-10-01 10:00"),
		session("b", schema.PathTeamsUser, "2026-10-01 09:30", "2026-10-01 11:00"),
		session("c", schema.PathPSTN, "2026-10-01 12:00", "2026-10-01 13:00"),
	}
	server := session("bot", schema.PathBot, "2026-10-01 09:00", "2026-10-01 10:00")
	server.EndpointType = "server"
	// Its call is on no meter, but it is heard.
	teamsLeg := session("d", schema.PathPSTN, "2026-10-01 09:30", "2026-10-01 09:31")
	teamsLeg.PSTNCallType = "Teams Calling Plan outbound"
	people = append(people, teamsLeg, server)
	hour := []schema.Interval{part("2026-10-01 09:10", "2026-10-01 09:40"), part("2026-10-01 09:50", "2026-10-01 10:00")}
	for _, c := range []struct {
		name string
		rec  schema.CallRecording
		book string
		want map[string]int64 // "meter day" or "meter day session"
		note string
	}{
		{"mixed audio and video, stated length", recorded(schema.RecordingACS, "audio_video", "mixed", 2_400_123, hour...), "", map[string]int64{"recording.mixed_av.minute 2026-10-01": 2_400_123}, "recording r"},
		{"mixed audio, parts only", recorded("", "audio", "mixed", -1, hour...), "", map[string]int64{"recording.mixed_audio.minute 2026-10-01": 2_400_000}, "recording r"},
		{"a recording of no length", recorded("", "audio", "mixed", 0, hour...), "", map[string]int64{}, ""},
		{"pauses billed", recorded("", "audio", "mixed", 2_400_000, hour...), "recording: {paused_time: billed}\n", map[string]int64{"recording.mixed_audio.minute 2026-10-01": 3_000_000}, ""},
		{"unmixed", recorded("", "audio", "unmixed", 2_400_000, hour...), "", map[string]int64{
			"recording.unmixed_audio.participant_minute 2026-10-01 a": 2_400_000,
			"recording.unmixed_audio.participant_minute 2026-10-01 b": 1_200_000,
			"recording.unmixed_audio.participant_minute 2026-10-01 d": 60_000,
		}, "recording r"},
		{"unmixed, pauses billed", recorded("", "audio", "unmixed", -1, hour...), "recording: {paused_time: billed}\n", map[string]int64{
			"recording.unmixed_audio.participant_minute 2026-10-01 a": 3_000_000,
			"recording.unmixed_audio.participant_minute 2026-10-01 b": 1_800_000,
			"recording.unmixed_audio.participant_minute 2026-10-01 d": 60_000,
		}, ""},
		{"unmixed without a start", recorded("", "audio", "unmixed", 60_000), "", map[string]int64{"unmapped 2026-10-01": 60_000}, "unmixed recording whose start is not known; recording r"},
		{"by Teams", recorded(schema.RecordingTeams, "", "", -1, hour...), "", map[string]int64{"recording.teams.minute 2026-10-01": 2_400_000}, "recorded by Teams"},
		{"by Teams for compliance", recorded(schema.RecordingTeamsCompliance, "", "", -1, hour...), "", map[string]int64{"recording.teams.minute 2026-10-01": 2_400_000}, "recorded by Teams"},
		{"by Teams, of unknown length", recorded(schema.RecordingTeams, "", "", -1), "", map[string]int64{"unmapped 2026-10-01": 0}, "recording whose length is not known; recording r"},
		{"nothing stated", recorded(schema.RecordingACS, "", "", -1, hour...), "", map[string]int64{"unmapped 2026-10-01": 2_400_000}, "recording without stated content and channel; recording r"},
		{"unknown kind", recorded("zoom", "audio", "mixed", 1000, hour...), "", map[string]int64{"unmapped 2026-10-01": 1000}, `recording of unknown kind "zoom"`},
		{"over midnight with a stated length", recorded("", "audio", "mixed", 1_000_001, part("2026-10-01 23:50", "2026-10-02 00:20")), "", map[string]int64{
			"recording.mixed_audio.minute 2026-10-01": 333_333, "recording.mixed_audio.minute 2026-10-02": 666_668,
		}, ""},
		{"still open", recorded("", "audio", "mixed", -1, part("2026-10-04 23:00", "")), "", map[string]int64{"recording.mixed_audio.minute 2026-10-04": 3_600_000}, "recording r; still open"},
	} {
		t.Run(c.name, func(t *testing.T) {
			call := schema.Call{ID: "c", Start: schema.Bound{At: at("2026-10-01 09:00")}, Sessions: people, Recordings: []schema.CallRecording{c.rec}}
			got := map[string]int64{}
			for _, l := range Call(call, parse(t, exampleBook+c.book), Options{Now: now}) {
				if !strings.HasPrefix(l.Meter, "recording") && !strings.Contains(l.Note, "recording") {
					continue
				}
				key := strings.TrimSpace(l.Meter + " " + l.Day + " " + l.SessionID)
				got[key] += l.Raw
				if c.note != "" && !strings.HasPrefix(l.Note, c.note) {
					t.Errorf("note %q, want %q", l.Note, c.note)
				}
				if l.Meter == tariff.RecordingTeams && (l.Rate != "0" || l.Cost != "0") {
					t.Errorf("Teams' own recording costs %q at %q", l.Cost, l.Rate)
				}
				if !slices.Equal(l.Evidence, []string{"e1", "e2"}) {
					t.Errorf("evidence %v", l.Evidence)
				}
			}
			if !reflect.DeepEqual(got, c.want) {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}

func TestUnmixedIsOfThoseWhoWereRecorded(t *testing.T) {
	a := session("a", schema.PathACSExternalUser, "2026-10-01 09:00", "2026-10-01 10:00")
	b := session("b", schema.PathACSExternalUser, "2026-10-01 09:00", "2026-10-01 10:00")
	leg := session("leg", schema.PathPSTN, "2026-10-01 09:00", "2026-10-01 10:00")
	a.RawID, b.RawID, leg.RawID = "8:acs:a", "8:acs:b", ""
	rec := recorded("", "audio", "unmixed", -1, part("2026-10-01 09:10", "2026-10-01 09:40"))
	rec.Participants = []schema.Recorded{{RawID: "8:acs:b"}}
	call := schema.Call{ID: "c", Sessions: []schema.Session{a, b, leg}, Recordings: []schema.CallRecording{rec}}
	got := map[string]int64{}
	for _, l := range Call(call, parse(t, exampleBook), Options{Now: now}) {
		if l.Meter == tariff.RecordingUnmixed {
			got[l.SessionID] += l.Raw
		}
	}
	if want := map[string]int64{"b": 1_800_000, "leg": 1_800_000}; !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v: one who was not recorded is not metered, one without id may be listed", got, want)
	}
}

// TestUnmixedOfWhomNoSessionIsKnown: what was recorded of them is at most the
// recording, and goes to the bucket.
func TestUnmixedOfWhomNoSessionIsKnown(t *testing.T) {
	a := session("a", schema.PathACSExternalUser, "2026-10-01 09:00", "2026-10-01 10:00")
	a.RawID = "8:acs:a"
	rec := recorded("", "audio", "unmixed", -1, part("2026-10-01 23:50", "2026-10-02 00:10"))
	got := func(sessions []schema.Session, of ...string) map[string]int64 {
		rec.Participants = nil
		for _, raw := range of {
			rec.Participants = append(rec.Participants, schema.Recorded{RawID: raw})
		}
		sum := map[string]int64{}
		for _, l := range Call(schema.Call{ID: "c", Sessions: sessions, Recordings: []schema.CallRecording{rec}}, nil, Options{Now: now}) {
			if l.Meter == tariff.Unmapped {
				cause, _, _ := strings.Cut(l.Note, ";")
				sum[l.RawID+" "+l.Day+" "+cause] += l.Raw
			}
		}
		return sum
	}
	nobody := map[string]int64{" 2026-10-01 unmixed recording of which no participant is known": 600_000, " 2026-10-02 unmixed recording of which no participant is known": 600_000}
	if sum := got(nil); !reflect.DeepEqual(sum, nobody) {
		t.Errorf("without sessions: %v", sum)
	}
	if sum := got([]schema.Session{a}); !reflect.DeepEqual(sum, nobody) { // who had left
		t.Errorf("with nobody left: %v", sum)
	}
	a.Left.At = at("2026-10-02 00:10")
	lost := map[string]int64{"8:acs:b 2026-10-01 recorded participant of whom no session is known": 600_000, "8:acs:b 2026-10-02 recorded participant of whom no session is known": 600_000}
	if sum := got([]schema.Session{a}, "8:acs:a", "8:acs:b"); !reflect.DeepEqual(sum, lost) {
		t.Errorf("with one of two: %v", sum)
	}
	other := session("x", schema.PathUnknown, "2026-10-01 23:00", "2026-10-02 10:00")
	if sum := got([]schema.Session{a, other}, "8:acs:a", "8:acs:b"); len(sum) != 2 || sum[" 2026-10-01 join path unknown"] == 0 {
		t.Errorf("where another session may be theirs: %v", sum)
	}
}

func TestOverlapAddsUp(t *testing.T) {
	stays, parts := []span{{0, 10}, {20, 30}, {50, 60}}, []span{{5, 25}, {28, 29}, {60, 70}}
	if got, want := overlap(stays, parts), []span{{5, 10}, {20, 25}, {28, 29}}; !reflect.DeepEqual(got, want) {
		t.Errorf("overlap %v, want %v", got, want)
	}
}

func TestOwnersAndIDs(t *testing.T) {
	c := schema.Call{
		ID: "c", Resource: "SUBSCRIPTIONS/X/Y",
		Sessions: []schema.Session{
			session("a", schema.PathACSExternalUser, "2026-10-01 23:00", "2026-10-02 01:00"),
			session("b", schema.PathACSExternalUser, "2026-10-01 23:00", "2026-10-02 01:00"),
		},
		Recordings: []schema.CallRecording{recorded("", "audio", "mixed", -1, part("2026-10-01 23:10", "2026-10-01 23:20"))},
	}
	c.Sessions[0].App, c.Sessions[1].Resource = "care", "/subscriptions/z"
	owner := func(s schema.Session) (string, string) {
		if s.ID == "a" {
			return "care", "contoso"
		}
		return "", ""
	}
	lines := Call(c, nil, Options{Now: now, Owner: owner})
	ids := map[string]bool{}
	for _, l := range lines {
		ids[l.LineID] = true
		if len(l.LineID) != 32 || l.Rate != "" || l.Cost != "" || l.Currency != "" || l.TariffVersion != "" {
			t.Errorf("without a price book: %+v", l)
		}
		wantResource := "/subscriptions/x/y"
		if l.SessionID == "b" {
			wantResource = "/subscriptions/z"
		}
		if l.Resource != wantResource {
			t.Errorf("resource %q of session %q", l.Resource, l.SessionID)
		}
		if own := l.SessionID != "b"; own != (l.App == "care" && l.Tenant == "contoso") {
			t.Errorf("session %q belongs to %q, %q: a recording is the one known app's", l.SessionID, l.App, l.Tenant)
		}
	}
	if len(lines) != 5 || len(ids) != 5 {
		t.Errorf("%d lines with %d ids, want 5", len(lines), len(ids))
	}
	if again := Call(c, nil, Options{Now: now, Owner: owner}); !reflect.DeepEqual(lines, again) {
		t.Error("the same call gives other lines")
	}
}

func TestShownDecimalsAreHalfToEvenWithoutTrailingZeros(t *testing.T) {
	for _, c := range []struct {
		raw            int64
		unit, rate     string
		quantity, cost string
	}{
		{0, tariff.UnitMinute, "0.004", "0", "0"},
		{60_000, tariff.UnitMinute, "0.0040", "1", "0.004"},
		{1, tariff.UnitMinute, "0.004", "0.000017", "0.0000000667"},
		{3, tariff.UnitMinute, "0.000001", "0.00005", "0"},               // 5e-11: half, to the even 0
		{9, tariff.UnitMinute, "0.000001", "0.00015", "0.0000000002"},    // 1.5e-10: half, to the even 2
		{15, tariff.UnitMinute, "0.000001", "0.00025", "0.0000000002"},   // 2.5e-10: half, to the even 2
		{-9, tariff.UnitMinute, "0.000001", "-0.00015", "-0.0000000002"}, // a reversal mirrors it
		{35, tariff.UnitMessage, "0.0008", "35", "0.028"},                // counts
		{math.MaxInt64, tariff.UnitMinute, "1", "153722867280912.930117", "153722867280912.9301166667"},
	} {
		if got := Quantity(c.raw, c.unit); got != c.quantity {
			t.Errorf("quantity of %d %s: %s, want %s", c.raw, c.unit, got, c.quantity)
		}
		rate, err := decimal.NewFromString(c.rate)
		if err != nil {
			t.Fatal(err)
		}
		if got := Cost(c.raw, c.unit, rate); got != c.cost {
			t.Errorf("cost of %d at %s: %s, want %s", c.raw, c.rate, got, c.cost)
		}
	}
}

func TestASumAddsRawFirst(t *testing.T) {
	var sum Summary
	for range 3 {
		if err := sum.Add(schema.UsageLine{Day: "2026-10-01", Meter: tariff.VoIP, Unit: tariff.UnitParticipantMin, Raw: 1, Rate: "0.004", Currency: "USD"}); err != nil {
			t.Fatal(err)
		}
	}
	r := sum.Rows()
	if len(r) != 1 || r[0].Quantity != "0.00005" || r[0].Cost != "0.0000002" {
		t.Errorf("%+v: three rounded milliseconds would be 0.000051 and 0.0000002001", r)
	}
}

func TestASumThatOverflowsIsAnError(t *testing.T) {
	var sum Summary
	l := schema.UsageLine{LineID: "l", Meter: tariff.VoIP, Raw: math.MaxInt64}
	if err := sum.Add(l); err != nil {
		t.Fatal(err)
	}
	if err := sum.Add(l); err == nil || !strings.Contains(err.Error(), "64 bits") {
		t.Errorf("got %v", err)
	}
}

// Whatever the calls and settings, the lines add up to the metered time, in
// any order of sessions, and the summary to the lines.
func TestLinesAddUpToTheMeteredTime(t *testing.T) {
	paths := []schema.JoinPath{schema.PathACSExternalUser, schema.PathTeamsUser, schema.PathUnknown, schema.PathACSTeamsExtensionUser}
	base := at("2026-10-01 00:00")
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 1))
		book := exampleBook + "midnight: " + []string{"split", "first_day", "last_day"}[r.IntN(3)] + "\nrounding: {voip.participant_minute: " + []string{"exact", "second", "6s", "minute"}[r.IntN(4)] + "}\n"
		tf := parse(t, book)
		c := schema.Call{ID: "c", Teams: r.IntN(2) == 0}
		var want int64
		for i := range 1 + r.IntN(8) {
			from := base.Add(time.Duration(r.Int64N(3*msPerDay)) * time.Millisecond)
			ms := r.Int64N(2 * msPerDay)
			s := schema.Session{ID: string(rune('a' + i)), JoinPath: paths[r.IntN(len(paths))], Joined: schema.Bound{At: from}, Left: schema.Bound{At: from.Add(time.Duration(ms) * time.Millisecond)}}
			want += roundUp(ms, tf.Rounding(classify(c, s, tf).meter))
			c.Sessions = append(c.Sessions, s)
		}
		length := r.Int64N(msPerDay)
		c.Recordings = []schema.CallRecording{recorded("", "audio", "mixed", length, schema.Interval{Start: base.Add(23 * time.Hour), End: base.Add(time.Duration(24+r.IntN(30)) * time.Hour)})}
		want += length

		lines := Call(c, tf, Options{Now: now})
		shuffled := c
		shuffled.Sessions = slices.Clone(c.Sessions)
		r.Shuffle(len(c.Sessions), func(i, j int) {
			shuffled.Sessions[i], shuffled.Sessions[j] = shuffled.Sessions[j], shuffled.Sessions[i]
		})
		if other := Call(shuffled, tf, Options{Now: now}); !reflect.DeepEqual(lines, other) {
			t.Fatalf("seed %d: the order of sessions changes the lines", seed)
		}
		var got, inRows int64
		var sum Summary
		for _, l := range lines {
			got += l.Raw
			if l.Raw <= 0 {
				t.Fatalf("seed %d: a line of %d", seed, l.Raw)
			}
			if err := sum.Add(l); err != nil {
				t.Fatal(err)
			}
		}
		for _, row := range sum.Rows() {
			inRows += row.Raw
		}
		if got != want || inRows != want {
			t.Fatalf("seed %d: lines %d, rows %d, metered %d", seed, got, inRows, want)
		}
		if a, b := CostOf(sum.Rows(), "USD"), CostOf(sum.Apps(), "USD"); a != b {
			t.Fatalf("seed %d: %s by day, %s by app", seed, a, b)
		}
	}
}

func TestUnmappedIsGroupedByCause(t *testing.T) {
	var sum Summary
	for _, l := range []schema.UsageLine{
		{Meter: tariff.Unmapped, Unit: tariff.UnitParticipantMin, Raw: 60_000, Note: "join path unknown"},
		{Meter: tariff.Unmapped, Unit: tariff.UnitParticipantMin, Raw: 60_000, Note: "join path unknown; still open, metered up to now"},
		{Meter: tariff.Unmapped, Unit: tariff.UnitParticipantMin, Raw: 30_000, Note: "bot not listed in the price book"},
	} {
		if err := sum.Add(l); err != nil {
			t.Fatal(err)
		}
	}
	want := []Cause{
		{"join path unknown", tariff.UnitParticipantMin, 120_000, "2", 2},
		{"bot not listed in the price book", tariff.UnitParticipantMin, 30_000, "0.5", 1},
	}
	if got := sum.Unmapped(); !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v", got)
	}
}

func TestCostAndUnpricedQuantityOfEachMeter(t *testing.T) {
	rows := []Row{
		{Meter: tariff.VoIP, Unit: tariff.UnitParticipantMin, Raw: 1, Rate: "0.004", Currency: "USD"},
		{Meter: tariff.VoIP, Unit: tariff.UnitParticipantMin, Raw: 2, Rate: "0.004", Currency: "USD"},
		{Meter: tariff.VoIP, Unit: tariff.UnitParticipantMin, Raw: 60_000},
		{Meter: tariff.InteropM365, Unit: tariff.UnitParticipantMin, Raw: 60_000, Rate: "0", Currency: "USD"},
		{Meter: tariff.Unmapped, Unit: tariff.UnitParticipantMin, Raw: 60_000},
		{Meter: tariff.Unmapped, Unit: tariff.UnitMinute, Raw: 30_000},
		{Meter: tariff.ChatMessage, Unit: tariff.UnitMessage, Raw: 7},
	}
	cost, unpriced, err := ByMeterName(rows, "USD")
	if err != nil {
		t.Fatal(err)
	}
	if want := map[string]string{tariff.VoIP: "0.0000002", tariff.InteropM365: "0"}; !reflect.DeepEqual(cost, want) {
		t.Errorf("cost %v, want %v", cost, want)
	}
	if want := map[string]string{tariff.VoIP: "1", tariff.Unmapped: "1.5", tariff.ChatMessage: "7"}; !reflect.DeepEqual(unpriced, want) {
		t.Errorf("unpriced %v, want %v", unpriced, want)
	}
}
