package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"rollcall/cmd/internal/simulate"
	"rollcall/cmd/internal/simulate/output"
	"rollcall/ingest/kafka"
)

// simulation is what "rollcall simulate" was asked for.
type simulation struct {
	opt        simulate.Options
	start      string
	profile    string
	meetings   string
	out        string
	brokers    []string
	partitions int
	arrival    bool
	rate       float64
}

func newSimulate() *cobra.Command {
	var s simulation
	cmd := &cobra.Command{
		Use:   "simulate --out DIR | --brokers HOST:PORT,...",
		Short: "Make calls up in the real wire formats, with the truth beside them",
		Long: `Simulate makes up calls of three apps and two tenants and speaks of them as Azure,
Teams and the apps would: Azure Monitor's logs, Event Grid, Call Automation
callbacks, Microsoft Graph, the metadata files of recordings, and the apps' own
events as CloudEvents, by Application Insights and by OpenTelemetry. One seed and
one set of options give the same bytes.

With --out it writes:

  DIR/messages/TOPIC.ndjson   the messages, one a line
  DIR/policy.yaml             the policy and the price book that the truth
  DIR/prices.yaml             goes by
  DIR/truth_sessions.csv      who was in which call, from when to when
  DIR/truth_episodes.csv      when recording and transcription were on
  DIR/truth_obligations.csv   who had to be told of what, and the result that
                              an audit with exactly this evidence must find
  DIR/truth_names.csv         the names shown, by which source, the directory's
                              beside them, and which rule a wrong one breaks
  DIR/truth_findings.csv      what the rules on notices, consent, interop and
                              evidence find in a call, but for wrong clocks,
  DIR/truth_hours.csv         and what those on apps say of each clock hour
  DIR/truth_directory.csv     the directory's names, from when to when
  DIR/truth_listings.csv      the apps' listings, field by field, likewise
  DIR/truth_usage.csv         what each meter must show
  DIR/truth.json              the instant to judge at, the gaps, and counts

With --brokers the messages go to Kafka, to the topics acs-events, acs-callbacks,
acs-diagnostics, app-receipts, app-insights, graph-notifications,
recording-metadata and otel-logs, which are created where they are missing. "serve"
reads them by default. Both can be given together.

With --gaps the truth is that of a service that knows when what clients sent was
lost: such misses are no_evidence. An audit of the files can't know it and finds
them missed; truth.json lists the gaps.

The profile "demo" is a small company's day on a fixed timetable; "soak" draws
every call and puts every switch on. A switch that is named counts above the
profile; shares are from 0 to 1.`,
		Example: `  rollcall simulate --seed 7 --calls 500 --out sim
  rollcall audit --policy sim/policy.yaml --tariff sim/prices.yaml --out out sim/messages
  rollcall simulate --calls 100000 --rate 2000 --brokers localhost:9092
  rollcall simulate --calls 0 --giant 10000 --giant-episodes 50 --out giant`,
		Args: usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := s.complete(cmd.Flags()); err != nil {
				return exit{exitUsage, err}
			}
			return s.run(cmd.Context(), cmd.OutOrStdout())
		},
	}
	s.flags(cmd.Flags())
	return cmd
}

func (s *simulation) flags(f *pflag.FlagSet) {
	o := &s.opt
	f.StringVar(&s.out, "out", "", "`DIR` for messages, policy, price book and truth")
	f.StringSliceVar(&s.brokers, "brokers", nil, "`ADDRESSES` of Kafka, host:port")
	f.IntVar(&s.partitions, "partitions", 3, "partitions of topics that are created")
	f.BoolVar(&s.arrival, "stamp-arrival", false, "stamp Kafka messages with their simulated arrival, not with the time of sending")
	f.Float64Var(&s.rate, "rate", 0, "messages a second; 0: as fast as it can")
	f.StringVar(&s.profile, "profile", "soak", "demo or soak")
	f.Uint64Var(&o.Seed, "seed", 1, "decides everything that is drawn")
	f.StringVar(&s.start, "start", "2026-03-02", "`INSTANT` from which calls begin: a day or RFC 3339, UTC")
	f.DurationVar(&o.Span, "span", 24*time.Hour, "time over which calls begin")
	f.IntVar(&o.Calls, "calls", 200, "number of calls (soak)")
	f.IntVar(&o.OpenCalls, "open-calls", 0, "more calls that are still going on; then judge as of truth.json's as_of")
	f.IntVar(&o.GiantParticipants, "giant", 0, "participants of one more, giant, call")
	f.IntVar(&o.GiantEpisodes, "giant-episodes", 50, "recordings in the giant call")
	f.IntVar(&o.Outages, "outages", 0, "times when an app's clients show nothing, or send nothing, for some hours")
	f.IntVar(&o.Gaps, "gaps", 0, "times when all that clients send is lost for minutes; the truth is then a live service's, which knows of them")
	f.IntVar(&o.Listings, "listings", 0, "apps that tell how they present themselves, some of them wrongly")
	for _, s := range switches(o) {
		f.Float64Var(s.value, s.name, 0, s.help)
	}
	f.StringVar(&s.meetings, "meetings", "drawn", "which sources speak of Teams meetings: drawn, with-grid or without-grid")
	f.BoolVar(&o.Defects, "defects", false, "known faults of client libraries: signals that lie or never come")
}

