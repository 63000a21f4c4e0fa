// Package alerts says which findings reach somebody, when, and which are
// withheld and why (design.md, section 6, Alerts). It is pure.
//
// An alert gathers the findings of one rule on one call, app, capture and
// episode: a meeting in which ten thousand were not told is one alert that
// counts them. Each finding in it is a Member with a state of its own; the
// alert's state follows from theirs.
package alerts

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"
	"time"

	"rollcall/schema"
)

// A State is what an alert, or a finding in it, is.
type State string

// The states.
const (
	Firing   State = "firing"
	Resolved State = "resolved"
	Withheld State = "withheld"
)

// When an alert's findings were learnt: Live pages, AfterCall never does.
const (
	Live      = "live"
	AfterCall = "after_call"
)

// Why a finding no longer fires.
const (
	ToldLate     = "told-late"     // a receipt came, after it was due
	Refuted      = "refuted"       // the evidence now says otherwise
	CaptureEnded = "capture-ended" // the finding stays open
	Left         = "left"          // the person left; the finding stays open
	Moved        = "moved"         // it is in another alert, or its evidence belongs to another call
)

// Why a finding does not fire. The others are the ids of the rules that gather
// findings.
const (
	Excepted = "exception"
	LongAgo  = "long-ago" // it was learnt too long after it was
)

// A Member is a finding in an alert.
type Member struct {
	// Unit is the call, or the id of another subject in its place.
	Unit    string
	Finding string
	// CallID is empty where the subject is no call.
	CallID, Rule, When, Tenant, App, Capture string
	Severity                                 schema.Severity
	// Episode is the ordinal of the capture's episode; empty where the finding is
	// about none.
	Episode string
	// Subject is the finding's: the session's id, mostly. RawID is whom it is about.
	Subject, RawID string
	// Since is from when the finding is, and Until when what it says was over;
	// zero while it goes on, or where nothing ends it.
	Since, Until time.Time
	// Held is from when the finding could have been known, had all evidence been
	// judged at once.
	Held time.Time
	// Version, Signalled and Left are the session's, by which hours of apps gather
	// findings.
	Version         string
	Signalled, Left time.Time
	State           State
	Reason          string
}

// Alert is the id of the alert that the finding is in: a function of what its
// labels say.
func (m Member) Alert() string {
	of := []string{"alert", m.Unit, m.Rule, string(m.Severity), m.When, m.Tenant, m.App, m.Capture, m.Episode}
	sum := sha256.Sum256([]byte(strings.Join(of, "\x00")))
	return hex.EncodeToString(sum[:16])
}

// Key names the finding within all alerts.
func (m Member) Key() string { return m.Alert() + m.Finding }

// same reports whether two members say the same.
func (m Member) same(o Member) bool {
	return m.Key() == o.Key() && m.State == o.State && m.Reason == o.Reason && m.Since.Equal(o.Since) && m.Held.Equal(o.Held) && m.Until.Equal(o.Until) &&
		m.RawID == o.RawID && m.Version == o.Version && m.Signalled.Equal(o.Signalled) && m.Left.Equal(o.Left)
}

// Changed lists the members that say something else than before, which has
// them by key.
func Changed(now []Member, before map[string]Member) []Member {
	var out []Member
	for _, m := range now {
		if old, was := before[m.Key()]; !was || !m.same(old) {
			out = append(out, m)
		}
	}
	slices.SortFunc(out, func(a, b Member) int { return strings.Compare(a.Key(), b.Key()) })
	return out
}

// episode writes an ordinal.
func episode(ordinal int) string { return strconv.Itoa(ordinal) }
