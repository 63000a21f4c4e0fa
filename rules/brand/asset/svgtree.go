package asset

import (
	"bytes"
	"encoding/base64"
	"encoding/xml"
	"errors"
	"io"
	"net/url"
	"strings"
)

// A node is an element of an SVG.
type node struct {
	name     string
	attrs    map[string]string
	children []*node
	text     string
}

// An svgFile is an SVG as read: a tree, its ids and its style rules.
type svgFile struct {
	root  *node
	ids   map[string]*node
	rules map[string]map[string]string // by ".class", "#id" or element
}

// svgDepth is how deep elements may lie within each other.
const svgDepth = 64

// parseSVG reads the tree and says what in it is not looked at: scripts, and
// what lies elsewhere. Nothing is run and nothing fetched; entities that a file
// declares are not expanded.
func (d *decoder) parseSVG(data []byte) (*svgFile, error) {
	f := &svgFile{ids: map[string]*node{}, rules: map[string]map[string]string{}}
	x := xml.NewDecoder(bytes.NewReader(data))
	x.Strict = false
	x.CharsetReader = func(_ string, in io.Reader) (io.Reader, error) { return in, nil }
	var open []*node
	n := 0
	for {
		token, err := x.RawToken()
		if errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, err
		}
		switch t := token.(type) {
		case xml.StartElement:
			if n++; n > d.limits.Elements || len(open) >= svgDepth {
				d.say(NotDrawn, "it has more than %d elements, or %d within each other", d.limits.Elements, svgDepth)
				return f, nil
			}
			e := d.element(t)
			if id := e.attrs["id"]; id != "" && f.ids[id] == nil {
				f.ids[id] = e
			}
			if len(open) > 0 {
				p := open[len(open)-1]
				p.children = append(p.children, e)
			} else if f.root == nil && e.name == "svg" {
				f.root = e
			}
			open = append(open, e)
		case xml.EndElement:
			if len(open) == 0 {
				break
			}
			if e := open[len(open)-1]; e.name == "style" {
				d.stylesheet(f, e.text)
			}
			open = open[:len(open)-1]
		case xml.CharData:
			if len(open) > 0 && open[len(open)-1].name == "style" {
				open[len(open)-1].text += string(t)
			}
		case xml.ProcInst:
			if t.Target == "xml-stylesheet" {
				d.say(Outside, "it refers to a style sheet elsewhere, which is not fetched")
			}
		case xml.Directive:
			if bytes.Contains(t, []byte("<!ENTITY")) {
				d.say(Outside, "it declares entities, which are not expanded")
			}
		}
	}
	if f.root == nil {
		return nil, errors.New("it has no svg element")
	}
	if len(open) > 0 {
		return f, errors.New("it ends within an element")
	}
	return f, nil
}

func (d *decoder) element(t xml.StartElement) *node {
	e := &node{name: t.Name.Local, attrs: make(map[string]string, len(t.Attr))}
	for _, a := range t.Attr {
		name := a.Name.Local
		if a.Name.Space == "xmlns" || name == "xmlns" {
			continue
		}
		switch {
		case strings.HasPrefix(strings.ToLower(name), "on"):
			d.say(Script, "it has scripts, which are not run")
		case name == "href" || name == "src":
			d.reference(a.Value)
		case strings.Contains(a.Value, "url("):
			d.urls(a.Value)
		}
		if _, has := e.attrs[name]; !has || a.Name.Space == "" {
			e.attrs[name] = a.Value
		}
	}
	switch e.name {
	case "script":
		d.say(Script, "it has scripts, which are not run")
	case "text", "foreignObject", "filter", "mask", "pattern", "marker", "animate", "animateTransform", "animateMotion", "set":
		d.say(NotDrawn, "it has a %s, which is not drawn", e.name)
	}
	return e
}

// reference says where an address leads out of the file.
func (d *decoder) reference(to string) {
	to = strings.TrimSpace(to)
	switch scheme, _, _ := strings.Cut(strings.ToLower(to), ":"); {
	case to == "" || strings.HasPrefix(to, "#"):
	case scheme == "javascript":
		d.say(Script, "it has scripts, which are not run")
	case scheme == "data":
	default:
		d.say(Outside, "it refers to what is elsewhere, which is not fetched")
	}
}

func (d *decoder) urls(text string) {
	for _, part := range strings.Split(text, "url(")[1:] {
		to, _, _ := strings.Cut(part, ")")
		d.reference(strings.Trim(strings.TrimSpace(to), `"'`))
	}
}

// stylesheet reads rules whose selectors are an element, a class or an id.
func (d *decoder) stylesheet(f *svgFile, text string) {
	if strings.Contains(text, "@import") {
		d.say(Outside, "it refers to a style sheet elsewhere, which is not fetched")
	}
	d.urls(text)
	for n := 0; ; n++ {
		if n == d.limits.Elements {
			d.say(NotDrawn, "it has more than %d rules of style", n)
			return
		}
		selectors, rest, more := strings.Cut(text, "{")
		body, next, _ := strings.Cut(rest, "}")
		if !more {
			return
		}
		for _, s := range strings.Split(selectors, ",") {
			s = strings.TrimSpace(s)
			if f.rules[s] == nil {
				f.rules[s] = map[string]string{}
			}
			declarations(body, f.rules[s])
		}
		text = next
	}
}

// declarations reads "name: value; …".
func declarations(text string, into map[string]string) {
	for _, one := range strings.Split(text, ";") {
		if name, value, is := strings.Cut(one, ":"); is {
			into[strings.TrimSpace(name)] = strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(value), "!important"))
		}
	}
}

// embedded is the file within a data: address, if it is an image's.
func embedded(address string) []byte {
	head, body, is := strings.Cut(strings.TrimSpace(address), ",")
	if !is || !strings.HasPrefix(strings.ToLower(head), "data:image/") {
		return nil
	}
	if !strings.HasSuffix(strings.ToLower(head), ";base64") {
		text, err := url.PathUnescape(body)
		if err != nil {
			return nil
		}
		return []byte(text)
	}
	body = strings.Map(func(r rune) rune {
		if strings.ContainsRune(" \t\r\n=", r) {
			return -1
		}
		return r
	}, body)
	out, err := base64.RawStdEncoding.DecodeString(body)
	if err != nil {
		return nil
	}
	return out
}
