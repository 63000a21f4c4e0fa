package soak

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"rollcall/cmd/internal/assess"
	"rollcall/cmd/internal/simulate"
	"rollcall/rules/rule"
	"rollcall/schema"
)

// CompareFiles holds the reports in a folder, as audit and demo write them,
// against the truth.
func CompareFiles(dir string, truth *simulate.Truth) (*Report, error) {
	f := reportFiles{dir: dir, results: map[string]*outcome{}, usage: map[simulate.UsageKey]int64{}}
	for _, read := range []func() error{f.sessions, f.coverage, f.findings, f.usageLines, f.usageTotals} {
		if err := read(); err != nil {
			return nil, err
		}
	}
	r := &Report{Results: map[string]int{}, Rules: map[string]int{}}
	compare(f.results, truth, r, false)
	compareUsage(r, "usage.csv", f.usage, truth.Usage)
	if err := f.compareNames(truth, r); err != nil {
		return nil, err
	}
	var summary struct {
		AsOf        string                     `json:"as_of"`
		DeadLetters int                        `json:"dead_letters"`
		Calls       int                        `json:"calls"`
		Sessions    int                        `json:"sessions"`
		Obligations map[string]int             `json:"obligations"`
		Checks      map[string]rule.Population `json:"checks"`
	}
	data, err := os.ReadFile(filepath.Join(dir, "summary.json"))
	if err == nil {
		err = json.Unmarshal(data, &summary)
	}
	if err != nil {
		return nil, err
	}
	if asOf := truth.AsOf.Format("2006-01-02T15:04:05.000Z"); summary.AsOf != asOf {
		r.differ("summary.json: as of %s, the truth %s", summary.AsOf, asOf)
	}
	t := &truth.Tallies
	for _, n := range []struct {
		what      string
		got, want int
	}{{"calls", summary.Calls, t.Calls}, {"sessions", summary.Sessions, t.Sessions}} {
		if n.got != n.want {
			r.differ("summary.json: %d %s, the truth %d", n.got, n.what, n.want)
		}
	}
	if summary.DeadLetters < t.DeadLetters+t.Hurt {
		r.differ("summary.json: %d dead letters, %d messages can't be read whole", summary.DeadLetters, t.DeadLetters+t.Hurt)
	}
	hoursInTotal(summary.Checks, truth, r)
	for _, result := range []string{"pass", "late", "missed", "no_evidence", "too_short", "pending", "not_applicable"} {
		if got, want := summary.Obligations[result], t.Results[result]; got != want {
			r.differ("summary.json: %d obligations are %s, the truth %d", got, result, want)
		}
	}
	return r, nil
}

// reportFiles gathers what the files say of each call.
type reportFiles struct {
	dir     string
	results map[string]*outcome
	usage   map[simulate.UsageKey]int64
}

func (f *reportFiles) of(call string) *outcome {
	r := f.results[call]
	if r == nil {
		r = &outcome{}
		f.results[call] = r
	}
	return r
}

func (f *reportFiles) sessions() error {
	return f.rows("sessions.csv", func(r row) {
		s := assess.Session{App: r.text("app"), Tenant: r.text("tenant"), Session: schema.Session{
			ID: r.text("session_id"), ParticipantID: r.text("participant_id"), RawID: r.text("raw_id"), EndpointID: r.text("endpoint_id"),
			JoinPath: schema.JoinPath(r.text("join_path")),
			Joined:   schema.Bound{At: r.instant("joined_at"), Source: schema.BoundSource(r.text("source"))},
			Left:     schema.Bound{At: r.instant("left_at"), Source: schema.BoundSource(r.text("left_source"))},
		}}
		c := f.of(r.text("call_id"))
		c.Sessions = append(c.Sessions, s)
	})
}

