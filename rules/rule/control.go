package rule

// document is the source document whose conditions most rules serve.
const document = "Teams interoperability (Azure Communication Services concept document, 30 June 2021)"

// The controls that rules serve. Each says a condition of the source document
// in our own words; ControlProof is our own.

// ControlPrivacy is the condition on telling users of captures.
func ControlPrivacy() Control {
	return Control{
		Says: "Whoever runs the app must tell its users, in its own interface and as it happens, that a recording or " +
			"transcription is on; the platform tells the app through its API only, and the operator answers for a failure.",
		Document: document, Section: "Privacy",
	}
}

// ControlGovernment is the condition on government clouds.
func ControlGovernment() Control {
	return Control{
		Says:     "Communication Services does not work together with Teams of a Microsoft 365 government cloud.",
		Document: document, Section: "Teams in Government Clouds (GCC)",
	}
}

// ControlTelephony is the condition on telephones in Teams meetings.
func ControlTelephony() Control {
	return Control{
		Says:     "An external user of a custom app has no telephony in Teams meetings.",
		Document: document, Section: "User identity models",
	}
}

// ControlModels is the condition on what each kind of user can do.
func ControlModels() Control {
	return Control{
		Says: "What a user can do in Teams calls and meetings depends on the identity model: external users join meetings, " +
			"Teams users call too, and no Teams user joins a call that the Calling SDK began.",
		Document: document, Section: "User identity models",
	}
}

// ControlProof is the condition that an operator who answers for notices must
// be able to show them: it is what the evidence rules serve.
func ControlProof() Control {
	return Control{
		Says: "Who must answer for notices has to know whether they were given: evidence that is lost, silent or " +
			"contradicts itself shows neither.",
		Document: document, Section: "Privacy",
	}
}

// ControlBrand is the condition on trademarks and brand.
func ControlBrand() Control {
	return Control{
		Says: "Without a licence or certification everything in an app and its collateral (names, logo, description, screenshots) is " +
			"the company's own and free of the owner's brand; a description may say truthfully that the app is compatible.",
		Document: document, Section: "Trademark and brand guideline",
	}
}
