package compliance

import (
	"strings"
	"testing"
	"unicode/utf8"
)

// TestWordsInPicturesEndWhereTheirRoomDoes holds what pictures say to the room
// that they have: what goes beyond a picture's edge is cut there unseen.
func TestWordsInPicturesEndWhereTheirRoomDoes(t *testing.T) {
	const room = laneRight - 10
	if got := fit("Kaya Quist", room); got != "Kaya Quist" {
		t.Errorf("a text that fits became %q", got)
	}
	for _, s := range []string{strings.Repeat("M", 60), strings.Repeat("山", 60), "Kaya " + strings.Repeat("é", 60)} {
		got := fit(s, room)
		if !strings.HasSuffix(got, "…") || !utf8.ValidString(got) || !strings.HasPrefix(s, strings.TrimSuffix(got, "…")) || fit(got, room) != got {
			t.Errorf("%q became %q", s, got)
		}
	}
	all := []string{"missed ×12", "late ×3", "no evidence ×2", "pending", "reported ×33", "too short", "not applicable ×2"}
	got := fitParts(all, room)
	shown, more := strings.CutSuffix(got, " …")
	if !more || !strings.HasPrefix(strings.Join(all, ", "), shown+", ") || fit(got, room) != got {
		t.Errorf("results became %q", got)
	}
	if got := fitParts(all[:2], room); got != "missed ×12, late ×3" {
		t.Errorf("two results became %q", got)
	}
}
