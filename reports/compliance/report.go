package compliance

import (
	"cmp"
	"iter"
	"math/bits"
	"strconv"
	"strings"
	"time"

	"rollcall/reports/metering"
	"rollcall/reports/spreadsheet"
	"rollcall/reports/tariff"
	"rollcall/reports/timeline"
	"rollcall/schema"
)

// A Cover says what a report covers, what it rests on and what is missing.
type Cover struct {
	From, To  string // first and last UTC day of exposure, YYYY-MM-DD; empty: those of the rows
	OneTenant bool   // the report is of Tenant alone
	Tenant    string
	AsOf      time.Time // the instant for which calls were judged
	Generator string    // name and version of the program
	Evidence  spreadsheet.Evidence
	// Policy is the policy's file; nil: the built-in policy.
	Policy *spreadsheet.Digest
	Inputs []spreadsheet.Digest
	Hidden bool // persons appear as pseudonyms
	// Severities are those of all rules by id, also of rules that found nothing.
	Severities map[string]string
}

// A Report is the content of compliance.xlsx and compliance.html.
type Report struct {
	Cover  Cover
	Total  Counts
	Tables []Table
	// Why counts the misses, the late ones and those without evidence by
	// reason, Outside what is not judged.
	Why, Outside []Reason
	// Reported says how the reports came that count.
	Reported []Reported
	Rules    []Rule
	Names    Names
	Brand    Brand
	// Policies are the versions of the policy that findings name.
	Policies []string
	// FailingCalls is how many calls have a missed or late notice, and lanes are
	// the pictures of those with the most.
	FailingCalls int64
	lanes        []lane
	// Findings streams the findings; it may be read more than once.
	Findings iter.Seq2[timeline.Finding, error]
}

// Counts are the numbers of obligations of each result, and the time for which
// they held, in milliseconds.
type Counts struct {
	Pass, Late, Missed, NoEvidence    int64
	TooShort, Pending, NotApplicable  int64
	OnAssumed                         int64 // obligations that rest on an assumed bound, in part at least
	ExposureMs, AssumedMs             int64 // of judged obligations; AssumedMs is part of ExposureMs
	OutsideExposureMs, OutsideAssumed int64 // of the others
}

// Judged is the denominator of coverage.
func (c Counts) Judged() int64 { return c.Pass + c.Late + c.Missed + c.NoEvidence }

// Outside is what is not in the denominator.
func (c Counts) Outside() int64 { return c.TooShort + c.Pending + c.NotApplicable }

// All are all obligations.
func (c Counts) All() int64 { return c.Judged() + c.Outside() }

// Basis is the coverage in hundredths of a per cent, cut; -1 where nothing is
// judged.
func (c Counts) Basis() int64 {
	if c.Judged() == 0 {
		return -1
	}
	// 128 bits wide, so that no count is too large.
	high, low := bits.Mul64(uint64(c.Pass), 10_000)
	basis, _ := bits.Div64(high, low, uint64(c.Judged()))
	return int64(basis)
}

// Coverage is the coverage in per cent with two decimals, cut: 99.999 is 99.99.
// Empty where nothing is judged.
func (c Counts) Coverage() string {
	b := c.Basis()
	if b < 0 {
		return ""
	}
	decimals := strconv.FormatInt(b%100, 10)
	if len(decimals) == 1 {
		decimals = "0" + decimals
	}
	return strconv.FormatInt(b/100, 10) + "." + decimals
}

// Add adds other counts.
func (c *Counts) Add(o Counts) {
	c.Pass += o.Pass
	c.Late += o.Late
	c.Missed += o.Missed
	c.NoEvidence += o.NoEvidence
	c.TooShort += o.TooShort
	c.Pending += o.Pending
	c.NotApplicable += o.NotApplicable
	c.OnAssumed += o.OnAssumed
	c.ExposureMs += o.ExposureMs
	c.AssumedMs += o.AssumedMs
	c.OutsideExposureMs += o.OutsideExposureMs
	c.OutsideAssumed += o.OutsideAssumed
}

// Minutes are milliseconds as exact decimal minutes of at most six places.
func Minutes(ms int64) string { return metering.Quantity(ms, tariff.UnitMinute) }

// A Table is coverage by something.
type Table struct {
	Name  string // of the sheet: "By day"
	Title string
	Heads []string // of the keys
	Days  bool     // the key is a day
	Rows  []Row
}

// Total adds up the rows.
func (t Table) Total() Counts {
	var c Counts
	for _, r := range t.Rows {
		c.Add(r.Counts)
	}
	return c
}

// A Row is coverage of one key.
type Row struct {
	Keys []string
	Counts
}

// Label is a row's key in a chart: its parts, without what is not known.
func (t Table) Label(r Row) string {
	var parts []string
	for i, k := range r.Keys {
		if k != "" && t.Heads[i] == headSDK {
			k = "SDK " + k
		}
		if k != "" {
			parts = append(parts, k)
		}
	}
	return cmp.Or(strings.Join(parts, " "), notKnown)
}

// headSDK is the key of which the head is part of the label.
const headSDK = "SDK version"

// A Reason counts obligations of one result and reason.
type Reason struct {
	Result, Reason   string
	App, JoinPath    string
	Number           int64
	ExposureMs, AsMs int64 // AsMs is the assumed part
}

// Words says what a reason means.
func (r Reason) Words() string {
	if r.Reason == "" {
		return resultWords[r.Result]
	}
	return cmp.Or(reasonWords[r.Reason], r.Reason)
}

// reasonWords are the reasons of the notice rules in words.
var reasonWords = map[string]string{
	"signalled-not-shown": "the client saw the platform's signal, and the app reported no notice",
	"never-signalled":     "the client reported, but never saw the platform's signal",
	"signal-unknown":      "the client reported nothing at all",
	"wrong-text":          "a notice was reported, but its text doesn't name this capture",
	"wrong-surface":       "a notice was reported, but where the policy doesn't accept it",
	"no-receipts":         "the policy says that this app reports no notices",
	"unknown-path":        "nobody knows how the user joined",
	"evidence-gap":        "evidence of that time was lost",
}

// resultWords say of results that have no reason what they are.
var resultWords = map[string]string{
	string(schema.ResultTooShort): "the user left, or the capture ended, before the notice was due",
	string(schema.ResultPending):  "the notice, or its report, was still under way",
	string(schema.ResultLate):     "the notice was reported after it was due",
}

// A Reported counts the reports that came one way, with their delays in
// milliseconds.
type Reported struct {
	Via, Surface, Clock string
	Pass, Late          int64
	Delay               Quantiles // shown - exposed
	Platform, App       Quantiles // the parts of it, where the client saw the signal
	Signalled           int64     // of how many it did
}

// Quantiles are the exact median, 95th hundredth and largest of something.
type Quantiles struct{ Half, Most, Max int64 }

// A Rule counts the findings of a rule and severity, and what the rule looked
// at.
type Rule struct {
	Rule, Severity string
	// Fail and NoEvidence are without the findings that an exception of the policy
	// covers, which stand beside them.
	Fail, NoEvidence               int64
	CoveredFail, CoveredNoEvidence int64
	// Looked is how many subjects the rule judged, and how; nil where it isn't
	// known, as of days or one tenant, and on all but the first severity.
	Looked *Population
}

// A Population says how many subjects a rule judged, so that silence is never
// mistaken for health.
type Population struct{ All, Pass, Fail, NoEvidence, NotApplicable int64 }

// notKnown stands for an empty key.
const notKnown = "(not known)"
