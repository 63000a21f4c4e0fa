package alerting

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"rollcall/rules/alerts"
)

// TestSign holds the signature against the example of the Standard Webhooks
// specification.
func TestSign(t *testing.T) {
	secret, err := ReadSecret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
	if err != nil {
		t.Fatal(err)
	}
	got := Sign(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", []byte(`{"test": 2432232314}`))
	if want := "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	for _, wrong := range []string{"", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_c2hvcnQ=", "whsec_?"} {
		if _, err := ReadSecret(wrong); err == nil {
			t.Errorf("%q is taken", wrong)
		}
	}
}

// TestWebhook: a repeat has the same id and body; an answer that nothing changes
// is a refusal.
func TestWebhook(t *testing.T) {
	type call struct {
		id, body, auth, late string
		valid                bool
	}
	var calls []call
	answer := http.StatusInternalServerError
	secret, _ := ReadSecret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		id := r.Header.Get("Webhook-Id")
		calls = append(calls, call{id, string(body), r.Header.Get("Authorization"), r.Header.Get("Rollcall-Late-Seconds"),
			r.Header.Get("Webhook-Signature") == Sign(secret, id, r.Header.Get("Webhook-Timestamp"), body)})
		w.WriteHeader(answer)
	}))
	defer server.Close()
	clock := time.Date(2026, 3, 20, 10, 0, 0, 0, time.UTC)
	w := &Webhook{Endpoint: Endpoint{Name: "desk", URL: server.URL, Token: "t0ken"}, Secret: secret, Clock: func() time.Time { return clock }}
	if err := w.Connect(); err != nil {
		t.Fatal(err)
	}
	a := alerts.Alert{ID: "a", State: alerts.Firing, StartsAt: clock, Labels: map[string]string{"rule": "notice.missed"}}
	text, revision, _ := a.Canonical()
	out := []Outgoing{{Item: Item{Alert: a, Revision: revision, Text: text, At: clock}, Firing: true}}
	if err := w.Send(t.Context(), out); err == nil || !strings.Contains(err.Error(), "500") {
		t.Errorf("error %v", err)
	}
	clock, answer = clock.Add(time.Hour), http.StatusOK
	out[0].Late = time.Hour
	if err := w.Send(t.Context(), out); err != nil {
		t.Error(err)
	}
	if len(calls) != 2 || calls[0].id != calls[1].id || calls[0].body != calls[1].body || !calls[0].valid || !calls[1].valid || calls[1].late != "3600" || calls[0].auth != "Bearer t0ken" {
		t.Errorf("%+v", calls)
	}
	var e struct {
		SpecVersion, ID, Type, Source, Subject string
		Data                                   alerts.Alert
	}
	if err := json.Unmarshal([]byte(calls[0].body), &e); err != nil || e.SpecVersion != "1.0" || e.ID != revision || e.Type != "rollcall.alert.firing" || e.Subject != "a" {
		t.Errorf("%v: %s", err, calls[0].body)
	}
	answer = http.StatusBadRequest
	var refusal *Refusal
	if err := w.Send(t.Context(), out); !errors.As(err, &refusal) {
		t.Errorf("error %v", err)
	}
	answer = http.StatusGone
	var retired *Retired
	if err := w.Send(t.Context(), out); !errors.As(err, &retired) {
		t.Errorf("error %v", err)
	}
}
