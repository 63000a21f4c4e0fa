package alerting

import (
	"context"
	"errors"
	"log/slog"
	"math/bits"
	"slices"
	"strings"
	"sync"
	"time"

	"rollcall/rules/alerts"
)

// Config says how alerts are delivered.
type Config struct {
	// Resend is how often a target that forgets is told of what still fires.
	Resend time.Duration
	// Heartbeat is how often targets are told that all is judged.
	Heartbeat time.Duration
	// Look is how often the outbox is looked at where nobody wakes the courier.
	Look time.Duration
}

// DefaultConfig resends as Prometheus does.
func DefaultConfig() Config {
	return Config{Resend: time.Minute, Heartbeat: time.Minute, Look: time.Second}
}

// How long things take.
const (
	// ticket is how long an alert fires that nothing ends: a daily ticket has it.
	ticket = 24 * time.Hour
	// hold is how long a target keeps what fires, should nobody resend it: a
	// restart resolves nothing.
	hold = time.Hour
	// brief is how long an alert fires of which a target hears when it is over.
	brief = 10 * time.Minute
	// resolving is how long what is resolved is resent.
	resolving = 15 * time.Minute
	// lateFrom is from when on a delivery says how late it is.
	lateFrom = time.Minute
	// margin is how much later than it says a row may be seen.
	margin = 30 * time.Second
	// longestPause between attempts where a target fails.
	firstPause, longestPause = time.Second, time.Minute
)

// An Outgoing is an alert on its way to a target.
type Outgoing struct {
	Item
	// Firing is what the target is told; EndsAt is until when it holds, or when it ended.
	Firing bool
	EndsAt time.Time
	// Late is how late the target hears of it; 0 where it is not.
	Late time.Duration
}

// A Beat says what was verified.
type Beat struct {
	At        time.Time
	Watermark time.Time // up to which all evidence is judged
	// Oldest is how long the alert has waited that the target has not got, and
	// waited longest; 0: it has all.
	Oldest time.Duration
	// Since and Until bound the time for which the beat stands.
	Since, Until time.Time
}

// A Target is somebody who is told. Send fails whole: with a Refusal where trying
// again does not help.
type Target interface {
	Name() string
	Send(ctx context.Context, list []Outgoing) error
	Beat(ctx context.Context, b Beat) error
	// Batch is how many alerts are sent at once; 1: strictly one after the other.
	Batch() int
	// Forgets is true where what fires is to be resent.
	Forgets() bool
}

// A Refusal is a target's answer that trying again does not change.
type Refusal struct{ Reason string }

func (r *Refusal) Error() string { return r.Reason }

// Retired is a target's answer that nothing is to be sent there any more: 410
// Gone, by which Standard Webhooks has an endpoint disabled.
type Retired struct{ Reason string }

func (r *Retired) Error() string { return r.Reason }

// A Courier brings alerts from the outbox to one target, and sees to it that
// none is lost: what the target has is written down only when it said so.
type Courier struct {
	cfg     Config
	target  Target
	store   Store
	clock   func() time.Time
	judged  func() time.Time
	mine    func() bool
	log     *slog.Logger
	metrics *Metrics
	wake    chan struct{}

	begun  time.Time
	cursor time.Time
	tracks map[string]*track
	pause  time.Duration // 0: the target answers
	next   time.Time     // not before then is it tried again
	beaten time.Time     // the watermark of the last heartbeat
	beatAt time.Time

	mu      sync.Mutex
	retired bool // until a restart nothing is sent
	pending int
	oldest  time.Time // when what waits longest was stored; zero: nothing waits
}

// A track is what a courier knows of an alert.
type track struct {
	Item
	sent     string    // the revision that the target has
	first    time.Time // when it first had it
	last     time.Time // when it was told last
	known    bool      // it was ever told
	late     time.Duration
	brief    time.Time // until then the target is told that it fires, though it is over
	attempts int
}

// Dependencies are what a Courier works with.
type Dependencies struct {
	Store   Store
	Clock   func() time.Time
	Judged  func() time.Time // up to which all is judged; nil: no heartbeat
	Logger  *slog.Logger
	Metrics *Metrics
	// Mine tells whether the target is told here by now, and by no other process;
	// nil: always.
	Mine func() bool
}

// NewCourier returns a courier; it does nothing until Run.
func NewCourier(cfg Config, target Target, deps Dependencies) *Courier {
	c := &Courier{cfg: cfg, target: target, store: deps.Store, clock: deps.Clock, judged: deps.Judged, mine: deps.Mine, log: deps.Logger, metrics: deps.Metrics,
		wake: make(chan struct{}, 1)}
	c.metrics.watch(c)
	return c
}

