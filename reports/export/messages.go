package export

import (
	"iter"

	"rollcall/reports/timeline"
)

// chatMessages hands out the chat messages of a call.
func (s Store) chatMessages(all []timeline.Message) iter.Seq2[timeline.Message, error] {
	return func(yield func(timeline.Message, error) bool) {
		for _, m := range all {
			m.SenderID, m.SenderName = s.Hide.ID(m.SenderID), s.Hide.ID(m.SenderName)
			if !yield(m, nil) {
				return
			}
		}
	}
}
