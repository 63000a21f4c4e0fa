package graph

import (
	"bytes"

	"rollcall/ingest/jsondoc"
	"rollcall/ingest/normal"
	"rollcall/schema/rawid"
)

// A person is what an identity set says of one participant.
type person struct {
	raw    []byte // normalised; valid until the next
	name   []byte
	tenant []byte
}

// identitySet names the members of a communicationsIdentitySet, those that tell
// most first, with what a raw id of each begins with. Azure Communication
// Services users have theirs whole.
var identitySet = []struct{ member, prefix string }{
	{"azureCommunicationServicesUser", ""},
	{"acsUser", ""},
	{"user", "8:orgid:"},
	{"guest", "8:teamsvisitor:"},
	{"phone", "4:"},
	{"applicationInstance", "28:orgid:"},
	{"application", "28:"},
	{"onPremises", ""},
	{"assertedIdentity", ""},
}

// person reads an identity set, or something around one.
func (d *Decoder) person(v jsondoc.Value) person {
	if info := v.Get("info"); info.Kind() == jsondoc.Object {
		v = info
	}
	if set := v.Get("identity"); set.Kind() == jsondoc.Object {
		v = set
	}
	for _, kind := range identitySet {
		if one := v.Get(kind.member); one.Kind() == jsondoc.Object && len(normal.ID(one.Get("id"))) > 0 {
			return d.identity(one, prefixOfUser(one, kind.prefix))
		}
	}
	return person{}
}

// identity reads one identity whose raw id begins with prefix, unless its id is
// whole.
func (d *Decoder) identity(v jsondoc.Value, prefix string) person {
	id := normal.ID(v.Get("id"))
	d.raw = d.raw[:0]
	if len(id) > 0 && bytes.IndexByte(id, ':') < 0 {
		d.raw = append(d.raw, prefix...)
	}
	d.raw = append(d.raw, id...)
	length := len(d.raw)
	d.raw = rawid.Append(d.raw, d.raw, rawid.GUIDUnknown)
	// The name is kept as it is: rules judge placeholders and white space.
	return person{d.raw[length:], v.Get("displayName").Bytes(), normal.ID(v.Get("tenantId"))}
}

// prefixOfUser corrects the prefix of a user by the type of its identity.
func prefixOfUser(v jsondoc.Value, prefix string) string {
	kind := normal.Token(v.Get("userIdentityType"))
	switch {
	case normal.Is(kind, "anonymousguest"):
		return "8:teamsvisitor:"
	case normal.Is(kind, "phoneuser"):
		return "4:"
	case normal.Is(kind, "azurecommunicationservicesuser"),
		normal.Is(kind, "personalmicrosoftaccountuser"), normal.Is(kind, "skypeuser"), normal.Is(kind, "emailuser"):
		return ""
	}
	return prefix
}

// associated reads the identity of an end of a session, whose @odata.type
// tells what it is: #microsoft.graph.communicationsPhoneIdentity.
func (d *Decoder) associated(v jsondoc.Value) person {
	kind := normal.Fold(v.Get("@odata.type").Bytes())
	id := normal.ID(v.Get("id"))
	prefix := ""
	switch {
	case bytes.Contains(kind, []byte("azurecommunicationservices")):
	case bytes.Contains(kind, []byte("guest")):
		prefix = "8:teamsvisitor:"
	case bytes.Contains(kind, []byte("phone")), bytes.HasPrefix(id, []byte("+")):
		prefix = "4:"
	case bytes.Contains(kind, []byte("applicationinstance")):
		prefix = "28:orgid:"
	case bytes.Contains(kind, []byte("application")):
		prefix = "28:"
	case rawid.IsGUID(id):
		prefix = prefixOfUser(v, "8:orgid:")
	}
	return d.identity(v, prefix)
}