// Wake says that there is something new. It returns at once.
func (c *Courier) Wake() {
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

// Run delivers until ctx ends.
func (c *Courier) Run(ctx context.Context) error {
	c.begun = c.clock().UTC()
	tick := time.NewTicker(c.cfg.Look)
	defer tick.Stop()
	for {
		if err := c.round(ctx); err != nil && ctx.Err() == nil {
			c.log.Warn("alerts: not delivered, it is tried again", "target", c.target.Name(), "again_in", c.pause, "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-c.wake:
		case <-tick.C:
		}
	}
}

// round reads what is new and sends what is due.
func (c *Courier) round(ctx context.Context) error {
	if c.mine != nil && !c.mine() {
		c.leave()
		return nil
	}
	if err := c.read(ctx); err != nil {
		return err
	}
	now := c.clock().UTC()
	defer c.count()
	if c.isRetired() {
		return c.giveUp(ctx, now)
	}
	due := c.due(now)
	if now.Before(c.next) {
		return nil
	}
	for some := range slices.Chunk(due, c.target.Batch()) {
		err := c.send(ctx, some, now)
		if c.isRetired() {
			return c.giveUp(ctx, now)
		}
		if err != nil {
			c.pause = min(max(2*c.pause, firstPause), longestPause)
			c.next = now.Add(c.pause)
			return err
		}
		c.pause = 0
	}
	return c.beat(ctx, now)
}

// read takes over what the outbox has since it was last looked at.
func (c *Courier) read(ctx context.Context) error {
	if c.tracks == nil {
		delivered, err := c.store.Delivered(ctx, c.target.Name())
		if err != nil {
			return err
		}
		tracks := map[string]*track{}
		for id, d := range delivered {
			tracks[id] = &track{Item: Item{Revision: d.Revision}, sent: d.Revision, first: d.At, last: d.At, known: d.Outcome == Sent}
			if d.Late >= lateFrom {
				tracks[id].late = d.Late
			}
		}
		list, err := c.store.Changed(ctx, time.Time{})
		if err != nil {
			return err
		}
		c.tracks = tracks
		c.take(list)
		return nil
	}
	list, err := c.store.Changed(ctx, c.cursor)
	if err != nil {
		return err
	}
	c.take(list)
	return nil
}

// take takes alerts over as they are now.
func (c *Courier) take(list []Item) {
	for _, i := range list {
		t := c.tracks[i.ID]
		if t == nil {
			t = &track{}
			c.tracks[i.ID] = t
		}
		if t.Revision != i.Revision {
			t.attempts = 0
		}
		if t.Revision != i.Revision || t.Text == nil && c.needed(i) {
			t.Item = i
		}
		if from := i.Stored.Add(-margin); from.After(c.cursor) {
			c.cursor = from
		}
	}
}

// needed reports whether an alert is to be held whole: the target may be told it
// again.
func (c *Courier) needed(i Item) bool {
	return i.State == alerts.Firing && i.ends() || c.clock().Sub(i.Stored) <= ticket
}

// due lists what the target is to be told, the oldest first.
func (c *Courier) due(now time.Time) (out []*track) {
	for _, t := range c.tracks {
		if t.waits() || c.target.Forgets() && t.known && now.Sub(t.last) >= c.cfg.Resend && t.holds(now) {
			out = append(out, t)
		}
	}
	slices.SortFunc(out, func(a, b *track) int {
		if d := a.Stored.Compare(b.Stored); d != 0 {
			return d
		}
		return strings.Compare(a.ID, b.ID)
	})
	return out
}

// waits reports whether the target has to be told of a revision: not of what was
// withheld, or found to be no miss, before it heard anything.
func (t *track) waits() bool {
	if t.sent == t.Revision {
		return false
	}
	return t.known || t.State == alerts.Firing || t.State == alerts.Resolved && t.Reason != alerts.Refuted && t.Reason != alerts.Moved
}

// expected is when the target would have heard of the alert, had nobody been away:
// what is learnt after the call is expected when it is learnt.
func (i Item) expected() time.Time {
	if i.When == alerts.Live && !i.HeldAt.IsZero() && i.HeldAt.Before(i.Stored) {
		return i.HeldAt
	}
	return i.Stored
}

// ends reports whether something but time ends the alert while it fires.
func (i Item) ends() bool { return i.When == alerts.Live && i.Labels["capture"] != "" }

// holds reports whether what the target was told is to be told it again.
func (t *track) holds(now time.Time) bool {
	switch {
	case t.State != alerts.Firing:
		return now.Sub(t.first) < resolving
	case t.ends():
		return true
	}
	return now.Before(t.first.Add(ticket))
}

// outgoing says what the target is told of an alert.
func (c *Courier) outgoing(t *track, now time.Time) Outgoing {
	first := t.first
	if t.sent != t.Revision {
		first = now
	}
	o := Outgoing{Item: t.Item, Firing: t.State == alerts.Firing, EndsAt: t.EndsAt, Late: t.late}
	if t.sent != t.Revision && !t.known {
		if o.Late = now.Sub(t.expected()); o.Late < lateFrom {
			o.Late = 0
		}
	}
	switch {
	case o.Firing && t.ends():
		o.EndsAt = now.Add(hold)
	case o.Firing:
		o.EndsAt = first.Add(ticket)
	case !t.known:
		// It began and ended while the target could not be told: it still hears.
		o.Firing, o.EndsAt = true, now.Add(brief)
	case now.Before(t.brief):
		o.Firing, o.EndsAt = true, t.brief
	case o.EndsAt.IsZero() || o.EndsAt.After(now):
		o.EndsAt = now
	}
	return o
}

// send tells the target of some alerts and writes down what it said.
func (c *Courier) send(ctx context.Context, some []*track, now time.Time) error {
	list := make([]Outgoing, len(some))
	for i, t := range some {
		list[i] = c.outgoing(t, now)
	}
	err := c.target.Send(ctx, list)
	var refusal *Refusal
	if errors.As(err, &refusal) && len(some) > 1 {
		for _, t := range some { // the others are not to suffer for one
			if err := c.send(ctx, []*track{t}, now); err != nil {
				return err
			}
		}
		return nil
	}
	if ctx.Err() != nil {
		return err
	}
	if c.retire(err) {
		return err
	}
	d := Delivery{Target: c.target.Name(), At: now, Outcome: Sent}
	switch {
	case refusal != nil:
		d.Outcome, d.Reason = Refused, refusal.Reason
	case err != nil:
		d.Outcome, d.Reason = Failed, err.Error()
	}
	var rows []Delivery
	for i, t := range some {
		fresh := t.sent != t.Revision
		t.attempts++
		d.Alert, d.Revision, d.Attempt, d.Late = t.ID, t.Revision, t.attempts, max(0, now.Sub(t.Stored))
		// Of a long outage the first attempts are written down, and then ever fewer.
		if fresh && (d.Outcome != Failed || bits.OnesCount(uint(t.attempts)) == 1) {
			rows = append(rows, d)
		}
		if d.Outcome == Failed {
			continue
		}
		if fresh {
			t.first, t.late = now, list[i].Late
			if t.State != alerts.Firing && list[i].Firing {
				t.brief = list[i].EndsAt
			}
			c.metrics.delivered(d)
		}
		t.sent, t.last, t.known = t.Revision, now, t.known || d.Outcome == Sent
	}
	if d.Outcome == Failed {
		c.metrics.delivered(d)
	}
	if recorded := c.store.Record(ctx, rows); recorded != nil {
		// The target has it: after a restart it would have it once more.
		c.log.Warn("alerts: what was delivered could not be written down", "target", c.target.Name(), "error", recorded)
	}
	if refusal != nil {
		c.log.Error("alerts: a target refuses an alert, it is not sent again", "target", c.target.Name(), "alert", some[0].ID, "reason", refusal.Reason)
		return nil
	}
	return err
}

// beat tells the target that all is judged up to an instant, where that is more
// than it was told last: who judges nothing says nothing.
func (c *Courier) beat(ctx context.Context, now time.Time) error {
	if c.judged == nil || now.Sub(c.beatAt) < c.cfg.Heartbeat {
		return nil
	}
	mark := c.judged()
	if !mark.After(c.beaten) {
		return nil
	}
	b := Beat{At: now, Watermark: mark.UTC(), Since: c.begun, Until: now.Add(5 * c.cfg.Heartbeat)}
	if oldest := c.oldestWaiting(); !oldest.IsZero() {
		b.Oldest = now.Sub(oldest)
	}
	if err := c.target.Beat(ctx, b); err != nil {
		c.retire(err)
		return err
	}
	c.beaten, c.beatAt = mark, now
	c.metrics.beat(c.target.Name(), now)
	return nil
}

// count notes what waits, and forgets what needs nothing more.
func (c *Courier) count() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.pending, c.oldest = 0, time.Time{}
	for _, t := range c.tracks {
		if t.waits() {
			c.pending++
			if c.oldest.IsZero() || t.Stored.Before(c.oldest) {
				c.oldest = t.Stored
			}
		} else if !c.needed(t.Item) {
			t.Alert, t.Text = alerts.Alert{ID: t.ID, State: t.State, Reason: t.Reason}, nil
		}
	}
}

func (c *Courier) oldestWaiting() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.oldest
}

// waiting is how many alerts wait, and how long the oldest has.
func (c *Courier) waiting() (n int, age time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.oldest.IsZero() {
		return 0, 0
	}
	return c.pending, c.clock().Sub(c.oldest)
}

// leave forgets what was known of a target that another process tells: should it
// come back, what that delivered is read from the store.
func (c *Courier) leave() {
	if c.tracks == nil {
		return
	}
	c.tracks, c.cursor, c.pause, c.next = nil, time.Time{}, 0, time.Time{}
	c.count()
}
