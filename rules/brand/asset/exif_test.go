package asset_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"image"
	"testing"

	"rollcall/rules/brand/asset"
)

// exif is the TIFF structure that states an orientation, in either order of bytes.
func exif(order binary.AppendByteOrder, o uint16) []byte {
	head := "II*\x00"
	if order == binary.BigEndian {
		head = "MM\x00*"
	}
	b := order.AppendUint32([]byte(head), 8)
	b = order.AppendUint16(b, 2)
	for _, e := range [][2]uint16{{0x010f, 7}, {0x0112, o}} {
		b = order.AppendUint16(order.AppendUint16(b, e[0]), 3)
		b = order.AppendUint16(order.AppendUint16(order.AppendUint32(b, 1), e[1]), 0)
	}
	return append(b, 0, 0, 0, 0)
}

// stored is the canvas as a camera stores it that was held otherwise: what has the
// stated orientation is shown as the canvas is. It is made by the words of the
// standard: which side of what is shown the first row and the first column are.
func stored(c *canvas, o int) *canvas {
	// The sides of the first row and column: top, bottom, left, right.
	sides := [...]string{1: "tl", 2: "tr", 3: "br", 4: "bl", 5: "lt", 6: "rt", 7: "rb", 8: "lb"}[o]
	w, h := c.w, c.h
	if o >= 5 {
		w, h = h, w
	}
	out := newCanvas(w, h)
	for row := range h {
		for column := range w {
			x, y := 0, 0
			for i, n := range [...]int{row, column} {
				switch sides[i] {
				case 't':
					y = n
				case 'b':
					y = c.h - 1 - n
				case 'l':
					x = n
				case 'r':
					x = c.w - 1 - n
				}
			}
			out.pix[row*w+column] = c.pix[y*c.w+x]
		}
	}
	return out
}

// TestOrientation: a picture is looked at as it is shown.
func TestOrientation(t *testing.T) {
	x, c := logo(t)
	white := paper(c.w+60, c.h+20, rgb{1, 1, 1})
	white.paste(c, 10, 10)
	for o := 1; o <= 8; o++ {
		orders := [...]binary.AppendByteOrder{binary.LittleEndian, binary.BigEndian}
		jpg := jpegOf(stored(white, o).image(), 90)
		app1 := append([]byte("Exif\x00\x00"), exif(orders[o%2], uint16(o))...)
		jpg = append(append(binary.BigEndian.AppendUint16([]byte{0xff, 0xd8, 0xff, 0xe1}, uint16(2+len(app1))), app1...), jpg[2:]...)
		file := pngOf(stored(white, o).image())
		file = append(append(bytes.Clone(file[:8+25]), pngPart("eXIf", exif(orders[(o+1)%2], uint16(o)))...), file[8+25:]...)
		for name, data := range map[string][]byte{"a.jpg": jpg, "a.png": file} {
			a := asset.Read(data, name, asset.DefaultLimits())
			last := a.Frames[len(a.Frames)-1]
			if image.Pt(last.Width, last.Height) != image.Pt(white.w, white.h) {
				t.Errorf("%s, %d: shown with %d by %d pixels", name, o, last.Width, last.Height)
			}
			if m, _ := x.Match(a); m.Distance > asset.Threshold || len(a.Reasons) > 0 {
				t.Errorf("%s, %d: distance %d, %v", name, o, m.Distance, a.Reasons)
			}
		}
	}
	for i, broken := range [][]byte{nil, []byte("II*\x00"), exif(binary.LittleEndian, 9), exif(binary.BigEndian, 6)[:20], append([]byte("II*\x00"), 255, 255, 255, 255)} {
		file := pngOf(c.image())
		file = append(append(bytes.Clone(file[:8+25]), pngPart("eXIf", broken)...), file[8+25:]...)
		if a := asset.Read(file, "a.png", asset.DefaultLimits()); len(a.Frames) != 1 || a.Frames[0].Width != c.w {
			t.Error(fmt.Sprint(i), "what states no orientation has one")
		}
	}
}