// A share is a switch from 0 to 1.
type share struct {
	name  string
	value *float64
	help  string
}

func switches(o *simulate.Options) []share {
	return []share{
		{"interop", &o.Interop, "share of Teams meetings among the calls"},
		{"disorder", &o.Disorder, "share of events that come minutes late, so out of order"},
		{"duplicates", &o.Duplicates, "share of events that come twice, at times in another envelope"},
		{"lateness", &o.Lateness, "share of events that come hours or days late"},
		{"malformed", &o.Malformed, "unreadable messages for each event"},
		{"hurt", &o.Hurt, "share of messages of several events with one among them that nobody can read"},
		{"roster-lag", &o.RosterLag, "share of calls whose rosters come late"},
		{"id-changes", &o.IDChanges, "share of calls that get another correlation id on the way"},
		{"noise", &o.Noise, "share of calls with events that the audit does not need"},
		{"clock-skew", &o.ClockSkew, "share of clients whose clock is off; half of them say by how much"},
		{"lost-evidence", &o.LostEvidence, "share of evidence that never comes, of each kind"},
		{"graph", &o.Graph, "share of Teams meetings that Microsoft Graph speaks of"},
		{"metadata", &o.Metadata, "share of calls whose recordings' metadata files come"},
		{"requests", &o.Requests, "share of plain calls with the logs of requests to record them"},
		{"logs", &o.Logs, "share of calls with diagnostics, surveys, streaming and captions; above 0 all have usage records"},
		{"otlp", &o.OTLP, "share of clients that send OpenTelemetry logs"},
		{"odd-forms", &o.OddForms, "share of messages and rows in rare forms: the portal's exports, several documents, a BOM, CRLF, dead letters"},
		{"renames", &o.Renames, "share of the directory's people who change their name or leave; above 0 the directory comes"},
		{"wrong-names", &o.WrongNames, "share of people in each call whom an app shows by a name with a fault"},
	}
}

// complete fills in the profile's switches where none was named, and checks.
func (s *simulation) complete(f *pflag.FlagSet) error {
	start, err := instantOf(s.start)
	if err != nil {
		return err
	}
	o := &s.opt
	var base simulate.Options
	switch s.profile {
	case "demo":
		base = simulate.DemoDay(start)
		if !f.Changed("seed") {
			o.Seed = base.Seed
		}
	case "soak":
		base = simulate.SoakRun(o.Seed, start, o.Calls)
	default:
		return fmt.Errorf("--profile %q: expected demo or soak", s.profile)
	}
	o.Start, o.Profile = start, base.Profile
	which := slices.Index(simulate.MeetingsNames[:], s.meetings)
	if which < 0 {
		return fmt.Errorf("--meetings %q: expected %s", s.meetings, strings.Join(simulate.MeetingsNames[:], ", "))
	}
	o.Meetings = simulate.Meetings(which)
	for i, from := range switches(&base) {
		to := switches(o)[i]
		if !f.Changed(to.name) {
			*to.value = *from.value
		}
		if *to.value < 0 || *to.value > 1 {
			return fmt.Errorf("--%s %v: expected a share from 0 to 1", to.name, *to.value)
		}
	}
	if !f.Changed("defects") {
		o.Defects = base.Defects
	}
	if !f.Changed("listings") {
		o.Listings = base.Listings
	}
	if o.GiantParticipants == 0 {
		o.GiantEpisodes = 0
	}
	switch {
	case s.out == "" && len(s.brokers) == 0:
		return errors.New("--out or --brokers is missing: where to send the messages")
	case s.rate < 0 || s.partitions < 1 || o.Calls < 0 || o.Gaps < 0 || o.Outages < 0 || o.Listings < 0 || o.OpenCalls < 0 || o.GiantParticipants < 0 || o.GiantEpisodes < 0 || o.Span <= 0:
		return errors.New("--rate, --calls, --gaps, --outages, --listings, --open-calls, --giant and --giant-episodes can't be below 0, --span and --partitions have to be above")
	}
	return nil
}

