package policy

import (
	"regexp"
	"strings"
	"sync"
)

// shippedTexts are the words by which notices name a capture in ten languages,
// as parts of regular expressions: recording first, transcription second. A
// text in another language than its locale says is still understood in English.
// The words are those of the notices of Teams and of the Communication Services
// UI library, with their other forms.
const shippedTexts = `
en	\brec\b|record	transcri
de	aufzeichn|aufgezeichnet|aufgenommen|aufnahme|mitschnitt|mitgeschnitten	transkri|verschriftlich|mitschrift
es	\bgrab|registra	transcri
fr	enregistr	transcri
it	registra	trascri
pt	\bgrava	transcri|transcrev
nl	opname|opgenomen|opneem|opnem	getranscribeerd|transcri
pl	nagr|nagryw|rejestr	transkry
ja	録音|録画|収録|レコーディング	文字起こし|書き起こし|トランスクリ
zh	录制|录音|录像|錄製|錄音|錄影	转录|转写|听录|轉錄|謄寫|文字记录|文字記錄
`

// textsShipped returns the patterns that hold where a policy says nothing of a
// locale. They are never changed.
var textsShipped = sync.OnceValue(compileTexts)

func compileTexts() map[string]Patterns {
	out := map[string]Patterns{}
	english := map[string]string{}
	for line := range strings.Lines(strings.TrimSpace(shippedTexts)) {
		words := strings.Split(strings.TrimSpace(line), "\t")
		patterns := Patterns{}
		for i, capture := range captures() {
			if words[0] == "en" {
				english[capture] = words[i+1]
			}
			patterns[capture] = []*regexp.Regexp{regexp.MustCompile("(?i)" + words[i+1] + "|" + english[capture])}
		}
		out[words[0]] = patterns
	}
	return out
}

// Wrong reports which of the captures that a text is said to be about it does
// not name. judged is false where there is no text or no pattern for its locale.
func (n Notice) Wrong(claimed []string, locale, text string) (wrong []string, judged bool) {
	for _, capture := range claimed {
		if !n.Judges(capture, locale, text) {
			continue
		}
		judged = true
		if !n.Names(capture, locale, text) {
			wrong = append(wrong, capture)
		}
	}
	return wrong, judged
}

// Judges reports whether there are patterns to judge a text in a locale by, on
// whether it names a capture.
func (n Notice) Judges(capture, locale, text string) bool {
	return text != "" && len(n.patterns(locale)[capture]) > 0
}
