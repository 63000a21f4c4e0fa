package asset_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"image/draw"
	"image/gif"
	"io"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"

	"golang.org/x/image/bmp"

	"rollcall/rules/brand/asset"
)

// logo is a protected design, and index holds it alone.
func logo(t testing.TB) (*asset.Index, *canvas) {
	t.Helper()
	c := imitation(rand.New(rand.NewPCG(7, 7)), 'T').draw(160)
	return asset.NewIndex([]asset.Reference{{Name: "logo.png", Asset: asset.Read(pngOf(c.image()), "logo.png", asset.DefaultLimits())}}), c
}

func chunk(kind string, data []byte) []byte {
	out := append(binary.LittleEndian.AppendUint32([]byte(kind), uint32(len(data))), data...)
	return append(out, make([]byte, len(data)%2)...)
}

func pngPart(kind string, data []byte) []byte {
	out := append(append(binary.BigEndian.AppendUint32(nil, uint32(len(data))), kind...), data...)
	return binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(out[4:]))
}

func atom(kind string, data []byte) []byte {
	return append(append(binary.BigEndian.AppendUint32(nil, uint32(8+len(data))), kind...), data...)
}

// animated is a GIF of plain frames, among which one shows the canvas.
func animated(c *canvas, frames, at int) []byte {
	var g gif.GIF
	for i := range frames {
		p := image.NewPaletted(image.Rect(0, 0, c.w, c.h), append(color.Palette{color.White}, grays()...))
		draw.Draw(p, p.Rect, image.NewUniform(color.Gray{uint8(255 - i%8)}), image.Point{}, draw.Src)
		if i == at {
			draw.Draw(p, p.Rect, c.image(), image.Point{}, draw.Over)
		}
		g.Image, g.Delay = append(g.Image, p), append(g.Delay, 10)
	}
	var b bytes.Buffer
	if err := gif.EncodeAll(&b, &g); err != nil {
		panic(err)
	}
	return b.Bytes()
}

func grays() (out color.Palette) {
	for i := range 200 {
		out = append(out, color.Gray{uint8(i + 50)})
	}
	return out
}

// apng is an animation whose second frame is the canvas.
func apng(c *canvas) []byte {
	white := pngOf(paper(c.w, c.h, rgb{1, 1, 1}).opaque(paper(c.w, c.h, rgb{1, 1, 1})).image())
	shown := pngOf(c.opaque(paper(c.w, c.h, rgb{1, 1, 1})).image())
	idat := func(file []byte) (out []byte) {
		for at := 8; at < len(file); {
			n := int(binary.BigEndian.Uint32(file[at:]))
			if string(file[at+4:at+8]) == "IDAT" {
				out = append(out, file[at+8:at+8+n]...)
			}
			at += n + 12
		}
		return out
	}
	control := func(n int) []byte {
		out := binary.BigEndian.AppendUint32(nil, uint32(n))
		for _, v := range []int{c.w, c.h, 0, 0} {
			out = binary.BigEndian.AppendUint32(out, uint32(v))
		}
		return append(out, 0, 10, 0, 100, 0, 0)
	}
	out := append([]byte{}, white[:8+25]...) // the signature and IHDR; both have 8 bits of colour
	out = append(out, pngPart("acTL", []byte{0, 0, 0, 2, 0, 0, 0, 0})...)
	out = append(out, pngPart("fcTL", control(0))...)
	out = append(out, pngPart("IDAT", idat(white))...)
	out = append(out, pngPart("fcTL", control(1))...)
	out = append(out, pngPart("fdAT", append([]byte{0, 0, 0, 2}, idat(shown)...))...)
	return append(out, pngPart("IEND", nil)...)
}

// aviOf is a video of Motion JPEG, without Huffman tables where bare.
func aviOf(bare bool, frames ...[]byte) []byte {
	var movi []byte
	for _, f := range frames {
		if bare {
			at := bytes.Index(f, []byte{0xff, 0xc4})
			n := 2 + int(binary.BigEndian.Uint16(f[at+2:]))
			f = append(bytes.Clone(f[:at]), f[at+n:]...)
		}
		movi = append(movi, chunk("00dc", f)...)
	}
	header := chunk("LIST", append([]byte("strl"), chunk("strh", append([]byte("vidsMJPG"), make([]byte, 48)...))...))
	body := append([]byte("AVI "), chunk("LIST", append([]byte("hdrl"), header...))...)
	return chunk("RIFF", append(body, chunk("LIST", append([]byte("movi"), movi...))...))
}

