package assemble

import (
	"cmp"
	"slices"
	"strings"

	"rollcall/schema"
	"rollcall/schema/rawid"
)

// What decided a join path (path_evidence).
const (
	byRawID           = "raw_id"
	byParticipantType = "participant_type"
	byEndpointType    = "endpoint_type"
	bySDKVersion      = "sdk_version"
	byDiagnostics     = "diagnostic_options"
	byReceipt         = "receipt"
	byEventGrid       = "event_grid"
	byGraphPlatform   = "graph_platform"
	undecided         = "undecided"
)

// Kinds of client, as participant types name them.
const (
	clientACS      = "acs"
	clientTeams    = "teams"
	clientTeamsApp = "teams_app"
)

// identify decides the session's identity and join path.
func (x *session) identify() {
	x.describe()
	x.decidePath()
}

// describe copies what the sources say of the client.
func (x *session) describe() {
	least := func(to *string, v string) {
		if v != "" && (*to == "" || v < *to) {
			*to = v
		}
	}
	for _, e := range x.summaries {
		m := e.Facts.Summary
		least(&x.EndpointType, m.EndpointType)
		least(&x.SDKVersion, m.Participant.SDKVersion)
		least(&x.PSTNCallType, m.PSTNCallType)
		least(&x.TenantID, m.TenantID)
		least(&x.Resource, e.Resource)
	}
	if x.TenantID == "" {
		x.TenantID = x.graphTenant
	}
	x.App, x.AppVersion = "", ""
	for _, e := range x.summaries {
		m := e.Facts.Summary
		if m.AppName != "" && (x.App == "" || m.AppName < x.App || m.AppName == x.App && m.AppVersion < x.AppVersion) {
			x.App, x.AppVersion = m.AppName, m.AppVersion
		}
	}
	app, sdk := x.ownApp, x.ownSDK
	for _, e := range x.presences {
		switch p := e.Facts.Presence.Participant; presenceSource(e) {
		case schema.BoundEventGrid:
			least(&x.Resource, e.Resource)
		case schema.BoundApp:
			least(&app, p.AppID)
			least(&sdk, p.SDKVersion)
		}
	}
	if x.App == "" {
		x.App = app
	}
	if x.SDKVersion == "" {
		x.SDKVersion = sdk
	}
	x.DisplayName = x.displayName()
}

func participantOf(e *schema.Event) schema.Participant {
	switch {
	case e.Facts.Presence != nil:
		return e.Facts.Presence.Participant
	case e.Facts.Participant != nil:
		return *e.Facts.Participant
	}
	return schema.Participant{}
}

// displayName is the newest name that Event Grid showed, else that another
// source reported, in the order of ranks.
func (x *session) displayName() string {
	var best *schema.Event
	for _, e := range x.presences {
		if e.Facts.Presence.DisplayName == "" {
			continue
		}
		if best == nil || cmp.Or(rank(presenceSource(best))-rank(presenceSource(e)), e.Time.Compare(best.Time), strings.Compare(e.ID, best.ID)) > 0 {
			best = e
		}
	}
	if best == nil || x.rosterName != "" && rank(presenceSource(best)) > rank(schema.BoundRoster) {
		return x.rosterName
	}
	return best.Facts.Presence.DisplayName
}

// client reads the participant types of Azure Monitor, whose exact strings are
// not documented: "ACS", "Azure Communication Services as Microsoft 365 user",
// "Teams", "Teams Voice Apps". The newest record that has one counts.
func (x *session) client() (kind string, m365 bool) {
	for _, e := range slices.Backward(x.summaries) {
		t := strings.ToLower(strings.Join(strings.Fields(e.Facts.Summary.ParticipantType), " "))
		t = strings.TrimPrefix(t, "azure ")
		t = strings.Replace(t, "communication services", "acs", 1)
		switch {
		case strings.HasPrefix(t, "acs"):
			return clientACS, strings.Contains(t, "365")
		case strings.HasPrefix(t, "teams voice app"):
			return clientTeamsApp, false
		case strings.HasPrefix(t, "teams"):
			return clientTeams, true
		}
	}
	return "", false
}

func (x *session) set(i schema.Identity, p schema.JoinPath, evidence string) {
	x.Identity, x.JoinPath, x.PathEvidence = i, p, evidence
}

