package assemble

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"rollcall/schema"
)

// A device is one endpoint of an identity as its own words name it, of which no
// source says which session is on it.
type device struct {
	endpoint string
	times    []time.Time // of its words, in order
}

// inferEndpoints finds out which of the sessions of one identity that run
// beside each other is on which endpoint, where only own words name endpoints
// (Event Grid and Graph name none). An endpoint has one session at a time, so a
// word that lies in one session only that may still be on its endpoint tells
// it. Where as many endpoints as sessions are left, and each may be each, the
// first to speak is the first that joined: who they are can't be told, but none
// of them may be taken for silent.
func (s *Spine) inferEndpoints() {
	devices := s.devices()
	for _, raw := range slices.Sorted(maps.Keys(devices)) {
		var beside []*session
		for _, x := range s.byRaw[raw] {
			if x.beside {
				beside = append(beside, x)
			}
		}
		for s.infer(raw, beside, devices[raw]) {
		}
	}
}

// devices lists the endpoints that own words name of identities with sessions
// beside each other, by identity, those that spoke first before others.
func (s *Spine) devices() map[string][]*device {
	out := map[string][]*device{}
	for raw, list := range s.byRaw {
		if len(list) <= manySessions && slices.ContainsFunc(list, func(x *session) bool { return x.beside }) {
			out[raw] = nil
		}
	}
	if len(out) == 0 {
		return nil
	}
	for _, i := range s.words.order { // in order of time
		w := s.words.at(i)
		list, is := out[w.who.RawID]
		if !is || w.at().IsZero() || !namesDevice(*w.who) {
			continue
		}
		at := slices.IndexFunc(list, func(d *device) bool { return d.endpoint == w.who.EndpointID })
		if at < 0 {
			at = len(list)
			list = append(list, &device{endpoint: w.who.EndpointID})
			out[w.who.RawID] = list
		}
		list[at].times = append(list[at].times, w.at())
	}
	for _, list := range out {
		slices.SortFunc(list, func(a, b *device) int {
			return cmp.Or(a.times[0].Compare(b.times[0]), strings.Compare(a.endpoint, b.endpoint))
		})
	}
	return out
}

func namesDevice(p schema.Participant) bool { return p.ParticipantID == "" && p.EndpointID != "" }

// tellsDevices reports whether a word may tell which session is on which
// endpoint.
func (s *Spine) tellsDevices(p schema.Participant) bool {
	s.buildIndex()
	return namesDevice(p) && slices.ContainsFunc(s.byRaw[p.RawID], func(x *session) bool { return x.beside })
}

// infer gives one more session its endpoint, and reports whether it did.
func (s *Spine) infer(raw string, beside []*session, devices []*device) bool {
	var left []*device // that have words of which no session is known
	could := map[*device][]*session{}
	for _, d := range devices {
		for _, t := range d.times {
			fits := s.couldSpeak(raw, beside, d.endpoint, t)
			if len(fits) == 1 && fits[0].on == "" {
				fits[0].on = d.endpoint
				return true
			}
			if len(fits) > 1 {
				if len(could[d]) == 0 {
					left = append(left, d)
				}
				could[d] = append(could[d], fits...)
			}
		}
	}
	var open []*session
	for _, x := range beside {
		if x.on == "" {
			open = append(open, x)
		}
	}
	if len(left) != len(open) || len(left) == 0 {
		return false
	}
	for _, d := range left {
		for _, x := range open {
			if !slices.Contains(could[d], x) {
				return false
			}
		}
	}
	for i, d := range left {
		open[i].on = d.endpoint
	}
	return true
}

// couldSpeak lists the sessions beside each other of which a word of an endpoint
// at an instant may be; nil where it is of a session on that endpoint.
func (s *Spine) couldSpeak(raw string, beside []*session, endpoint string, at time.Time) (fits []*session) {
	in := func(x *session) bool { return !at.Before(x.Joined.At.Add(-slack)) && at.Before(s.until(x).Add(slack)) }
	var there []*session // known to be on that endpoint
	for _, x := range s.byRaw[raw] {
		if x.EndpointID == endpoint || x.on == endpoint {
			if in(x) {
				return nil
			}
			there = append(there, x)
		}
	}
	for _, x := range beside {
		if x.on == "" && in(x) && !slices.ContainsFunc(there, func(o *session) bool {
			return x.Joined.At.Before(s.until(o)) && o.Joined.At.Before(s.until(x))
		}) {
			fits = append(fits, x)
		}
	}
	return fits
}
