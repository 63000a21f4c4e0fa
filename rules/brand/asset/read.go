package asset

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"image"
	"io"
	"path"
	"strings"
)

// An Asset is a file of a listing as far as it could be read.
type Asset struct {
	// SHA256 is of the whole file, in lower case.
	SHA256 string
	// Format is by content: "png", "jpeg", "gif", "webp", "bmp", "ico", "svg",
	// "avi", "mp4", "webm"; empty where it is none of these.
	Format string
	// Frames are what can be seen: one of an image, more of an animation.
	Frames []Frame
	// Reasons say what was not seen.
	Reasons []Reason
}

// A Frame is something to look at.
type Frame struct {
	// Number is its place in the animation or video, from 0.
	Number int
	// Width and Height are its pixels, as it is shown: turned as its Exif data say.
	Width, Height int
	picture       *picture
}

// Hidden is the first reason for which something of the asset was not seen.
func (a Asset) Hidden() (Reason, bool) {
	for _, r := range a.Reasons {
		if r.Hides() {
			return r, true
		}
	}
	return Reason{}, false
}

// ReadFrom reads an asset of any length in bounded memory. Its error is that of
// the reader.
func ReadFrom(r io.Reader, declared string, l Limits) (Asset, error) {
	sum := sha256.New()
	data, err := io.ReadAll(io.LimitReader(io.TeeReader(r, sum), int64(l.Bytes)))
	if err != nil {
		return Asset{}, err
	}
	more, err := io.Copy(sum, r)
	if err != nil {
		return Asset{}, err
	}
	return read(data, more, hex.EncodeToString(sum.Sum(nil)), declared, l), nil
}

// Read reads an asset. Declared is what it is said to be: a file name, a media
// type, or nothing. It is decoded by its content alone. Whatever the bytes are,
// the cost stays within the limits, nothing is run and nothing is fetched.
func Read(data []byte, declared string, l Limits) Asset {
	sum := sha256.Sum256(data)
	kept := data[:min(len(data), l.Bytes)]
	return read(kept, int64(len(data)-len(kept)), hex.EncodeToString(sum[:]), declared, l)
}

func read(data []byte, more int64, sum, declared string, l Limits) Asset {
	d := &decoder{limits: l, asset: Asset{SHA256: sum, Format: format(data)}}
	if more > 0 {
		d.say(TooLong, "it has %d bytes, of which %d were read", int64(len(data))+more, len(data))
	}
	if label, is, wrong := Misnamed(data, declared); wrong {
		d.say(Mislabelled, "it is called %s and is %s", label, is)
	}
	d.decode(data, more > 0)
	return d.asset
}

// Misnamed tells whether a file is in another format than its name or media type
// says.
func Misnamed(data []byte, declared string) (called, is string, wrong bool) {
	called, is = labelled(declared), format(data)
	return called, is, called != "" && is != "" && called != is
}

// A decoder fills an asset.
type decoder struct {
	limits Limits
	asset  Asset
	pixels int // decoded so far
}

func (d *decoder) say(c Code, format string, args ...any) {
	for _, r := range d.asset.Reasons {
		if r.Code == c {
			return
		}
	}
	d.asset.Reasons = append(d.asset.Reasons, reason(c, format, args...))
}

// decode never panics: what a decoder does on hostile bytes is a reason.
func (d *decoder) decode(data []byte, cut bool) {
	defer func() {
		if p := recover(); p != nil {
			d.say(Undecodable, "its decoder failed: %v", p)
		}
	}()
	switch d.asset.Format {
	case "gif":
		d.gif(data)
	case "png":
		d.png(data)
	case "webp":
		d.webp(data)
	case "ico":
		d.ico(data)
	case "svg":
		if !cut {
			d.svg(data)
		}
	case "avi":
		d.avi(data)
	case "mp4":
		d.mp4(data)
	case "webm":
		d.say(VideoCodec, "it is a WebM or Matroska video, whose frames are not decoded")
	case "jpeg", "bmp":
		d.still(data, 0)
	default:
		d.say(UnknownForm, "it is in no format that can be read")
	}
	if len(d.asset.Frames) == 0 && len(d.asset.Reasons) == 0 {
		d.say(Undecodable, "it shows nothing")
	}
}

