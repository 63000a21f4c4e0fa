package asset

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/draw"
	"image/gif"
	_ "image/jpeg" // what listings' images are in, as of the next
	_ "image/png"

	_ "golang.org/x/image/bmp" // what listings' images are in, as of the next
	_ "golang.org/x/image/webp"
)

// gif decodes an animation as far as its frames, counted before, are within the
// limits.
func (d *decoder) gif(data []byte) {
	c, err := gif.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		d.say(Undecodable, "its header can't be read (%v)", err)
		return
	}
	most := min(d.limits.AllPixels/max(1, c.Width*c.Height), 10*d.limits.Frames)
	if !d.room(c.Width, c.Height) {
		return
	}
	end, frames, whole := gifFrames(data, most)
	if !whole {
		d.say(FramesUnseen, "it has more than the %d frames that are decoded", frames)
		data = append(bytes.Clone(data[:end]), 0x3b)
	}
	g, err := gif.DecodeAll(bytes.NewReader(data))
	if err != nil || len(g.Image) == 0 {
		d.say(Undecodable, "gif: %v", err)
		return
	}
	chosen := spread(len(g.Image), d.limits.Frames)
	if len(chosen) < len(g.Image) {
		d.say(FramesUnseen, "of its %d frames %d were looked at", len(g.Image), len(chosen))
	}
	canvas := image.NewRGBA(image.Rect(0, 0, c.Width, c.Height))
	for i, frame := range g.Image {
		before := canvas
		if i < len(g.Disposal) && g.Disposal[i] == gif.DisposalPrevious {
			before = &image.RGBA{Pix: bytes.Clone(canvas.Pix), Stride: canvas.Stride, Rect: canvas.Rect}
		}
		draw.Draw(canvas, frame.Bounds(), frame, frame.Bounds().Min, draw.Over)
		if len(chosen) > 0 && chosen[0] == i {
			d.show(canvas, i)
			chosen = chosen[1:]
		}
		switch {
		case before != canvas:
			canvas = before
		case i < len(g.Disposal) && g.Disposal[i] == gif.DisposalBackground:
			draw.Draw(canvas, frame.Bounds(), image.Transparent, image.Point{}, draw.Src)
		}
	}
}

// gifFrames counts frames without decoding them, up to most: end is where the
// next begins, and whole tells that there is none.
func gifFrames(data []byte, most int) (end, frames int, whole bool) {
	if len(data) < 13 {
		return 0, 0, true
	}
	at := 13
	if data[10]&0x80 != 0 {
		at += 3 << (data[10]&7 + 1)
	}
	blocks := func() {
		for at < len(data) && data[at] != 0 {
			at += int(data[at]) + 1
		}
		at++
	}
	for at < len(data) {
		end = at
		switch data[at] {
		case 0x21:
			at += 2
			blocks()
		case 0x2c:
			if frames++; frames > most {
				return end, most, false
			}
			if at+9 >= len(data) {
				return end, frames, true
			}
			flags := data[at+9]
			at += 10
			if flags&0x80 != 0 {
				at += 3 << (flags&7 + 1)
			}
			at++
			blocks()
		default:
			return end, frames, true
		}
	}
	return end, frames, true
}

const pngHead = "\x89PNG\r\n\x1a\n"

// png decodes an image, and the frames of an animated one (the PNG
// specification, third edition, section 11.3.6), each alone: what a frame
// leaves of the one before it was looked at there.
func (d *decoder) png(data []byte) {
	if d.still(data, 0) == nil {
		return
	}
	var head, rest []byte // IHDR's data, and the chunks that hold for all frames
	var frames [][]byte
	var w, h uint32
	add := func(chunk []byte) {
		if n := len(frames); n > 0 && len(frames) <= d.limits.Frames {
			frames[n-1] = append(frames[n-1], pngChunk("IDAT", chunk)...)
		}
	}
	begun, count := false, 0
	for at := len(pngHead); at+12 <= len(data); {
		n := int(binary.BigEndian.Uint32(data[at:]))
		if n < 0 || n > len(data)-at-12 {
			break
		}
		chunk := data[at+8 : at+8+n]
		switch kind := string(data[at+4 : at+8]); kind {
		case "IHDR":
			head = chunk
		case "PLTE", "tRNS":
			rest = append(rest, pngChunk(kind, chunk)...)
		case "IDAT":
			begun = true
		case "fcTL":
			if n < 26 || len(head) < 13 || !begun {
				break // the first frame is the image itself
			}
			if count++; count >= d.limits.Frames {
				d.say(FramesUnseen, "it has more than the %d frames that are looked at", d.limits.Frames)
				break
			}
			w, h = binary.BigEndian.Uint32(chunk[4:]), binary.BigEndian.Uint32(chunk[8:])
			own := bytes.Clone(head)
			binary.BigEndian.PutUint32(own, w)
			binary.BigEndian.PutUint32(own[4:], h)
			frames = append(frames, append(append([]byte(pngHead), pngChunk("IHDR", own)...), rest...))
		case "fdAT":
			if n > 4 && count < d.limits.Frames {
				add(chunk[4:])
			}
		}
		at += n + 12
	}
	for i, f := range frames {
		d.still(append(f, pngChunk("IEND", nil)...), i+1)
	}
}

