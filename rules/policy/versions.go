package policy

import "time"

// InForce returns the version that judges a call which started at an instant:
// the latest that was in force then; the first for older calls, and where the
// instant is not known (zero). Of versions from one instant the later in the
// list holds. It returns nil without any version.
func InForce(versions []*Policy, start time.Time) *Policy {
	var first, best *Policy
	for _, p := range versions {
		if first == nil || !p.EffectiveFrom.After(first.EffectiveFrom) {
			first = p
		}
		if !p.EffectiveFrom.After(start) && (best == nil || !p.EffectiveFrom.Before(best.EffectiveFrom)) {
			best = p
		}
	}
	if best == nil {
		return first
	}
	return best
}

// Apply returns versions under which p judges every call that started at since
// or later, whatever p's file says of when it holds, and what the other versions
// would lay down for then.
func Apply(versions []*Policy, p *Policy, since time.Time) []*Policy {
	out := make([]*Policy, 0, len(versions)+1)
	for _, v := range versions {
		if v.EffectiveFrom.Before(since) {
			out = append(out, v)
		}
	}
	c := *p
	c.EffectiveFrom = since
	return append(out, &c)
}
