package output

import (
	"cmp"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	"rollcall/cmd/internal/simulate"
	"rollcall/reports/files"
)

// A Truth writes what the simulator knows, call by call, so that memory stays
// flat: truth_sessions.csv, truth_episodes.csv, truth_obligations.csv,
// truth_names.csv, truth_findings.csv and, at the end, truth_hours.csv,
// truth_listings.csv, truth_directory.csv, truth_usage.csv and truth.json.
type Truth struct {
	dir                                              string
	parts                                            [5]*part
	sessions, episodes, obligations, names, findings *files.CSV
	failed                                           error
}

// NewTruth begins the files. Hand Call to simulate.Options.OnCall; then Close
// or Abort.
func NewTruth(dir string) (*Truth, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	t := &Truth{dir: dir}
	for i, f := range []struct {
		name   string
		csv    **files.CSV
		header []string
	}{
		{"truth_sessions.csv", &t.sessions, []string{"call_id", "tenant", "app", "participant_id", "raw_id", "endpoint_id", "join_path",
			"joined_at", "left_at", "left_assumed", "meter", "skew_ms", "skew_told"}},
		{"truth_episodes.csv", &t.episodes, []string{"call_id", "capture", "ordinal", "episode_start", "episode_end", "end_assumed"}},
		{"truth_obligations.csv", &t.obligations, []string{"call_id", "tenant", "app", "participant_id", "raw_id", "endpoint_id", "join_path",
			"capture", "ordinal", "episode_start", "episode_end", "joined_at", "left_at", "exposed_at", "due_at", "signalled_at", "shown_at",
			"result", "reason", "told"}},
		{"truth_names.csv", &t.names, []string{"call_id", "raw_id", "source", "surface", "name", "directory_name", "wrong", "fault", "rule"}},
		{"truth_findings.csv", &t.findings, []string{"call_id", "rule", "result", "participant_id", "raw_id", "capture", "first_at"}},
	} {
		var err error
		if t.parts[i], err = newPart(filepath.Join(dir, f.name)); err == nil {
			*f.csv, err = files.NewCSV(t.parts[i].w, f.header...)
		}
		if err != nil {
			return nil, errors.Join(err, t.Abort())
		}
	}
	return t, nil
}

// Call writes what is true of one call.
func (t *Truth) Call(c *simulate.TruthCall) {
	for i := range c.Sessions {
		s := &c.Sessions[i]
		t.note(t.sessions.Row(files.Plain(s.CallID), files.Text(c.Tenant), files.Text(c.App), files.Plain(s.ParticipantID), files.Text(s.RawID),
			files.Plain(s.EndpointID), files.Plain(s.JoinPath), instant(s.Joined), instant(s.Left), yes(s.LeftAssumed), files.Plain(s.Meter),
			files.Plain(strconv.FormatInt(s.Skew, 10)), yes(s.SkewTold)))
	}
	for i := range c.Episodes {
		e := &c.Episodes[i]
		t.note(t.episodes.Row(files.Plain(c.CallID), files.Plain(e.Capture), number(e.Ordinal), instant(e.Start), instant(e.End), yes(e.EndAssumed)))
	}
	for i := range c.Obligations {
		o := &c.Obligations[i]
		t.note(t.obligations.Row(files.Plain(o.CallID), files.Text(o.Tenant), files.Text(o.App), files.Plain(o.ParticipantID), files.Text(o.RawID),
			files.Plain(o.EndpointID), files.Plain(o.JoinPath), files.Plain(o.Capture), number(o.Ordinal), instant(o.EpisodeStart), instant(o.EpisodeEnd),
			instant(o.Joined), instant(o.Left), instant(o.ExposedAt), instant(o.DueAt), instant(o.SignalledAt), instant(o.ShownAt),
			files.Plain(o.Result), files.Text(o.Reason), yes(o.Told)))
	}
	for _, n := range slices.Concat(c.Names, c.ChatNames) {
		t.note(t.names.Row(files.Plain(n.CallID), files.Text(n.RawID), files.Plain(n.Source), files.Plain(n.Surface), files.Text(n.Name), files.Text(n.Directory),
			wrong(n.Rule), files.Plain(n.Fault), files.Plain(n.Rule)))
	}
	for _, f := range c.Findings {
		t.note(t.findings.Row(files.Plain(c.CallID), files.Plain(f.Rule), files.Plain(f.Result), files.Plain(f.ParticipantID), files.Text(f.RawID),
			files.Plain(f.Capture), instant(f.At)))
	}
}

func (t *Truth) note(err error) {
	if t.failed == nil {
		t.failed = err
	}
}

// Close completes the files with the totals.
func (t *Truth) Close(opt simulate.Options, truth *simulate.Truth) error {
	for _, c := range []*files.CSV{t.sessions, t.episodes, t.obligations, t.names, t.findings} {
		t.note(c.Close())
	}
	if t.failed != nil {
		return errors.Join(t.failed, t.Abort())
	}
	var errs []error
	for _, p := range t.parts {
		errs = append(errs, p.finish())
	}
	_, err := files.Write(filepath.Join(t.dir, "truth_hours.csv"), func(w io.Writer) error { return hours(w, truth) })
	errs = append(errs, err)
	_, err = files.Write(filepath.Join(t.dir, "truth_listings.csv"), func(w io.Writer) error { return listings(w, truth) })
	errs = append(errs, err)
	_, err = files.Write(filepath.Join(t.dir, "truth_directory.csv"), func(w io.Writer) error { return directory(w, truth) })
	errs = append(errs, err)
	_, err = files.Write(filepath.Join(t.dir, "truth_usage.csv"), func(w io.Writer) error { return usage(w, truth) })
	errs = append(errs, err)
	_, err = files.Write(filepath.Join(t.dir, "truth.json"), func(w io.Writer) error { return totals(w, opt, truth) })
	return errors.Join(append(errs, err)...)
}

