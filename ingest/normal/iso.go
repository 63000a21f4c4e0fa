package normal

import "bytes"

// ISODuration reads a duration of ISO 8601 such as PT40M19.26S or P1DT2H and
// returns whole milliseconds, the nearest, half up. Years and months, whose
// length varies, are not read. What can't be read, is negative or absurdly long
// gives NoDuration and says why.
func ISODuration(text []byte) (ms int64, problem string) {
	text = bytes.TrimSpace(text)
	if len(text) == 0 || Is(text, "null") {
		return NoDuration, DurationAbsent
	}
	if text[0] == '-' {
		return NoDuration, DurationNegative
	}
	if text[0]|0x20 != 'p' || len(text) < 3 {
		return NoDuration, DurationUnreadable
	}
	text = text[1:]
	units, parts := isoDays, 0
	for len(text) > 0 {
		if text[0]|0x20 == 't' && units[0].letter != 'h' {
			text, units = text[1:], isoTime
			if len(text) == 0 {
				return NoDuration, DurationUnreadable
			}
			continue
		}
		n := 0
		for n < len(text) && (text[n]-'0' <= 9 || text[n] == '.' || text[n] == ',') {
			n++
		}
		if n == 0 || n == len(text) {
			return NoDuration, DurationUnreadable
		}
		part, rest, problem := isoPart(text[:n], text[n]|0x20, units)
		if problem != "" {
			return NoDuration, problem
		}
		if ms += part; ms > MaxDuration {
			return NoDuration, DurationTooLong
		}
		units, text = rest, text[n+1:]
		parts++
	}
	if parts == 0 {
		return NoDuration, DurationUnreadable
	}
	return ms, ""
}

type isoUnit struct {
	letter byte
	ms     int64
}

// The units before and after the T, each at most once and in this order; the
// last stands for none.
var (
	isoDays = []isoUnit{{'w', 7 * 24 * 3600_000}, {'d', 24 * 3600_000}, {0, 0}}
	isoTime = []isoUnit{{'h', 3600_000}, {'m', 60_000}, {'s', 1000}, {0, 0}}
)

// isoPart reads one number with its unit, and returns the units that may follow.
func isoPart(number []byte, letter byte, units []isoUnit) (ms int64, rest []isoUnit, problem string) {
	for i, unit := range units {
		if unit.letter != letter || letter == 0 {
			continue
		}
		if i := bytes.IndexByte(number, ','); i >= 0 {
			number = bytes.Clone(number)
			number[i] = '.'
		}
		d, ok := splitDecimal(number)
		if !ok {
			return 0, nil, DurationUnreadable
		}
		if len(d.digits) == 0 {
			return 0, units[i+1:], ""
		}
		if letter == 's' {
			ms, ok = d.round(3)
		} else if ms, ok = d.round(0); ok && bytes.IndexByte(number, '.') >= 0 {
			return 0, nil, DurationUnreadable // a fraction of an hour is never sent
		}
		if !ok || letter != 's' && ms > MaxDuration/unit.ms || ms > MaxDuration {
			return 0, nil, DurationTooLong
		}
		if letter != 's' {
			ms *= unit.ms
		}
		return ms, units[i+1:], ""
	}
	return 0, nil, DurationUnreadable
}

// ISODuration reads such a duration, notes it if it can't be read, and makes it
// part of the content.
func (w *Writer) ISODuration(name string, text []byte) int64 {
	ms, problem := ISODuration(text)
	if problem != "" && problem != DurationAbsent {
		w.Unread(name, problem)
	}
	w.field++
	if ms != NoDuration {
		w.putInt(ms)
	}
	return ms
}
