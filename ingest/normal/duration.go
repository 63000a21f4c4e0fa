package normal

import (
	"bytes"
)

// A Unit says what a decimal number counts.
type Unit int

// The units, as the power of ten that makes milliseconds of them.
const (
	Milliseconds Unit = 0
	Seconds      Unit = 3
)

// MaxDuration is the longest duration that is believed, in milliseconds: a
// hundred years.
const MaxDuration = 100 * 365 * 24 * 3600 * 1000

// NoDuration is a duration that is not known.
const NoDuration = -1

// Why a duration can't be read.
const (
	DurationAbsent     = "absent"
	DurationUnreadable = "not a decimal number"
	DurationNegative   = "negative"
	DurationTooLong    = "longer than a hundred years"
)

// Duration reads a decimal number of seconds or milliseconds and returns whole
// milliseconds, the nearest, half up, computed in decimal and so exactly. What
// can't be read, is negative or absurdly long gives NoDuration and says why.
func Duration(text []byte, unit Unit) (ms int64, problem string) {
	text = bytes.TrimSpace(text)
	if len(text) == 0 || Is(text, "null") || Is(text, "redacted") {
		return NoDuration, DurationAbsent
	}
	d, ok := splitDecimal(text)
	switch {
	case !ok:
		return NoDuration, DurationUnreadable
	case len(d.digits) == 0:
		return 0, ""
	case d.negative:
		return NoDuration, DurationNegative
	}
	ms, ok = d.round(int64(unit))
	if !ok || ms > MaxDuration {
		return NoDuration, DurationTooLong
	}
	return ms, ""
}

// Offset reads a decimal number of milliseconds that may be negative, in the
// same way; the nearest, half away from zero.
func Offset(text []byte) (ms int64, ok bool) {
	d, ok := splitDecimal(bytes.TrimSpace(text))
	if !ok || len(d.digits) == 0 {
		return 0, ok
	}
	ms, ok = d.round(0)
	if !ok || ms > MaxDuration {
		return 0, false
	}
	if d.negative {
		ms = -ms
	}
	return ms, true
}

// decimal is the number 0.digits × 10^point. The first digit is not zero; zero
// has none.
type decimal struct {
	negative bool
	digits   []byte // in two pieces, without the decimal point
	rest     []byte
	point    int64
}

// splitDecimal takes a number apart: JSON's grammar, with leading zeros and a
// leading plus sign tolerated, which numbers in strings can have.
func splitDecimal(s []byte) (d decimal, ok bool) {
	if len(s) > 0 && (s[0] == '-' || s[0] == '+') {
		d.negative = s[0] == '-'
		s = s[1:]
	}
	whole := digitRun(s)
	s = s[len(whole):]
	if len(whole) == 0 {
		return d, false
	}
	var part []byte
	if len(s) > 0 && s[0] == '.' {
		part = digitRun(s[1:])
		if s = s[1+len(part):]; len(part) == 0 {
			return d, false
		}
	}
	exponent, ok := readExponent(s)
	if !ok {
		return d, false
	}
	whole = bytes.TrimLeft(whole, "0")
	if len(whole) == 0 {
		significant := bytes.TrimLeft(part, "0")
		exponent -= int64(len(part) - len(significant))
		whole, part = significant, nil
		d.point = exponent
	} else {
		d.point = exponent + int64(len(whole))
	}
	d.digits, d.rest = whole, part
	return d, true
}

func digitRun(s []byte) []byte {
	n := 0
	for n < len(s) && s[n]-'0' <= 9 {
		n++
	}
	return s[:n]
}

// readExponent reads what follows the digits of a number: nothing, or an
// exponent. An absurdly large one is cut to a value as far out of all ranges.
func readExponent(s []byte) (exponent int64, ok bool) {
	if len(s) == 0 {
		return 0, true
	}
	if s[0]|0x20 != 'e' {
		return 0, false
	}
	s = s[1:]
	sign := int64(1)
	if len(s) > 0 && (s[0] == '-' || s[0] == '+') {
		if s[0] == '-' {
			sign = -1
		}
		s = s[1:]
	}
	if len(s) == 0 || len(digitRun(s)) < len(s) {
		return 0, false
	}
	const huge = 1 << 40 // more than any text has digits
	for _, c := range s {
		exponent = min(exponent*10+int64(c-'0'), huge)
	}
	return sign * exponent, true
}

// round returns the number times 10^shift as the nearest whole number, half
// away from zero, if it has at most 18 digits. The sign is left out.
func (d decimal) round(shift int64) (n int64, ok bool) {
	point := d.point + shift
	switch {
	case point > 18:
		return 0, false
	case point < 0:
		return 0, true
	}
	for i := range point {
		n = n*10 + int64(d.digit(i))
	}
	if d.digit(point) >= 5 {
		n++
	}
	return n, true
}

// digit returns the i-th digit behind the point of 0.digits.
func (d decimal) digit(i int64) byte {
	if i < int64(len(d.digits)) {
		return d.digits[i] - '0'
	}
	if i -= int64(len(d.digits)); i < int64(len(d.rest)) {
		return d.rest[i] - '0'
	}
	return 0
}
