package ingest

import (
	"context"
	"slices"
)

// announce tells of a block that is stored, again and again until that succeeds or
// the block is given up. Its offsets are committed afterwards: what the ledger has
// above the committed offset is what may not have been told.
func (p *Pipeline) announce(b *block) error {
	if p.deps.Announce == nil {
		return nil
	}
	s := b.summary()
	return p.retry(b.held, "touched", func() error { return p.deps.Announce(b.held, s) })
}

// announceAgain tells of what the ledger has of a partition, and of which its
// former holder may not have told: it may have ended in between.
func (p *Pipeline) announceAgain(ctx context.Context, part *partition) error {
	if p.deps.Announce == nil {
		return nil
	}
	for _, s := range untold(part.covered, part.claim.Committed) {
		for first := s.first; first <= s.last; first += announcedAtOnce {
			r := Range{part.topic, part.epoch, part.number, first, min(first+announcedAtOnce-1, s.last)}
			keys, err := aliasKeysOf(ctx, p.deps.Conn, []Range{r})
			if err != nil {
				return err
			}
			if err := p.deps.Announce(ctx, Stored{Ranges: []Range{r}, AliasKeys: keys}); err != nil {
				return err
			}
		}
	}
	return nil
}

// announcedAtOnce bounds how many offsets are told of at once.
const announcedAtOnce = 100_000

// untold is what lies at or above the committed offset.
func untold(covered []span, committed int64) []span {
	covered = slices.Clone(covered)
	covered = slices.DeleteFunc(covered, func(s span) bool { return s.last < committed })
	if len(covered) > 0 {
		covered[0].first = max(covered[0].first, committed)
	}
	return covered
}
