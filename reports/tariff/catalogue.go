package tariff

import "slices"

// The meters that other code names. The values are the words of design.md,
// section 7; they are stored, so they never change their meaning.
const (
	VoIP                 = "voip.participant_minute"
	InteropACS           = "interop.voip.acs_participant_minute"
	InteropM365          = "interop.voip.m365_participant_minute"
	TPE                  = "tpe.voip.participant_minute"
	PSTNInGeographic     = "pstn.inbound.geographic.minute"
	PSTNInTollFree       = "pstn.inbound.tollfree.minute"
	PSTNOut              = "pstn.outbound.minute"
	DirectRoutingIn      = "direct_routing.inbound.minute"
	DirectRoutingOut     = "direct_routing.outbound.minute"
	RecordingMixedAV     = "recording.mixed_av.minute"
	RecordingMixedAudio  = "recording.mixed_audio.minute"
	RecordingUnmixed     = "recording.unmixed_audio.participant_minute"
	RecordingTeams       = "recording.teams.minute"
	StreamingMixed       = "audio_streaming.mixed.minute"
	StreamingUnmixed     = "audio_streaming.unmixed.participant_minute"
	Transcription        = "transcription.minute"
	ClosedCaptions       = "closed_captions.minute"
	ChatMessage          = "chat.message"
	InteropChatACS       = "interop.chat.acs_message"
	InteropChatM365      = "interop.chat.m365_message"
	Unmapped             = "unmapped" // no meter of Azure's: usage whose meter is not known
	UnitMinute           = "minute"
	UnitParticipantMin   = "participant_minute"
	UnitMessage          = "message"
	GroupVoIP            = "voip"
	GroupUnmapped        = "unmapped"
	zeroRated            = true
	chargeable           = false
	standaloneRetirement = "2028-09-30"
)

// A Meter is one entry of the catalogue: a thing Azure counts.
type Meter struct {
	Name  string
	Group string // family: "voip", "pstn", …
	Unit  string // UnitMinute, UnitParticipantMin or UnitMessage
	// ZeroRated meters are counted and never charged: a Teams licence covers
	// them. Their rate is 0 in every tariff and no book can change it.
	ZeroRated bool
	// From and Until bound the days (YYYY-MM-DD, both included) on which Azure
	// offers the meter; empty where no source states a bound.
	From, Until string
	// Aliases are Azure's own names of the meter, on invoices and in price lists.
	Aliases []Alias
}

// An Alias is a name that Azure's files use for a meter.
type Alias struct {
	Service  string // retail serviceName, cost export MeterCategory; empty: any
	Product  string // retail productName, cost export MeterSubCategory; empty: any
	Name     string // meterName
	Inferred bool   // no document states that the name means this meter
}

// Counts reports whether the meter counts things, not time.
func (m Meter) Counts() bool { return m.Unit == UnitMessage }

// Names that several of Azure's meters share.
const (
	voice, video      = "Voice", "Voice and Video Calling"
	direct, messaging = "Direct Routing", "Messaging"
)

// Catalogue lists every meter in the order in which reports show them, the
// bucket "unmapped" last.
func Catalogue() []Meter { return slices.Clone(catalogue) }

// Find returns the catalogue's meter of that name.
func Find(name string) (Meter, bool) {
	for i := range catalogue {
		if catalogue[i].Name == name {
			return catalogue[i], true
		}
	}
	return Meter{}, false
}

// Position is a meter's place in the catalogue; one that is not in it comes last.
func Position(name string) int {
	for i := range catalogue {
		if catalogue[i].Name == name {
			return i
		}
	}
	return len(catalogue)
}

// catalogue is data and never changes at run time.
//
// Sources: Azure's pricing pages for Communication Services (units, what is
// zero-rated), public lists of Retail Prices API meter names (aliases; which
// interop meter is whom is inferred from their wording), and the retirement
// guide of 18 August 2026 (Until).
var catalogue = []Meter{
	{VoIP, GroupVoIP, UnitParticipantMin, chargeable, "", standaloneRetirement, []Alias{
		{voice, video, "A2AGroupCalling User Minute", false},
		{"", "", "App to App Group Calling User Minute", true},
	}},
	{InteropACS, GroupVoIP, UnitParticipantMin, chargeable, "", "", []Alias{
		{voice, video, "A2AGroupCalling User InterOp Azure Minute", true},
	}},
	{InteropM365, GroupVoIP, UnitParticipantMin, zeroRated, "", "", []Alias{
		{voice, video, "A2AGroupCalling User InterOp M365 Minute", true},
	}},
	{TPE, GroupVoIP, UnitParticipantMin, chargeable, "", "", []Alias{
		{voice, video, "A2AGroupCalling User CCaaS Minute", true},
	}},
	{PSTNInGeographic, "pstn", UnitMinute, chargeable, "", "", nil},
	{PSTNInTollFree, "pstn", UnitMinute, chargeable, "", "", nil},
	{PSTNOut, "pstn", UnitMinute, chargeable, "", "", []Alias{
		{voice, "Local Calls - Outbound", "ROW Consumption Unit - Outbound", true},
	}},
	{DirectRoutingIn, "direct_routing", UnitMinute, chargeable, "", standaloneRetirement, []Alias{
		{voice, direct, "Standard Inbound", false},
	}},
	{DirectRoutingOut, "direct_routing", UnitMinute, chargeable, "", standaloneRetirement, []Alias{
		{voice, direct, "Standard Outbound", false},
	}},
	{RecordingMixedAV, "recording", UnitMinute, chargeable, "", "", nil},
	{RecordingMixedAudio, "recording", UnitMinute, chargeable, "", "", []Alias{
		{"", "", "Single Channel Mixed Audio Recording", true},
	}},
	{RecordingUnmixed, "recording", UnitParticipantMin, chargeable, "", "", nil},
	{RecordingTeams, "recording", UnitMinute, zeroRated, "", "", nil},
	{StreamingMixed, "audio_streaming", UnitMinute, chargeable, "", "", nil},
	{StreamingUnmixed, "audio_streaming", UnitParticipantMin, chargeable, "", "", nil},
	{Transcription, "transcription", UnitMinute, chargeable, "", "", nil},
	{ClosedCaptions, "closed_captions", UnitMinute, chargeable, "", "", nil},
	{ChatMessage, "chat", UnitMessage, chargeable, "", standaloneRetirement, []Alias{
		{messaging, "Chat", "Basic Sent Message", false},
	}},
	{InteropChatACS, "chat", UnitMessage, chargeable, "", standaloneRetirement, []Alias{
		{messaging, "Chat", "Basic Sent InterOp Azure Message", true},
	}},
	{InteropChatM365, "chat", UnitMessage, zeroRated, "", standaloneRetirement, nil},
	{Unmapped, GroupUnmapped, UnitMinute, chargeable, "", "", nil},
}
