package normal

import (
	"bytes"
	"time"
)

// Why a time can't be read. They end up in schema.Event.TimeReason.
const (
	TimeAbsent     = "the time is absent"
	TimeUnreadable = "the time is in no known form"
	TimeOutOfRange = "the time is not within the years 1970 to 2199"
)

// The years that a time may lie in. Earlier and later ones are defaults and
// sentinels of programming languages, never evidence.
const (
	minMillis = 0             // 1970-01-01T00:00:00Z
	maxMillis = 7258118400000 // 2200-01-01T00:00:00Z, excluded
)

// Instant reads a time and cuts it to the millisecond, in UTC. It knows
// RFC 3339 with any number of digits of a second, or none; a time without a
// zone is UTC, as Azure's own tables have it; the letter T may be a blank, or
// be missing as in the samples of Microsoft Graph's documentation
// (2021-03-1706:47:05.123Z); and the form in which the Azure portal exports
// columns named "… [UTC]" (5/25/2023, 5:43:25.746 PM). What can't be read gives
// the zero time and says why.
func Instant(text []byte) (t time.Time, problem string) {
	text = bytes.TrimSpace(text)
	if len(text) == 0 || Is(text, "null") {
		return time.Time{}, TimeAbsent
	}
	ms, ok := parseRFC3339(text)
	if !ok {
		ms, ok = parsePortal(text)
	}
	if !ok {
		return time.Time{}, TimeUnreadable
	}
	return FromMillis(ms)
}

// FromMillis returns the time so many milliseconds after 1970, UTC, if it is
// in range.
func FromMillis(ms int64) (t time.Time, problem string) {
	if ms < minMillis || ms >= maxMillis {
		return time.Time{}, TimeOutOfRange
	}
	return time.UnixMilli(ms).UTC(), ""
}

// Add returns t and a duration, or the zero time if either is not known or the
// sum is out of range.
func Add(t time.Time, ms int64) time.Time {
	if t.IsZero() {
		return t
	}
	sum, _ := FromMillis(t.UnixMilli() + ms)
	return sum
}

// scanner reads a text from the left; bad remembers that something was missing.
type scanner struct {
	s   []byte
	bad bool
}

// number reads at least least and at most most digits.
func (s *scanner) number(least, most int) int {
	n, i := 0, 0
	for i < most && i < len(s.s) && s.s[i]-'0' <= 9 {
		n = n*10 + int(s.s[i]-'0')
		i++
	}
	if i < least {
		s.bad = true
	}
	s.s = s.s[i:]
	return n
}

func (s *scanner) skip(c byte) bool {
	if len(s.s) > 0 && s.s[0] == c {
		s.s = s.s[1:]
		return true
	}
	return false
}

func (s *scanner) expect(c byte) {
	if !s.skip(c) {
		s.bad = true
	}
}

// millis reads a fraction of a second, if there is one, and cuts it.
func (s *scanner) millis() int {
	if !s.skip('.') && !s.skip(',') {
		return 0
	}
	ms, i := 0, 0
	for ; i < len(s.s) && s.s[i]-'0' <= 9; i++ {
		if i < 3 {
			ms = ms*10 + int(s.s[i]-'0')
		}
	}
	if i == 0 {
		s.bad = true
	}
	for j := i; j < 3; j++ {
		ms *= 10
	}
	s.s = s.s[i:]
	return ms
}

func parseRFC3339(text []byte) (ms int64, ok bool) {
	s := scanner{s: text}
	year := s.number(4, 4)
	s.expect('-')
	month := s.number(2, 2)
	s.expect('-')
	day := s.number(2, 2)
	if !s.skip('T') && !s.skip('t') {
		s.skip(' ')
	}
	hour := s.number(2, 2)
	s.expect(':')
	minute := s.number(2, 2)
	second, fraction := 0, 0
	if s.skip(':') {
		second = s.number(2, 2)
		fraction = s.millis()
	}
	offset := s.zone()
	if s.bad || len(s.s) > 0 || hour > 23 {
		return 0, false
	}
	ms, ok = civil(year, month, day, hour, minute, second, fraction)
	return ms - int64(offset)*60_000, ok
}

// zone reads the offset from UTC in minutes: Z, UTC, ±hh:mm, ±hhmm, ±hh, or
// nothing, which is UTC.
func (s *scanner) zone() int {
	if s.skip('Z') || s.skip('z') || len(s.s) == 0 {
		return 0
	}
	s.skip(' ')
	if string(s.s) == "UTC" {
		s.s = nil
		return 0
	}
	sign := 1
	if s.skip('-') {
		sign = -1
	} else {
		s.expect('+')
	}
	hours, minutes := s.number(2, 2), 0
	if s.skip(':') || len(s.s) > 0 {
		minutes = s.number(2, 2)
	}
	if hours > 23 || minutes > 59 {
		s.bad = true
	}
	return sign * (hours*60 + minutes)
}

// parsePortal reads month/day/year, hour:minute:second AM or PM. Without AM or
// PM it could be another country's order of day and month and is not read.
func parsePortal(text []byte) (ms int64, ok bool) {
	s := scanner{s: text}
	month := s.number(1, 2)
	s.expect('/')
	day := s.number(1, 2)
	s.expect('/')
	year := s.number(4, 4)
	s.skip(',')
	s.expect(' ')
	hour := s.number(1, 2)
	s.expect(':')
	minute := s.number(2, 2)
	second, fraction := 0, 0
	if s.skip(':') {
		second = s.number(2, 2)
		fraction = s.millis()
	}
	// Newer browsers set AM and PM off with a narrow no-break space.
	rest := bytes.TrimSpace(bytes.TrimPrefix(s.s, []byte("\u202f")))
	if s.bad || len(rest) == len(s.s) || hour < 1 || hour > 12 {
		return 0, false
	}
	hour %= 12
	switch {
	case Is(rest, "pm"):
		hour += 12
	case !Is(rest, "am"):
		return 0, false
	}
	return civil(year, month, day, hour, minute, second, fraction)
}

// civil returns the milliseconds since 1970 of a time in the Gregorian
// calendar, if there is such a time. The hour is checked by the caller.
func civil(year, month, day, hour, minute, second, ms int) (int64, bool) {
	if month < 1 || month > 12 || day < 1 || day > monthDays(year, month) || minute > 59 || second > 59 {
		return 0, false
	}
	// Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms",
	// days_from_civil; years are not negative here.
	y, m := year, month
	if m <= 2 {
		y--
		m += 12
	}
	era := y / 400
	if y < 0 {
		era = -1
	}
	yearOfEra := y - era*400
	dayOfYear := (153*(m-3)+2)/5 + day - 1
	dayOfEra := yearOfEra*365 + yearOfEra/4 - yearOfEra/100 + dayOfYear
	days := int64(era)*146097 + int64(dayOfEra) - 719468
	return ((days*24+int64(hour))*60+int64(minute))*60_000 + int64(second)*1000 + int64(ms), true
}

func monthDays(year, month int) int {
	switch month {
	case 4, 6, 9, 11:
		return 30
	case 2:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	}
	return 31
}
