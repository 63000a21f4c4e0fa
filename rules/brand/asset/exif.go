package asset

import (
	"bytes"
	"encoding/binary"
	"image"
)

// An orientation is how a picture is to be turned before it is shown: the value
// of the Exif tag 0x0112, from 1 (as it is) to 8.
type orientation int

// orientationOf reads the orientation that a JPEG, PNG or WebP file states; 1 where
// it states none. Of a JPEG every viewer obeys it, of the others some do.
func orientationOf(data []byte) orientation {
	switch format(data) {
	case "jpeg":
		for at := 2; at+4 <= len(data) && data[at] == 0xff; {
			kind, n := data[at+1], int(binary.BigEndian.Uint16(data[at+2:]))
			if kind == 0xda || n < 2 || at+2+n > len(data) {
				break
			}
			if body, is := bytes.CutPrefix(data[at+4:at+2+n], []byte("Exif\x00\x00")); kind == 0xe1 && is {
				return exifOrientation(body)
			}
			at += 2 + n
		}
	case "png":
		for at := len(pngHead); at+12 <= len(data); {
			n := int64(binary.BigEndian.Uint32(data[at:]))
			if n > int64(len(data)-at-12) {
				break
			}
			if string(data[at+4:at+8]) == "eXIf" {
				return exifOrientation(data[at+8 : at+8+int(n)])
			}
			at += int(n) + 12
		}
	case "webp":
		found := orientation(1)
		eachRIFF(data[12:], func(kind string, chunk []byte) {
			if kind == "EXIF" {
				found = exifOrientation(bytes.TrimPrefix(chunk, []byte("Exif\x00\x00")))
			}
		})
		return found
	}
	return 1
}

// exifOrientation reads the first directory of Exif's TIFF structure (CIPA
// DC-008, section 4.6).
func exifOrientation(tiff []byte) orientation {
	const entry, tag, short = 12, 0x0112, 3
	var order binary.ByteOrder
	switch {
	case bytes.HasPrefix(tiff, []byte("II*\x00")):
		order = binary.LittleEndian
	case bytes.HasPrefix(tiff, []byte("MM\x00*")):
		order = binary.BigEndian
	default:
		return 1
	}
	if len(tiff) < 8 {
		return 1
	}
	at := int64(order.Uint32(tiff[4:]))
	if at+2 > int64(len(tiff)) {
		return 1
	}
	n := int64(order.Uint16(tiff[at:]))
	for i := range n {
		e := at + 2 + entry*i
		if e+entry > int64(len(tiff)) {
			break
		}
		if order.Uint16(tiff[e:]) == tag && order.Uint16(tiff[e+2:]) == short {
			if o := order.Uint16(tiff[e+8:]); o >= 1 && o <= 8 {
				return orientation(o)
			}
		}
	}
	return 1
}

// shown is the picture as it is shown.
func (o orientation) shown(img *picture) *picture {
	if o <= 1 {
		return img
	}
	w, h := img.w, img.h
	if o >= 5 {
		w, h = h, w
	}
	out := &picture{w: w, h: h, pix: make([]uint8, len(img.pix))}
	for y := range h {
		for x := range w {
			q := o.from(x, y, img.w, img.h)
			copy(out.pix[4*(y*w+x):4*(y*w+x)+4], img.pix[4*(q.Y*img.w+q.X):])
		}
	}
	return out
}

// from is the stored pixel that is shown at x, y; w and h are of what is stored.
func (o orientation) from(x, y, w, h int) image.Point {
	switch o {
	case 2:
		return image.Pt(w-1-x, y)
	case 3:
		return image.Pt(w-1-x, h-1-y)
	case 4:
		return image.Pt(x, h-1-y)
	case 5:
		return image.Pt(y, x)
	case 6:
		return image.Pt(y, h-1-x)
	case 7:
		return image.Pt(w-1-y, h-1-x)
	case 8:
		return image.Pt(w-1-y, x)
	}
	return image.Pt(x, y)
}
