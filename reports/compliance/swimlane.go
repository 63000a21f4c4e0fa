package compliance

import (
	_ "embed"
	"errors"
	"html/template"
	"io"
	"strconv"

	"rollcall/reports/timeline"
)

// pictureStyle is what the page and a picture of its own have in common.
//
//go:embed picture.css
var pictureStyle string

// laneText draws the inside of a lane.
//
//go:embed lane.svg
var laneText string

//go:embed swimlane.svg
var swimlaneText string

// ErrNoTime says that nothing of a call has a time, so that it has no picture.
var ErrNoTime = errors.New("nothing of the call has a time")

// Room above and below the lanes of a picture of its own, in pixels.
const swimlaneTop, swimlaneBottom = 46.0, 40.0

// WriteSwimlane draws one call as the page does, as an SVG file that needs
// nothing else and runs nothing. The error is ErrNoTime where there is nothing
// to draw.
func WriteSwimlane(w io.Writer, c *timeline.Call) error {
	l, ok := newLane(c)
	if !ok {
		return ErrNoTime
	}
	height, err := strconv.ParseFloat(l.Height, 64)
	if err != nil {
		return err
	}
	t, err := pictures("swimlane", swimlaneText)
	if err != nil {
		return err
	}
	return t.Execute(w, struct {
		lane
		Style            template.CSS
		Whole, Top, Foot string
	}{l, template.CSS(pictureStyle), px(swimlaneTop + height + swimlaneBottom), px(swimlaneTop), px(swimlaneTop + height + 16)})
}

// pictures parses a template that may draw lanes.
func pictures(name, text string) (*template.Template, error) {
	t, err := template.New(name).Funcs(template.FuncMap{"safe": timeline.Safe}).Parse(laneText)
	if err != nil {
		return nil, err
	}
	return t.New(name).Parse(text)
}
