// Package normal brings the fields of every wire format to one normal form and
// hashes them, so that two messages that say the same have the same natural key
// and content, whatever envelope, case of names or spelling of numbers they
// came in.
package normal

import (
	"bytes"
	"strings"

	"rollcall/ingest/jsondoc"
	"rollcall/schema/rawid"
)

// MaxText is how many bytes a text may have to become part of an event's
// facts. A longer one stays in the message only.
const MaxText = 64 << 10

// ID returns the text of an identifier without white space around it, or
// nothing where it stands for an unknown one (rawid.Placeholder). The bytes may
// belong to the message.
func ID(v jsondoc.Value) []byte {
	text := bytes.TrimSpace(v.Bytes())
	if rawid.Placeholder(text) || len(text) > MaxText {
		return nil
	}
	return text
}

// Token returns the text of a field with few values without white space around
// it, or nothing where it is "null", "Redacted" or a template of documentation.
func Token(v jsondoc.Value) []byte { return ID(v) }

// Fold returns the same in lower case. It changes nothing in place.
func Fold(text []byte) []byte {
	for _, c := range text {
		if c-'A' < 26 {
			return bytes.ToLower(text)
		}
	}
	return text
}

// Is reports whether text is want, a text in lower case, in any case of its
// ASCII letters.
func Is(text []byte, want string) bool {
	if len(text) != len(want) {
		return false
	}
	for i, c := range text {
		if c-'A' < 26 {
			c |= 0x20
		}
		if c != want[i] {
			return false
		}
	}
	return true
}

// AppendResource appends the normal form of an ARM id: lower case, with a
// leading slash and none at the end. Azure Monitor writes it in upper case and
// at times without the slash. What is no ARM id gives nothing.
func AppendResource(dst, raw []byte) []byte {
	raw = bytes.TrimRight(bytes.TrimSpace(raw), "/")
	bare := bytes.TrimLeft(raw, "/")
	const first = "subscriptions/"
	if len(bare) < len(first) || len(bare) > MaxText || !Is(bare[:len(first)], first) {
		return dst
	}
	return rawid.AppendLower(append(dst, '/'), bare)
}

// IsResource reports whether a text is an ARM id.
func IsResource(raw []byte) bool {
	const first = "/subscriptions/"
	raw = bytes.TrimSpace(raw)
	return len(raw) > len(first) &&
		(Is(raw[:len(first)], first) || Is(raw[:len(first)-1], first[1:]))
}

// Segment returns what follows "name/" in a path up to the next slash, such as
// the id in "calling/callConnections/{id}/CallConnected". The name is matched
// as a whole segment, in any case. A template of documentation gives nothing.
func Segment(path, name string) string {
	for path != "" {
		segment, rest, _ := strings.Cut(path, "/")
		if strings.EqualFold(segment, name) {
			value, _, _ := strings.Cut(rest, "/")
			value = strings.TrimSpace(value)
			if rawid.Placeholder([]byte(value)) {
				return ""
			}
			return value
		}
		path = rest
	}
	return ""
}