func (f *reportFiles) coverage() error {
	// An episode's ordinal is no column: it is counted by start.
	ordinals := map[string]map[string]int{}
	return f.rows("coverage.csv", func(r row) {
		o := schema.Obligation{
			CallID: r.text("call_id"), Tenant: r.text("tenant"), App: r.text("app"), SessionID: r.text("session_id"),
			ParticipantID: r.text("participant_id"), RawID: r.text("raw_id"), EndpointID: r.text("endpoint_id"),
			JoinPath: schema.JoinPath(r.text("join_path")), Capture: r.text("capture"),
			EpisodeStart: r.instant("episode_start"), EpisodeEnd: r.instant("episode_end"),
			JoinedAt: r.instant("joined_at"), LeftAt: r.instant("left_at"), ExposedAt: r.instant("exposed_at"), DueAt: r.instant("due_at"),
			SignalledAt: r.instant("signalled_at"), ShownAt: r.instant("shown_at"),
			Result: schema.Result(r.text("result")), Reason: r.text("reason"),
		}
		key := o.CallID + " " + o.Capture
		if ordinals[key] == nil {
			ordinals[key] = map[string]int{}
		}
		ordinals[key][r.text("episode_start")] = 0
		c := f.of(o.CallID)
		c.Obligations = append(c.Obligations, o)
	}, func() {
		for _, starts := range ordinals {
			for i, s := range sorted(starts) {
				starts[s] = i + 1
			}
		}
		for _, c := range f.results {
			for i := range c.Obligations {
				o := &c.Obligations[i]
				o.Ordinal = ordinals[o.CallID+" "+o.Capture][o.EpisodeStart.Format("2006-01-02T15:04:05.000Z")]
			}
		}
	})
}

func (f *reportFiles) findings() error {
	file, err := os.Open(filepath.Join(f.dir, "findings.ndjson"))
	if err != nil {
		return err
	}
	defer file.Close()
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		var v struct {
			CallID  string    `json:"call_id"`
			Rule    string    `json:"rule"`
			Result  string    `json:"result"`
			Subject string    `json:"subject"`
			RawID   string    `json:"raw_id"`
			Capture string    `json:"capture"`
			FirstAt time.Time `json:"first_at"`
		}
		if err := json.Unmarshal(lines.Bytes(), &v); err != nil {
			return fmt.Errorf("findings.ndjson: %w", err)
		}
		if v.CallID == "" {
			continue // on an app's hour, a listing, …
		}
		c := f.of(v.CallID)
		c.Findings = append(c.Findings, schema.Finding{
			CallID: v.CallID, Rule: v.Rule, Result: v.Result, Subject: v.Subject, RawID: v.RawID, Capture: v.Capture, FirstAt: v.FirstAt,
		})
	}
	return lines.Err()
}

func (f *reportFiles) usageLines() error {
	return f.rows("usage_lines.csv", func(r row) {
		c := f.of(r.text("call_id"))
		c.Lines = append(c.Lines, schema.UsageLine{Day: r.text("day"), Resource: r.text("resource_id"), Meter: r.text("meter"), Raw: r.number("raw")})
	})
}

func (f *reportFiles) usageTotals() error {
	return f.rows("usage.csv", func(r row) {
		f.usage[simulate.UsageKey{Day: r.text("day"), Resource: r.text("resource_id"), Meter: r.text("meter")}] += r.number("raw")
	})
}

// A row is a row of a CSV file, by column.
type row struct {
	column map[string]int
	cells  []string
	failed *error
}

func (r row) text(column string) string {
	i, ok := r.column[column]
	if !ok {
		*r.failed = fmt.Errorf("no column %s", column)
		return ""
	}
	return strings.TrimPrefix(r.cells[i], "'")
}

func (r row) instant(column string) time.Time {
	s := r.text(column)
	if s == "" {
		return time.Time{}
	}
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		*r.failed = err
	}
	return t
}

func (r row) number(column string) int64 {
	n, err := strconv.ParseInt(r.text(column), 10, 64)
	if err != nil {
		*r.failed = err
	}
	return n
}

// rows hands on the rows of a CSV file, then does what is to be done after.
func (f *reportFiles) rows(name string, each func(row), after ...func()) error {
	file, err := os.Open(filepath.Join(f.dir, name))
	if err != nil {
		return err
	}
	defer file.Close()
	read := csv.NewReader(file)
	header, err := read.Read()
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	var failed error
	column := map[string]int{}
	for i, h := range header {
		column[h] = i
	}
	for {
		cells, err := read.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err == nil {
			each(row{column, cells, &failed})
			err = failed
		}
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	for _, do := range after {
		do()
	}
	return nil
}
