package listings

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strings"

	"rollcall/rules/brand"
	"rollcall/schema"
)

// eventType is the type of the event that has the same listing as its data.
const eventType = "rollcall.app.listing"

// fromDocument reads the listings of a JSON or YAML document: one, or a list of
// them, each by itself or as the data of its event.
func fromDocument(file string, doc *node) (list []*Listing, problems []Problem) {
	items := []*node{doc}
	if doc.isList {
		items = doc.items
	}
	for _, n := range items {
		if data := n.get("data"); data != nil && n.get("type").str() == eventType {
			n = data
		}
		l, wrong := fromNode(file, n)
		problems = append(problems, wrong...)
		if l != nil {
			list = append(list, l)
		}
	}
	if len(items) == 0 {
		problems = append(problems, Problem{file, doc.line, "expected a listing, found an empty list"})
	}
	return list, problems
}

// known are the members of a listing.
const known = "appId, appName, companyName, developerName, texts, assets, certification, licences"

func fromNode(file string, n *node) (*Listing, []Problem) {
	l := &Listing{Name: file, Format: "listing"}
	var problems []Problem
	wrong := func(n *node, format string, args ...any) {
		problems = append(problems, Problem{file, n.line, fmt.Sprintf(format, args...)})
	}
	some := false
	for _, m := range n.members {
		text := func(to *string, field string) {
			some = true
			if !m.value.isText {
				wrong(m.value, "expected %s to be a text", m.key)
				return
			}
			*to = m.value.text
			l.set(field, 0, m.value.place(file))
		}
		switch m.key {
		case "appId":
			text(&l.AppID, "appId")
		case "appName":
			text(&l.AppName, brand.FieldAppName)
		case "companyName":
			text(&l.CompanyName, brand.FieldCompanyName)
		case "developerName":
			text(&l.DeveloperName, brand.FieldDeveloperName)
		case "certification":
			text(&l.Certification, brand.FieldCertification)
		case "texts":
			some = true
			l.texts(file, m.value, wrong)
		case "assets":
			some = true
			l.assetList(file, m.value, wrong)
		case "licences":
			some = true
			for _, v := range m.value.items {
				if !v.isText {
					wrong(v, "expected a licence to be a text")
					continue
				}
				l.set(brand.FieldLicences, len(l.Licences), v.place(file))
				l.Licences = append(l.Licences, v.text)
			}
		case "clockOffsetMs", "$schema":
		default:
			wrong(m.value, "expected one of %s, found %q", known, clip(m.key))
		}
	}
	if !some {
		return nil, append(problems, Problem{file, n.line, "expected a listing with some of " + known + ", found none of them"})
	}
	return l, problems
}

func (l *Listing) texts(file string, n *node, wrong func(*node, string, ...any)) {
	for _, v := range n.items {
		text := v.get("text")
		if text == nil || !text.isText {
			wrong(v, "expected a text with kind, locale and text")
			continue
		}
		kind := strings.ToLower(strings.TrimSpace(v.get("kind").str()))
		if !l.addText(kind, strings.TrimSpace(v.get("locale").str()), text.text, text.place(file)) {
			wrong(v, "expected at most %d texts, found more", maxTexts)
			return
		}
	}
}

func (l *Listing) assetList(file string, n *node, wrong func(*node, string, ...any)) {
	for _, v := range n.items {
		a := schema.ListingAsset{Kind: strings.ToLower(v.get("kind").str()), Name: v.get("name").str(), SHA256: strings.ToLower(v.get("sha256").str()), URI: v.get("uri").str()}
		if text := strings.TrimRight(strings.TrimSpace(v.get("data").str()), "="); text != "" {
			data, err := base64.RawStdEncoding.DecodeString(text)
			if err != nil {
				data, err = base64.RawURLEncoding.DecodeString(text)
			}
			if err != nil {
				wrong(v.get("data"), "expected base64, found %q", clip(text))
			}
			a.Data = data
			if a.SHA256 == "" && len(data) > 0 {
				sum := sha256.Sum256(data)
				a.SHA256 = hex.EncodeToString(sum[:])
			}
		}
		l.addAsset(a, v.place(file))
	}
}

// clip bounds what a message repeats of a file.
func clip(s string) string {
	const most = 60
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "…"
	}
	return s
}