// decidePath tells the identity by the raw id, the client by the order of
// design.md, section 1.
func (x *session) decidePath() {
	id := rawid.Identity(x.RawID)
	client, m365 := x.client()
	switch x.EndpointType {
	case "server", "bot":
		if id == schema.IdentityUnknown || id == schema.IdentityTeamsUser {
			id = schema.IdentityBot
		}
		x.set(id, schema.PathBot, byEndpointType)
		return
	case "pstn":
		if id == schema.IdentityUnknown {
			id = schema.IdentityPhone
		}
		x.set(id, schema.PathPSTN, byEndpointType)
		return
	}
	switch id {
	case schema.IdentityExternalUser:
		x.set(id, schema.PathACSExternalUser, byRawID)
	case schema.IdentityTeamsExtensionUser:
		x.set(id, schema.PathACSTeamsExtensionUser, byRawID)
	case schema.IdentityAnonymous:
		x.set(id, schema.PathTeamsAnonymous, byRawID)
	case schema.IdentityPhone:
		x.set(id, schema.PathPSTN, byRawID)
	case schema.IdentityBot:
		x.set(id, schema.PathBot, byRawID)
	case schema.IdentityTeamsApp:
		x.set(id, schema.PathTeamsApp, byRawID)
	case schema.IdentityTeamsUser:
		x.decideClient(client)
	default:
		x.decideUnknown(client, m365)
	}
}

// decideClient tells the custom app from the native client for a Teams user,
// whose raw id is the same in both.
func (x *session) decideClient(client string) {
	path, evidence := schema.PathUnknown, undecided
	switch {
	case client == clientACS:
		path, evidence = schema.PathACSTeamsUser, byParticipantType
	case client == clientTeams:
		path, evidence = schema.PathTeamsUser, byParticipantType
	case x.sdkEvidence() != "":
		path, evidence = schema.PathACSTeamsUser, x.sdkEvidence()
	case x.teamsOnGraph():
		path, evidence = schema.PathTeamsUser, byGraphPlatform
	}
	x.set(schema.IdentityTeamsUser, path, evidence)
}

// sdkEvidence names what shows that the session's client is an ACS SDK.
func (x *session) sdkEvidence() string {
	for _, e := range x.summaries {
		if acsSDK(e.Facts.Summary.Participant.SDKVersion) {
			return bySDKVersion
		}
	}
	for _, e := range x.summaries {
		if e.Facts.Summary.HasDiagnostics {
			return byDiagnostics
		}
	}
	if x.ownEvent != "" {
		return byReceipt
	}
	app := false
	for _, e := range x.presences {
		switch presenceSource(e) {
		case schema.BoundEventGrid: // has events of SDK users only
			return byEventGrid
		case schema.BoundApp:
			app = true
		}
	}
	if app {
		return byReceipt
	}
	return ""
}

// acsSDK reports whether a version is that of an ACS SDK ("1.19.2.2_beta"): it
// is there, and does not name a client of Teams.
func acsSDK(version string) bool {
	v := strings.ToLower(version)
	return v != "" && !strings.Contains(v, "teams") && !strings.Contains(v, "skype")
}

// teamsOnGraph reports whether Graph says that the client is one of Teams.
func (x *session) teamsOnGraph() bool {
	return slices.ContainsFunc(x.presences, func(e *schema.Event) bool { return e.Facts.Presence.ProductFamily == "teams" })
}

// decideUnknown handles raw ids that do not tell their model, such as the bare
// GUIDs of Azure Monitor.
func (x *session) decideUnknown(client string, m365 bool) {
	switch {
	case client == clientTeams:
		x.set(schema.IdentityTeamsUser, schema.PathTeamsUser, byParticipantType)
	case client == clientTeamsApp:
		x.set(schema.IdentityTeamsApp, schema.PathTeamsApp, byParticipantType)
	case client == clientACS && m365:
		x.set(schema.IdentityTeamsUser, schema.PathACSTeamsUser, byParticipantType)
	case client == clientACS:
		x.set(schema.IdentityExternalUser, schema.PathACSExternalUser, byParticipantType)
	case rawid.IsGUID([]byte(x.RawID)) && x.sdkEvidence() != "":
		// An Entra object id on an ACS SDK: a Teams user in a custom app.
		x.set(schema.IdentityTeamsUser, schema.PathACSTeamsUser, x.sdkEvidence())
	default:
		x.set(schema.IdentityUnknown, schema.PathUnknown, undecided)
	}
}

// teams reports whether the call is a Teams call, and on what evidence.
func (s *Spine) teams() (bool, string) {
	graph := false
	for _, e := range s.events {
		switch t := e.Refs.ThreadID; {
		case strings.HasPrefix(t, "19:meeting_"), t != "" && e.Source == schema.SourceAzureMonitor:
			return true, "thread"
		case e.Source == schema.SourceGraph, e.Refs.GraphCallID != "":
			graph = true
		}
	}
	for refs := range s.shared.refs {
		if strings.HasPrefix(refs.ThreadID, "19:meeting_") {
			return true, "thread"
		}
		graph = graph || refs.GraphCallID != ""
	}
	if graph {
		return true, "graph"
	}
	for _, x := range s.sessions {
		switch x.JoinPath {
		case schema.PathTeamsUser, schema.PathTeamsAnonymous:
			return true, "teams_client"
		case schema.PathTeamsApp:
			return true, "teams_app"
		}
	}
	return false, ""
}
