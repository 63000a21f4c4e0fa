package export

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
)

// Pseudonyms replaces what names a person by "p_" and 20 hex digits of
// HMAC-SHA-256 of the normalised value (design.md, section 10). The nil value
// replaces nothing.
type Pseudonyms struct{ key []byte }

// NewPseudonyms returns pseudonyms under a key.
func NewPseudonyms(key []byte) *Pseudonyms { return &Pseudonyms{key: key} }

// ID is the pseudonym of a raw id, a name or a number; empty stays empty.
func (p *Pseudonyms) ID(value string) string {
	if p == nil || value == "" {
		return value
	}
	mac := hmac.New(sha256.New, p.key)
	mac.Write([]byte(value))
	return "p_" + hex.EncodeToString(mac.Sum(nil)[:10])
}

// Text leaves free text out, which may hold what names a person.
func (p *Pseudonyms) Text(value string) string {
	if p != nil {
		return ""
	}
	return value
}
