package contract

import (
	"strings"
	"testing"
)

// noticeTexts are notices of recording and of transcription as apps and telephone
// announcements in ten languages word them: a line each, with its locale.
var noticeTexts = map[string]string{
	"recording": `
		en-US	Recording has started.
		en-GB	You're being recorded
		en	REC
		en-AU	By joining, you consent to this meeting being recorded.
		de-DE	Die Aufzeichnung wurde gestartet.
		de-AT	Dieses Gespräch wird zu Schulungszwecken aufgezeichnet.
		de-CH	Wir zeichnen dieses Gespräch auf.
		de	Diese Besprechung wird mitgeschnitten.
		de	Wir nehmen diesen Anruf auf.
		de	Achtung: Aufnahme läuft!
		es-ES	Se ha iniciado la grabación.
		es-MX	Esta reunión se está grabando.
		es	Le informamos de que la llamada será grabada.
		fr-FR	L'enregistrement a démarré.
		fr-CA	Cet appel est en cours d'enregistrement.
		fr	Nous enregistrons cette réunion.
		it-IT	La registrazione è stata avviata.
		it	Stiamo registrando questa chiamata.
		it	La chiamata sarà registrata.
		pt-BR	A gravação foi iniciada.
		pt-PT	Esta reunião está a ser gravada.
		pt	Estamos gravando esta chamada.
		nl-NL	De opname is gestart.
		nl-BE	Deze vergadering wordt opgenomen.
		nl	Wij nemen dit gesprek op.
		pl-PL	Rozpoczęto nagrywanie.
		pl	To spotkanie jest nagrywane.
		pl	Rozmowa jest rejestrowana.
		ja-JP	レコーディングが開始されました。
		ja	この通話は録音されています。
		ja	録画中です
		zh-CN	录制已开始。
		zh-Hans	此会议正在录制。
		zh-TW	已開始錄製。
		zh-HK	本次通話將會錄音。`,
	"transcription": `
		en-US	Transcription has started.
		en-GB	This call is being transcribed.
		en	We keep a transcript of this meeting.
		de-DE	Die Transkription wurde gestartet.
		de-AT	Dieses Gespräch wird transkribiert.
		de	Von dieser Besprechung wird eine Mitschrift erstellt.
		de	Wir schreiben dieses Gespräch mit.
		es-ES	Se ha iniciado la transcripción.
		es-MX	Esta reunión se está transcribiendo.
		fr-FR	La transcription a démarré.
		fr-CA	Cet appel est transcrit.
		it-IT	La trascrizione è stata avviata.
		it	Stiamo trascrivendo questa chiamata.
		pt-BR	A transcrição foi iniciada.
		pt-PT	Esta reunião está a ser transcrita.
		pt	Transcrevemos esta chamada.
		nl-NL	De transcriptie is gestart.
		nl	Deze vergadering wordt getranscribeerd.
		pl-PL	Rozpoczęto transkrypcję.
		pl	To spotkanie jest transkrybowane.
		ja-JP	トランスクリプションが開始されました。
		ja	文字起こしが開始されました。
		zh-CN	听录已开始。
		zh-Hans	此会议正在转录。
		zh-TW	已開始轉譯。
		zh-HK	會議逐字稿已開啟。`,
}

// TestNoticeTextsInTenLanguages: with the patterns that ship a notice in its own
// words names its capture, and says nothing of the other one.
func TestNoticeTextsInTenLanguages(t *testing.T) {
	languages := map[string]int{}
	for capture, lines := range noticeTexts {
		other := "transcription"
		if capture == other {
			other = "recording"
		}
		for line := range strings.Lines(strings.TrimSpace(lines)) {
			locale, words, _ := strings.Cut(strings.TrimSpace(line), "\t")
			judge := func(of string) (pass, fail int) {
				events := taped(shows(alice, of, 11, text(locale, words)))
				if of == "transcription" {
					events = append(events, transcription("on", 10), transcription("off", 200))
				}
				p := evidenceOf(t, events...).judged(events).Checks["notice.wrong-text"]
				return p.Pass, p.Fail
			}
			if pass, fail := judge(capture); pass != 1 || fail != 0 {
				t.Errorf("%s: %q is no notice of %s: %d pass, %d fail", locale, words, capture, pass, fail)
			}
			if pass, fail := judge(other); pass != 0 || fail != 1 {
				t.Errorf("%s: %q is a notice of %s: %d pass, %d fail", locale, words, other, pass, fail)
			}
			language, _, _ := strings.Cut(locale, "-")
			languages[language+" "+capture]++
		}
	}
	if len(languages) != 20 {
		t.Errorf("texts in %v", languages)
	}
}
