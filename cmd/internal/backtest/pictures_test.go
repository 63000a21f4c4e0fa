package backtest_test

import (
	"errors"
	"testing"
	"time"

	"rollcall/cmd/internal/backtest"
	"rollcall/cmd/internal/simulate"
	"rollcall/rules/brand"
	"rollcall/rules/policy"
	"rollcall/rules/rule"
	"rollcall/schema"
)

// marked takes any picture for a protected one.
type marked struct{}

func (marked) Look(a schema.ListingAsset) (v rule.Verdict, seen, expected string) {
	return rule.Fail, brand.AssetName(a), "a picture of its own"
}

// TestPictures: the pictures of listings are held against those that either policy
// names; where they can't be read, what was found is not fine.
func TestPictures(t *testing.T) {
	start := time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)
	opt := simulate.SoakRun(31, start, 5)
	today := parsed(t, string(simulate.Policy(opt)))
	conn, terms, _ := judgedBy(t, opt, []*policy.Policy{today}, `{"specversion":"1.0","id":"5a4c8a6e-3f0e-4b7e-9a76-0d3f2f1a9c11","source":"/apps/pictured","type":"rollcall.app.listing","time":"2026-03-02T10:00:00Z",
"data":{"appId":"pictured","appName":"Pictured","companyName":"Northwind","assets":[{"kind":"icon","name":"icon.png","uri":"https://cdn.example/icon.png"}]}}`)
	with := func(p brand.Pictures) func(*policy.Policy) (brand.Gallery, error) {
		return func(*policy.Policy) (brand.Gallery, error) { return brand.Gallery{Protected: p}, nil }
	}
	gone := func(*policy.Policy) (brand.Gallery, error) {
		return brand.Gallery{}, errors.New("mark.png: no such file")
	}
	try := func(now, then func(*policy.Policy) (brand.Gallery, error)) (*backtest.Rule, bool) {
		t.Helper()
		terms.Gallery = now
		r, err := backtest.Run(t.Context(), conn, backtest.Config{Before: terms, After: today, Gallery: then})
		if err != nil {
			t.Fatal(err)
		}
		return r.Rules[brand.RuleAsset], r.Worse()
	}
	if r, worse := try(nil, with(marked{})); r.New != 1 || r.After.Fail != 1 || !worse {
		t.Errorf("a picture is protected then: %+v, worse: %v", r, worse)
	}
	if r, worse := try(with(marked{}), with(marked{})); r.New+r.Gone+r.Changed != 0 || r.Before.Fail != 1 || r.After.Fail != 1 || worse {
		t.Errorf("it is protected already: %+v, worse: %v", r, worse)
	}
	if r, worse := try(with(marked{}), gone); r.Changed != 1 || r.After.Fail != 0 || r.After.Pass != 0 || r.After.NoEvidence != 1 || worse {
		t.Errorf("it can't be read then: %+v, worse: %v", r, worse)
	}
}
