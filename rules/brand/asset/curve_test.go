package asset_test

import (
	"fmt"
	"strings"

	"rollcall/rules/brand/asset"
)

// curve draws, by threshold, which part of the images is taken for protected
// ones.
func curve(list []rate) string {
	const left, top, wide, high, most = 60, 30, 560, 320, 60
	var b strings.Builder
	x := func(distance int) float64 { return left + wide*float64(distance)/most }
	y := func(part float64) float64 { return top + high*(1-part) }
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 960 410" font-family="sans-serif" font-size="13">`+"\n")
	fmt.Fprintf(&b, `<rect width="960" height="410" fill="white"/>`+"\n")
	for p := 0; p <= 100; p += 20 {
		fmt.Fprintf(&b, `<path d="M%d %.0fH%d" stroke="#ddd"/><text x="%d" y="%.0f" text-anchor="end">%d %%</text>`+"\n", left, y(float64(p)/100), left+wide, left-8, y(float64(p)/100)+4, p)
	}
	for d := 0; d <= most; d += 10 {
		fmt.Fprintf(&b, `<text x="%.0f" y="%d" text-anchor="middle">%d</text>`+"\n", x(d), top+high+18, d)
	}
	fmt.Fprintf(&b, `<text x="%d" y="%d" text-anchor="middle">threshold: distance at most</text>`+"\n", left+wide/2, top+high+40)
	fmt.Fprintf(&b, `<path d="M%.1f %dV%d" stroke="#888" stroke-dasharray="4"/><text x="%.1f" y="%d">chosen: %d</text>`+"\n", x(asset.Threshold), top, top+high, x(asset.Threshold)+4, top-8, asset.Threshold)
	kind := func(name string) func(rate) bool {
		return func(r rate) bool { return r.group == groupPromised && r.kind == name }
	}
	lines := []struct {
		name, colour string
		of           func(rate) bool
	}{
		{"protected: icons", "#0a7d32", kind("icons")},
		{"protected: wordmarks", "#1c6fd1", kind("wordmarks")},
		{"protected: illustrations", "#00a5a5", kind("illustrations")},
		{"protected: photos", "#7a3fc0", kind("photos")},
		{"changed beyond the promise", "#c98a00", of(groupBeyond)},
		{"imitations", "#888888", of(groupImitated)},
		{"others (false alarms)", "#c62828", of(groupOthers)},
	}
	for i, l := range lines {
		var points []string
		for d := 0; d <= most; d++ {
			found, all := within(list, d, l.of)
			points = append(points, fmt.Sprintf("%.1f,%.1f", x(d), y(float64(found)/float64(max(all, 1)))))
		}
		_, all := within(list, 0, l.of)
		fmt.Fprintf(&b, `<polyline points="%s" fill="none" stroke="%s" stroke-width="2"/>`+"\n", strings.Join(points, " "), l.colour)
		fmt.Fprintf(&b, `<path d="M%d %dh16" stroke="%s" stroke-width="3"/><text x="%d" y="%d">%s</text><text x="%d" y="%d" fill="#666">%d images</text>`+"\n",
			left+wide+16, 46+42*i, l.colour, left+wide+38, 50+42*i, l.name, left+wide+38, 66+42*i, all)
	}
	b.WriteString("</svg>\n")
	return b.String()
}
