package simulate

import (
	"slices"
	"strings"
)

// A nameFault is what is wrong with a displayed name. It is decided when the
// script is written; nothing looks at a name to find it.
type nameFault uint8

const (
	rightName     nameFault = iota
	placeholder             // empty, or a word that stands for no name
	idAsName                // the raw id, or a number
	unsafeName              // with bidirectional or invisible characters
	labelInName             // the label of external users as part of the name
	notDirectory            // a Teams user's, but not the directory's
	lookalike               // an external user's, with letters that look like a colleague's
	protectedName           // with a protected wordmark
	namesake                // an external user's own, which a colleague has too
	nameFaults
)

var nameFaultNames = [nameFaults]string{"", "placeholder", "id-as-name", "unsafe-characters", "label-in-name",
	"not-directory", "lookalike", "protected-wordmark", "namesake"}

// nameRules are the rules (design.md, section 6) that each fault breaks.
var nameRules = [nameFaults]string{"", "name.missing", "name.missing", "name.unsafe", "name.external-label",
	"name.directory-mismatch", "name.impersonation", "name.brand", "name.impersonation"}

// A TruthName is a name as the evidence of a call shows it, once for each
// person, source, surface and name.
type TruthName struct {
	CallID  string
	RawID   string
	Source  string // of the evidence, as schema.Source names it
	Surface string // as the event says; empty where it says none
	Name    string
	// Directory is the name that the directory had of a Teams user when the call
	// began; empty of others, and of who had left it.
	Directory string
	Fault     string // empty where the name is right
	Rule      string // that the fault breaks
}

// misname decides by what names people are shown in a call: by their own, but
// for a share that gets a fault. A person keeps it through all sessions of the
// call.
func (p *planner) misname(c *script, index int) {
	r := newRng(p.opt.Seed, 17, index)
	shown := map[*person]*session{}
	for i := range c.sessions {
		x := &c.sessions[i]
		if before := shown[x.who]; before != nil {
			x.name, x.fault = before.name, before.fault
			continue
		}
		x.name = x.who.called(c.start)
		if x.who.namesake && x.model == external {
			x.fault = namesake
		}
		if r.hit(p.opt.WrongNames) && x.fault == rightName && x.model.inApp() {
			x.fault = drawFault(&r, x.model)
			x.name = wrongName(&r, c.app, x.who, x.fault)
		}
		shown[x.who] = x
	}
	for i := range c.chat {
		if x := shown[c.chat[i].from]; x != nil {
			c.chat[i].name = x.name
		}
	}
}

// drawFault draws one that people of that model can have without breaking a
// second rule by it: any other name of a Teams user is not the directory's.
func drawFault(r *rng, m model) nameFault {
	switch m {
	case teamsInApp:
		return notDirectory
	case external:
		return []nameFault{placeholder, idAsName, unsafeName, labelInName, lookalike, protectedName}[r.n(6)]
	}
	return []nameFault{placeholder, idAsName, unsafeName, labelInName, protectedName}[r.n(5)]
}

// wrongName makes a name with that fault, as JSON text without quotes.
func wrongName(r *rng, a *app, who *person, f nameFault) string {
	switch f {
	case placeholder:
		return []string{"", "Unknown", "undefined"}[r.n(3)]
	case idAsName:
		return []string{who.raw, who.monitor, "442079460123"}[r.n(3)]
	case unsafeName:
		first, last, _ := strings.Cut(who.name, " ")
		return first + []string{"\u202e ", "\u200b ", "\u2066 "}[r.n(3)] + last
	case labelInName:
		return who.name + " (External)"
	case notDirectory:
		for {
			if other := fullName(r); other != who.name && other != who.newName {
				return other
			}
		}
	case lookalike:
		for {
			if p := &a.staff[r.n(len(a.staff))]; p.renamed == 0 && p.removed == 0 {
				return disguise(p.name)
			}
		}
	case protectedName:
		return []string{"Microsoft Teams Support", "Microsoft Teams Helpdesk"}[r.n(2)]
	}
	return who.name
}

// disguise puts Cyrillic letters for Latin ones that look the same (Unicode
// TS 39, confusables). Each colleague's name has one of the Latin ones.
func disguise(name string) string {
	return strings.NewReplacer("a", "\u0430", "e", "\u0435", "o", "\u043e", "i", "\u0456", "s", "\u0455").Replace(name)
}

// truthNames lists the names that the evidence of the call shows. Graph shows
// Teams users by the directory's name, whatever the app shows.
func (c *script) truthNames() []TruthName {
	var out []TruthName
	listed := map[TruthName]bool{}
	list := func(x *session, source, surface, name string) {
		n := TruthName{CallID: c.id.String(), RawID: x.who.raw, Source: source, Surface: surface, Name: name, Directory: x.who.listed(c.start)}
		if name == x.name {
			n.Fault, n.Rule = nameFaultNames[x.fault], nameRules[x.fault]
		}
		if (name != "" || surface != "") && !listed[n] { // an empty one is none
			listed[n] = true
			out = append(out, n)
		}
	}
	for i := range c.sessions {
		x := &c.sessions[i]
		own := c.appTellsTime(x) && !x.noReceipts
		if c.gridKnows(x) && (!x.noAdded || !x.noRemoved && !x.open) {
			list(x, "event_grid", "", x.name)
		}
		if i == 0 && c.eventGrid && c.rings() {
			list(x, "event_grid", "", x.name)
		}
		if own {
			list(x, "rollcall", "", x.name)
		}
		if own && c.tellsName(x) {
			list(x, "rollcall", "acs_app", x.name)
		}
		if c.src.record || c.src.chat || c.src.roster && len(c.roster) > 0 {
			list(x, "graph", "", c.graphName(x))
		}
	}
	for i := range c.chat {
		m := &c.chat[i]
		for j := range c.sessions[:c.once] {
			if x := &c.sessions[j]; c.thread != "" && x.who == m.from {
				list(x, "event_grid", "", x.name)
				if c.src.chat {
					list(x, "graph", "", x.name)
				}
			}
		}
	}
	return out
}

// chatNames lists the names that a chat beside the call shows: of who writes, and
// of who is in it as it begins.
func (c *script) chatNames() []TruthName {
	if len(c.chat) == 0 || c.thread != "" || c.open {
		return nil
	}
	var out []TruthName
	list := func(p *person, name string) {
		n := TruthName{CallID: string(c.threadOfChat(nil)), RawID: p.raw, Source: "event_grid", Name: name, Directory: p.listed(c.start)}
		for i := range c.sessions {
			if x := &c.sessions[i]; x.who == p && x.name == name {
				n.Fault, n.Rule = nameFaultNames[x.fault], nameRules[x.fault]
			}
		}
		if n.Fault == "" && p.namesake && name == p.name { // who is in the chat and not in the call
			n.Fault, n.Rule = nameFaultNames[namesake], nameRules[namesake]
		}
		if name != "" && !slices.Contains(out, n) {
			out = append(out, n)
		}
	}
	for i := range c.chat {
		list(c.chat[i].from, c.chat[i].name)
	}
	for _, p := range c.chatMembers() {
		list(p, p.called(c.start))
	}
	return out
}

// graphName is the name by which Graph shows a participant.
func (c *script) graphName(x *session) string {
	if x.model == external || x.model == anonymous {
		return x.name
	}
	return x.who.called(c.start)
}

// tellsName is true where the client says what name it shows of its user.
func (c *script) tellsName(x *session) bool { return x.quirk&3 == 1 && !c.open }
