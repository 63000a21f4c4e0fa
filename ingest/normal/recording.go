package normal

// RecordingContent returns "audio_video", "audio" or "transcription" for what a
// recording holds: Azure Monitor writes "Audio - Video" and "Audio Only", Event
// Grid AudioVideo and Audio. Anything else gives nothing.
func RecordingContent(text []byte) string {
	var letters [24]byte
	switch string(onlyLetters(letters[:0], text)) {
	case "audiovideo":
		return "audio_video"
	case "audio", "audioonly":
		return "audio"
	case "transcription":
		return "transcription"
	}
	return ""
}

// RecordingChannel returns "mixed" or "unmixed", or nothing.
func RecordingChannel(text []byte) string {
	switch {
	case Is(text, "mixed"):
		return "mixed"
	case Is(text, "unmixed"):
		return "unmixed"
	}
	return ""
}

// onlyLetters appends the ASCII letters of a text in lower case, as long as
// they fit.
func onlyLetters(dst, text []byte) []byte {
	for _, c := range text {
		if c|0x20 >= 'a' && c|0x20 <= 'z' && len(dst) < cap(dst) {
			dst = append(dst, c|0x20)
		}
	}
	return dst
}
