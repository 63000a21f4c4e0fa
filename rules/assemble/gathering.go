package assemble

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"rollcall/schema"
)

// A Gathering takes the events of one call, in any order, before its spine is
// worked out. What an app says of a participant is kept in a form without
// repetition: the receipts and signals of a meeting of ten thousand are a
// million, and nearly all they say has been said before.
type Gathering struct {
	id     string
	opt    Options
	events []*schema.Event
	words  words
	shared shared
}

// NewGathering begins the call that is named id.
func NewGathering(id string, opt Options) *Gathering {
	return &Gathering{id: id, opt: opt, shared: newShared()}
}

// Add takes an event. The caller hands out each event once, in the version
// that counts, and must not change it any more.
func (g *Gathering) Add(e *schema.Event) {
	if !e.Time.IsZero() && e.Time.After(g.opt.Now) {
		return // it has not come yet
	}
	if own(e) {
		g.words.add(g.shared.word(e))
		if e.Facts.Name == nil {
			return // the word says it all
		}
	}
	g.events = append(g.events, e)
}

// own reports whether an event is an app's word about a participant, other than
// that it came or went.
func own(e *schema.Event) bool { return e.Facts.Participant != nil && e.Facts.Presence == nil }

// A word is what an app says of a participant: a receipt, a signal, or anything
// else that shows that it reports.
type word struct {
	at     time.Time // zero where it can't be read
	id     string    // of the event
	via    []schema.Via
	who    *schema.Participant
	refs   *schema.CallRefs
	signal *schema.Signal
	notice *schema.Notice // without its id
	// consent is an answer to a question for consent.
	consent *schema.Consent
	// noticeID is the id of the notice, which may be another one each time.
	noticeID string
}

func (w *word) compare(o *word) int {
	return cmp.Or(w.at.Compare(o.at), strings.Compare(w.id, o.id))
}

// receipt is the receipt that a word with a notice is.
func (w *word) receipt() schema.Receipt {
	n := *w.notice
	n.NoticeID = w.noticeID
	return schema.Receipt{Event: w.id, Via: w.via, At: w.at, Notice: n}
}

// words are a list of words that grows without being copied, and their order.
type words struct {
	blocks [][]word
	order  []int32 // the indexes of all by time, then id, once sorted
	last   time.Time
}

// wordsABlock is how many words lie together.
const wordsABlock = 4096

func (l *words) len() int {
	if len(l.blocks) == 0 {
		return 0
	}
	return (len(l.blocks)-1)*wordsABlock + len(l.blocks[len(l.blocks)-1])
}

// at is the word of an index.
func (l *words) at(i int32) *word { return &l.blocks[i/wordsABlock][i%wordsABlock] }

// add appends a word, which is in no order yet, and returns its index.
func (l *words) add(w word) int32 {
	n := l.len()
	switch {
	case n == 0:
		l.blocks = append(l.blocks, nil) // grows as it must: most calls are small
	case n%wordsABlock == 0:
		l.blocks = append(l.blocks, make([]word, 0, wordsABlock))
	}
	b := &l.blocks[len(l.blocks)-1]
	*b = append(*b, w)
	l.last = later(l.last, w.at)
	return int32(n)
}

func (l *words) sort() {
	l.order = make([]int32, l.len())
	for i := range l.order {
		l.order[i] = int32(i)
	}
	slices.SortFunc(l.order, func(a, b int32) int { return l.at(a).compare(l.at(b)) })
}

// shared holds what many words say, once. Nothing of it is ever changed.
type shared struct {
	who     map[schema.Participant]*schema.Participant
	refs    map[schema.CallRefs]*schema.CallRefs
	signals map[schema.Signal]*schema.Signal
	notices map[noticeKey]*schema.Notice
	vias    map[string][]schema.Via
}

// noticeKey is a notice without its id.
type noticeKey struct {
	captures, state, surface, text, locale, clock string
	acknowledged                                  bool
}

func newShared() shared {
	return shared{
		who: map[schema.Participant]*schema.Participant{}, refs: map[schema.CallRefs]*schema.CallRefs{},
		signals: map[schema.Signal]*schema.Signal{}, notices: map[noticeKey]*schema.Notice{}, vias: map[string][]schema.Via{},
	}
}

// word makes the word of an own event.
func (s *shared) word(e *schema.Event) word {
	f := &e.Facts
	w := word{at: e.Time, id: e.ID, via: s.via(e.Via), who: once(s.who, *f.Participant), refs: once(s.refs, e.Refs)}
	w.consent = f.Consent
	if f.Signal != nil {
		w.signal = once(s.signals, *f.Signal)
	}
	if n := f.Notice; n != nil {
		key := noticeKey{strings.Join(n.Captures, ","), n.State, n.Surface, n.Text, n.Locale, n.Clock, n.Acknowledged}
		if w.notice = s.notices[key]; w.notice == nil {
			c := *n
			c.NoticeID = ""
			w.notice = &c
			s.notices[key] = w.notice
		}
		w.noticeID = n.NoticeID
	}
	return w
}

func once[T comparable](known map[T]*T, v T) *T {
	p := known[v]
	if p == nil {
		p = &v
		known[v] = p
	}
	return p
}

func (s *shared) via(via []schema.Via) []schema.Via {
	if len(via) == 0 {
		return nil
	}
	var key strings.Builder
	for _, v := range via {
		key.WriteString(string(v))
		key.WriteByte(' ')
	}
	known, ok := s.vias[key.String()]
	if !ok {
		known = slices.Clone(via)
		s.vias[key.String()] = known
	}
	return known
}

// Spine works out the spine of what was gathered.
func (g *Gathering) Spine() *Spine {
	slices.SortFunc(g.events, func(a, b *schema.Event) int {
		return cmp.Or(a.Time.Compare(b.Time), strings.Compare(a.ID, b.ID))
	})
	g.words.sort()
	s := &Spine{opt: g.opt, call: schema.Call{ID: g.id}, events: g.events, words: g.words, shared: g.shared}
	s.fullIDs()
	s.call.Aliases, s.taught = s.aliases()
	s.call.Resource = resource(s.events)
	s.buildSessions()
	s.boundCall()
	s.closeSessions()
	s.buildEpisodes()
	s.teamsRecordings()
	s.readStreams()
	s.readChats()
	s.call.Plays = plays(s.events)
	s.call.Additions = additions(s.events)
	s.call.Names = names(s.events)
	return s
}