// Abort removes what was begun.
func (t *Truth) Abort() error {
	var errs []error
	for _, p := range t.parts {
		if p != nil {
			errs = append(errs, p.drop())
		}
	}
	return errors.Join(errs...)
}

// hours writes what the rules on apps have to say of each clock hour.
func hours(w io.Writer, truth *simulate.Truth) error {
	c, err := files.NewCSV(w, "app", "tenant", "hour", "rule", "version", "result")
	if err != nil {
		return err
	}
	for _, h := range truth.Hours {
		row := func(rule, version, result string) error {
			return c.Row(files.Text(h.App), files.Text(h.Tenant), instant(h.Hour), files.Plain(rule), files.Text(version), files.Plain(result))
		}
		if h.Silent != "" {
			if err := row(simulate.RuleSilentApp, "", h.Silent); err != nil {
				return err
			}
		}
		for _, v := range h.Broken {
			if err := row(simulate.RuleAppBroken, v.Version, v.Result); err != nil {
				return err
			}
		}
	}
	return c.Close()
}

func listings(w io.Writer, truth *simulate.Truth) error {
	c, err := files.NewCSV(w, "app_id", "field", "text", "wrong", "rule")
	if err != nil {
		return err
	}
	for _, l := range truth.Listings {
		if err := c.Row(files.Text(l.AppID), files.Plain(l.Field), files.Text(l.Text), wrong(l.Rule), files.Plain(l.Rule)); err != nil {
			return err
		}
	}
	return c.Close()
}

func directory(w io.Writer, truth *simulate.Truth) error {
	c, err := files.NewCSV(w, "raw_id", "tenant", "name", "since", "until", "told_at", "left")
	if err != nil {
		return err
	}
	for _, d := range truth.Directory {
		if err := c.Row(files.Text(d.RawID), files.Text(d.Tenant), files.Text(d.Name), instant(d.Since), instant(d.Until), instant(d.Told), yes(d.Left)); err != nil {
			return err
		}
	}
	return c.Close()
}

func usage(w io.Writer, truth *simulate.Truth) error {
	c, err := files.NewCSV(w, "day", "resource_id", "meter", "raw")
	if err != nil {
		return err
	}
	for _, r := range truth.UsageRows() {
		if err := c.Row(files.Plain(r.Day), files.Text(r.Resource), files.Plain(r.Meter), files.Plain(strconv.FormatInt(r.Raw, 10))); err != nil {
			return err
		}
	}
	return c.Close()
}

// totals writes truth.json: at what instant to judge, and counts.
func totals(w io.Writer, opt simulate.Options, truth *simulate.Truth) error {
	t := &truth.Tallies
	fields := map[string]int{}
	for _, l := range truth.Listings {
		fields[orRight(l.Rule)]++
	}
	names := map[string]int{}
	for rule, n := range t.Names {
		names[orRight(rule)] = n
	}
	type gap struct {
		First string `json:"first"`
		Last  string `json:"last"`
	}
	gaps := []gap{}
	for _, g := range truth.Gaps {
		gaps = append(gaps, gap{files.Time(time.UnixMilli(g.First)), files.Time(time.UnixMilli(g.Last))})
	}
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(struct {
		AsOf        string                    `json:"as_of"`
		Seed        uint64                    `json:"seed"`
		Messages    int                       `json:"messages"`
		Bytes       int64                     `json:"bytes"`
		Events      map[string]map[string]int `json:"events"`
		Distinct    map[string]map[string]int `json:"distinct_events"`
		DeadLetters int                       `json:"dead_letters"` // messages that nobody can read whole
		Hurt        int                       `json:"hurt"`         // of them: those of which all but a part can be read
		Calls       int                       `json:"calls"`
		Sessions    int                       `json:"sessions"`
		Obligations map[string]int            `json:"obligations"`
		Findings    map[string]int            `json:"findings"` // on calls, but for those on names and clocks
		Names       map[string]int            `json:"names"`
		Fields      map[string]int            `json:"listing_fields"`
		Gaps        []gap                     `json:"gaps"` // in which what clients sent was lost
	}{truth.AsOf.UTC().Format("2006-01-02T15:04:05.000Z"), opt.Seed, t.Messages, t.Bytes, t.Events, t.Distinct, t.DeadLetters + t.Hurt, t.Hurt, t.Calls, t.Sessions, t.Results, t.Findings, names, fields, gaps})
}

func instant(ms int64) files.Cell {
	if ms == 0 {
		return files.Plain("")
	}
	return files.Plain(files.Time(time.UnixMilli(ms)))
}

func number(n int) files.Cell { return files.Plain(strconv.Itoa(n)) }

func yes(b bool) files.Cell { return files.Plain(strconv.FormatBool(b)) }

// wrong says yes or no: what breaks no rule is right.
func wrong(rule string) files.Cell {
	if rule == "" {
		return files.Plain("no")
	}
	return files.Plain("yes")
}

// orRight is the rule that is broken, or "right".
func orRight(rule string) string { return cmp.Or(rule, "right") }
