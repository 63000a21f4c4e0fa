// Package callid reads server call ids. Event Grid, Call Automation and Azure
// Monitor name a call by one: a URL of its conversation in base64url, such as
// https://api.flightproxy.skype.com/api/v2/cp/…/conv/{id}?i=112&e=638205478.
// The query differs between copies of the id of one conversation, and so may
// the host, so that only the conversation part is compared.
package callid

import (
	"bytes"
	"encoding/base64"

	"rollcall/schema/rawid"
)

// maxLength is how long a server call id is decoded; real ones have less than
// 300 bytes.
const maxLength = 4096

// Append appends what a server call id is compared by: "/conv/{id}", with its
// case kept, where the id is that of a conversation's URL, in base64url with or
// without padding, in plain base64, or as it is; else the id itself without
// white space around it. A placeholder gives nothing.
func Append(dst, raw []byte) []byte {
	raw = bytes.TrimSpace(raw)
	if rawid.Placeholder(raw) {
		return dst
	}
	if conversation := find(raw); conversation != nil {
		return append(dst, conversation...)
	}
	if len(raw) <= maxLength {
		var url [maxLength * 3 / 4]byte
		if n := decode(url[:], raw); n > 0 {
			if conversation := find(url[:n]); conversation != nil {
				return append(dst, conversation...)
			}
		}
	}
	return append(dst, raw...)
}

// Conversation returns the same as a string.
func Conversation(raw string) string { return string(Append(nil, []byte(raw))) }

// decode writes what s stands for in base64 to dst and returns how much it is,
// or 0 if s is no base64.
func decode(dst, s []byte) int {
	s = bytes.TrimRight(s, "=")
	encoding := base64.RawURLEncoding
	if bytes.ContainsAny(s, "+/") {
		encoding = base64.RawStdEncoding
	}
	n, err := encoding.Decode(dst, s)
	if err != nil {
		return 0
	}
	return n
}

// find returns the conversation part of a URL, or nil.
func find(url []byte) []byte {
	const scheme, part = "://", "/conv/"
	if !bytes.Contains(url, []byte(scheme)) {
		return nil
	}
	i := bytes.LastIndex(url, []byte(part))
	if i < 0 {
		return nil
	}
	url = url[i:]
	if end := bytes.IndexAny(url[len(part):], "?#/"); end >= 0 {
		url = url[:len(part)+end]
	}
	if len(url) == len(part) {
		return nil
	}
	for _, c := range url {
		if c <= ' ' || c >= 0x7f {
			return nil // base64 that happened to decode
		}
	}
	return url
}
