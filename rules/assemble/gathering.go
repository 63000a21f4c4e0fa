package assemble

import (
	"cmp"
	"encoding/hex"
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
	if r := e.Facts.Roster; r != nil {
		c := *e
		c.Facts.Roster = g.shared.roster(r)
		e = &c
	}
	g.events = append(g.events, e)
}

// own reports whether an event is an app's word about a participant, other than
// that it came or went.
func own(e *schema.Event) bool { return e.Facts.Participant != nil && e.Facts.Presence == nil }

// A word is what an app says of a participant: a receipt, a signal, or anything
// else that shows that it reports.
type word struct {
	*statement
	// when is twice the instant in Unix milliseconds, and one more where the id
	// is packed.
	when int64
	// name is the id of the event: its 16 bytes, or as it is.
	name string
	// noticeID is the id of the notice, which may be another one each time.
	noticeID string
}

// A statement is what many words say alike. Nothing of it is ever changed.
type statement struct {
	via    []schema.Via
	who    *schema.Participant
	refs   *schema.CallRefs
	signal *schema.Signal
	notice *schema.Notice // without its id
	// consent is an answer to a question for consent.
	consent *schema.Consent
}

// unread is the instant of a word whose time can't be read.
var unread = time.Time{}.UnixMilli()

// at is when it was said; zero where that can't be read.
func (w *word) at() time.Time {
	if w.when>>1 == unread {
		return time.Time{}
	}
	return time.UnixMilli(w.when >> 1).UTC()
}

// id is the id of the event.
func (w *word) id() string {
	if w.when&1 == 0 {
		return w.name
	}
	return hex.EncodeToString([]byte(w.name))
}

func (w *word) compare(o *word) int {
	if c := cmp.Compare(w.when>>1, o.when>>1); c != 0 {
		return c
	}
	if w.when == o.when { // bytes have the order of their digits
		return strings.Compare(w.name, o.name)
	}
	return strings.Compare(w.id(), o.id())
}

// receipt is the receipt that a word with a notice is.
func (w *word) receipt() schema.Receipt {
	n := *w.notice
	n.NoticeID = w.noticeID
	return schema.Receipt{Event: w.id(), Via: w.via, At: w.at(), Notice: n}
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
	l.last = later(l.last, w.at())
	return int32(n)
}

func (l *words) sort() {
	l.order = make([]int32, l.len())
	for i := range l.order {
		l.order[i] = int32(i)
	}
	slices.SortFunc(l.order, func(a, b int32) int { return l.at(a).compare(l.at(b)) })
}

// shared holds what many events say, once.
type shared struct {
	who        map[schema.Participant]*schema.Participant
	refs       map[schema.CallRefs]*schema.CallRefs
	signals    map[schema.Signal]*schema.Signal
	notices    map[noticeKey]*schema.Notice
	vias       map[string]*[]schema.Via
	statements map[statementKey]*statement
	raws       map[string]string
	texts      *strings.Builder // the block that is being filled
}

// noticeKey is a notice without its id.
type noticeKey struct {
	captures, state, surface, text, locale, clock string
	acknowledged                                  bool
}

type statementKey struct {
	via    *[]schema.Via
	who    *schema.Participant
	refs   *schema.CallRefs
	signal *schema.Signal
	notice *schema.Notice
}

func newShared() shared {
	return shared{
		who: map[schema.Participant]*schema.Participant{}, refs: map[schema.CallRefs]*schema.CallRefs{},
		signals: map[schema.Signal]*schema.Signal{}, notices: map[noticeKey]*schema.Notice{}, vias: map[string]*[]schema.Via{},
		statements: map[statementKey]*statement{}, raws: map[string]string{},
	}
}

