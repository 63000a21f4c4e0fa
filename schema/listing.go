package schema

// Listing is rollcall.app.listing: how an app presents itself in a store or
// catalogue. What it says of certification and licences is a claim.
type Listing struct {
	AppID         string         `json:"app_id,omitempty"`
	AppName       string         `json:"app_name,omitempty"`
	CompanyName   string         `json:"company_name,omitempty"`
	DeveloperName string         `json:"developer_name,omitempty"`
	Texts         []ListingText  `json:"texts,omitempty"`
	Assets        []ListingAsset `json:"assets,omitempty"`
	Certification string         `json:"certification,omitempty"`
	Licences      []string       `json:"licences,omitempty"`
}

// ListingText is a text of a listing.
type ListingText struct {
	Kind   string `json:"kind,omitempty"`   // lower case: "description", "tagline"
	Locale string `json:"locale,omitempty"` // a BCP 47 tag
	Text   string `json:"text,omitempty"`
}

// ListingAsset is a picture, video or other file of a listing.
type ListingAsset struct {
	Kind   string `json:"kind,omitempty"` // lower case: "logo", "icon", "screenshot"
	Name   string `json:"name,omitempty"`
	SHA256 string `json:"sha256,omitempty"` // lower case, as stated
	URI    string `json:"uri,omitempty"`
	// Data is the asset itself, where the listing has it: less than 256 kB.
	Data []byte `json:"data,omitempty"`
	// Unread is why a file that the listing has was not read, half a sentence; it is
	// no part of the event.
	Unread string `json:"-"`
}
