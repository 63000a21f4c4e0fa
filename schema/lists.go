package schema

// Presences returns all that an event says of who came and went, each with At
// set: an event's own presence has the event's time.
func (e *Event) Presences() []Presence {
	switch f := &e.Facts; {
	case f.Presence != nil:
		p := *f.Presence
		p.At = e.Time
		return []Presence{p}
	case f.Record != nil:
		return f.Record.Presences
	case f.RosterChange != nil:
		return f.RosterChange.Presences
	}
	return nil
}

// Names returns every displayed name that an event tells, with whose it is. The
// surface is set where an app says on which it was shown; elsewhere the event's
// source and kind tell where it was seen. Servers leave a name out that they do
// not know, so that an empty one of theirs is none; an app's is as it says.
func (e *Event) Names() []NameSeen {
	f := &e.Facts
	var out []NameSeen
	add := func(raw, name string) {
		if name != "" {
			out = append(out, NameSeen{RawID: raw, DisplayName: name})
		}
	}
	if f.Name != nil {
		out = append(out, *f.Name)
	}
	for _, p := range e.Presences() {
		if !p.Left || f.Record == nil { // a session's leave repeats its join
			add(p.Participant.RawID, p.DisplayName)
		}
	}
	if f.Incoming != nil {
		add(f.Incoming.From, f.Incoming.CallerName)
	}
	if f.Message != nil {
		add(f.Message.SenderID, f.Message.SenderName)
	}
	if f.Thread != nil {
		for _, m := range f.Thread.Members {
			add(m.RawID, m.DisplayName)
		}
	}
	if f.Record != nil {
		for _, n := range f.Record.Names {
			add(n.RawID, n.DisplayName)
		}
	}
	if f.CallBound != nil {
		for _, n := range f.CallBound.Names {
			add(n.RawID, n.DisplayName)
		}
	}
	return out
}
