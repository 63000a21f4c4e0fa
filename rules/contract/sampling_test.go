package contract

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"rollcall/schema"
)

// A sample is a small world as it is known millisecond by millisecond.
type sample struct {
	length   int // milliseconds
	now      int
	sessions []sampled
	on       map[string][]bool // capture: whether it is on in each millisecond
	shown    []shownAt
	events   []schema.Event
}

type sampled struct {
	who  who
	in   []bool
	path string
}

type shownAt struct {
	ms       int
	captures []string
	to       func(w who) bool // whom the receipt is for
	counts   bool
}

const (
	sampleDeadline = 300
	sampleEarly    = 120
	sampleGrace    = 700
	samplePolicy   = "notice: {deadline: 300ms, early: 120ms, grace: 700ms}"
)

// newSample makes a random world of a few seconds, with its evidence.
func newSample(seed uint64) *sample {
	r := rand.New(rand.NewPCG(seed, 11))
	s := &sample{length: 1500 + r.IntN(2500), on: map[string][]bool{}}
	s.now = s.length + r.IntN(1200)
	s.people(r)
	s.captures(r)
	for range r.IntN(12) {
		s.receipt(r)
	}
	return s
}

func second(ms int) float64 { return float64(ms) / 1000 }

// interval picks an interval of at least a millisecond; now and then it begins
// or ends where another did.
func (s *sample) interval(r *rand.Rand, edges *[]int) (from, to int) {
	pick := func() int {
		if len(*edges) > 0 && r.IntN(4) == 0 {
			return (*edges)[r.IntN(len(*edges))]
		}
		return r.IntN(s.length)
	}
	from, to = pick(), pick()
	if from > to {
		from, to = to, from
	}
	to = max(to, from+1)
	*edges = append(*edges, from, to)
	return from, to
}

func (s *sample) people(r *rand.Rand) {
	var edges []int
	for i := range 1 + r.IntN(4) {
		raw := fmt.Sprintf("8:acs:res_%d", r.IntN(3))
		if r.IntN(5) == 0 {
			raw = fmt.Sprintf("8:orgid:11111111-1111-1111-1111-11111111111%d", r.IntN(3))
		}
		w := who{pid: fmt.Sprintf("p-%d", i), raw: raw, endpoint: fmt.Sprintf("e-%d", i)}
		from, to := s.interval(r, &edges)
		x := sampled{who: w, in: fillBits(make([]bool, s.length+1), from, to), path: "app"}
		kind := "ACS"
		if raw[2] == 'o' && r.IntN(2) == 0 {
			kind, x.path = "Teams", "client"
		}
		s.sessions = append(s.sessions, x)
		s.events = append(s.events, summary(w, second(from), second(to-from), participantType(kind), written(0), callDuration(int64(s.length))))
		if r.IntN(2) == 0 && kind == "ACS" { // and Event Grid, which says the same
			s.events = append(s.events, added(w, second(from)), removed(w, second(to)))
		}
	}
}

func fillBits(bits []bool, from, to int) []bool {
	for i := from; i < to && i < len(bits); i++ {
		bits[i] = true
	}
	return bits
}

// captures lets recordings and transcriptions go on and off.
func (s *sample) captures(r *rand.Rand) {
	s.on["recording"], s.on["transcription"] = make([]bool, s.length+1), make([]bool, s.length+1)
	var edges []int
	for i := range r.IntN(4) {
		name := fmt.Sprintf("rec-%d", i)
		var cuts []int
		for range 2 * (1 + r.IntN(2)) {
			from, to := s.interval(r, &edges)
			cuts = append(cuts, from, to)
		}
		slices.Sort(cuts)
		cuts = slices.Compact(cuts)
		for n := 0; n+1 < len(cuts); n += 2 {
			fillBits(s.on["recording"], cuts[n], cuts[n+1])
			s.events = append(s.events, recording(name, true, second(cuts[0]), second(cuts[n])), recording(name, false, second(cuts[0]), second(cuts[n+1])))
		}
	}
	for i := range r.IntN(3) {
		from, to := s.interval(r, &edges)
		fillBits(s.on["transcription"], from, to)
		c := connection(fmt.Sprintf("conn-%d", i))
		s.events = append(s.events, transcription("on", second(from), c), transcription("off", second(to), c))
	}
}

