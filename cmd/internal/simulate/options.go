package simulate

import "time"

// A Profile says what kind of world is simulated.
type Profile uint8

const (
	// Demo is the small company's day that "rollcall demo" shows: a fixed
	// timetable with one instance of each thing worth seeing.
	Demo Profile = iota
	// Soak draws every call at random, so that many seeds reach many corners.
	Soak
)

// Options decide a simulation entirely. Shares are from 0 to 1.
type Options struct {
	Seed    uint64
	Start   time.Time     // UTC; calls begin from here on
	Span    time.Duration // over which calls begin; 0: 24 hours
	Calls   int           // number of calls in profile Soak; the giant meeting is extra
	Profile Profile

	Disorder   float64 // share of events that arrive minutes late, so out of order
	Duplicates float64 // share of events delivered twice, at times in another envelope
	Lateness   float64 // share of events that arrive hours or days late
	Malformed  float64 // unreadable messages for each event
	Noise      float64 // calls with other categories beside them, and chat, which counts

	// Hurt is the share of messages of several events with one among them that
	// nobody can read, or that end in the midst of one: the others count.
	Hurt float64

	ClockSkew    float64 // share of clients whose clock is off; half of them say by how much
	LostEvidence float64 // share of evidence that never arrives, of each kind
	RosterLag    float64 // share of calls whose rosters come up to 0.9 s after what they tell
	IDChanges    float64 // share of calls that get another correlation id on the way
	Interop      float64 // share of Teams meetings among the calls
	Defects      bool    // known faults of client libraries: signals that lie or never come

	// Gaps is how many times, for some minutes, everything that clients send is
	// lost on its way (but for what alone tells who was there). Truth.Gaps has
	// them: state them to the program under test as gaps of any app.
	Gaps int

	// Outages is how many times, for some hours, the clients of an app show
	// nothing, or send nothing, though nothing is lost.
	Outages int

	// WrongNames is the share of people, in each call, whom an app shows by a
	// name with a fault; Listings is how many apps tell how they present
	// themselves, some of them wrongly.
	WrongNames float64
	Listings   int

	// The sources beside those that every simulation has.
	Graph    float64 // share of Teams meetings that Microsoft Graph speaks of
	Metadata float64 // share of calls whose recordings' metadata files come
	Requests float64 // share of plain calls with the logs of requests to record them
	Logs     float64 // share of calls with diagnostics, surveys, streaming and captions; above 0 all have usage records
	OTLP     float64 // share of clients that send OpenTelemetry logs
	OddForms float64 // share of messages and rows in rare forms: exports from the portal, several documents, a BOM, CRLF, dead letters
	Renames  float64 // share of the directory's people who change their name, or leave; above 0 the directory comes

	Meetings Meetings // which sources speak of Teams meetings

	// OpenCalls more calls are still going on at Truth.AsOf, which then is three
	// hours after the span: state it to the program under test.
	OpenCalls int

	// Live, where above 0, has every call told of while it goes on, by Event Grid
	// and Call Automation, and last a minute or two; it is the share of sessions
	// that are shown nothing. For what is produced as time goes by.
	Live float64

	GiantParticipants int // of one more, giant, call; 0: none
	GiantEpisodes     int // recording episodes in the giant call

	// OnCall, where set, is given each call's truth as it is made, and
	// Truth.Calls and Truth.Obligations stay empty, so that memory stays flat.
	OnCall func(*TruthCall)
}

// DemoDay is a small company's day: about 50 calls, 300 sessions and 4,000
// messages, of three apps and two tenants. The date's clock time is ignored.
func DemoDay(date time.Time) Options {
	y, m, d := date.UTC().Date()
	return Options{
		Seed:       uint64(y)*10000 + uint64(m)*100 + uint64(d),
		Start:      time.Date(y, m, d, 0, 0, 0, 0, time.UTC),
		Span:       24 * time.Hour,
		Profile:    Demo,
		Disorder:   0.06,
		Duplicates: 0.03,
		Lateness:   0.005,
		Noise:      0.3,
		Malformed:  0.002,
		Graph:      1,
		Metadata:   0.5,
		Requests:   0.5,
		Logs:       0.4,
		OTLP:       0.15,
		OddForms:   0.02,
		Renames:    0.1,
		Listings:   9,
	}
}

// SoakRun draws so many calls at random with every switch on.
func SoakRun(seed uint64, start time.Time, calls int) Options {
	return Options{
		Seed: seed, Start: start.UTC(), Span: 24 * time.Hour, Calls: calls, Profile: Soak,
		Disorder: 0.1, Duplicates: 0.05, Lateness: 0.01, Malformed: 0.001, Noise: 0.2,
		Hurt: 0.003, ClockSkew: 0.05, LostEvidence: 0.02, RosterLag: 0.2, IDChanges: 0.1, Interop: 0.5, Defects: true,
		WrongNames: 0.05, Listings: 12,
		Graph: 0.5, Metadata: 0.4, Requests: 0.3, Logs: 0.3, OTLP: 0.2, OddForms: 0.05, Renames: 0.1,
	}
}

func (o Options) normal() Options {
	o.Start = o.Start.UTC().Truncate(time.Second)
	if o.Span <= 0 {
		o.Span = 24 * time.Hour
	}
	return o
}

// asOf is the instant at which open calls are judged.
func (o Options) asOf() int64 { return o.Start.Add(o.Span + 3*time.Hour).UnixMilli() }
