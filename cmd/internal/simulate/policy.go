package simulate

import "bytes"

// Policy is the policy file (design.md, section 6) that a simulation's truth
// goes by: its apps with their resources, one without receipts, one with a
// longer deadline. It depends on the seed, which decides the resources' ids.
func Policy(opt Options) []byte {
	w := newWorld(opt.Seed, 1)
	var b bytes.Buffer
	b.WriteString(`# The policy of the simulated companies.
version: 1
notice:
  deadline: 5s
  early: 2s
  grace: 60s
  obligated: [acs_app:external_user, acs_app:teams_user, acs_app:teams_extension_user]
  texts:
    en: {recording: [record], transcription: [transcri]}
  exempt:
`)
	for _, m := range []model{phone, bot, teamsClient, anonymous} {
		b.WriteString("    " + joinPaths[m] + ": " + exempted[m] + "\n")
	}
	b.WriteString(`apps:
`)
	for _, a := range w.apps {
		b.WriteString("  - id: " + a.id + "\n    receipts: " + orElse(a.receipts, "expected", "none") +
			"\n    tenant: " + a.tenant + "\n    resources: [\"" + a.res.arm + "\"]\n")
		if a.deadline != 5*second {
			b.WriteString("    notice: {deadline: 10s, stale: 30s}\n")
		}
		if a.asks {
			b.WriteString("    consent: {required: [transcription], deadline: 30s}\n")
		}
	}
	government, commercial := w.apps[2].tenantGUID, w.apps[0].tenantGUID
	if opt.Profile == Demo {
		government, commercial = "", commercial+", "+government
	}
	b.WriteString("interop: {government_tenants: [" + government + "], commercial_tenants: [" + commercial + "]}\nevidence: {clock_skew: 10s}\n")
	b.WriteString("tenants: [{id: contoso, domains: [contoso.example]}, {id: fabrikam, domains: [fabrikam.example]}]\n")
	return b.Bytes()
}

// exempted says why people of a model need not be told by the apps.
var exempted = [models]string{phone: "told by the platform's announcement", bot: "no person",
	teamsClient: "the Teams client shows the platform's own notice", anonymous: "the Teams client shows the platform's own notice"}

// PriceBook is the price book (design.md, section 7) for a simulation: list
// prices, and the bots that are free.
func PriceBook(opt Options) []byte {
	w := newWorld(opt.Seed, 1)
	var b bytes.Buffer
	b.WriteString(`# The price book of the simulated companies: public list prices.
currency: USD
rates:
  - {meter: voip.participant_minute, rate: "0.004", from: 2020-01-01}
  - {meter: interop.voip.acs_participant_minute, rate: "0.004", from: 2020-01-01}
  - {meter: interop.voip.m365_participant_minute, rate: "0", from: 2020-01-01}
  - {meter: tpe.voip.participant_minute, rate: "0.0045", from: 2020-01-01}
  - {meter: recording.mixed_av.minute, rate: "0.01", from: 2020-01-01}
  - {meter: recording.mixed_audio.minute, rate: "0.002", from: 2020-01-01}
  - {meter: recording.unmixed_audio.participant_minute, rate: "0.0012", from: 2020-01-01}
  - {meter: recording.teams.minute, rate: "0", from: 2020-01-01}
  - {meter: chat.message, rate: "0.0008", from: 2020-01-01}
  - {meter: interop.chat.acs_message, rate: "0.0008", from: 2020-01-01}
  - {meter: interop.chat.m365_message, rate: "0", from: 2020-01-01}
  - {meter: pstn.inbound.geographic.minute, rate: "0.0085", from: 2020-01-01}
  - {meter: pstn.inbound.tollfree.minute, rate: "0.0220", from: 2020-01-01}
bots:
`)
	for i := range w.bots {
		b.WriteString("  - {id: \"" + w.bots[i].raw + "\", kind: omnichannel}\n")
	}
	return b.Bytes()
}