func (s *sample) receipt(r *rand.Rand) {
	at := r.IntN(s.length + 200)
	for i := range 20 { // often near an edge, where it matters
		x := s.sessions[r.IntN(len(s.sessions))].in
		if k := r.IntN(s.length); i%2 == 0 && x[k] != (k > 0 && x[k-1]) {
			at = max(k+[]int{0, -1, 1, sampleDeadline, sampleDeadline + 1, -sampleEarly, -sampleEarly - 1}[r.IntN(7)], 0)
			break
		}
	}
	w := s.sessions[r.IntN(len(s.sessions))].who
	captures := []string{"recording", "transcription", "recording+transcription"}[r.IntN(3)]
	n := shownAt{ms: at, counts: true, captures: map[string][]string{"recording": {"recording"}, "transcription": {"transcription"},
		"recording+transcription": {"recording", "transcription"}}[captures]}
	var named who
	switch r.IntN(3) {
	case 0:
		named, n.to = w.byID(), func(o who) bool { return o.pid == w.pid }
	case 1:
		named, n.to = w.byEndpoint(), func(o who) bool { return o.raw == w.raw && o.endpoint == w.endpoint }
	default:
		named, n.to = w.byRaw(), func(o who) bool { return o.raw == w.raw }
	}
	c := []change{id(fmt.Sprintf("receipt-%d", len(s.events)))}
	switch r.IntN(8) {
	case 0:
		c, n.counts = append(c, state("stopped")), false
	case 1:
		c, n.counts = append(c, surface("audio")), false
	}
	s.events = append(s.events, shows(named, captures, second(at), c...))
	s.shown = append(s.shown, n)
}

// rows walks through the world a millisecond at a time and says what must come
// out: who was exposed to what, from when to when, and what they were shown.
func (s *sample) rows() []string {
	var rows []string
	for capture, on := range s.on {
		episode := 0
		for ms := range s.length + 1 {
			if on[ms] && (ms == 0 || !on[ms-1]) {
				episode++
			}
			for _, x := range s.sessions {
				exposed := x.in[ms] && on[ms]
				before := ms > 0 && x.in[ms-1] && on[ms-1]
				if exposed && !before {
					rows = append(rows, s.row(x, capture, episode, ms))
				}
			}
		}
	}
	return rows
}

func (s *sample) row(x sampled, capture string, episode, from int) string {
	end := from
	for end <= s.length && x.in[end] && s.on[capture][end] {
		end++
	}
	shown := -1
	for ms := max(from-sampleEarly, 0); ms < end && shown < 0; ms++ {
		for _, n := range s.shown {
			if n.ms == ms && ms <= s.now && n.counts && n.to(x.who) && slices.Contains(n.captures, capture) {
				shown = ms
			}
		}
	}
	result := "missed"
	switch {
	case x.path == "client":
		result = "not_applicable"
	case shown >= 0 && shown <= from+sampleDeadline:
		result = "pass"
	case shown >= 0:
		result = "late"
	case end < from+sampleDeadline:
		result = "too_short"
	case s.now < from+sampleDeadline+sampleGrace:
		result = "pending"
	}
	return fmt.Sprintf("%s %s#%d %d-%d %s shown %d", x.who.pid, capture, episode, from, end, result, shown)
}

// TestSampling holds the rule against a reference that knows no intervals and
// no formulas: it looks at every millisecond of small random worlds.
func TestSampling(t *testing.T) {
	seeds := uint64(1500)
	if testing.Short() {
		seeds = 200
	}
	results := map[schema.Result]int{}
	for seed := range seeds {
		s := newSample(seed)
		w := evidenceOf(t, s.events...).under(samplePolicy).asOf(second(s.now))
		if seed%10 == 0 {
			w.shuffled()
		}
		var got []string
		for _, o := range w.judge(w.call(s.events)) {
			end := o.EpisodeEnd
			if o.LeftAt.Before(end) {
				end = o.LeftAt
			}
			shown := int64(-1)
			if !o.ShownAt.IsZero() {
				shown = o.ShownAt.Sub(base).Milliseconds()
			}
			results[o.Result]++
			got = append(got, fmt.Sprintf("%s %s#%d %d-%d %s shown %d", o.ParticipantID, o.Capture, o.Ordinal,
				o.ExposedAt.Sub(base).Milliseconds(), end.Sub(base).Milliseconds(), o.Result, shown))
		}
		want := s.rows()
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Fatalf("seed %d:\n%s\nwant\n%s", seed, lines(got), lines(want))
		}
	}
	for _, r := range []schema.Result{schema.ResultPass, schema.ResultLate, schema.ResultTooShort, schema.ResultPending, schema.ResultMissed, schema.ResultNotApplicable} {
		if results[r] == 0 {
			t.Errorf("no %s among %v: the worlds are too tame", r, results)
		}
	}
}

func lines(rows []string) string {
	out := ""
	for _, r := range rows {
		out += "\t" + r + "\n"
	}
	return out
}
