package policy

import (
	"slices"
	"testing"
	"time"

	"rollcall/schema"
)

func TestConsentOfAnApp(t *testing.T) {
	p := parse(t, string(read(t, "full.yaml")))
	care := p.Consent(p.App(schema.Session{App: "contoso-care"}))
	if care.Requires("recording") || care.Deadline != 30*time.Second {
		t.Errorf("of an app that asks nobody, of a tenant with its own deadline: %+v", care)
	}
	other := p.Consent(p.App(schema.Session{App: "silent"}))
	if !slices.Equal(other.Required, []string{"recording"}) || other.Deadline != 45*time.Second {
		t.Errorf("of any other: %+v", other)
	}
	if d := Default().Consent(App{}); len(d.Required) != 0 || d.Deadline != time.Minute {
		t.Errorf("by default: %+v", d)
	}
}

func TestTenantCloud(t *testing.T) {
	p := parse(t, string(read(t, "full.yaml")))
	for id, want := range map[string]TenantCloud{
		"72F988BF-86f1-41af-91ab-2d7cd011db47": CloudGovernment,
		"aaaaaaaa-86f1-41af-91ab-2d7cd011db47": CloudCommercial,
		"bbbbbbbb-86f1-41af-91ab-2d7cd011db47": CloudNotListed,
		"":                                     CloudNotListed,
	} {
		if got := p.TenantCloud(id); got != want {
			t.Errorf("%q: %v, want %v", id, got, want)
		}
	}
	_, err := Parse("p", []byte("version: 1\ninterop: {government_tenants: [a], commercial_tenants: [A]}"))
	if err == nil {
		t.Error("a tenant in both lists is taken")
	}
}

// TestShippedTexts: in each language a usual notice names its capture and not
// the other.
func TestShippedTexts(t *testing.T) {
	n := Default().Base()
	for locale, of := range map[string][2]string{
		"en-GB": {"This meeting is being recorded.", "Transcription has started."},
		"de-AT": {"Diese Besprechung wird aufgezeichnet.", "Die Transkription wurde gestartet."},
		"es":    {"Se está grabando esta llamada.", "La transcripción ha comenzado."},
		"fr-CA": {"Cette réunion est enregistrée.", "Cet appel est en cours de transcription."},
		"it":    {"La riunione viene registrata.", "La trascrizione è iniziata."},
		"pt-BR": {"A gravação foi iniciada.", "A reunião está sendo transcrita."},
		"nl":    {"Dit gesprek wordt opgenomen.", "Deze vergadering wordt getranscribeerd."},
		"pl":    {"To spotkanie jest nagrywane.", "Rozpoczęto transkrypcję."},
		"ja":    {"この会議は録画されています。", "文字起こしが開始されました。"},
		"zh-CN": {"此会议正在录制。", "转录已开始。"},
	} {
		for i, capture := range captures() {
			if wrong, judged := n.Wrong([]string{capture}, locale, of[i]); !judged || len(wrong) > 0 {
				t.Errorf("%s: %q does not name %s", locale, of[i], capture)
			}
			if wrong, _ := n.Wrong([]string{capture}, locale, of[1-i]); len(wrong) == 0 {
				t.Errorf("%s: %q names %s", locale, of[1-i], capture)
			}
		}
		if wrong, judged := n.Wrong(captures(), locale, ""); judged || len(wrong) > 0 {
			t.Errorf("%s: no text is judged", locale)
		}
	}
	if _, judged := n.Wrong(captures(), "fi", "Nauhoitus"); judged {
		t.Error("a locale without patterns is judged")
	}
}
