package findings

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"

	"github.com/go-json-experiment/json"

	"rollcall/reports/export"
)

// A Page is a part of a list.
type Page struct {
	Findings []Finding `json:"findings"`
	// Next is where the list goes on, for Store.Page; empty: it ends here.
	Next string `json:"next,omitzero"`
}

// MaxPage is how many findings a page has at most.
const MaxPage = 1000

// ErrPlace says that a place in a list is none that Store.Page gave.
var ErrPlace = errors.New("no place in a list")

// A place is one in a list: behind a finding that is found now, or is gone.
type place struct {
	export.FindingPlace
	Gone bool `json:"gone,omitzero"`
}

// Page returns at most n findings of List, those behind a place: empty for the
// first page, then Next of the page before, with the same filter. A place is that
// of a finding and no count, so that no finding which is there all the while is
// left out or comes twice, whatever is found or goes between two pages. The error
// wraps ErrPlace where the place is none.
func (s Store) Page(ctx context.Context, want Filter, after string, n int) (Page, error) {
	if n < 1 || n > MaxPage {
		return Page{}, fmt.Errorf("a page of %d findings: it has from 1 to %d", n, MaxPage)
	}
	from, err := readPlace(after)
	if err != nil {
		return Page{}, err
	}
	out := Page{Findings: make([]Finding, 0, n)}
	for f, err := range s.listAfter(ctx, want, from) {
		if err != nil {
			return Page{}, err
		}
		if len(out.Findings) == n { // there is more
			out.Next, err = placeOf(out.Findings[n-1]).text()
			return out, err
		}
		out.Findings = append(out.Findings, f)
	}
	return out, nil
}

func placeOf(f Finding) place {
	return place{FindingPlace: export.PlaceOf(f.Finding), Gone: f.gone}
}

func (p place) text() (string, error) {
	data, err := json.Marshal(p)
	return base64.RawURLEncoding.EncodeToString(data), err
}

func readPlace(text string) (p place, err error) {
	if text == "" {
		return p, nil
	}
	data, err := base64.RawURLEncoding.DecodeString(text)
	if err == nil {
		err = json.Unmarshal(data, &p, json.RejectUnknownMembers(true))
	}
	if err != nil || p.ID == "" {
		return p, fmt.Errorf("%w: %.100q", ErrPlace, text)
	}
	return p, nil
}
