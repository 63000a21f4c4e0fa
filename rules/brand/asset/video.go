package asset

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/jpeg"
	"strings"
)

// avi decodes the frames of Motion JPEG; there is no decoder in Go alone for
// what else a video may be in.
func (d *decoder) avi(data []byte) {
	var frames [][]byte
	other := ""
	var walk func(data []byte, depth int)
	walk = func(data []byte, depth int) {
		eachRIFF(data, func(kind string, chunk []byte) {
			switch {
			case (kind == "LIST" || kind == "RIFF") && len(chunk) > 4 && depth < 4:
				walk(chunk[4:], depth+1)
			case kind == "strh" && len(chunk) >= 8 && string(chunk[:4]) == "vids":
				other = printable(chunk[4:8])
			case strings.HasSuffix(kind, "dc") || strings.HasSuffix(kind, "db"):
				if bytes.HasPrefix(chunk, jpegHead) {
					frames = append(frames, chunk)
				}
			}
		})
	}
	walk(data, 0)
	d.motion(frames, other)
}

var jpegHead = []byte{0xff, 0xd8, 0xff}

// motion decodes some of the frames of Motion JPEG.
func (d *decoder) motion(frames [][]byte, codec string) {
	if len(frames) == 0 {
		if codec == "" {
			codec = "a codec that it does not name"
		}
		d.say(VideoCodec, "its frames are in %s; of videos, those of Motion JPEG alone are decoded", codec)
		return
	}
	chosen := spread(len(frames), d.limits.Frames)
	if len(chosen) < len(frames) {
		d.say(FramesUnseen, "of its %d frames %d were looked at", len(frames), len(chosen))
	}
	for _, i := range chosen {
		d.still(withTables(frames[i]), i)
	}
}

// withTables gives a frame the Huffman tables that Motion JPEG leaves out
// because they are always those of the JPEG standard's annex K.
func withTables(frame []byte) []byte {
	if bytes.Contains(frame[:min(len(frame), 4096)], []byte{0xff, 0xc4}) {
		return frame
	}
	var some bytes.Buffer
	if err := jpeg.Encode(&some, image.NewRGBA(image.Rect(0, 0, 8, 8)), nil); err != nil {
		return frame
	}
	// The encoder writes the tables of that annex, in one segment.
	tables := some.Bytes()[bytes.Index(some.Bytes(), []byte{0xff, 0xc4}):]
	tables = tables[:2+int(binary.BigEndian.Uint16(tables[2:]))]
	return append(append(bytes.Clone(frame[:2]), tables...), frame[2:]...)
}

// mp4 looks into an MP4 or QuickTime file for its codec, its cover and, where it
// is Motion JPEG, its frames.
func (d *decoder) mp4(data []byte) {
	m := movie{}
	m.walk(data, 0)
	for i, c := range m.covers {
		if i < d.limits.Frames && (format(c) == "png" || format(c) == "jpeg") {
			d.still(c, i)
		}
	}
	if m.codec != "jpeg" && m.codec != "mjpa" {
		d.motion(nil, m.codec)
		return
	}
	var frames [][]byte
	for rest := m.media; ; {
		at := bytes.Index(rest, jpegHead)
		if at < 0 {
			break
		}
		end := bytes.Index(rest[at:], []byte{0xff, 0xd9})
		if end < 0 {
			break
		}
		frames = append(frames, rest[at:at+end+2])
		rest = rest[at+end+2:]
	}
	d.motion(frames, m.codec)
}

// A movie is what matters of the boxes of ISO/IEC 14496-12.
type movie struct {
	codec  string
	covers [][]byte
	media  []byte
}

func (m *movie) walk(data []byte, depth int) {
	for len(data) >= 8 {
		n, head := uint64(binary.BigEndian.Uint32(data)), 8
		if n == 1 && len(data) >= 16 {
			n, head = binary.BigEndian.Uint64(data[8:]), 16
		}
		if n == 0 || n > uint64(len(data)) {
			n = uint64(len(data))
		}
		if n < uint64(head) {
			return
		}
		m.box(string(data[4:8]), data[head:n], depth)
		data = data[n:]
	}
}

func (m *movie) box(kind string, body []byte, depth int) {
	if depth > 10 {
		return
	}
	switch kind {
	case "moov", "trak", "mdia", "minf", "stbl", "udta", "ilst", "covr":
		m.walk(body, depth+1)
	case "meta":
		if len(body) > 4 {
			m.walk(body[4:], depth+1)
		}
	case "data":
		if len(body) > 8 {
			m.covers = append(m.covers, body[8:])
		}
	case "stsd":
		// The version, the number of entries, then the first: its length and codec.
		if len(body) >= 16 {
			if c := printable(body[12:16]); m.codec == "" || m.codec == "mp4a" {
				m.codec = c
			}
		}
	case "mdat":
		if m.media == nil {
			m.media = body
		}
	}
}

// printable is a code of four letters, what else it has left out.
func printable(code []byte) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' {
			return -1
		}
		return r
	}, string(code)))
}
