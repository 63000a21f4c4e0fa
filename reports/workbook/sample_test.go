package workbook

import (
	"bytes"
	"fmt"
	"iter"
	"slices"
	"testing"
	"time"

	"rollcall/reports/metering"
	"rollcall/reports/tariff"
	"rollcall/schema"
)

const sampleBook = `currency: USD
rates:
  - {meter: voip.participant_minute, rate: "0.004", from: 2020-01-01}
  - {meter: interop.voip.acs_participant_minute, rate: "0.004", from: 2020-01-01}
  - {meter: recording.mixed_av.minute, rate: "0.01"}
bots: [{id: "28:recorder", kind: recording}]
`

var sampleNow = time.Date(2026, 10, 3, 12, 0, 0, 0, time.UTC)

const (
	resourceA = "/subscriptions/11111111-1111-1111-1111-111111111111/resourcegroups/rg-comms/providers/microsoft.communication/communicationservices/acs-prod"
	resourceB = "/subscriptions/11111111-1111-1111-1111-111111111111/resourcegroups/rg-clinic/providers/microsoft.communication/communicationservices/acs-clinic"
)

// sampleCalls is a small company's two days: Teams meetings over midnight, a
// plain call, a recording, a bot nobody listed, text that looks like a formula.
func sampleCalls() []schema.Call {
	start := time.Date(2026, 10, 1, 23, 52, 0, 0, time.UTC)
	session := func(call, n int, path schema.JoinPath, app string, from, to time.Duration) schema.Session {
		s := schema.Session{
			ID: fmt.Sprintf("%016x%016x", call, n), JoinPath: path, App: app,
			ParticipantID: fmt.Sprintf("5b6b7c1e-0000-4000-8000-%012d", call*100+n),
			RawID:         fmt.Sprintf("8:acs:61fddbe3-0003-4066-97bc-6aaf143bbb84_0000000b-4fee-66cf-ac00-%012d", n),
			Joined:        schema.Bound{At: start.Add(from), Source: schema.BoundCallSummary},
			Left:          schema.Bound{At: start.Add(to), Source: schema.BoundCallSummary},
			Events:        []string{fmt.Sprintf("%032x", call*1000+n)},
		}
		return s
	}
	var calls []schema.Call
	for i := range 6 {
		c := schema.Call{ID: fmt.Sprintf("8d1a8374-344d-4502-b54b-%012d", i), Teams: i != 4, Resource: resourceA}
		app := "contoso-care"
		if i%2 == 1 {
			c.Resource, app = resourceB, "=HYPERLINK(\"http://x\",\"clinic\")"
		}
		at := time.Duration(i) * 7 * time.Minute
		c.Sessions = []schema.Session{
			session(i, 1, schema.PathACSExternalUser, app, at, at+10*time.Minute),
			session(i, 2, schema.PathTeamsUser, "", at, at+10*time.Minute),
		}
		if i == 4 {
			c.Sessions[1] = session(i, 2, schema.PathACSExternalUser, app, at+1234*time.Millisecond, at+9*time.Minute)
		}
		if i == 2 {
			bot := session(i, 3, schema.PathBot, "", at, at+4*time.Minute)
			bot.RawID = "28:stranger"
			rec := session(i, 4, schema.PathBot, "", at, at+5*time.Minute)
			rec.RawID = "28:recorder"
			c.Sessions = append(c.Sessions, bot, rec)
			c.Recordings = []schema.CallRecording{{
				ID: "rec-1", Kind: schema.RecordingACS, Content: "audio_video", Channel: "mixed", LengthMs: 431_005,
				Parts:  []schema.Interval{{Start: start.Add(at), End: start.Add(at + 8*time.Minute)}},
				Events: []string{fmt.Sprintf("%032x", 77)},
			}}
		}
		calls = append(calls, c)
	}
	return calls
}

// sampleReport meters the sample calls.
func sampleReport(t testing.TB, book string) UsageReport {
	t.Helper()
	var tf *tariff.Tariff
	cover := Cover{
		AsOf: sampleNow, Generator: "rollcall 0.1.0", Messages: 12_345, Events: 23_456, DeadLetters: 2, Beside: true,
		Inputs: []Digest{{Name: "day-1.ndjson", SHA256: fmt.Sprintf("%064x", 1)}, {Name: "day-2.ndjson.gz", SHA256: fmt.Sprintf("%064x", 2)}},
		Gaps:   []string{"topic acs-logs, partition 3, offsets 100 to 219: removed by retention before they were read"},
	}
	if book != "" {
		var err error
		if tf, err = tariff.Parse("tariff.yaml", []byte(book), nil); err != nil {
			t.Fatal(err)
		}
		for _, f := range tf.Files() {
			cover.Tariff = append(cover.Tariff, Digest{Name: f.Path, SHA256: f.SHA256})
		}
		cover.TariffVersion = tf.Version()
	}
	var sum metering.Summary
	var lines []schema.UsageLine
	opt := metering.Options{Now: sampleNow}
	for _, c := range sampleCalls() {
		lines = append(lines, metering.Call(c, tf, opt)...)
		for _, f := range metering.FreeSessions(c, tf, opt) {
			if err := sum.AddFree(f); err != nil {
				t.Fatal(err)
			}
		}
	}
	slices.SortFunc(lines, metering.Compare)
	for _, l := range lines {
		if err := sum.Add(l); err != nil {
			t.Fatal(err)
		}
	}
	return UsageReport{
		Cover: cover, Rows: sum.Rows(), Apps: sum.Apps(), NotBilled: sum.NotBilled(), Unmapped: sum.Unmapped(),
		Lines: each(lines),
	}
}

func each(lines []schema.UsageLine) iter.Seq2[schema.UsageLine, error] {
	return func(yield func(schema.UsageLine, error) bool) {
		for _, l := range lines {
			if !yield(l, nil) {
				return
			}
		}
	}
}

func workbookBytes(t testing.TB, r UsageReport) []byte {
	t.Helper()
	var buf bytes.Buffer
	if err := Write(&buf, r); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}
