// Package rawid knows the grammar of raw ids, the names that Azure
// Communication Services and Teams give to a participant ("8:acs:…"). It brings
// them to a normal form, so that the same participant compares equal in every
// source, and tells the identity model that an id belongs to.
//
// The grammar is that of createIdentifierFromRawId in
// @azure/communication-common (facts about it: formats research, section 7).
package rawid

import (
	"bytes"
	"encoding/binary"

	"rollcall/schema"
)

// A Cloud is the Microsoft cloud that an id belongs to.
type Cloud string

// The clouds that a raw id can tell. CloudUnknown is that of an id which names
// none, such as a phone number.
const (
	CloudUnknown Cloud = ""
	CloudPublic  Cloud = "public"
	CloudGCCHigh Cloud = "gcch"
	CloudDoD     Cloud = "dod"
)

// A Kind is what a bare GUID stands for, which only its surroundings can tell:
// Azure Monitor writes the ids of Teams users and voice apps without a prefix.
type Kind uint8

// The kinds of a bare GUID.
const (
	GUIDUnknown   Kind = iota // it stays a bare GUID
	GUIDTeamsUser             // it is "8:orgid:…"
	GUIDTeamsApp              // it is "28:orgid:…"
)

// ZeroGUID stands for no id.
const ZeroGUID = "00000000-0000-0000-0000-000000000000"

// grammar lists the prefixes. The part behind a prefix is lower case in the
// normal form where it holds nothing but GUIDs, else it is kept.
var grammar = []struct {
	prefix   string
	identity schema.Identity
	cloud    Cloud
	lower    bool
}{
	{"8:acs:", schema.IdentityExternalUser, CloudPublic, true},
	{"8:orgid:", schema.IdentityTeamsUser, CloudPublic, true},
	{"8:teamsvisitor:", schema.IdentityAnonymous, CloudPublic, true},
	{"4:", schema.IdentityPhone, CloudUnknown, false},
	{"28:orgid:", schema.IdentityTeamsApp, CloudPublic, true},
	{"28:gcch:", schema.IdentityTeamsApp, CloudGCCHigh, true},
	{"28:dod:", schema.IdentityTeamsApp, CloudDoD, true},
	{"28:gcch-global:", schema.IdentityBot, CloudGCCHigh, false},
	{"28:dod-global:", schema.IdentityBot, CloudDoD, false},
	{"28:", schema.IdentityBot, CloudUnknown, false},
	{"8:gcch-acs:", schema.IdentityExternalUser, CloudGCCHigh, true},
	{"8:dod-acs:", schema.IdentityExternalUser, CloudDoD, true},
	{"8:gcch:", schema.IdentityTeamsUser, CloudGCCHigh, true},
	{"8:dod:", schema.IdentityTeamsUser, CloudDoD, true},
	{"8:spool:", schema.IdentityExternalUser, CloudUnknown, false},
}

// Append appends the normal form of raw: without white space around it, with
// the "8:" that Azure Monitor leaves out, GUIDs and prefixes in lower case. A
// phone number gets its "4:". Nothing is appended for what names nobody: an
// empty text, "null", "Redacted", the zero GUID, a template such as "{rawId}".
func Append(dst, raw []byte, guid Kind) []byte {
	raw = bytes.TrimSpace(raw)
	if Placeholder(raw) {
		return dst
	}
	switch {
	case IsGUID(raw):
		switch guid {
		case GUIDTeamsUser:
			dst = append(dst, "8:orgid:"...)
		case GUIDTeamsApp:
			dst = append(dst, "28:orgid:"...)
		}
		return AppendLower(dst, raw)
	case raw[0] == '+' && len(raw) > 1 && digits(raw[1:]):
		return append(append(dst, "4:"...), raw...)
	case raw[0]|0x20 >= 'a' && raw[0]|0x20 <= 'z':
		return appendUnprefixed(dst, raw)
	}
	for i := range grammar {
		if g := &grammar[i]; hasPrefixFold(raw, g.prefix) {
			dst = append(dst, g.prefix...)
			if g.lower || equalFold(raw[len(g.prefix):], "anonymous") {
				return AppendLower(dst, raw[len(g.prefix):])
			}
			return append(dst, raw[len(g.prefix):]...)
		}
	}
	return append(dst, raw...)
}