func pngChunk(kind string, data []byte) []byte {
	out := binary.BigEndian.AppendUint32(nil, uint32(len(data)))
	out = append(append(out, kind...), data...)
	return binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(out[4:]))
}

// webp decodes an image, or the frames of an animated one (RFC 9649, section
// 2.7.1.1), each alone.
func (d *decoder) webp(data []byte) {
	var frames [][]byte
	eachRIFF(data[min(12, len(data)):], func(kind string, chunk []byte) {
		if kind == "ANMF" && len(chunk) > 16 {
			frames = append(frames, chunk)
		}
	})
	if len(frames) == 0 {
		d.still(data, 0)
		return
	}
	chosen := spread(len(frames), d.limits.Frames)
	if len(chosen) < len(frames) {
		d.say(FramesUnseen, "of its %d frames %d were looked at", len(frames), len(chosen))
	}
	for _, i := range chosen {
		d.still(webpFrame(frames[i]), i)
	}
}

// webpFrame makes a file of a frame.
func webpFrame(f []byte) []byte {
	body := []byte("WEBP")
	var parts []byte
	transparent := false
	eachRIFF(f[16:], func(kind string, chunk []byte) {
		if kind == "ALPH" || kind == "VP8 " || kind == "VP8L" {
			transparent = transparent || kind == "ALPH"
			parts = append(parts, riffChunk(kind, chunk)...)
		}
	})
	if transparent {
		// Flags, three reserved bytes, and the frame's width and height less one.
		extended := append([]byte{0x10, 0, 0, 0}, f[6:12]...)
		body = append(body, riffChunk("VP8X", extended)...)
	}
	return riffChunk("RIFF", append(body, parts...))
}

// eachRIFF hands on the chunks of a RIFF form, or of a list in it.
func eachRIFF(data []byte, do func(kind string, chunk []byte)) {
	for len(data) >= 8 {
		n := int64(binary.LittleEndian.Uint32(data[4:]))
		chunk := data[8:min(8+n, int64(len(data)))]
		do(string(data[:4]), chunk)
		data = data[min(8+n+n&1, int64(len(data))):]
	}
}

func riffChunk(kind string, data []byte) []byte {
	out := binary.LittleEndian.AppendUint32([]byte(kind), uint32(len(data)))
	if out = append(out, data...); len(data)%2 == 1 {
		out = append(out, 0)
	}
	return out
}

// ico decodes the pictures of an icon: PNGs, and bitmaps of 24 or 32 bits.
func (d *decoder) ico(data []byte) {
	n := 0
	if len(data) >= 6 {
		n = int(binary.LittleEndian.Uint16(data[4:]))
	}
	for i := range min(n, d.limits.Frames, (len(data)-6)/16) {
		entry := data[6+16*i:]
		size, at := int64(binary.LittleEndian.Uint32(entry[8:])), int64(binary.LittleEndian.Uint32(entry[12:]))
		if at+size > int64(len(data)) || size < 40 {
			d.say(Undecodable, "a picture of the icon lies beyond its end")
			continue
		}
		part := data[at : at+size]
		if !bytes.HasPrefix(part, []byte(pngHead)) {
			part = icoBitmap(part)
		}
		if part == nil {
			d.say(Undecodable, "a picture of the icon has a palette, which is not read")
			continue
		}
		d.still(part, i)
	}
	if n > d.limits.Frames {
		d.say(FramesUnseen, "of its %d pictures %d were looked at", n, d.limits.Frames)
	}
}

// icoBitmap makes a BMP file of a picture without its mask, whose height is
// counted with that.
func icoBitmap(part []byte) []byte {
	if head := binary.LittleEndian.Uint32(part); head != 40 || binary.LittleEndian.Uint16(part[14:]) < 24 {
		return nil
	}
	file := append([]byte("BM"), make([]byte, 12)...)
	binary.LittleEndian.PutUint32(file[2:], uint32(14+len(part)))
	binary.LittleEndian.PutUint32(file[10:], 14+40)
	file = append(file, part...)
	binary.LittleEndian.PutUint32(file[14+8:], binary.LittleEndian.Uint32(part[8:])/2)
	return file
}
