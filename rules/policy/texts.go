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
// UI library, with their other forms, and verbs that stand apart: "Wir zeichnen
// dieses Gespräch auf."
const shippedTexts = `
en	\brec\b|record	transcri
de	aufzeichn|aufgezeichnet|\bzeichne[nt]?\b.*\bauf\b|aufgenommen|aufnahme|aufnehm|\bn(ehmen?|immt)\b.*\bauf\b|mitschnitt|mitschneid|mitgeschnitten|\bschneide[nt]?\b.*\bmit\b	transkri|verschriftlich|mitschrift|mitgeschrieben|mitschreib|\bschreib(en|e|t)\b.*\bmit\b
es	\bgrab|registra	transcri
fr	enregistr	transcri
it	registra	trascri|trascriv
pt	\bgrava|\bgravo\b	transcri|transcrev
nl	opname|opgenomen|opneem|opnem|\bn(eemt?|emen)\b.*\bop\b	getranscribeerd|transcri|uitgeschreven|\bschrij(ft|ven)\b.*\buit\b
pl	nagr|rejestr|utrwal	transkry
ja	録音|録画|収録|レコーディング	文字起こし|文字おこし|書き起こし|トランスクリ
zh	录制|录音|录像|錄製|錄音|錄影	转录|转写|转译|听录|轉錄|轉寫|轉譯|聽錄|謄寫|逐字稿|文字记录|文字記錄
`

// textsShipped returns the patterns for locales of which a policy says nothing.
// They are never changed.
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
// not name, by the policy's patterns for its locale or, where it has none, by
// those that ship. judged is false where there is no text or no pattern.
//
// Those that ship do not decide whether a user was told (see Names): they say
// that a text looks wrong, which is for a person to judge.
func (n Notice) Wrong(claimed []string, locale, text string) (wrong []string, judged bool) {
	if text == "" {
		return nil, false
	}
	for _, capture := range claimed {
		patterns := patternsOf(n.Texts, locale)[capture]
		if len(patterns) == 0 {
			patterns = patternsOf(textsShipped(), locale)[capture]
		}
		if len(patterns) == 0 {
			continue
		}
		judged = true
		if !named(patterns, text) {
			wrong = append(wrong, capture)
		}
	}
	return wrong, judged
}