// appendUnprefixed handles an id that begins with a letter: one that lacks its
// "8:", or something unknown.
func appendUnprefixed(dst, raw []byte) []byte {
	for i := range grammar {
		g := &grammar[i]
		if g.prefix[0] == '8' && hasPrefixFold(raw, g.prefix[2:]) {
			dst = append(dst, g.prefix...)
			if g.lower {
				return AppendLower(dst, raw[len(g.prefix)-2:])
			}
			return append(dst, raw[len(g.prefix)-2:]...)
		}
	}
	return append(dst, raw...)
}

// Normal returns the normal form of raw as Append makes it.
func Normal(raw string, guid Kind) string {
	return string(Append(nil, []byte(raw), guid))
}

// Identity returns the model of a raw id in normal form.
func Identity(normal string) schema.Identity {
	identity, _ := Classify(normal)
	return identity
}

// Classify returns the model and the cloud of a raw id in normal form. An id
// of an Azure Communication Services user with exactly three parts (resource,
// tenant, user) is that of a Teams extension user.
func Classify(normal string) (schema.Identity, Cloud) {
	for i := range grammar {
		g := &grammar[i]
		if len(normal) <= len(g.prefix) || normal[:len(g.prefix)] != g.prefix {
			continue
		}
		if g.lower && g.identity == schema.IdentityExternalUser {
			parts := 1
			for _, c := range []byte(normal[len(g.prefix):]) {
				if c == '_' {
					parts++
				}
			}
			if parts == 3 {
				return schema.IdentityTeamsExtensionUser, g.cloud
			}
		}
		return g.identity, g.cloud
	}
	return schema.IdentityUnknown, CloudUnknown
}

// Placeholder reports whether a text without white space around it stands for
// an id that is not known: nothing, "null", "Redacted", the zero GUID, or a
// template in braces as documentation has them.
func Placeholder(s []byte) bool {
	switch len(s) {
	case 0:
		return true
	case len("null"):
		return equalFold(s, "null")
	case len("redacted"):
		return equalFold(s, "redacted")
	case len(ZeroGUID):
		if s[0] == '0' && string(s) == ZeroGUID {
			return true
		}
	}
	return s[0] == '{' && s[len(s)-1] == '}'
}

// IsGUID reports whether s is a GUID with hyphens and without braces.
func IsGUID(s []byte) bool {
	if len(s) != len(ZeroGUID) {
		return false
	}
	for i, c := range s {
		switch i {
		case 8, 13, 18, 23:
			if c != '-' {
				return false
			}
		default:
			if c-'0' > 9 && (c|0x20 < 'a' || c|0x20 > 'f') {
				return false
			}
		}
	}
	return true
}

// AppendLower appends s with its ASCII letters in lower case.
func AppendLower(dst, s []byte) []byte {
	n := len(dst)
	dst = append(dst, s...)
	Lower(dst[n:])
	return dst
}

// Lower puts the ASCII letters of s in lower case, in place.
func Lower(s []byte) { CopyLower(s, s) }

// CopyLower copies src to the start of dst, which must be as long at least, with
// its ASCII letters in lower case.
func CopyLower(dst, src []byte) {
	n := len(src)
	if n < 8 {
		for i, c := range src {
			if c-'A' < 26 {
				c |= 0x20
			}
			dst[i] = c
		}
		return
	}
	_ = dst[n-1]
	// The last eight bytes may overlap those before: what is lower stays so.
	last := lowerWord(binary.LittleEndian.Uint64(src[n-8:]))
	for i := 0; i+8 < n; i += 8 {
		binary.LittleEndian.PutUint64(dst[i:], lowerWord(binary.LittleEndian.Uint64(src[i:])))
	}
	binary.LittleEndian.PutUint64(dst[n-8:], last)
}

// lowerWord does it to eight bytes at once: in each that is ASCII and from A to
// Z, one of the two sums reaches the high bit and the other does not.
func lowerWord(w uint64) uint64 {
	const ones, high = 0x0101010101010101, 0x8080808080808080
	low := w &^ high
	upper := ((low + (0x80-'A')*ones) ^ (low + (0x80-'Z'-1)*ones)) &^ w & high
	return w | upper>>2
}

func digits(s []byte) bool {
	for _, c := range s {
		if c-'0' > 9 {
			return false
		}
	}
	return true
}

func hasPrefixFold(s []byte, prefix string) bool {
	return len(s) > len(prefix) && equalFold(s[:len(prefix)], prefix)
}

// equalFold compares with a text in lower case, ignoring the case of ASCII
// letters.
func equalFold(s []byte, lower string) bool {
	if len(s) != len(lower) {
		return false
	}
	for i, c := range s {
		if c-'A' < 26 {
			c |= 0x20
		}
		if c != lower[i] {
			return false
		}
	}
	return true
}
