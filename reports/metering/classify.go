package metering

import (
	"strings"
	"unicode"

	"rollcall/reports/tariff"
	"rollcall/schema"
)

// verdict says where a session's time goes: to a meter, to no meter because
// Azure doesn't charge it (free), or to the bucket "unmapped" with the cause.
type verdict struct {
	meter string
	free  string // why Azure charges nothing; set instead of meter
	note  string // for meter unmapped, the cause
}

func unmapped(cause string) verdict { return verdict{meter: tariff.Unmapped, note: cause} }

// classify finds a session's meter (design.md, 7, and its fine print 2).
func classify(c schema.Call, s schema.Session, t *tariff.Tariff) verdict {
	if s.EndpointType == "server" {
		return verdict{free: "server endpoint"}
	}
	switch s.JoinPath {
	case schema.PathACSTeamsExtensionUser:
		return verdict{meter: tariff.TPE}
	case schema.PathACSExternalUser, schema.PathACSTeamsUser:
		if c.Teams {
			return verdict{meter: tariff.InteropACS}
		}
		return verdict{meter: tariff.VoIP}
	case schema.PathTeamsUser, schema.PathTeamsAnonymous:
		return verdict{meter: tariff.InteropM365, note: "covered by the Teams licence"}
	case schema.PathPSTN:
		return classifyPSTN(carrierContext(c), s.PSTNCallType)
	case schema.PathBot:
		return classifyBot(c, s, t)
	case schema.PathTeamsApp:
		return unmapped("Teams voice app: no source says whether it is metered")
	}
	return unmapped("join path unknown")
}

func classifyBot(c schema.Call, s schema.Session, t *tariff.Tariff) verdict {
	kind, ok := t.Bot(s.RawID)
	switch {
	case !ok:
		return unmapped("bot not listed in the price book")
	case kind.Free():
		return verdict{free: "bot of kind " + string(kind)}
	}
	return verdict{meter: kind.Meter(c.Teams), note: "bot of kind " + string(kind)}
}

// carriers says whose telephone number a leg of the call can have used.
type carriers int

const (
	acsNumbers   carriers = iota // only the resource's own numbers or its SBC
	eitherNumber                 // a Teams number too: the call has Teams users
)

// carrierContext reports whether a Teams number can be in play: a Teams user
// who telephones does so with a Teams number, which is on no ACS meter.
func carrierContext(c schema.Call) carriers {
	if c.Teams {
		return eitherNumber
	}
	for _, s := range c.Sessions {
		switch s.JoinPath {
		case schema.PathACSTeamsUser, schema.PathACSTeamsExtensionUser, schema.PathTeamsUser, schema.PathTeamsAnonymous:
			return eitherNumber
		}
	}
	return acsNumbers
}

// classifyPSTN reads pstnParticipantCallType. Its values are not listed
// anywhere; the documents say that it holds "the type and direction", so the
// words in it decide, whatever the spelling around them.
func classifyPSTN(from carriers, callType string) verdict {
	w := words(callType)
	in := w.any("in", "inbound", "incoming")
	out := w.any("out", "outbound", "outgoing")
	stated := `telephone leg of call type "` + clip(callType) + `": `
	switch {
	case callType == "":
		return unmapped("telephone leg without a call type")
	case w.any("emergency"):
		return unmapped(stated + "no source says what emergency calls cost")
	case w.both("calling", "plan") || w.both("operator", "connect") || w.any("teams", "callingplan", "operatorconnect", "ucap"):
		return verdict{free: "telephone leg of the Teams plan"}
	case from == eitherNumber && !w.any("acs"):
		return unmapped(stated + "whether a Teams or an ACS number carried it is not known")
	case in == out:
		return unmapped(stated + "its direction is not stated")
	case w.both("direct", "routing") || w.any("directrouting"):
		return verdict{meter: either(in, tariff.DirectRoutingIn, tariff.DirectRoutingOut)}
	case out:
		return verdict{meter: tariff.PSTNOut}
	case w.both("toll", "free") || w.any("tollfree"):
		return verdict{meter: tariff.PSTNInTollFree}
	case w.any("geographic", "geo", "local"):
		return verdict{meter: tariff.PSTNInGeographic}
	}
	return unmapped(stated + "geographic or toll-free number is not stated")
}

func either(first bool, a, b string) string {
	if first {
		return a
	}
	return b
}

// wordSet holds the lower-case words of a phrase.
type wordSet map[string]bool

// words cuts a phrase at everything but letters, and where a capital follows a
// small letter: "DirectRouting-Inbound" has direct, routing and inbound.
func words(s string) wordSet {
	set := wordSet{}
	var word []rune
	end := func() {
		if len(word) > 0 {
			set[strings.ToLower(string(word))] = true
			word = word[:0]
		}
	}
	small := false
	for _, c := range s {
		if !unicode.IsLetter(c) || (small && unicode.IsUpper(c)) {
			end()
		}
		if unicode.IsLetter(c) {
			word = append(word, c)
		}
		small = unicode.IsLower(c)
	}
	end()
	return set
}

func (w wordSet) any(words ...string) bool {
	for _, x := range words {
		if w[x] {
			return true
		}
	}
	return false
}

func (w wordSet) both(a, b string) bool { return w[a] && w[b] }

// clip bounds text of the evidence that a note repeats, and keeps it to one
// clause: notes are joined by semicolons. Of a long text both ends are kept: the
// ids of one resource's recordings begin alike.
func clip(s string) string {
	const begin, end = 12, 27
	s = strings.Map(func(c rune) rune {
		if c == ';' || unicode.IsControl(c) {
			return ' '
		}
		return c
	}, s)
	if r := []rune(s); len(r) > begin+1+end {
		return string(r[:begin]) + "…" + string(r[len(r)-end:])
	}
	return s
}
