package metering

import (
	"encoding/json"
	"math/big"
	"os"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"rollcall/reports/tariff"
	"rollcall/schema"
)

// example is one of Azure's own worked examples (testdata/billing_examples.json).
type example struct {
	ID           string `json:"id"`
	Participants []struct {
		ID    string  `json:"id"`
		Kind  string  `json:"kind"`
		Via   string  `json:"via"`
		Join  float64 `json:"join_min"`
		Leave float64 `json:"leave_min"`
	} `json:"participants"`
	Features struct {
		Messages  map[string]int64 `json:"messages"`
		Recording *struct {
			Kind  string  `json:"kind"`
			Start float64 `json:"start_min"`
			Stop  float64 `json:"stop_min"`
		} `json:"recording"`
		Streaming *struct {
			Start float64 `json:"start_min"`
			Stop  float64 `json:"stop_min"`
		} `json:"media_streaming"`
	} `json:"features"`
	Expected []struct {
		Meter    string  `json:"meter"`
		Quantity string  `json:"quantity"`
		Total    *string `json:"total"`
	} `json:"expected"`
	Documented *string `json:"documented_total"`
	Computed   *string `json:"computed_total"`
	Scope      string  `json:"scope"`
}

// exampleBook holds the prices that the examples use; the documents call them
// illustrative.
const exampleBook = `currency: USD
rates:
  - {meter: voip.participant_minute, rate: "0.004"}
  - {meter: interop.voip.acs_participant_minute, rate: "0.004"}
  - {meter: pstn.outbound.minute, prefix: "1425", rate: "0.013"}
  - {meter: recording.mixed_av.minute, rate: "0.01"}
  - {meter: chat.message, rate: "0.0008"}
  - {meter: interop.chat.acs_message, rate: "0.0008"}
`

var exampleStart = time.Date(2026, 10, 1, 9, 0, 0, 0, time.UTC)

func minutes(m float64) time.Time { return exampleStart.Add(time.Duration(m * float64(time.Minute))) }

// call turns an example into the call that its events would assemble to.
func (e example) call() schema.Call {
	c := schema.Call{ID: e.ID}
	for _, p := range e.Participants {
		if p.Via == "chat" {
			continue
		}
		s := schema.Session{ID: p.ID, Joined: schema.Bound{At: minutes(p.Join)}, Left: schema.Bound{At: minutes(p.Leave)}}
		switch {
		case p.Kind == "teams_user":
			s.JoinPath, c.Teams = schema.PathTeamsUser, true
		case p.Kind == "pstn":
			s.JoinPath, s.PSTNCallType, s.RawID = schema.PathPSTN, "PSTN outbound", "4:+14255550100"
		case p.Kind == "acs_user":
			s.JoinPath = schema.PathACSExternalUser
		default: // the streaming example names no kind and prices nothing else
			continue
		}
		c.Sessions = append(c.Sessions, s)
	}
	if r := e.Features.Recording; r != nil {
		c.Recordings = []schema.CallRecording{{
			ID: "rec", Content: "audio_video", Channel: "mixed", LengthMs: -1,
			Parts: []schema.Interval{{Start: minutes(r.Start), End: minutes(r.Stop)}},
		}}
	}
	return c
}

// counted are the lines of chat and streaming, whose evidence is no part of a
// Call: only quantity and price are under test here.
func (e example) counted(teams bool) []schema.UsageLine {
	var out []schema.UsageLine
	for _, p := range e.Participants {
		meter := tariff.ChatMessage
		switch {
		case teams && p.Kind == "teams_user":
			meter = tariff.InteropChatM365
		case teams:
			meter = tariff.InteropChatACS
		}
		if n := e.Features.Messages[p.ID]; n > 0 {
			out = append(out, schema.UsageLine{Meter: meter, Unit: tariff.UnitMessage, Raw: n})
		}
		if s := e.Features.Streaming; s != nil {
			ms := minutes(min(s.Stop, p.Leave)).Sub(minutes(max(s.Start, p.Join))).Milliseconds()
			out = append(out, schema.UsageLine{Meter: tariff.StreamingUnmixed, Unit: tariff.UnitParticipantMin, Raw: ms})
		}
	}
	return out
}

func TestAzuresOwnExamples(t *testing.T) {
	data, err := os.ReadFile("testdata/billing_examples.json")
	if err != nil {
		t.Fatal(err)
	}
	var examples []example
	if err := json.Unmarshal(data, &examples); err != nil {
		t.Fatal(err)
	}
	if len(examples) != 8 {
		t.Fatalf("%d examples, want 8", len(examples))
	}
	tf := parse(t, exampleBook)
	for _, e := range examples {
		t.Run(e.ID, func(t *testing.T) { e.check(t, tf) })
	}
}

func (e example) check(t *testing.T, tf *tariff.Tariff) {
	c := e.call()
	lines := Call(c, tf, Options{Now: minutes(1000)})
	for _, l := range e.counted(c.Teams) {
		l.Day = "2026-10-01"
		if r, ok := tf.Rate(l.Meter, exampleStart, ""); ok {
			l.Rate, l.Currency = r.Price.String(), tf.Currency()
		}
		lines = append(lines, l)
	}
	var sum Summary
	for _, l := range lines {
		if err := sum.Add(l); err != nil {
			t.Fatal(err)
		}
	}
	rows := sum.Rows()
	quantity, cost := map[string]*big.Rat{}, map[string]*big.Rat{}
	priced := false
	for _, x := range e.Expected {
		meter := x.Meter
		if meter == "audio_streaming.unmixed.minute" {
			meter = tariff.StreamingUnmixed // the examples' older name
		}
		plus(quantity, meter, x.Quantity)
		if x.Total != nil {
			plus(cost, meter, *x.Total)
			priced = true
		}
	}
	for _, r := range rows {
		if e.Scope == "recording_only" && r.Meter == tariff.VoIP {
			if r.Quantity != "150" || r.Cost != "0.6" {
				t.Errorf("calling of the recorded call is %s minutes, %s", r.Quantity, r.Cost)
			}
			continue // the document leaves it out
		}
		if want := quantity[r.Meter]; want == nil || want.Cmp(rat(r.Quantity)) != 0 {
			t.Errorf("%s: quantity %s, want %v", r.Meter, r.Quantity, want)
		}
		if want := cost[r.Meter]; want != nil && (r.Cost == "" || want.Cmp(rat(r.Cost)) != 0) {
			t.Errorf("%s: cost %q, want %v", r.Meter, r.Cost, want)
		}
		delete(quantity, r.Meter)
	}
	for m := range quantity {
		t.Errorf("%s: no usage", m)
	}
	total := e.Documented
	if total == nil {
		total = e.Computed
	}
	if priced && e.Scope == "" && CostOf(rows, "USD") != *total {
		t.Errorf("total %s, want %s", CostOf(rows, "USD"), *total)
	}
}

func plus(m map[string]*big.Rat, k, v string) {
	if m[k] == nil {
		m[k] = new(big.Rat)
	}
	m[k].Add(m[k], rat(v))
}

func rat(s string) *big.Rat {
	d, err := decimal.NewFromString(s)
	if err != nil {
		return big.NewRat(-1, 1)
	}
	return d.Rat()
}

func parse(t testing.TB, book string) *tariff.Tariff {
	t.Helper()
	tf, err := tariff.Parse("book.yaml", []byte(book), nil)
	if err != nil {
		t.Fatal(err)
	}
	return tf
}
