package alerting

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// A Webhook takes each change of an alert as a CloudEvent in JSON, one after the
// other, signed after the Standard Webhooks specification 1.0: over id, time of
// the attempt and body. A repeat has the same id and body.
type Webhook struct {
	Endpoint
	// Secret signs; ReadSecret makes it.
	Secret []byte
	Clock  func() time.Time
}

// ReadSecret reads a secret of the form "whsec_" and base64 of 24 to 64 bytes.
func ReadSecret(text string) ([]byte, error) {
	encoded, found := strings.CutPrefix(text, "whsec_")
	secret, err := base64.StdEncoding.DecodeString(encoded)
	if !found || err != nil || len(secret) < 24 || len(secret) > 64 {
		return nil, errors.New(`expected "whsec_" and base64 of 24 to 64 bytes`)
	}
	return secret, nil
}

// event is a CloudEvent 1.0 in its JSON format.
type event struct {
	SpecVersion string         `json:"specversion"`
	ID          string         `json:"id"`
	Source      string         `json:"source"`
	Type        string         `json:"type"`
	Subject     string         `json:"subject,omitzero"`
	Time        time.Time      `json:"time"`
	ContentType string         `json:"datacontenttype"`
	Data        jsontext.Value `json:"data"`
}

// Name implements Target.
func (w *Webhook) Name() string { return w.Endpoint.Name }

// Batch implements Target: the next is sent when this one was taken.
func (w *Webhook) Batch() int { return 1 }

// Forgets implements Target: a webhook hears of each change once.
func (w *Webhook) Forgets() bool { return false }

// Send implements Target.
func (w *Webhook) Send(ctx context.Context, list []Outgoing) error {
	for _, o := range list {
		header := http.Header{}
		if o.Late > 0 {
			// Not in the body, which is the same at each attempt.
			header.Set("Rollcall-Late-Seconds", strconv.FormatInt(int64(o.Late/time.Second), 10))
		}
		e := event{ID: o.Revision, Type: "rollcall.alert." + string(o.State), Subject: o.ID, Time: o.StartsAt, Data: o.Text}
		if !o.Alert.EndsAt.IsZero() {
			e.Time = o.Alert.EndsAt
		}
		if err := w.send(ctx, e, header); err != nil {
			return err
		}
	}
	return nil
}

// Beat implements Target.
func (w *Webhook) Beat(ctx context.Context, b Beat) error {
	data, err := json.Marshal(map[string]any{"watermark": b.Watermark, "lag_ms": b.At.Sub(b.Watermark).Milliseconds(), "oldest_unsent_ms": b.Oldest.Milliseconds()},
		json.Deterministic(true))
	if err != nil {
		return err
	}
	sum := sha256.Sum256([]byte("rollcall.heartbeat\x00" + b.At.Format(time.RFC3339Nano)))
	return w.send(ctx, event{ID: hex.EncodeToString(sum[:16]), Type: "rollcall.heartbeat", Time: b.At, Data: data}, http.Header{})
}

func (w *Webhook) send(ctx context.Context, e event, header http.Header) error {
	e.SpecVersion, e.Source, e.ContentType = "1.0", "/rollcall", "application/json"
	body, err := json.Marshal(e, json.Deterministic(true))
	if err != nil {
		return err
	}
	at := strconv.FormatInt(w.Clock().Unix(), 10)
	header.Set("webhook-id", e.ID)
	header.Set("webhook-timestamp", at)
	header.Set("webhook-signature", Sign(w.Secret, e.ID, at, body))
	return w.post(ctx, w.URL, "application/cloudevents+json", body, header)
}

// Sign is the signature of Standard Webhooks: "v1," and base64 of HMAC-SHA-256
// over id, timestamp in seconds, and body, with dots between them.
func Sign(secret []byte, id, timestamp string, body []byte) string {
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte(id + "." + timestamp + "."))
	mac.Write(body)
	return "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
}
