package ownevent

import (
	"bytes"
	"encoding/base64"
	"slices"

	"rollcall/ingest/jsondoc"
	"rollcall/ingest/normal"
	"rollcall/schema"
)

const (
	// maxListed is how many texts, assets or licences of a listing are read.
	maxListed = 1000
	// maxAsset is how many bytes an asset may have to be read with its listing
	// (schema/events/rollcall.app.listing.schema.json).
	maxAsset = 256 << 10
)

// listing reads how an app presents itself. Lists may be the text of a list in
// JSON, as Application Insights has them.
func (d *Decoder) listing(data jsondoc.Value) *schema.Listing {
	w, l := d.w, &schema.Listing{}
	w.Text(&l.AppID, "app_id", normal.ID(data.Get("appId")))
	w.Text(&l.AppName, "app_name", data.Get("appName").Bytes())
	w.Text(&l.CompanyName, "company_name", data.Get("companyName").Bytes())
	w.Text(&l.DeveloperName, "developer_name", data.Get("developerName").Bytes())
	w.Text(&l.Certification, "certification", data.Get("certification").Bytes())

	// Each list is as long as it will be: texts are set later, in place.
	list, n := d.items(data, "texts")
	l.Texts = slices.Grow(l.Texts, n)
	for v := range list.Elements() {
		if len(l.Texts) == n {
			break
		}
		l.Texts = append(l.Texts, schema.ListingText{})
		t := &l.Texts[len(l.Texts)-1]
		w.Lower(&t.Kind, "kind", normal.Token(v.Get("kind")))
		w.Text(&t.Locale, "locale", normal.Token(v.Get("locale")))
		w.Text(&t.Text, "text", v.Get("text").Bytes())
	}
	list, n = d.items(data, "assets")
	l.Assets = slices.Grow(l.Assets, n)
	for v := range list.Elements() {
		if len(l.Assets) == n {
			break
		}
		l.Assets = append(l.Assets, schema.ListingAsset{})
		a := &l.Assets[len(l.Assets)-1]
		w.Lower(&a.Kind, "kind", normal.Token(v.Get("kind")))
		w.Text(&a.Name, "name", v.Get("name").Bytes())
		w.Lower(&a.SHA256, "sha256", normal.Token(v.Get("sha256")))
		w.Text(&a.URI, "uri", normal.Token(v.Get("uri")))
		a.Data = d.asset(v.Get("data"))
		w.Bytes(a.Data)
	}
	list, n = d.items(data, "licences")
	l.Licences = slices.Grow(l.Licences, n)
	for v := range list.Elements() {
		if len(l.Licences) == n {
			break
		}
		l.Licences = append(l.Licences, "")
		w.Text(&l.Licences[len(l.Licences)-1], "licence", v.Bytes())
	}
	return l
}

// items returns a list and how many of its elements are to be read. It is valid
// until the next.
func (d *Decoder) items(data jsondoc.Value, name string) (list jsondoc.Value, n int) {
	list = data.Get(name)
	if list.Kind() == jsondoc.String && len(bytes.TrimSpace(list.Bytes())) > 0 {
		list = d.list.Parse(list)
		if list.Kind() != jsondoc.Array {
			d.w.Unread(name, "not a list")
		}
	}
	if list.Kind() != jsondoc.Array {
		d.w.Int(0)
		return jsondoc.Value{}, 0
	}
	if n = list.Len(); n > maxListed {
		d.w.Unread(name, "more than 1,000")
		n = maxListed
	}
	d.w.Int(int64(n)) // sets what follows apart from the next list
	return list, n
}

// asset returns the bytes that base64 stands for, with or without padding, or
// nothing, with the reason noted.
func (d *Decoder) asset(v jsondoc.Value) []byte {
	text := bytes.TrimRight(bytes.TrimSpace(v.Bytes()), "=")
	switch {
	case len(text) == 0:
		return nil
	case base64.RawStdEncoding.DecodedLen(len(text)) > maxAsset:
		d.w.Unread("assets.data", "256 KiB or more")
		return nil
	}
	out := make([]byte, base64.RawStdEncoding.DecodedLen(len(text)))
	n, err := base64.RawStdEncoding.Decode(out, text)
	if err != nil {
		if n, err = base64.RawURLEncoding.Decode(out, text); err != nil {
			d.w.Unread("assets.data", "not base64")
			return nil
		}
	}
	return out[:n]
}
