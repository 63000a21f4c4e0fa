package config

import (
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"strings"
)

// redacted stands for a secret in everything that is printed.
const redacted = "***"

// Secret is a text that never shows: printed, logged or marshalled it is
// "***", or empty where there is none. The zero value is no secret.
type Secret struct{ text string }

// NewSecret keeps text as a secret.
func NewSecret(text string) Secret { return Secret{text} }

// Reveal returns the text itself, for the one call that needs it.
func (s Secret) Reveal() string { return s.text }

// String returns "***", or nothing where there is no secret.
func (s Secret) String() string {
	if s.text == "" {
		return ""
	}
	return redacted
}

// Format keeps the text out of every verb, %#v and %x included.
func (s Secret) Format(f fmt.State, _ rune) { writeString(f, s.String()) }

// LogValue keeps the text out of logs.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// MarshalText keeps the text out of JSON and other encodings.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// MarshalYAML keeps the text out of a dumped configuration.
func (s Secret) MarshalYAML() (any, error) { return s.String(), nil }

// DSN is an address that may hold a password, which it never shows.
type DSN struct{ text string }

// NewDSN keeps text as a DSN.
func NewDSN(text string) DSN { return DSN{text} }

// Reveal returns the address with its password.
func (d DSN) Reveal() string { return d.text }

// String returns the address with "***" for a password, in the user part or
// in the query; an address that can't be read is all "***".
func (d DSN) String() string {
	if d.text == "" {
		return ""
	}
	u, err := url.Parse(d.text)
	if err != nil || u.Host == "" {
		return redacted
	}
	query := u.Query()
	for key := range query {
		if strings.Contains(strings.ToLower(key), "password") {
			query.Set(key, redacted)
		}
	}
	u.RawQuery = query.Encode()
	if _, has := u.User.Password(); has {
		u.User = url.UserPassword(u.User.Username(), redacted)
	}
	// The mark is shown as it is, not as the escapes that a URL would need.
	return strings.ReplaceAll(u.String(), url.QueryEscape(redacted), redacted)
}

// Format keeps the password out of every verb.
func (d DSN) Format(f fmt.State, _ rune) { writeString(f, d.String()) }

// LogValue keeps the password out of logs.
func (d DSN) LogValue() slog.Value { return slog.StringValue(d.String()) }

// MarshalText keeps the password out of JSON and other encodings.
func (d DSN) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// MarshalYAML keeps the password out of a dumped configuration.
func (d DSN) MarshalYAML() (any, error) { return d.String(), nil }

// writeString writes for a Formatter, which has nowhere to report an error to.
func writeString(w io.Writer, s string) { _, _ = io.WriteString(w, s) }
