package ingest

import (
	"encoding/json"
	"strconv"
	"time"

	"rollcall/schema"
)

// appendFacts appends facts as JSON: the bytes that encoding/json gives. What a
// busy topic consists of, CallSummary, is written by hand, which takes a tenth
// of the time and nothing from the heap; the rest by encoding/json itself. A test
// compares the two field by field.
func appendFacts(to []byte, f *schema.Facts) ([]byte, error) {
	if s := f.Summary; s != nil && *f == (schema.Facts{Summary: s}) {
		if w := (factsWriter{buf: to}); w.summary(s) {
			return w.buf, nil
		}
	}
	facts, err := json.Marshal(f)
	return append(to, facts...), err
}

// A factsWriter writes JSON objects. It gives up (failed) where a text needs
// escapes or a time has more than milliseconds: both are rare, and
// encoding/json knows how.
type factsWriter struct {
	buf    []byte
	failed bool
}

// summary reports whether it could write facts that hold a summary only.
func (w *factsWriter) summary(s *schema.CallSummary) bool {
	w.buf = append(w.buf, `{"summary":{"participant":{`...)
	w.text("participant_id", s.Participant.ParticipantID)
	w.text("raw_id", s.Participant.RawID)
	w.text("endpoint_id", s.Participant.EndpointID)
	w.text("app_id", s.Participant.AppID)
	w.text("sdk_version", s.Participant.SDKVersion)
	w.buf = append(w.buf, '}')
	w.instant("call_start", s.CallStart)
	w.number("call_duration_ms", s.CallDurationMs)
	w.text("call_type", s.CallType)
	w.instant("start", s.Start)
	w.number("duration_ms", s.DurationMs)
	w.text("endpoint_type", s.EndpointType)
	w.text("participant_type", s.ParticipantType)
	w.text("tenant_id", s.TenantID)
	w.text("os_version", s.OSVersion)
	w.text("pstn_call_type", s.PSTNCallType)
	w.text("end_reason", s.EndReason)
	w.text("app_name", s.AppName)
	w.text("app_version", s.AppVersion)
	if s.HasDiagnostics {
		w.name("has_diagnostics")
		w.buf = append(w.buf, "true"...)
	}
	w.text("tpe", s.TeamsPhoneExtens)
	w.buf = append(w.buf, "}}"...)
	return !w.failed
}

func (w *factsWriter) name(name string) {
	if w.buf[len(w.buf)-1] != '{' {
		w.buf = append(w.buf, ',')
	}
	w.buf = append(w.buf, '"')
	w.buf = append(w.buf, name...)
	w.buf = append(w.buf, '"', ':')
}

// text writes a member unless it is empty.
func (w *factsWriter) text(name, s string) {
	if s == "" {
		return
	}
	for i := range len(s) {
		if c := s[i]; c < ' ' || c > '~' || c == '"' || c == '\\' || c == '<' || c == '>' || c == '&' {
			w.failed = true
			return
		}
	}
	w.name(name)
	w.buf = append(w.buf, '"')
	w.buf = append(w.buf, s...)
	w.buf = append(w.buf, '"')
}

func (w *factsWriter) number(name string, n int64) {
	w.name(name)
	w.buf = strconv.AppendInt(w.buf, n, 10)
}

// instant writes a member unless it is zero.
func (w *factsWriter) instant(name string, t time.Time) {
	if t.IsZero() {
		return
	}
	if t.Location() != time.UTC || !inRange(t) {
		w.failed = true
		return
	}
	w.name(name)
	w.buf = append(w.buf, '"')
	w.buf = t.AppendFormat(w.buf, time.RFC3339Nano)
	w.buf = append(w.buf, '"')
}
