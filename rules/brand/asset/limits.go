package asset

import "fmt"

// Limits bound what reading an asset may cost. They bound work, not time: what
// is read of an asset does not depend on the machine.
type Limits struct {
	// Bytes is how much of a file is kept and decoded. A longer one is hashed to
	// its end.
	Bytes int
	// Pixels is how many an image or frame may have, by its header, to be decoded:
	// at most 12 bytes of memory each.
	Pixels int
	// AllPixels is how many are decoded of all frames of an asset together.
	AllPixels int
	// Frames is how many of an animation or video are looked at, evenly spread.
	Frames int
	// Elements is how many parts an SVG may have.
	Elements int
}

// DefaultLimits are the limits for files of a release pipeline. An asset takes
// at most 200 MB of memory and, on one core, some seconds.
func DefaultLimits() Limits {
	return Limits{Bytes: 32 << 20, Pixels: 16 << 20, AllPixels: 48 << 20, Frames: 12, Elements: 10_000}
}

// A Code names why a part of an asset was not seen, to count by.
type Code string

// The codes.
const (
	TooLong      Code = "too-long"       // more bytes than are read
	TooLarge     Code = "too-large"      // more pixels than are decoded
	Undecodable  Code = "undecodable"    // truncated or broken
	UnknownForm  Code = "unknown-format" // no format that is read
	Mislabelled  Code = "mislabelled"    // named as another format than it has
	VideoCodec   Code = "video-codec"    // a video whose frames can't be decoded
	FramesUnseen Code = "frames-unseen"  // more frames than are looked at
	Script       Code = "svg-script"     // an SVG with a script, which is not run
	Outside      Code = "svg-outside"    // an SVG that refers to what is elsewhere
	NotDrawn     Code = "svg-not-drawn"  // an SVG with what can't be drawn
	NotThere     Code = "not-there"      // the listing does not have the asset itself
	OtherHash    Code = "other-hash"     // the asset is not what the listing's hash says
)

// A Reason says why something of an asset was not seen, or was not as it was
// said to be.
type Reason struct {
	Code Code
	Text string // half a sentence
}

func reason(c Code, format string, args ...any) Reason {
	return Reason{c, fmt.Sprintf(format, args...)}
}

// Hides tells whether what the reason speaks of may have shown something that
// nobody saw.
func (r Reason) Hides() bool { return r.Code != Mislabelled }
