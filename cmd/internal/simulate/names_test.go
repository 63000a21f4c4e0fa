package simulate

import (
	"bytes"
	"reflect"
	"slices"
	"testing"
)

// TestWrongNamesAndListingsMoveNothingElse: with and without them, sessions,
// obligations and usage are the same.
func TestWrongNamesAndListingsMoveNothingElse(t *testing.T) {
	opt := SoakRun(3, day, 120)
	_, with := simulation(opt)
	opt.WrongNames, opt.Listings = 0, 0
	_, without := simulation(opt)
	for i := range with.Calls {
		with.Calls[i].Names, without.Calls[i].Names = nil, nil
	}
	if !reflect.DeepEqual(with.Calls, without.Calls) || !reflect.DeepEqual(with.Usage, without.Usage) || !with.AsOf.Equal(without.AsOf) {
		t.Error("the truth about calls or usage differs")
	}
}

// TestEveryNameFaultOccursAndIsSent: each fault is there, and the messages show
// each name that the truth lists.
func TestEveryNameFaultOccursAndIsSent(t *testing.T) {
	opt := SoakRun(5, day, 200)
	opt.WrongNames = 0.3
	messages, truth := simulation(opt)
	var sent bytes.Buffer
	for _, m := range messages {
		sent.Write(m.Value)
	}
	seen, checked := map[string]int{}, map[string]bool{}
	for _, c := range truth.Calls {
		for _, n := range c.Names {
			seen[n.Fault]++
			if (n.Fault == "") != (n.Rule == "") || n.Name == "" && n.Surface == "" {
				t.Errorf("%+v does not hold together", n)
			}
			if checked[n.Name] {
				continue
			}
			checked[n.Name] = true
			if !slices.ContainsFunc([]string{`"displayName":"`, `"senderDisplayName":"`, `"displayName","value":{"stringValue":"`}, func(before string) bool {
				return bytes.Contains(sent.Bytes(), []byte(before+n.Name+`"`))
			}) {
				t.Errorf("no message shows %+q", n.Name)
			}
		}
	}
	for _, f := range nameFaultNames {
		if seen[f] == 0 {
			t.Errorf("no name with fault %q", f)
		}
	}
}

// TestListingsSayWhatTheTruthLists: right and wrong fields by every rule, each
// with its text in a message.
func TestListingsSayWhatTheTruthLists(t *testing.T) {
	opt := SoakRun(2, day, 3)
	opt.Listings = 2 * listingKinds
	messages, truth := simulation(opt)
	seen, apps := map[string]int{}, map[string]bool{}
	for _, l := range truth.Listings {
		seen[l.Rule]++
		apps[l.AppID] = true
		found := false
		for _, m := range messages {
			found = found || bytes.Contains(m.Value, []byte(`"`+l.AppID+`"`)) && bytes.Contains(m.Value, []byte(`:"`+l.Text+`"`))
		}
		if !found {
			t.Errorf("no message has %s of %s: %q", l.Field, l.AppID, l.Text)
		}
	}
	if len(apps) != opt.Listings || truth.Tallies.Distinct["rollcall"]["rollcall.app.listing"] != opt.Listings {
		t.Errorf("%d apps and %d events, want %d", len(apps), truth.Tallies.Distinct["rollcall"]["rollcall.app.listing"], opt.Listings)
	}
	for _, rule := range []string{"", "brand.name", "brand.statement", "brand.endorsement;brand.statement", "brand.certification;brand.statement", "brand.certification"} {
		if seen[rule] == 0 {
			t.Errorf("no field breaks %q", rule)
		}
	}
}
