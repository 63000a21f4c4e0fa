package simulate

import "strconv"

// chunkID names a file of a recording: the metadata says it, and the event of
// Event Grid.
func (c *script) chunkID(b []byte, run int32, chunk uint16) []byte {
	b = append(b, "0-weu-d12-"...)
	return eventID(c, recordingMetadata, run, chunk).append(b)
}

// chunks are the files that a recording is in.
func (u *run) chunks() []span {
	if !u.split {
		return []span{{u.start, u.end}}
	}
	half := u.start + (u.end-u.start)/2
	return []span{{u.start, half}, {half, u.end}}
}

// within is how much of a span is not paused.
func (u *run) within(s span) (ms int64) {
	for _, p := range u.parts() {
		if from, to := max(p.start, s.start), min(p.end, s.end); from < to {
			ms += to - from
		}
	}
	return ms
}

// renderMetadata writes the metadata file of one file of a recording, in which
// content and channel are swapped, as in the service's own answer.
func (g *generator) renderMetadata(b []byte, it *item) []byte {
	c := it.c
	u := &c.runs[it.idx]
	chunk := u.chunks()[it.aux]
	g.saw(chunk.start)
	b = append(append(b, `{"resourceId":"`...), c.app.res.guid...)
	b = c.idAt(u.start).append(append(b, `","callId":"`...))
	b = c.chunkID(append(b, `","chunkDocumentId":"`...), it.idx, it.aux)
	b = strconv.AppendInt(append(b, `","chunkIndex":`...), int64(it.aux), 10)
	b = appendTime(append(b, `,"chunkStartTime":"`...), chunk.start, ticks, c.seed)
	b = strconv.AppendInt(append(b, `","chunkDuration":`...), u.within(chunk), 10)
	b = append(b, `,"pauseResumeIntervals":[`...)
	some := false
	for _, p := range u.pauses {
		if p.start < chunk.start || p.start >= chunk.end {
			continue
		}
		if some {
			b = append(b, ',')
		}
		some = true
		b = appendTime(append(b, `{"startTime":"`...), p.start, ticks, c.seed)
		b = append(strconv.AppendInt(append(b, `","duration":`...), p.end-p.start, 10), '}')
	}
	b = append(append(b, `],"recordingInfo":{"contentType":"`...), []string{"mixed", "mixed", "unmixed"}[u.content]...)
	b = append(append(b, `","channelType":"`...), []string{"audioVideo", "audio", "audio"}[u.content]...)
	b = append(append(b, `","format":"`...), []string{"mp4", "mp3", "wav"}[u.content]...)
	b = append(b, `","audioConfiguration":{"sampleRate":16000,"bitRate":128000,"channels":1},"videoConfiguration":{"longerSideLength":1920,"shorterSideLength":1080,"framerate":8,"bitRate":1000000}},"participants":[`...)
	some = false
	for i := range c.sessions[:c.once] {
		x := &c.sessions[i]
		if !c.listed(u, x.who) {
			continue
		}
		if some {
			b = append(b, ',')
		}
		some = true
		b = append(append(b, `{"participantId":"`...), x.who.raw...)
		b = append(b, '"')
		if u.content == unmixedAudio {
			b = strconv.AppendInt(append(b, `,"channel":`...), int64(i), 10)
		}
		b = append(b, '}')
	}
	return append(b, ']', '}')
}
