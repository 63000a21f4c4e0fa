package assemble

import (
	"rollcall/schema"
	"rollcall/schema/rawid"
)

// addParticipant is Call Automation's name for bringing somebody into a call.
const addParticipant = "add_participant"

// additions lists the telephones that an app asked Call Automation to bring into
// the call, where the server did.
func additions(events []*schema.Event) []schema.CallAddition {
	var out []schema.CallAddition
	for _, e := range events { // in order of time
		q := e.Facts.Request
		if q != nil && q.Operation == addParticipant && q.Succeeded && rawid.Identity(q.RawID) == schema.IdentityPhone {
			out = append(out, schema.CallAddition{Event: e.ID, At: e.Time, RawID: q.RawID})
		}
	}
	return out
}
