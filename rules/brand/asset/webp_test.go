package asset_test

import (
	"math/rand/v2"
	"testing"

	"rollcall/rules/brand/asset"
)

// A bitWriter writes bits, the lowest first.
type bitWriter struct {
	out  []byte
	used int
}

func (b *bitWriter) write(v uint32, n int) {
	for i := range n {
		if b.used%8 == 0 {
			b.out = append(b.out, 0)
		}
		b.out[len(b.out)-1] |= byte(v>>i&1) << (b.used % 8)
		b.used++
	}
}

// lossless is the canvas in black and white as the data of a VP8L chunk (RFC
// 9649, section 3): no transforms, and for each channel a code of its two
// values.
func lossless(c *canvas) []byte {
	const dark, light = 0x20, 0xff
	var b bitWriter
	b.write(0x2f, 8)
	b.write(uint32(c.w-1), 14)
	b.write(uint32(c.h-1), 14)
	b.write(0, 1+3) // no transparency, version 0
	b.write(0, 3)   // no transform, no cache of colours, one group of codes
	for range 3 {   // green, red, blue: a simple code of two symbols of 8 bits
		b.write(1|1<<1|1<<2, 3)
		b.write(dark, 8)
		b.write(light, 8)
	}
	b.write(1|0<<1|1<<2, 3) // opacity: one symbol
	b.write(0xff, 8)
	b.write(1, 4) // distances: one symbol of one bit, 0
	for _, q := range c.pix {
		v := uint32(1)
		if q[0]+q[1]+q[2] < 1.5 {
			v = 0
		}
		b.write(v|v<<1|v<<2, 3)
	}
	return b.out
}

// TestWebP: the logo is found in an image and in an animation.
func TestWebP(t *testing.T) {
	c := outline(rand.New(rand.NewPCG(7, 8))).draw(120)
	x := asset.NewIndex([]asset.Reference{{Name: "logo.png", Asset: asset.Read(pngOf(c.image()), "", asset.DefaultLimits())}})
	white := paper(c.w+20, c.h+20, rgb{1, 1, 1})
	shown := lossless(c.recoloured(func(rgb) rgb { return rgb{} }).opaque(paper(white.w, white.h, rgb{1, 1, 1})))
	frame := func(data []byte) []byte { return chunk("ANMF", append(make([]byte, 16), chunk("VP8L", data)...)) }
	for name, data := range map[string][]byte{
		"image":     chunk("RIFF", append([]byte("WEBP"), chunk("VP8L", shown)...)),
		"animation": chunk("RIFF", append(append([]byte("WEBP"), chunk("VP8X", make([]byte, 10))...), append(frame(lossless(white)), frame(shown)...)...)),
	} {
		a := asset.Read(data, "logo.webp", asset.DefaultLimits())
		if m, _ := x.Match(a); m.Distance > asset.Threshold || len(a.Reasons) > 0 {
			t.Errorf("%s: %d frames, distance %d, %v", name, len(a.Frames), m.Distance, a.Reasons)
		}
	}
}