// mp4Of is a video in a codec, with a cover if any.
func mp4Of(codec string, cover, media []byte) []byte {
	entry := append([]byte{0, 0, 0, 0, 0, 0, 0, 1}, atom(codec, make([]byte, 78))...)
	moov := atom("trak", atom("mdia", atom("minf", atom("stbl", atom("stsd", entry)))))
	if cover != nil {
		moov = append(moov, atom("udta", atom("meta", append(make([]byte, 4), atom("ilst", atom("covr", atom("data", append(make([]byte, 8), cover...))))...)))...)
	}
	out := append(atom("ftyp", []byte("isom\x00\x00\x02\x00isom")), atom("moov", moov)...)
	return append(out, atom("mdat", media)...)
}

// TestFormats: the same logo is found in every format that is read.
func TestFormats(t *testing.T) {
	x, c := logo(t)
	white := c.opaque(paper(c.w+40, c.h+40, rgb{1, 1, 1}))
	var asBMP bytes.Buffer
	if err := bmp.Encode(&asBMP, white.image()); err != nil {
		t.Fatal(err)
	}
	file := pngOf(c.image())
	ico := append([]byte{0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 1, 0, 32, 0}, binary.LittleEndian.AppendUint32(binary.LittleEndian.AppendUint32(nil, uint32(len(file))), 22)...)
	jpg := jpegOf(white.image(), 80)
	plain := jpegOf(paper(c.w+40, c.h+40, rgb{1, 1, 1}).image(), 80)
	for name, f := range map[string]struct {
		data   []byte
		hidden asset.Code
	}{
		"logo.png":                    {file, ""},
		"logo.jpg":                    {jpg, ""},
		"logo.gif":                    {gifOf(white.image(), 256), ""},
		"logo.bmp":                    {asBMP.Bytes(), ""},
		"logo.ico":                    {append(ico, file...), ""},
		"second frame.gif":            {animated(white, 3, 1), ""},
		"one of many frames.gif":      {animated(white, 60, 55), asset.FramesUnseen},
		"second frame.png":            {apng(c), ""},
		"motion.avi":                  {aviOf(false, plain, jpg), ""},
		"motion without tables.avi":   {aviOf(true, plain, jpg), ""},
		"cover.mp4":                   {mp4Of("avc1", jpg, []byte("?")), asset.VideoCodec},
		"motion.mov":                  {mp4Of("jpeg", nil, append(bytes.Clone(plain), jpg...)), ""},
		"picture within.svg":          {fmt.Appendf(nil, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><image href="data:image/png;base64,%s"/></svg>`, base64.StdEncoding.EncodeToString(file)), ""},
		"named as another format.gif": {file, ""},
	} {
		t.Run(name, func(t *testing.T) {
			a := asset.Read(f.data, name, asset.DefaultLimits())
			sum := sha256.Sum256(f.data)
			if a.SHA256 != hex.EncodeToString(sum[:]) {
				t.Errorf("SHA-256 %s", a.SHA256)
			}
			if m, _ := x.Match(a); m.Distance > asset.Threshold {
				t.Errorf("%d frames, distance %d, reasons %v", len(a.Frames), m.Distance, a.Reasons)
			}
			if r, _ := a.Hidden(); r.Code != f.hidden {
				t.Errorf("hidden: %+v", r)
			}
			again, err := asset.ReadFrom(io.MultiReader(bytes.NewReader(f.data[:10]), bytes.NewReader(f.data[10:])), name, asset.DefaultLimits())
			if err != nil || again.SHA256 != a.SHA256 || len(again.Frames) != len(a.Frames) || fmt.Sprint(again.Reasons) != fmt.Sprint(a.Reasons) {
				t.Errorf("from a stream: %v %+v", err, again.Reasons)
			}
		})
	}
}

// drawn is a logo as a designer's tool writes it, and the same in pixels.
const drawn = `<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 100 100">
<style>.a{fill:#3344aa} #person, .b {fill: rgb(230,120,60)}</style>
<defs><linearGradient id="g" x2="0" y2="1"><stop stop-color="#223388"/><stop offset="1" stop-color="#334499"/></linearGradient><circle id="head" r="12"/></defs>
<g transform="translate(2 0)"><use xlink:href="#head" x="72" y="20" class="b"/><path id="person" d="M54 36h36v30a18 18 0 01-36 0z"/></g>
<rect class="a" x="6" y="30" width="56" height="56" rx="6" fill="none"/>
<path fill="white" fill-rule="evenodd" d="M16 40 H52 V48 H38 V76 H30 V48 H16 Z"/>
<polyline points="10,95 60,95" fill="none" stroke="url(#g)" stroke-width="6" stroke-linecap="round"/></svg>`

// TestSVG: shapes, styles, gradients, references within and lines are drawn, so
// that a photo of the logo is found.
func TestSVG(t *testing.T) {
	a := asset.Read([]byte(drawn), "logo.svg", asset.DefaultLimits())
	if len(a.Reasons) > 0 || len(a.Frames) != 1 {
		t.Fatalf("%+v", a)
	}
	x := asset.NewIndex([]asset.Reference{{Name: "logo.svg", Asset: a}})
	orange, blue := rgb{0.9, 0.47, 0.24}, rgb{0.2, 0.27, 0.67}
	d := drawing{
		flat(circle(0.74, 0.2, 0.12), orange), flat(box(0.74, 0.51, 0.18, 0.15, 0, 0), orange), flat(circle(0.74, 0.66, 0.18), orange),
		flat(box(0.34, 0.58, 0.28, 0.28, 0.06, 0), blue),
		flat(union(box(0.34, 0.44, 0.18, 0.04, 0, 0), box(0.34, 0.6, 0.04, 0.16, 0, 0)), rgb{1, 1, 1}),
		flat(line(0.1, 0.95, 0.6, 0.95, 0.06), rgb{0.15, 0.22, 0.55}),
	}
	if m, _ := x.Match(asset.Read(pngOf(square(d, 300).image()), "", asset.DefaultLimits())); m.Distance > 10 {
		t.Errorf("distance %d", m.Distance)
	}
}

// TestBadInput: what is broken, too large or hides something is named, and takes
// neither much time nor much memory.
func TestBadInput(t *testing.T) {
	_, c := logo(t)
	file := pngOf(c.image())
	large := pngPart("IHDR", []byte{0, 0, 0xff, 0xff, 0, 0, 0xff, 0xff, 8, 6, 0, 0, 0})
	bomb := append(append([]byte("\x89PNG\r\n\x1a\n"), large...), pngPart("IDAT", []byte{0x78, 0x9c, 0x63, 0, 0, 0, 1, 0, 1})...)
	svg := func(body string) []byte {
		return []byte(`<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 9 9"><rect width="5" height="5"/>` + body + `</svg>`)
	}
	nested := "<g id='a0'><rect width='9' height='9'/></g>"
	for i := range 40 {
		nested += fmt.Sprintf("<g id='a%d'><use href='#a%d'/><use href='#a%d'/><use href='#a%d'/></g>", i+1, i, i, i)
	}
	frames := animated(paper(60, 60, rgb{1, 1, 1}), 200, -1)
	for name, f := range map[string]struct {
		data []byte
		code asset.Code
	}{
		"an image bomb.png":            {bomb, asset.TooLarge},
		"truncated.png":                {file[:len(file)/2], asset.Undecodable},
		"truncated.jpg":                {jpegOf(c.opaque(paper(200, 200, rgb{1, 1, 1})).image(), 80)[:900], asset.Undecodable},
		"cut in its header.gif":        {[]byte("GIF89a\x01"), asset.Undecodable},
		"mislabelled.png":              {jpegOf(c.opaque(paper(200, 200, rgb{1, 1, 1})).image(), 80), asset.Mislabelled},
		"text.png":                     {[]byte("this is no picture"), asset.UnknownForm},
		"nothing.png":                  {nil, asset.UnknownForm},
		"many frames.gif":              {frames, asset.FramesUnseen},
		"film.mp4":                     {mp4Of("avc1", nil, make([]byte, 1000)), asset.VideoCodec},
		"film.webm":                    {[]byte("\x1a\x45\xdf\xa3 and so on"), asset.VideoCodec},
		"film.avi":                     {aviOf(false, []byte("no JPEG, no tables")), asset.VideoCodec},
		"scripted.svg":                 {svg(`<script>document.title = 1</script>`), asset.Script},
		"handler.svg":                  {svg(`<g onload="go()"/>`), asset.Script},
		"picture elsewhere.svg":        {svg(`<image href="https://contoso.example/logo.png"/>`), asset.Outside},
		"file elsewhere.svg":           {svg(`<image xlink:href="file:///etc/passwd"/>`), asset.Outside},
		"sheet elsewhere.svg":          {svg(`<style>@import url(https://contoso.example/a.css)</style>`), asset.Outside},
		"colour elsewhere.svg":         {svg(`<rect style="fill:url('other.svg#a')"/>`), asset.Outside},
		"entities.svg":                 {append([]byte(`<!DOCTYPE svg [<!ENTITY a "bbbbbbbb"><!ENTITY c "&a;&a;&a;&a;">]>`), svg(`<text>&c;</text>`)...), asset.Outside},
		"words.svg":                    {svg(`<text>Teams</text>`), asset.NotDrawn},
		"used again and again.svg":     {svg(nested + "<use href='#a40'/>"), asset.NotDrawn},
		"deep.svg":                     {svg(strings.Repeat("<g>", 5000)), asset.NotDrawn},
		"without an end.svg":           {[]byte(`<svg xmlns="http://www.w3.org/2000/svg"><g>`), asset.Undecodable},
		"far away.svg":                 {svg(`<path d="M-1e300 -1e300L1e300 1e300L5 -1e308z" stroke="red" stroke-width="1e9"/>` + strings.Repeat(`<rect x="-1e6" y="-1e6" width="2e6" height="2e6"/>`, 4000)), asset.NotDrawn},
		"a path without end.svg":       {svg(`<path d="M0 0` + strings.Repeat("L9 9L0 5", 150_000) + `"/>`), asset.NotDrawn},
		"a line of many parts.svg":     {svg(`<path fill="none" stroke="red" d="M0 0` + strings.Repeat("l.1 0l0 .1", 40_000) + `"/>`), asset.NotDrawn},
		"styles without end.svg":       {svg(`<style>` + strings.Repeat("a{b:c}", 20_000) + `</style>`), asset.NotDrawn},
		"a gif called a picture.jpeg":  {animated(c.opaque(paper(200, 200, rgb{1, 1, 1})), 2, 1), asset.Mislabelled},
		"an icon that lies.ico":        {[]byte{0, 0, 1, 0, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 255, 255, 255, 255, 255, 255}, asset.Undecodable},
		"a webp whose frames lie.webp": {chunk("RIFF", append([]byte("WEBP"), chunk("ANMF", make([]byte, 40))...)), asset.Undecodable},
	} {
		t.Run(name, func(t *testing.T) {
			a := asset.Read(f.data, name, asset.DefaultLimits())
			for _, r := range a.Reasons {
				if r.Code == f.code {
					if r.Text == "" {
						t.Error("the reason has no words")
					}
					return
				}
			}
			t.Errorf("reasons %+v", a.Reasons)
		})
	}
}

// zeros is a file of that many bytes that begins like a video.
type zeros struct {
	left int
	head []byte
}

func (z *zeros) Read(b []byte) (int, error) {
	if z.left == 0 {
		return 0, io.EOF
	}
	n := min(len(b), z.left)
	clear(b[:n])
	z.head = z.head[copy(b[:n], z.head):]
	z.left -= n
	return n, nil
}

// TestLongVideo: a video of 100 MB is hashed to its end in bounded memory.
func TestLongVideo(t *testing.T) {
	const size = 100 << 20
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	a, err := asset.ReadFrom(&zeros{size, mp4Of("hvc1", nil, nil)}, "film.mp4", asset.DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	runtime.ReadMemStats(&after)
	if got := after.TotalAlloc - before.TotalAlloc; got > 400<<20 {
		t.Errorf("it took %d MB of memory in all", got>>20)
	}
	if r, hidden := a.Hidden(); !hidden || r.Code != asset.TooLong || len(a.Reasons) < 2 || !strings.Contains(a.Reasons[1].Text, "hvc1") {
		t.Errorf("%+v", a.Reasons)
	}
	sum := sha256.New()
	if _, err := io.Copy(sum, &zeros{size, mp4Of("hvc1", nil, nil)}); err != nil || hex.EncodeToString(sum.Sum(nil)) != a.SHA256 {
		t.Errorf("SHA-256 %s, %v", a.SHA256, err)
	}
}

// TestIndex: equal files are found by their hash, also where they show nothing;
// shapes that everybody uses are looked for as files alone; a region is where
// the logo is.
func TestIndex(t *testing.T) {
	l := asset.DefaultLimits()
	disc := pngOf(square(drawing{flat(circle(0.5, 0.5, 0.4), rgb{0.2, 0.3, 0.7})}, 100).image())
	film := mp4Of("avc1", nil, []byte("a film"))
	c := imitation(rand.New(rand.NewPCG(7, 7)), 'T').draw(160)
	x := asset.NewIndex([]asset.Reference{
		{Name: "disc.png", Asset: asset.Read(disc, "disc.png", l)}, {Name: "film.mp4", Asset: asset.Read(film, "film.mp4", l)}, {Name: "logo.png", Asset: asset.Read(pngOf(c.image()), "", l)},
	})
	if len(x.Notes()) != 1 || !strings.Contains(x.Notes()[0], "disc.png looks like a disc") || len(x.Unseen()) != 1 || x.Unseen()[0].Reference != "film.mp4" || !strings.Contains(x.Unseen()[0].Why, "avc1") {
		t.Errorf("%q %q", x.Notes(), x.Unseen())
	}
	for name, data := range map[string][]byte{"disc.png": disc, "film.mp4": film} {
		if m, found := x.Match(asset.Read(data, "", l)); !found || !m.Exact || m.Reference != name || m.Distance != 0 {
			t.Errorf("%s: %+v", name, m)
		}
	}
	another := asset.Read(pngOf(square(drawing{flat(circle(0.5, 0.5, 0.45), rgb{0.8, 0.3, 0.2})}, 120).image()), "", l)
	if m, found := x.Match(another); found && m.Distance <= asset.Threshold {
		t.Errorf("another disc: %+v", m)
	}
	if m, found := x.Plain(another); !found || m.Reference != "disc.png" || m.Distance > asset.Threshold {
		t.Errorf("another disc, as a shape: %+v", m)
	}
	if m, found := x.Plain(asset.Read(pngOf(c.image()), "", l)); found && m.Distance <= asset.Threshold {
		t.Errorf("the logo, as a shape: %+v", m)
	}
	s := paper(700, 500, rgb{0.9, 0.9, 0.92})
	small := c.resized(0.5)
	s.paste(small, 420, 300)
	m, _ := x.Match(asset.Read(pngOf(s.image()), "", l))
	want := image.Rect(420, 300, 420+small.w, 300+small.h)
	if in := m.Region.Intersect(want); m.Distance > asset.Threshold || in.Dx()*in.Dy()*10 < want.Dx()*want.Dy()*7 || m.Region.Dx() > want.Dx()*3/2 {
		t.Errorf("%+v, to be at %v", m, want)
	}
}

// FuzzRead: whatever the bytes are, reading and comparing end within the limits,
// the hash is that of the bytes, the same bytes read the same, and what shows
// nothing has a reason.
func FuzzRead(f *testing.F) {
	x, c := logo(f)
	small := c.resized(0.2)
	white := small.opaque(paper(48, 48, rgb{1, 1, 1}))
	for name, data := range map[string][]byte{
		"a.png": pngOf(small.image()), "a.jpg": jpegOf(white.image(), 60), "a.gif": animated(white, 3, 1), "b.png": apng(small),
		"a.svg": []byte(drawn), "a.avi": aviOf(true, jpegOf(white.image(), 60)), "a.mp4": mp4Of("avc1", jpegOf(white.image(), 60), nil),
		"a.webp": chunk("RIFF", append([]byte("WEBP"), chunk("ANMF", append(make([]byte, 16), chunk("VP8L", []byte{0x2f, 0, 0, 0, 0, 0})...))...)),
		"a.ico":  {0, 0, 1, 0, 1, 0, 8, 8, 0, 0, 1, 0, 32, 0, 40, 0, 0, 0, 22, 0, 0, 0},
	} {
		f.Add(data, name)
	}
	limits := asset.Limits{Bytes: 64 << 10, Pixels: 10_000, AllPixels: 40_000, Frames: 3, Elements: 50}
	f.Fuzz(func(t *testing.T, data []byte, declared string) {
		a := asset.Read(data, declared, limits)
		if sum := sha256.Sum256(data); a.SHA256 != hex.EncodeToString(sum[:]) {
			t.Errorf("SHA-256 %s", a.SHA256)
		}
		if len(a.Frames) == 0 && len(a.Reasons) == 0 {
			t.Error("nothing is shown, without a reason")
		}
		for _, fr := range a.Frames {
			if fr.Width < 1 || fr.Height < 1 {
				t.Errorf("a frame of %d by %d", fr.Width, fr.Height)
			}
		}
		if b := asset.Read(data, declared, limits); len(b.Frames) != len(a.Frames) || fmt.Sprint(b.Reasons) != fmt.Sprint(a.Reasons) {
			t.Errorf("read again, %d frames and %v are %d and %v", len(a.Frames), a.Reasons, len(b.Frames), b.Reasons)
		}
		if m, found := x.Match(a); found && (m.Distance < 0 || m.Distance > 100 || m.Frame < 0) {
			t.Errorf("%+v", m)
		}
	})
}
