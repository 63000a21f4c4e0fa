package schema

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// The statuses of findings (design.md, section 6).
const (
	FindingNew        = "new"
	FindingInProgress = "in_progress"
	FindingSuppressed = "suppressed" // by an exception of the policy
	FindingWithdrawn  = "withdrawn"  // by evidence
	FindingClosed     = "closed"     // by a person
	FindingSuperseded = "superseded" // by its successor
)

// The dispositions of findings that a person closed.
const (
	DispositionTrue          = "true"           // it is as the finding says
	DispositionFalsePositive = "false_positive" // it is not
	DispositionAcceptedRisk  = "accepted_risk"  // it is, and is lived with
)

// A FindingAction is what a change did to a finding.
type FindingAction string

// What persons do.
const (
	ActionAssign FindingAction = "assign" // to After.Owner; empty: to nobody
	ActionNote   FindingAction = "note"
	ActionClose  FindingAction = "close"  // with After.Disposition
	ActionReopen FindingAction = "reopen" // takes the disposition back
)

// What an evaluation does: the life of a finding.
const (
	// ActionSupersede closes a finding that went over into Successor, which
	// inherits what was said of it.
	ActionSupersede FindingAction = "supersede"
	// ActionWithdraw closes a finding that evidence refutes.
	ActionWithdraw FindingAction = "withdraw"
	// ActionMove takes what was said of a finding to Successor, or nowhere where
	// that is empty: the finding's id now means another episode.
	ActionMove FindingAction = "move"
	// ActionReturn undoes a closing: the finding is found again.
	ActionReturn FindingAction = "return"
)

// OfLife reports whether an evaluation made the change, rather than a person.
func (a FindingAction) OfLife() bool {
	switch a {
	case ActionSupersede, ActionWithdraw, ActionMove, ActionReturn:
		return true
	}
	return false
}

// Evaluation is who makes the changes of an evaluation.
const Evaluation = "rollcall"

// A FindingState is what a change is about, before or after it. A change of an
// evaluation states the status alone, any other all three: what is left out is
// empty.
type FindingState struct {
	Status      string `json:"status,omitzero"`
	Owner       string `json:"owner,omitzero"`
	Disposition string `json:"disposition,omitzero"`
}

// A FindingChange is one change of a finding. Changes are only ever added.
type FindingChange struct {
	// ID names the change: of an evaluation by what it does, so that two that do
	// the same make one change; of a person by its content.
	ID      string `json:"id"`
	Finding string `json:"finding"`
	// CallID is the call of the finding, or the subject's id in its place.
	CallID string        `json:"call_id"`
	Tenant string        `json:"tenant,omitzero"`
	At     time.Time     `json:"at"` // UTC, microseconds
	Who    string        `json:"who"`
	Action FindingAction `json:"action"`
	Before FindingState  `json:"before"`
	After  FindingState  `json:"after"`
	Note   string        `json:"note,omitzero"`
	// Reason says why an evaluation made the change, and Policy which version of
	// the policy it judged by; empty where nothing is left to judge.
	Reason string `json:"reason,omitzero"`
	Policy string `json:"policy,omitzero"`
	// Successor is the finding, and SuccessorCall its call, that an evaluation
	// superseded or moved this one to.
	Successor     string `json:"successor,omitzero"`
	SuccessorCall string `json:"successor_call,omitzero"`
	// Judged is the evaluation that the finding was last in, where it went; as a
	// decimal, because JSON numbers are not exact so far.
	Judged uint64 `json:"judged,string,omitzero"`
	// Undoes is the change that a return undoes.
	Undoes string `json:"undoes,omitzero"`
}

// Named returns the change with its id and its instant cut to microseconds.
func (c FindingChange) Named() (FindingChange, error) {
	c.At = c.At.UTC().Truncate(time.Microsecond)
	c.ID = ""
	of := []string{"finding-change", c.Finding, string(c.Action), c.Successor, fmt.Sprint(c.Judged), c.Undoes}
	if !c.Action.OfLife() {
		text, err := c.Canonical()
		if err != nil {
			return c, err
		}
		of = append(of, string(text))
	}
	sum := sha256.Sum256([]byte(strings.Join(of, "\x00")))
	c.ID = hex.EncodeToString(sum[:16])
	return c, nil
}

// Canonical is the change as canonical JSON (RFC 8785): the bytes that are
// stored, and that a chain takes as a leaf.
func (c FindingChange) Canonical() ([]byte, error) {
	text, err := json.Marshal(c)
	if err != nil {
		return nil, fmt.Errorf("change of finding %s: %w", c.Finding, err)
	}
	v := jsontext.Value(text)
	if err := v.Canonicalize(); err != nil {
		return nil, fmt.Errorf("change of finding %s: %w", c.Finding, err)
	}
	return v, nil
}

// changeDomain keeps digests of changes apart from any other hash over the same
// bytes. A change of what is hashed needs another one.
const changeDomain = "rollcall.finding-change.1\x00"

// ChangeDigest is the digest of the canonical bytes of a change: SHA-256 over
// the domain and the bytes.
func ChangeDigest(canonical []byte) [sha256.Size]byte {
	return sha256.Sum256(append([]byte(changeDomain), canonical...))
}

// ReadFindingChange reads canonical bytes and holds them against their digest.
func ReadFindingChange(canonical, digest []byte) (c FindingChange, err error) {
	if sum := ChangeDigest(canonical); string(sum[:]) != string(digest) {
		return c, fmt.Errorf("a stored change of a finding is not what was written: its digest does not fit %.200q", canonical)
	}
	if err := json.Unmarshal(canonical, &c); err != nil {
		return c, fmt.Errorf("a stored change of a finding: %w", err)
	}
	return c, nil
}

// InsertFindingChange is the insert that takes the rows of changes.
const InsertFindingChange = "INSERT INTO finding_changes (call_id, finding_id, change_id, tenant, at, who, action, successor, successor_call, record, digest)"

// Row is the change as a row of InsertFindingChange.
func (c FindingChange) Row() ([]any, error) {
	text, err := c.Canonical()
	if err != nil {
		return nil, err
	}
	digest := ChangeDigest(text)
	return []any{c.CallID, c.Finding, c.ID, c.Tenant, c.At, c.Who, string(c.Action), c.Successor, c.SuccessorCall, string(text), string(digest[:])}, nil
}
