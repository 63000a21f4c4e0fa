package soak

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"rollcall/cmd/internal/simulate"
)

// TestBothKindsOfMeetingAreJudgedAlike renders the same meetings both ways: with
// Event Grid and callbacks, and without, when Azure Monitor, Graph and the apps'
// own events are all there is. Coverage, findings and sessions have to be the
// same, but for where their bounds come from.
//
// The world is such that either kind of evidence can tell it: rosters come at
// once, nothing is lost, and neither pauses nor the end of a transcription have
// to be known, which Teams' chat does not tell (see simulate.Meetings). Sessions
// are of whole seconds, or the app says when they ended.
func TestBothKindsOfMeetingAreJudgedAlike(t *testing.T) {
	obligations, findings, results := 0, 0, map[string]bool{}
	for seed := range uint64(6) {
		with, told := meetings(t, seed, simulate.MeetingsWithGrid)
		without, same := meetings(t, seed, simulate.MeetingsWithoutGrid)
		if n, none := callEvents(told), callEvents(same); n == 0 || none != 0 || len(same.Distinct["graph"]) < 5 {
			t.Fatalf("seed %d: %d and %d events of calls by Event Grid and callbacks, by Graph %v", seed, n, none, same.Distinct["graph"])
		}
		for _, what := range []string{"session", "obligation", "finding"} {
			a, b := with[what], without[what]
			for i := 0; i < max(len(a), len(b)) && !t.Failed(); i++ {
				if i >= len(a) || i >= len(b) || a[i] != b[i] {
					t.Errorf("seed %d: %d and %d rows; the first %s that differs:\n%s\n%s", seed, len(a), len(b), what, at(a, i), at(b, i))
				}
			}
		}
		obligations, findings = obligations+len(with["obligation"]), findings+len(with["finding"])
		for r := range told.Results {
			results[r] = true
		}
	}
	if obligations < 2000 || findings < 200 || len(results) < 6 {
		t.Errorf("compared %d obligations and %d findings, with the results %v: hardly anything", obligations, findings, results)
	}
}

// meetings runs a day of meetings through the program and lists what it found,
// without what may depend on the kind of evidence.
func meetings(t *testing.T, seed uint64, kind simulate.Meetings) (map[string][]string, *simulate.Tallies) {
	t.Helper()
	opt := simulate.SoakRun(seed, day, 60)
	opt.Interop, opt.Meetings, opt.Graph = 1, kind, 1
	opt.LostEvidence, opt.RosterLag, opt.IDChanges = 0, 0, 0
	terms, err := Terms(opt)
	if err != nil {
		t.Fatal(err)
	}
	messages, truth := simulate.Generate(opt)
	r, ev := &Report{Results: map[string]int{}}, newEvidence()
	for m := range messages {
		ev.add(&m, r)
	}
	terms.Now = day.AddDate(0, 0, 3) // both are over
	rows := map[string][]string{}
	results := ev.evaluate(terms)
	for _, id := range sorted(results) {
		o := results[id]
		for i := range o.Sessions {
			s := &o.Sessions[i]
			rows["session"] = append(rows["session"], fmt.Sprint(id, s.ID, s.ParticipantID, s.RawID, s.EndpointID, s.Identity, s.JoinPath,
				s.Tenant, s.App, s.Joined.At, s.Left.At))
		}
		for _, b := range o.Obligations {
			b.EpisodeEndSource, b.LeftSource, b.Assumed, b.Evidence = "", "", false, nil
			rows["obligation"] = append(rows["obligation"], fmt.Sprintf("%+v", b))
		}
		for _, f := range o.Findings {
			if !known(f.Rule) {
				continue // by which name people were shown depends on who speaks
			}
			f.Evidence = nil
			rows["finding"] = append(rows["finding"], fmt.Sprintf("%+v", f))
		}
	}
	for _, list := range rows {
		slices.Sort(list)
	}
	if len(r.Differences) > 0 {
		t.Errorf("seed %d: %s", seed, r.Differences[0])
	}
	return rows, &truth.Tallies
}

func at(rows []string, i int) string {
	if i < len(rows) {
		return rows[i]
	}
	return "none"
}

// callEvents counts the events by which Event Grid and Call Automation speak of
// calls.
func callEvents(n *simulate.Tallies) (count int) {
	for kind, c := range n.Distinct["event_grid"] {
		if strings.HasPrefix(kind, "Microsoft.Communication.Call") {
			count += c
		}
	}
	for _, c := range n.Distinct["call_automation"] {
		count += c
	}
	return count
}
