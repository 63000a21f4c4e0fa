package schema

import "time"

// The answers to a question for consent.
const (
	ConsentGranted  = "granted"
	ConsentDeclined = "declined"
)

// A SessionConsent is what a session's user answered. It holds for that session
// alone.
type SessionConsent struct {
	Event   string    `json:"event"`
	At      time.Time `json:"at"`
	Consent Consent   `json:"consent"`
}

// A CallAddition is a telephone that an app brought into the call by Call
// Automation, and that the server accepted.
type CallAddition struct {
	Event string    `json:"event"`
	At    time.Time `json:"at,omitzero"`
	RawID string    `json:"raw_id"` // normalised: "4:+…"
}
