package metering

import (
	"cmp"
	"math/bits"
	"slices"
	"time"

	"rollcall/reports/tariff"
)

const msPerDay = 24 * 60 * msPerMinute

// span is a half-open interval in Unix milliseconds.
type span struct{ start, end int64 }

// share is the part of some usage that falls on one UTC day.
type share struct {
	day time.Time // midnight UTC at which the day begins
	ms  int64
}

// floorDay is the Unix millisecond at which the UTC day of ms begins.
func floorDay(ms int64) int64 {
	d := ms / msPerDay
	if ms%msPerDay < 0 {
		d--
	}
	return d * msPerDay
}

func dayOf(t time.Time) time.Time { return time.UnixMilli(floorDay(t.UnixMilli())).UTC() }

// union sorts spans and joins those that touch, so that time is counted once.
// Empty spans vanish.
func union(spans []span) []span {
	spans = slices.DeleteFunc(slices.Clone(spans), func(s span) bool { return s.end <= s.start })
	slices.SortFunc(spans, func(a, b span) int { return cmp.Or(cmp.Compare(a.start, b.start), cmp.Compare(a.end, b.end)) })
	var out []span
	for _, s := range spans {
		if n := len(out); n > 0 && s.start <= out[n-1].end {
			out[n-1].end = max(out[n-1].end, s.end)
			continue
		}
		out = append(out, s)
	}
	return out
}

// overlap is the time that lies both in some spans and in others. Those of each
// list are apart, so that no time is in it twice.
func overlap(spans, others []span) []span {
	var out []span
	for _, s := range spans {
		for _, o := range others {
			if start, end := max(s.start, o.start), min(s.end, o.end); start < end {
				out = append(out, span{start, end})
			}
		}
	}
	return out
}

func total(spans []span) int64 {
	var ms int64
	for _, s := range spans {
		ms += s.end - s.start
	}
	return ms
}

// split cuts spans at midnight UTC and adds up each day, in order.
func split(spans []span) []share {
	var out []share
	for _, s := range spans {
		for at := s.start; at < s.end; {
			day := floorDay(at)
			next := min(s.end, day+msPerDay)
			if n := len(out); n > 0 && out[n-1].day.UnixMilli() == day {
				out[n-1].ms += next - at
			} else {
				out = append(out, share{time.UnixMilli(day).UTC(), next - at})
			}
			at = next
		}
	}
	return out
}

// book spreads an amount of milliseconds over the days of the spans it was
// used in. The shares always add up to the amount exactly: where the amount is
// not the spans' own length (a server states the length, or a rounding rule
// added to it), earlier days get their proportion, cut to the millisecond, and
// the last day the rest.
func book(spans []span, amount int64, rule tariff.Midnight) []share {
	days := split(spans)
	if len(days) == 0 || amount <= 0 {
		return nil
	}
	switch rule {
	case tariff.MidnightFirstDay:
		return []share{{days[0].day, amount}}
	case tariff.MidnightLastDay:
		return []share{{days[len(days)-1].day, amount}}
	}
	whole := total(spans)
	var before, given int64 // of the spans, of the amount
	out := days[:0:0]
	for _, d := range days {
		before += d.ms
		upto := proportion(amount, before, whole)
		if upto > given {
			out = append(out, share{d.day, upto - given})
		}
		given = upto
	}
	return out
}

// roundUp applies a rounding rule: up to the next whole block.
func roundUp(ms int64, r tariff.Rounding) int64 {
	step := r.Step()
	if rest := ms % step; rest != 0 {
		return ms + step - rest
	}
	return ms
}

// withSurplus adds what rounding added to the last day, so that the days
// before keep the time that was really used on them.
func withSurplus(days []share, surplus int64) []share {
	if n := len(days); n > 0 {
		days[n-1].ms += surplus
	}
	return days
}

// proportion is amount × part ÷ whole, cut, without overflow; part ≤ whole.
func proportion(amount, part, whole int64) int64 {
	hi, lo := bits.Mul64(uint64(amount), uint64(part))
	q, _ := bits.Div64(hi, lo, uint64(whole))
	return int64(q)
}
