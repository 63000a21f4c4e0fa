package tariff

import "strings"

// A BotKind says what a bot is; whether and where it is metered follows.
type BotKind string

// The kinds of bot that Azure's pricing pages tell apart.
const (
	BotCallAutomation BotKind = "call_automation"
	BotRecording      BotKind = "recording"
	BotOmnichannel    BotKind = "omnichannel"
	BotCopilotStudio  BotKind = "copilot_studio"
	BotTeamsPhoneExt  BotKind = "teams_phone_extensibility"
)

// BotKinds lists the kinds that a price book may name.
func BotKinds() []BotKind {
	return []BotKind{BotCallAutomation, BotRecording, BotOmnichannel, BotCopilotStudio, BotTeamsPhoneExt}
}

// Free reports whether Azure does not charge bots of this kind for being in a
// call (pricing page, "Call Automation"; Dynamics 365 voice scenarios).
func (k BotKind) Free() bool {
	return k == BotCallAutomation || k == BotRecording || k == BotOmnichannel
}

// Meter is the meter of a kind that is charged, in a Teams call or elsewhere;
// empty for a free kind.
func (k BotKind) Meter(teams bool) string {
	switch {
	case k == BotTeamsPhoneExt:
		return TPE
	case k == BotCopilotStudio && teams:
		return InteropACS
	case k == BotCopilotStudio:
		return VoIP
	}
	return ""
}

// botKey folds the spellings of one bot's id: Azure Monitor gives a bare GUID
// where other sources give "28:" or "28:orgid:" before it.
func botKey(id string) string {
	id = strings.ToLower(strings.TrimSpace(id))
	id = strings.TrimPrefix(id, "8:")
	id = strings.TrimPrefix(id, "28:")
	return strings.TrimPrefix(id, "orgid:")
}