func instantOf(s string) (time.Time, error) {
	if t, err := time.Parse(time.DateOnly, s); err == nil {
		return t, nil
	}
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return t, fmt.Errorf("--start %q: expected a day such as 2026-03-02 or an instant such as 2026-03-02T08:00:00Z", s)
	}
	return t.UTC(), nil
}

// run sends the simulation and tells what was sent.
func (s *simulation) run(ctx context.Context, w io.Writer) (err error) {
	var all sinks
	var truth *output.Truth
	opt := s.opt
	opt.OnCall = func(*simulate.TruthCall) {}
	if len(s.brokers) > 0 {
		client, k, err := s.kafka(ctx)
		if err != nil {
			return err
		}
		defer client.Close()
		all = append(all, k)
	}
	var messages *output.Files
	if s.out != "" {
		if messages, err = output.NewFiles(filepath.Join(s.out, "messages")); err != nil {
			return err
		}
		if truth, err = output.NewTruth(s.out); err != nil {
			return errors.Join(err, messages.Abort())
		}
		opt.OnCall = truth.Call
		all = append(all, messages)
	}
	begun := time.Now()
	known, err := output.Run(ctx, opt, s.rate, all)
	if err != nil {
		if messages != nil {
			err = errors.Join(err, messages.Abort(), truth.Abort())
		}
		return err
	}
	if messages != nil {
		if err := errors.Join(messages.Close(), truth.Close(opt, known), s.terms()); err != nil {
			return err
		}
	}
	s.tell(w, known, time.Since(begun))
	return nil
}

func (s *simulation) kafka(ctx context.Context) (*kafka.Client, *output.Kafka, error) {
	cfg := kafka.DefaultClientConfig()
	cfg.Brokers = s.brokers
	client, err := kafka.NewClient(cfg)
	if err != nil {
		return nil, nil, exit{exitUsage, fmt.Errorf("--brokers: %w", err)}
	}
	k, err := output.NewKafka(ctx, client, s.partitions, s.arrival)
	if err != nil {
		client.Close()
		return nil, nil, fmt.Errorf("produce to Kafka at %s: %w", strings.Join(s.brokers, ", "), err)
	}
	return client, k, nil
}

// terms writes the policy and the price book.
func (s *simulation) terms() error {
	return errors.Join(
		os.WriteFile(filepath.Join(s.out, "policy.yaml"), simulate.Policy(s.opt), 0o644),
		os.WriteFile(filepath.Join(s.out, "prices.yaml"), simulate.PriceBook(s.opt), 0o644))
}

func (s *simulation) tell(w io.Writer, t *simulate.Truth, took time.Duration) {
	n := &t.Tallies
	events := n.EventCount()
	fmt.Fprintf(w, "%d calls, %d sessions; %d events in %d messages, %.1f MB; %d messages that nobody can read, and %d that nobody can read whole\n",
		n.Calls, n.Sessions, events, n.Messages, float64(n.Bytes)/1e6, n.DeadLetters, n.Hurt)
	fmt.Fprintf(w, "%.1f s, %.0f events/s\n", took.Seconds(), float64(events)/max(took.Seconds(), 1e-3))
	fmt.Fprintf(w, "judge as of %s\n", t.AsOf.UTC().Format("2006-01-02T15:04:05.000Z"))
	if s.out != "" {
		asOf := ""
		if s.opt.OpenCalls > 0 {
			asOf = " --as-of " + t.AsOf.UTC().Format("2006-01-02T15:04:05.000Z")
		}
		fmt.Fprintf(w, "\n  rollcall audit --policy %[1]s/policy.yaml --tariff %[1]s/prices.yaml%[2]s --out out %[1]s/messages\n", s.out, asOf)
	}
}

// sinks sends to several at once.
type sinks []output.Sink

func (all sinks) Send(ctx context.Context, m *simulate.Message) error {
	for _, s := range all {
		if err := s.Send(ctx, m); err != nil {
			return err
		}
	}
	return nil
}

func (all sinks) Flush(ctx context.Context) error {
	for _, s := range all {
		if err := s.Flush(ctx); err != nil {
			return err
		}
	}
	return nil
}
