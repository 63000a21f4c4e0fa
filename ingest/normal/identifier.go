package normal

import (
	"rollcall/ingest/jsondoc"
	"rollcall/schema/rawid"
)

// Identifier sets dst to the normal raw id of a CommunicationIdentifierModel
// and makes it part of the content. The model may lie below
// communicationIdentifier, as in Event Grid's events since December 2022, and
// may lack rawId, which its only other member then tells.
func (w *Writer) Identifier(dst *string, name string, v jsondoc.Value) {
	w.Text(dst, name, w.identifier(v))
}

// IdentifierText returns the same as a string of its own.
func (w *Writer) IdentifierText(v jsondoc.Value) string { return string(w.identifier(v)) }

// identifier returns the normal raw id in memory that the next call reuses.
func (w *Writer) identifier(v jsondoc.Value) []byte {
	if inner := v.GetAny("communicationIdentifier", "identifier"); inner.Kind() == jsondoc.Object {
		v = inner
	}
	raw := ID(v.Get("rawId"))
	if len(raw) == 0 {
		w.Scratch = appendModel(w.Scratch[:0], v)
		raw = w.Scratch
	}
	w.rawID = rawid.Append(w.rawID[:0], raw, rawid.GUIDUnknown)
	return w.rawID
}

// appendModel appends the raw id that an identifier without one stands for.
func appendModel(dst []byte, v jsondoc.Value) []byte {
	if id := ID(v.Get("communicationUser").Get("id")); len(id) > 0 {
		return append(dst, id...)
	}
	if number := ID(v.Get("phoneNumber").Get("value")); len(number) > 0 {
		return append(append(dst, "4:"...), number...)
	}
	if user := v.Get("microsoftTeamsUser"); user.Exists() {
		id := ID(user.Get("userId"))
		if len(id) == 0 {
			return dst
		}
		if anonymous, _ := user.Get("isAnonymous").Bool(); anonymous {
			return append(append(dst, "8:teamsvisitor:"...), id...)
		}
		return append(appendCloud(append(dst, "8:"...), user), id...)
	}
	if app := v.Get("microsoftTeamsApp"); app.Exists() {
		if id := ID(app.Get("appId")); len(id) > 0 {
			return append(appendCloud(append(dst, "28:"...), app), id...)
		}
	}
	return dst
}

// appendCloud appends what a raw id calls the cloud of a user or app.
func appendCloud(dst []byte, v jsondoc.Value) []byte {
	switch cloud := Token(v.Get("cloud")); {
	case Is(cloud, "gcch"):
		return append(dst, "gcch:"...)
	case Is(cloud, "dod"):
		return append(dst, "dod:"...)
	}
	return append(dst, "orgid:"...)
}
