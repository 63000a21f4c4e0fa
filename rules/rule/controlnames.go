package rule

// ControlNames is the condition on displayed names.
func ControlNames() Control {
	return Control{
		Says: "An external user may have any name and is shown in Teams with the suffix (External); a Teams user is shown by " +
			"the directory's display name.",
		Document: document, Section: "User identity models",
	}
}

// ControlMarks is the condition on wordmarks in the names of people.
func ControlMarks() Control {
	return Control{
		Says: "Marks of Microsoft are used only as its trademark guidelines allow, such as in truthful statements of " +
			"compatibility, and never so that they suggest who somebody is.",
		Document: document, Section: "Trademark and brand guideline",
	}
}
