package asset

import (
	"image"
	"image/color"
	"testing"
)

// TestBinned: squares of pixels become one, and what is left over at the sides
// counts to the last; also of a picture of one row.
func TestBinned(t *testing.T) {
	img := image.NewGray(image.Rect(3, 5, 3+7, 5+5))
	for y := 5; y < 10; y++ {
		for x := 3; x < 10; x++ {
			img.SetGray(x, y, color.Gray{Y: uint8(20*(x-3) + 5*(y-5))})
		}
	}
	for _, c := range []struct {
		part image.Rectangle
		side int
		want [][]uint8
	}{
		{img.Rect, 2, [][]uint8{{13, 53, 103}, {25, 65, 115}}}, // rows 2 to 4 and columns 4 to 6 together
		{image.Rect(3, 5, 10, 6), 3, [][]uint8{{20, 90}}},
	} {
		got := binned(img, c.part, c.side)
		for y, row := range c.want {
			for x, v := range row {
				if got.RGBAAt(x, y) != (color.RGBA{v, v, v, 255}) {
					t.Errorf("%v by %d: %d,%d is %v, want %d", c.part, c.side, x, y, got.RGBAAt(x, y), v)
				}
			}
		}
		if got.Rect != image.Rect(0, 0, len(c.want[0]), len(c.want)) {
			t.Errorf("%v by %d: %v", c.part, c.side, got.Rect)
		}
	}
}
