package protected_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"strings"
	"testing"
	"time"

	"rollcall/rules/brand"
	"rollcall/rules/brand/asset"
	"rollcall/rules/brand/protected"
	"rollcall/rules/policy"
	"rollcall/rules/rule"
	"rollcall/schema"
)

// badge draws a design of a few shapes: the second differs in what is within.
func badge(t *testing.T, side int, second bool) []byte {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, side, side))
	for y := range side {
		for x := range side {
			u, v := float64(x)/float64(side), float64(y)/float64(side)
			c := color.RGBA{240, 240, 240, 255}
			switch {
			case !second && (u > 0.2 && u < 0.8 && v > 0.2 && v < 0.34 || u > 0.44 && u < 0.56 && v > 0.2 && v < 0.85):
				c = color.RGBA{80, 60, 170, 255}
			case !second && (u-0.85)*(u-0.85)+(v-0.5)*(v-0.5) < 0.012:
				c = color.RGBA{30, 30, 90, 255}
			case second && ((u-0.5)*(u-0.5)+(v-0.7)*(v-0.7) < 0.04 || v < u*0.6 && v > 0.1):
				c = color.RGBA{20, 140, 90, 255}
			}
			img.SetRGBA(x, y, c)
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestPictures: a picture that is a protected one, or shows it, fails; what can't
// be seen is no evidence with the reason; an own one passes.
func TestPictures(t *testing.T) {
	p, err := policy.Parse("policy.yaml", []byte("version: 1\nbrand: {licences: [{id: l, app: desk, names: [Logo licence], from: 2026-01-01, until: 2026-12-31, scope: [asset]}]}\n"))
	if err != nil {
		t.Fatal(err)
	}
	book, err := brand.New(p)
	if err != nil {
		t.Fatal(err)
	}
	mark := badge(t, 200, false)
	sum := func(data []byte) string { s := sha256.Sum256(data); return hex.EncodeToString(s[:]) }
	marks := protected.New([]asset.Reference{{Name: "marks/mark.png", Asset: asset.Read(mark, "mark.png", asset.DefaultLimits())}}, p.Brand())
	film := asset.Read([]byte("\x00\x00\x00\x08ftyp\x00\x00\x00\x08mdat"), "film.mp4", asset.DefaultLimits())
	tile := func(c color.Color) []byte {
		img := image.NewNRGBA(image.Rect(0, 0, 90, 90))
		draw.Draw(img, image.Rect(10, 10, 80, 80), image.NewUniform(c), image.Point{}, draw.Src)
		var b bytes.Buffer
		if err := png.Encode(&b, img); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	some := protected.New([]asset.Reference{
		{Name: "marks/mark.png", Asset: asset.Read(mark, "mark.png", asset.DefaultLimits())}, {Name: "marks/film.mp4", Asset: film},
	}, p.Brand())
	plain := protected.New([]asset.Reference{{Name: "marks/tile.png", Asset: asset.Read(tile(color.Black), "tile.png", asset.DefaultLimits())}}, p.Brand())
	for name, c := range map[string]struct {
		app     string
		asset   schema.ListingAsset
		with    brand.Pictures
		verdict rule.Verdict
		seen    string
	}{
		"the file itself":        {"care", schema.ListingAsset{Kind: "icon", Name: "icon.png", Data: mark}, marks, rule.Fail, "icon.png is the file marks/mark.png"},
		"its hash alone":         {"care", schema.ListingAsset{Kind: "icon", SHA256: sum(mark), URI: "https://x.example/i.png"}, marks, rule.Fail, "by its SHA-256"},
		"scaled":                 {"care", schema.ListingAsset{Kind: "icon", Name: "icon.png", Data: badge(t, 128, false)}, marks, rule.Fail, "icon.png looks like marks/mark.png (distance "},
		"another":                {"care", schema.ListingAsset{Kind: "icon", Data: badge(t, 128, true)}, marks, rule.Pass, ""},
		"too long":               {"care", schema.ListingAsset{Kind: "video", Name: "film.mp4", SHA256: sum([]byte("x")), Unread: "it has 100 bytes too many"}, marks, rule.NoEvidence, "film.mp4: it has 100 bytes too many"},
		"too long, and known":    {"care", schema.ListingAsset{Kind: "video", Name: "film.mp4", SHA256: film.SHA256, Unread: "it has 100 bytes too many"}, some, rule.Fail, "film.mp4 is the file marks/film.mp4, by its SHA-256"},
		"a reference unseen":     {"care", schema.ListingAsset{Kind: "icon", Name: "i.png", Data: badge(t, 128, true)}, some, rule.NoEvidence, "i.png is like none of the protected pictures that can be seen"},
		"alike all the same":     {"care", schema.ListingAsset{Kind: "icon", Name: "i.png", Data: badge(t, 128, false)}, some, rule.Fail, "i.png looks like marks/mark.png"},
		"a shape of everybody's": {"care", schema.ListingAsset{Kind: "icon", Name: "i.png", Data: tile(color.NRGBA{200, 30, 30, 255})}, plain, rule.NoEvidence, "i.png looks like marks/tile.png"},
		"no such shape":          {"care", schema.ListingAsset{Kind: "icon", Name: "i.png", Data: badge(t, 128, false)}, plain, rule.Pass, ""},
		"licensed":               {"desk", schema.ListingAsset{Kind: "icon", Data: mark}, marks, rule.Pass, ""},
		"not with the listing":   {"care", schema.ListingAsset{Kind: "logo", Name: "logo.png", URI: "https://x.example/l.png"}, marks, rule.NoEvidence, "logo.png is named, and not with the listing"},
		"truncated":              {"care", schema.ListingAsset{Kind: "icon", Name: "i.png", Data: badge(t, 128, true)[:60]}, marks, rule.NoEvidence, "i.png: "},
		"another than stated":    {"care", schema.ListingAsset{Kind: "icon", SHA256: sum([]byte("x")), Data: badge(t, 128, true)}, marks, rule.NoEvidence, "the listing states"},
		"nothing protected":      {"care", schema.ListingAsset{Kind: "icon", Data: mark}, nil, rule.NotApplicable, ""},
		"what protects is gone":  {"care", schema.ListingAsset{Kind: "icon", Data: mark}, brand.NoPictures(errors.New("marks/mark.png: no such file")), rule.NoEvidence, "icon"},
		"a text, not a picture":  {"care", schema.ListingAsset{Kind: "icon", Data: []byte("hello")}, marks, rule.NoEvidence, "icon: "},
		"a script in its markup": {"care", schema.ListingAsset{Kind: "icon", Data: []byte(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><script>x</script><circle cx="4" cy="4" r="3"/></svg>`)}, marks, rule.NoEvidence, "icon: "},
	} {
		t.Run(name, func(t *testing.T) {
			o := brand.Occasion{At: time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC), Gallery: brand.Gallery{Protected: c.with, Others: c.with}}
			l := schema.Listing{AppID: c.app, AppName: "Care Line", Assets: []schema.ListingAsset{c.asset}}
			for _, check := range book.Judge(l, o) {
				if check.Rule != brand.RuleAsset {
					continue
				}
				if check.Verdict != c.verdict || !strings.Contains(check.Seen, c.seen) {
					t.Errorf("%+v, want %s with %q", check, c.verdict, c.seen)
				}
				if check.Verdict == rule.NoEvidence && check.Expected == "" {
					t.Error("without a reason")
				}
				return
			}
			t.Error("no check of the picture")
		})
	}
	if got := protected.New(nil, policy.Default().Brand()).Threshold(); got != asset.Threshold {
		t.Errorf("the threshold is %d", got)
	}
}