// word makes the word of an own event.
func (s *shared) word(e *schema.Event) word {
	f := &e.Facts
	key := statementKey{via: s.via(e.Via), who: once(s.who, *f.Participant), refs: once(s.refs, e.Refs)}
	if f.Signal != nil {
		key.signal = once(s.signals, *f.Signal)
	}
	w := word{when: e.Time.UnixMilli() << 1}
	var packed [16]byte
	if pack(&packed, e.ID) {
		w.when |= 1
		w.name = s.text(string(packed[:]))
	} else {
		w.name = s.text(e.ID)
	}
	if n := f.Notice; n != nil {
		of := noticeKey{strings.Join(n.Captures, ","), n.State, n.Surface, n.Text, n.Locale, n.Clock, n.Acknowledged}
		if key.notice = s.notices[of]; key.notice == nil {
			c := *n
			c.NoticeID = ""
			key.notice = &c
			s.notices[of] = key.notice
		}
		w.noticeID = s.text(n.NoticeID)
	}
	if w.statement = s.statements[key]; w.statement == nil || f.Consent != nil {
		w.statement = &statement{via: *key.via, who: key.who, refs: key.refs, signal: key.signal, notice: key.notice, consent: f.Consent}
		if f.Consent == nil {
			s.statements[key] = w.statement
		}
	}
	return w
}

// pack makes bytes of an id of 32 lower-case hex digits, and reports whether it
// is one.
func pack(to *[16]byte, id string) bool {
	if len(id) != 2*len(to) || strings.ToLower(id) != id {
		return false
	}
	_, err := hex.Decode(to[:], []byte(id))
	return err == nil
}

// textsABlock is how many bytes of texts lie together.
const textsABlock = 64 << 10

// text keeps a short text among others, so that it is no piece of a larger one.
func (s *shared) text(t string) string {
	if t == "" {
		return ""
	}
	if s.texts == nil || s.texts.Cap()-s.texts.Len() < len(t) {
		size := textsABlock
		if s.texts == nil {
			size = 512 // most calls are small
		}
		s.texts = &strings.Builder{}
		s.texts.Grow(max(size, len(t)))
	}
	from := s.texts.Len()
	s.texts.WriteString(t)
	return s.texts.String()[from:]
}

// roster makes each raw id of a roster one with those of others: each roster of
// a large meeting has all of them.
func (s *shared) roster(r *schema.Roster) *schema.Roster {
	c := *r
	c.RawIDs = make([]string, len(r.RawIDs))
	for i, raw := range r.RawIDs {
		known, ok := s.raws[raw]
		if !ok {
			known = strings.Clone(raw)
			s.raws[known] = known
		}
		c.RawIDs[i] = known
	}
	return &c
}

func once[T comparable](known map[T]*T, v T) *T {
	p := known[v]
	if p == nil {
		p = &v
		known[v] = p
	}
	return p
}

func (s *shared) via(via []schema.Via) *[]schema.Via {
	var key strings.Builder
	for _, v := range via {
		key.WriteString(string(v))
		key.WriteByte(' ')
	}
	known, ok := s.vias[key.String()]
	if !ok {
		list := slices.Clone(via)
		known = &list
		s.vias[key.String()] = known
	}
	return known
}

// Others are the events by id that are more than an app's words. They must not
// be changed.
func (g *Gathering) Others() map[string]*schema.Event {
	all := make(map[string]*schema.Event, len(g.events))
	for _, e := range g.events {
		all[e.ID] = e
	}
	return all
}

// Spine works out the spine of what was gathered.
func (g *Gathering) Spine() *Spine { return g.SpineAfter(g.opt.Quiet) }

// SpineAfter is Spine with another Options.Quiet.
func (g *Gathering) SpineAfter(quiet time.Duration) *Spine {
	g.opt.Quiet = quiet
	slices.SortFunc(g.events, func(a, b *schema.Event) int {
		return cmp.Or(a.Time.Compare(b.Time), strings.Compare(a.ID, b.ID))
	})
	g.words.sort()
	s := &Spine{opt: g.opt, call: schema.Call{ID: g.id}, events: g.events, words: g.words, shared: g.shared}
	for _, e := range s.events {
		s.foresee(e.Last)
	}
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