// still decodes one image, unless its header says that it is too large.
func (d *decoder) still(data []byte, number int) image.Image {
	c, kind, err := image.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		d.say(Undecodable, "its header can't be read (%v)", err)
		return nil
	}
	if !d.room(c.Width, c.Height) {
		return nil
	}
	img, _, err := image.Decode(bytes.NewReader(data))
	if err != nil {
		d.say(Undecodable, "%s: %v", kind, err)
		return nil
	}
	turn := orientationOf(data)
	if turn != 1 && kind != "jpeg" {
		d.show(img, number) // some viewers show it as it is
	}
	d.turned(img, number, turn)
	return img
}

// room tells whether an image of that size may be decoded, and counts it.
func (d *decoder) room(w, h int) bool {
	switch {
	case w <= 0 || h <= 0:
		d.say(Undecodable, "it has no pixels")
	case w > d.limits.Pixels/h:
		d.say(TooLarge, "it has %d by %d pixels; at most %d in all are decoded", w, h, d.limits.Pixels)
	case d.pixels+w*h > d.limits.AllPixels:
		d.say(TooLarge, "its frames together have more than %d pixels", d.limits.AllPixels)
	default:
		d.pixels += w * h
		return true
	}
	return false
}

// show adds a frame.
func (d *decoder) show(img image.Image, number int) { d.turned(img, number, 1) }

// turned adds a frame as it is to be shown.
func (d *decoder) turned(img image.Image, number int, turn orientation) {
	b := img.Bounds()
	f := Frame{Number: number, Width: b.Dx(), Height: b.Dy(), picture: turn.shown(shrunk(img, b, largest))}
	if turn >= 5 {
		f.Width, f.Height = f.Height, f.Width
	}
	d.asset.Frames = append(d.asset.Frames, f)
}

// spread are the numbers of at most that many of n things, evenly.
func spread(n, most int) []int {
	if n <= most {
		most = n
	}
	out := make([]int, most)
	for i := range out {
		out[i] = i * n / most
	}
	return out
}

// format is what the bytes are, by how they begin.
func format(data []byte) string {
	has := func(at int, text string) bool {
		return len(data) >= at+len(text) && string(data[at:at+len(text)]) == text
	}
	switch {
	case has(0, "\x89PNG\r\n\x1a\n"):
		return "png"
	case has(0, "\xff\xd8\xff"):
		return "jpeg"
	case has(0, "GIF87a"), has(0, "GIF89a"):
		return "gif"
	case has(0, "RIFF") && has(8, "WEBP"):
		return "webp"
	case has(0, "RIFF") && has(8, "AVI "):
		return "avi"
	case has(0, "BM"):
		return "bmp"
	case has(0, "\x00\x00\x01\x00"):
		return "ico"
	case has(4, "ftyp"), has(4, "moov"), has(4, "mdat"):
		return "mp4"
	case has(0, "\x1a\x45\xdf\xa3"):
		return "webm"
	}
	text := data[:min(len(data), 4096)]
	if at := bytes.Index(text, []byte("<svg")); at >= 0 && bytes.HasPrefix(bytes.TrimLeft(bytes.TrimPrefix(text, []byte("\ufeff")), " \t\r\n"), []byte("<")) {
		return "svg"
	}
	return ""
}

// labelled is the format that a file name or media type speaks of, if any.
func labelled(declared string) string {
	name := strings.ToLower(strings.TrimSpace(declared))
	if at := strings.IndexByte(name, ';'); at >= 0 {
		name = strings.TrimSpace(name[:at])
	}
	if _, kind, is := strings.Cut(name, "/"); is && path.Ext(name) == "" {
		name = "." + kind
	}
	switch path.Ext(name) {
	case ".png", ".apng":
		return "png"
	case ".jpg", ".jpeg", ".jpe", ".jfif":
		return "jpeg"
	case ".gif":
		return "gif"
	case ".webp":
		return "webp"
	case ".bmp":
		return "bmp"
	case ".ico", ".x-icon":
		return "ico"
	case ".svg", ".svg+xml":
		return "svg"
	case ".avi", ".x-msvideo":
		return "avi"
	case ".mp4", ".m4v", ".mov", ".quicktime":
		return "mp4"
	case ".webm", ".mkv":
		return "webm"
	}
	return ""
}

// String names a frame for people.
func (f Frame) String() string { return fmt.Sprintf("frame %d", f.Number+1) }
