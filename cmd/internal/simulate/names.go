package simulate

import "strings"

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
// person and surface.
type TruthName struct {
	CallID  string
	RawID   string
	Surface string // as the event says; empty where it says none
	Name    string
	Fault   string // empty where the name is right
	Rule    string // that the fault breaks
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
		x.name = x.who.name
		if x.who.namesake && x.model == external {
			x.fault = namesake
		}
		if r.hit(p.opt.WrongNames) && x.fault == rightName && x.model.inApp() {
			x.fault = drawFault(&r, x.model)
			x.name = wrongName(&r, c.app, x.who, x.fault)
		}
		shown[x.who] = x
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
			if other := fullName(r); other != who.name {
				return other
			}
		}
	case lookalike:
		return disguise(a.staff[r.n(len(a.staff))].name)
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

// truthNames lists the names that the evidence of the call shows.
func (c *script) truthNames() []TruthName {
	type place struct {
		who     *person
		surface string
	}
	var out []TruthName
	listed := map[place]bool{}
	list := func(x *session, surface string) {
		if key := (place{x.who, surface}); !listed[key] {
			listed[key] = true
			out = append(out, TruthName{CallID: c.id.String(), RawID: x.who.raw, Surface: surface, Name: x.name,
				Fault: nameFaultNames[x.fault], Rule: nameRules[x.fault]})
		}
	}
	for i := range c.sessions {
		x := &c.sessions[i]
		own := c.appTellsTime(x) && !x.noReceipts
		grid := c.gridKnows(x) && (!x.noAdded || !x.noRemoved && !x.open)
		if x.name != "" && (own || grid) { // an empty one there is none
			list(x, "")
		}
		if own && c.tellsName(x) {
			list(x, "acs_app")
		}
	}
	return out
}

// tellsName is true where the client says what name it shows of its user.
func (c *script) tellsName(x *session) bool { return x.quirk&3 == 1 && !c.open }
