package callautomation

import (
	"strings"

	"rollcall/ingest/jsondoc"
	"rollcall/ingest/normal"
	"rollcall/schema"
)

// requests maps the beginning of a kind to the operation that it answers; how
// it went is the rest. The longer of two beginnings stands first.
var requests = []struct{ prefix, operation string }{
	{"AddParticipant", "add_participant"},
	{"RemoveParticipant", "remove_participant"},
	{"MoveParticipant", "move_participant"},
	{"CancelAddParticipant", "cancel_add_participant"},
	{"CallTransfer", "transfer"},
	{"Answer", "answer"},
	{"CreateCall", "create_call"},
	{"Connect", "connect"},
	{"StartRecording", "start_recording"},
	{"SendDtmfTones", "send_dtmf"},
}

// outcome reads the callbacks about what an app asked for. All that they say is
// in the content already.
func (d *Decoder) outcome(data jsondoc.Value, ev *schema.Event) {
	name := strings.TrimPrefix(ev.Kind, communication)
	switch {
	case strings.HasPrefix(name, "Play"):
		d.play(strings.ToLower(name[len("Play"):]), data, ev)
	case strings.HasPrefix(name, "Recognize"):
		d.recognition(strings.ToLower(name[len("Recognize"):]), data, ev)
	case name == "ContinuousDtmfRecognitionToneReceived":
		d.recognition("tone", data, ev)
	case strings.HasPrefix(name, "MediaStreaming"):
		d.mediaStreaming(strings.ToLower(name[len("MediaStreaming"):]), data, ev)
	case name == "HoldFailed":
		d.request("hold", false, data, ev)
	default:
		for _, r := range requests {
			if how, ok := strings.CutPrefix(name, r.prefix); ok {
				d.request(r.operation, how == "Succeeded" || how == "Accepted" || how == "Completed", data, ev)
				return
			}
		}
	}
}

// result returns the code and subcode of resultInformation, which a pre-GA body
// calls resultInfo, and whether it is there.
func result(data jsondoc.Value) (code, subCode int64, there bool) {
	info := data.GetAny("resultInformation", "resultInfo")
	code, there = info.Get("code").Int()
	subCode, _ = info.Get("subCode").Int()
	return code, subCode, there
}

func (d *Decoder) context(dst *string, data jsondoc.Value) {
	d.w.Text(dst, "operation_context", normal.ID(data.Get("operationContext")))
}

// play reads what became of audio. It was heard to the end if the event says
// so and gives no result but code 200 and subcode 0.
func (d *Decoder) play(state string, data jsondoc.Value, ev *schema.Event) {
	p := &schema.Play{State: state}
	d.context(&p.Context, data)
	code, subCode, there := result(data)
	p.Code, p.SubCode = code, subCode
	p.Completed = state == "completed" && (!there || code == 200 && subCode == 0)
	ev.Facts.Play = p
}

// maxTones is how many tones of an answer are kept: nobody presses more.
const maxTones = 100

func (d *Decoder) recognition(state string, data jsondoc.Value, ev *schema.Event) {
	w, r := d.w, &schema.Recognition{State: state}
	d.context(&r.Context, data)
	w.Lower(&r.Type, "type", normal.Token(data.Get("recognitionType")))
	tones := data.Get("dtmfResult").Get("tones")
	if !tones.Exists() {
		tones = data.Get("collectTonesResult").Get("tones") // of a pre-GA body
	}
	if n := tones.Len(); n > 0 {
		r.Tones = make([]string, 0, min(n, maxTones))
		for tone := range tones.Elements() {
			if len(r.Tones) == maxTones {
				w.Unread("tones", "more than 100")
				break
			}
			r.Tones = append(r.Tones, "")
			w.Lower(&r.Tones[len(r.Tones)-1], "tone", normal.Token(tone))
		}
	} else if tone := normal.Token(data.Get("tone")); len(tone) > 0 {
		r.Tones = make([]string, 1)
		w.Lower(&r.Tones[0], "tone", tone)
	}
	choice := data.Get("choiceResult")
	w.Text(&r.Choice, "choice", normal.ID(choice.Get("label")))
	w.Text(&r.Phrase, "phrase", normal.ID(choice.Get("recognizedPhrase")))
	w.Text(&r.Speech, "speech", normal.ID(data.Get("speechResult").Get("speech")))
	r.Code, r.SubCode, _ = result(data)
	ev.Facts.Recognition = r
}

func (d *Decoder) mediaStreaming(state string, data jsondoc.Value, ev *schema.Event) {
	w, m := d.w, &schema.MediaStreaming{State: state}
	update := data.GetAny("mediaStreamingUpdate", "mediaStreamingUpdateResult")
	w.Lower(&m.Content, "content", normal.Token(update.Get("contentType")))
	w.Lower(&m.Status, "status", normal.Token(update.Get("mediaStreamingStatus")))
	w.Lower(&m.Details, "details", normal.Token(update.Get("mediaStreamingStatusDetails")))
	d.context(&m.Context, data)
	ev.Facts.MediaStreaming = m
}

func (d *Decoder) request(operation string, succeeded bool, data jsondoc.Value, ev *schema.Event) {
	w, r := d.w, &schema.Request{Operation: operation, Succeeded: succeeded}
	d.context(&r.Context, data)
	w.Identifier(&r.RawID, "raw_id", data.GetAny("participant", "transferTarget", "target"))
	w.Identifier(&r.Transferee, "transferee", data.Get("transferee"))
	w.ID(&r.InvitationID, "invitation_id", normal.ID(data.Get("invitationId")))
	w.Text(&r.RecordingID, "recording_id", normal.ID(data.Get("recordingId")))
	r.Code, r.SubCode, _ = result(data)
	ev.Facts.Request = r
}
