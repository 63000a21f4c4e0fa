// Package meeting reads what Microsoft Graph names a Teams meeting by: its id,
// its join URL, and the paths of resources with one of them in it. Each holds
// the meeting's thread, by which Azure Monitor knows the call, and at times its
// organizer.
//
// The forms are those of real messages: an id is base64 of
// 1*{organizer}*0**{thread}, a join URL
// https://teams.microsoft.com/l/meetup-join/{thread}/0?context={"Tid":…,"Oid":…},
// percent-encoded once or more.
package meeting

import (
	"encoding/base64"
	"net/url"
	"strings"
)

// maxLength is how long a text is read; real ones have less than 1,000 bytes.
const maxLength = 16 << 10

// Find returns the thread ("19:meeting_…@thread.v2") and the organizer, a GUID
// in lower case, that a meeting's id, a join URL or a resource's path holds.
// What it does not hold is empty.
func Find(text string) (thread, organizer string) {
	text = strings.TrimSpace(text)
	if len(text) > maxLength {
		return "", ""
	}
	text = unescape(text)
	if thread = threadIn(text); thread != "" {
		return thread, organizerIn(text)
	}
	for _, part := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune("/'()\"?&", r) }) {
		if thread, organizer = ofID(part); thread != "" {
			return thread, organizer
		}
	}
	return "", ""
}

// unescape undoes percent-encoding, which may have been done more than once.
func unescape(text string) string {
	for range 3 {
		if !strings.Contains(text, "%") {
			break
		}
		plain, err := url.PathUnescape(text)
		if err != nil {
			break
		}
		text = plain
	}
	return text
}

// threadIn returns the first thread in a text.
func threadIn(text string) string {
	const first, kind = "19:", "@thread."
	for at := 0; ; {
		i := strings.Index(text[at:], first)
		if i < 0 {
			return ""
		}
		at += i
		end := at
		for end < len(text) && threadByte(text[end]) {
			end++
		}
		if i := strings.Index(text[at:end], kind); i > len(first) && at+i+len(kind) < end {
			return text[at:end]
		}
		at += len(first)
	}
}

func threadByte(c byte) bool {
	return c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z' || strings.IndexByte(":_-.@=", c) >= 0
}

// organizerIn returns the Oid of a join URL's context.
func organizerIn(text string) string {
	const name = `"oid":"`
	i := strings.Index(strings.ToLower(text), name)
	if i < 0 {
		return ""
	}
	text = strings.ToLower(text)[i+len(name):]
	return guid(text)
}

// ofID reads base64 of 1*{organizer}*0**{thread}.
func ofID(id string) (thread, organizer string) {
	const shortest = 40
	if len(id) < shortest {
		return "", ""
	}
	id = strings.TrimRight(id, "=")
	plain, err := base64.RawStdEncoding.DecodeString(id)
	if err != nil {
		if plain, err = base64.RawURLEncoding.DecodeString(id); err != nil {
			return "", ""
		}
	}
	text := string(plain)
	if thread = threadIn(text); thread == "" {
		return "", ""
	}
	if _, rest, ok := strings.Cut(text, "*"); ok {
		organizer = guid(strings.ToLower(rest))
	}
	return thread, organizer
}

// guid returns the GUID that a text in lower case begins with.
func guid(text string) string {
	const length = len("00000000-0000-0000-0000-000000000000")
	if len(text) < length {
		return ""
	}
	for i := range length {
		c := text[i]
		hyphen := i == 8 || i == 13 || i == 18 || i == 23
		if hyphen != (c == '-') || !hyphen && (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return ""
		}
	}
	return text[:length]
}
